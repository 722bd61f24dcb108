/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <errno.h>
#include <string.h>

#include "client/cli/command.h"
#include "client/lib/json.h"

#define LINES_DEFAULT 100
#define LINES_DEFAULT_FOLLOW 10
#define LINES_MAX 5000
#define READ_SIZE 65536
#define LEVEL_WIDTH 8

static Style level_style(const char *level) {
        if (strcmp(level, "ERROR") == 0 || strcmp(level, "CRITICAL") == 0)
                return STYLE_BAD;
        if (strcmp(level, "WARNING") == 0)
                return STYLE_WARNING;
        return strcmp(level, "DEBUG") == 0 || strcmp(level, "TRACEDEBUG") == 0 ? STYLE_DIM : STYLE_PLAIN;
}

/* A line that fail2ban did not write in its own form has no level: it is shown as it came. */
static void print_row(Cli *cli, const Value *row) {
        Output *output = &cli->output;
        const char *level = value_string(row, "level");
        size_t width = strlen(level);

        if (*level == '\0') {
                output_add_safe(output, value_string(row, "line"));
                output_add(output, "\n");
                return;
        }
        clock_add_time(&cli->clock, &output->text, value_int(row, "at", 0));
        output_add(output, " ");
        output_add_styled(output, level_style(level), level);
        buffer_add_spaces(&output->text, width < LEVEL_WIDTH ? LEVEL_WIDTH - width + 1 : 1);
        output_add_safe(output, value_string(row, "message"));
        output_add(output, "\n");
        output_settle(output);
}

static int log_read(Cli *cli, const Value *options) {
        auto_value Value *rows = cli_ask(cli, BANGUI_PATH, BANGUI_SERVER, "ReadLog", "m", options);

        if (rows == NULL)
                return cli_fail(cli);
        if (cli->json)
                cli_print_json(cli, rows);
        else if (value_count(rows) == 0)
                output_add(&cli->output, "No log lines.\n");
        for (size_t i = 0; !cli->json && i < value_count(rows); i++)
                print_row(cli, value_item(rows, i));
        return 0;
}

static int print_line(Cli *cli, const char *line, size_t length) {
        auto_value Value *row = NULL;
        int r = json_read_line(line, length, &row);

        if (r < 0)
                return r;
        if (cli->json)
                cli_print_json(cli, row);
        else
                print_row(cli, row);
        return 0;
}

/* Prints the whole lines of INPUT and keeps what is behind them. */
static int take_lines(Cli *cli, Buffer *input) {
        char *at = input->text;
        char *end = input->text + input->length;
        char *stop;

        while ((stop = memchr(at, '\n', (size_t) (end - at))) != NULL) {
                int r = print_line(cli, at, (size_t) (stop - at));

                if (r < 0)
                        return r;
                at = stop + 1;
        }
        input->length = (size_t) (end - at);
        memmove(input->text, at, input->length);
        return 0;
}

/* Until the daemon closes the stream. Returns 0 then, or a negative errno. */
static int follow_stream(Cli *cli, int fd) {
        auto_buffer Buffer input = { 0 };

        while (cli->output.error == 0) {
                ssize_t n = read(fd, buffer_room(&input, READ_SIZE), READ_SIZE);
                int r;

                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0)
                        return n < 0 ? -errno : 0;
                input.length += (size_t) n;
                r = take_lines(cli, &input);
                output_flush(&cli->output);
                if (r < 0)
                        return r;
        }
        return cli->output.error;
}

static int log_follow(Cli *cli, const Value *options) {
        auto_message sd_bus_message *reply =
                client_call(&cli->client, BANGUI_PATH, BANGUI_SERVER, "FollowLog", "m", options);
        int fd = -1;
        int r;

        if (reply == NULL)
                return cli_fail(cli);
        r = sd_bus_message_read_basic(reply, 'h', &fd);
        if (r >= 0)
                r = follow_stream(cli, fd);
        if (r < 0)
                client_set_errno(&cli->client, r, "cannot read the log");
        else
                client_set_error(&cli->client, SD_BUS_ERROR_DISCONNECTED, "the daemon ended the log");
        return cli->output.error < 0 ? 0 : cli_fail(cli);
}

int log_run(Cli *cli) {
        auto_value Value *options = value_new(VALUE_MAP);
        bool follow = options_has(&cli->options, "follow");
        int64_t lines = 0;
        int status = cli_take_number(cli, "lines", 1, LINES_MAX, follow ? LINES_DEFAULT_FOLLOW : LINES_DEFAULT, &lines);

        if (status != 0)
                return status;
        value_set_int(options, "lines", lines);
        cli_take_string(cli, options, "contains");
        cli_take_string(cli, options, "level");
        cli_take_string(cli, options, "jail");
        cli_will_ask(cli);
        return follow ? log_follow(cli, options) : log_read(cli, options);
}
