/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/cli/addresses.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "client/lib/errors.h"
#include "client/lib/memory.h"

#define INPUT_MAX (64 * 1024 * 1024)
#define READ_SIZE 65536

static bool is_blank(char c) {
        return c == ' ' || c == '\t' || c == '\r';
}

static void add_line(Value *addresses, const char *line, size_t length) {
        const char *comment = memchr(line, '#', length);

        if (comment != NULL)
                length = (size_t) (comment - line);
        while (length > 0 && is_blank(*line)) {
                line++;
                length--;
        }
        while (length > 0 && is_blank(line[length - 1]))
                length--;
        if (length > 0)
                value_add(addresses, value_new_text(line, length));
}

void addresses_add_lines(Value *addresses, const char *text, size_t length) {
        const char *end = text + length;

        while (text < end) {
                const char *stop = memchr(text, '\n', (size_t) (end - text));

                if (stop == NULL)
                        stop = end;
                add_line(addresses, text, (size_t) (stop - text));
                text = stop + 1;
        }
}

static int read_input(Cli *cli, Buffer *input) {
        for (;;) {
                ssize_t n = read(STDIN_FILENO, buffer_room(input, READ_SIZE), READ_SIZE);

                if (n == 0)
                        return 0;
                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return cli_usage(cli, "cannot read standard input: %s", strerror(errno));
                input->length += (size_t) n;
                if (input->length > INPUT_MAX)
                        return cli_usage(cli, "standard input holds more than 64 MiB");
        }
}

int addresses_take(Cli *cli, Value **ret_addresses) {
        auto_value Value *addresses = NULL;
        auto_buffer Buffer input = { 0 };
        const char *word = cli_word(cli, 0);

        if (word == NULL || strcmp(word, "-") != 0 || cli_n_words(cli) > 1) {
                *ret_addresses = options_words(&cli->options, 1);
                return 0;
        }
        addresses = value_new(VALUE_LIST);
        if (read_input(cli, &input) != 0)
                return BANGUI_EXIT_USAGE;
        if (memchr(buffer_text(&input), '\0', input.length) != NULL)
                return cli_usage(cli, "standard input is no text");
        addresses_add_lines(addresses, input.text, input.length);
        if (value_count(addresses) == 0)
                return cli_usage(cli, "standard input holds no address");
        *ret_addresses = take_pointer(addresses);
        return 0;
}

Value *addresses_of_person(void) {
        static const char *const variables[] = { "SSH_CONNECTION", "SSH_CLIENT" };
        Value *addresses = value_new(VALUE_LIST);

        for (size_t i = 0; i < 2; i++) {
                const char *value = getenv(variables[i]);
                auto_free char *address = NULL;
                struct in6_addr room;

                if (value == NULL)
                        continue;
                address = memory_text(value, strcspn(value, " %"));
                if (inet_pton(AF_INET, address, &room) != 1 && inet_pton(AF_INET6, address, &room) != 1)
                        continue;
                value_add(addresses, value_new_string(address));
                return addresses;
        }
        return addresses;
}
