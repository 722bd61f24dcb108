/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/cli/cli.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "client/cli/command.h"
#include "client/lib/errors.h"
#include "client/lib/json.h"
#include "client/lib/memory.h"
#include "client/lib/text.h"

#define ASK_TIMEOUT_USEC (120 * UINT64_C(1000000))
#define JSON_INDENT 2
#define LIST_SHORT 12

const char *cli_word(const Cli *self, size_t index) {
        const Value *word = value_item(self->options.words, index + 1);

        return word != NULL ? word->string : NULL;
}

size_t cli_n_words(const Cli *self) {
        size_t all = value_count(self->options.words);

        return all > 0 ? all - 1 : 0;
}

void cli_will_ask(Cli *self) {
        const char *address = NULL;

        if (!self->ask)
                return;
        if (self->client.timeout_usec < ASK_TIMEOUT_USEC)
                self->client.timeout_usec = ASK_TIMEOUT_USEC;
        (void) sd_bus_get_address(self->client.bus, &address);
        agent_open(&self->agent, address);
}

Value *cli_first_result(Cli *self, sd_bus_message *reply) {
        auto_message sd_bus_message *owned = reply;

        return owned != NULL ? client_read(&self->client, owned) : NULL;
}

void cli_take_string(const Cli *self, Value *options, const char *name) {
        const char *value = options_value(&self->options, name);

        if (value != NULL)
                value_set_string(options, name, value);
}

Value *cli_call_options(const Cli *self) {
        Value *options = value_new(VALUE_MAP);

        cli_take_string(self, options, "reason");
        return options;
}

int cli_take_number(Cli *self, const char *name, int64_t minimum, int64_t maximum, int64_t fallback,
                    int64_t *ret_number) {
        const char *text = options_value(&self->options, name);
        char *end = NULL;

        *ret_number = fallback;
        if (text == NULL)
                return 0;
        errno = 0;
        *ret_number = strtoll(text, &end, 10);
        if (errno == 0 && end != text && *end == '\0' && *ret_number >= minimum && *ret_number <= maximum)
                return 0;
        return cli_usage(self, "--%s %s: a whole number from %" PRId64 " to %" PRId64 " is needed", name, text, minimum,
                         maximum);
}

int cli_take_time(Cli *self, Value *options, const char *name, const char *key) {
        const char *text = options_value(&self->options, name);
        int64_t at = 0;

        if (text == NULL)
                return 0;
        if (clock_parse(&self->clock, text, clock_now(), &at) < 0)
                return cli_usage(self,
                                 "--%s %s: a date (2026-11-21), a date and time (2026-11-21 14:03), or how long "
                                 "ago (2h) is needed",
                                 name, text);
        value_set_int(options, key, at);
        return 0;
}

void cli_print_json(Cli *self, const Value *value) {
        json_write(&self->output.text, value, self->pretty ? JSON_INDENT : 0);
        output_add(&self->output, "\n");
        output_settle(&self->output);
}

static void print_sentence(const char *before, const char *format, va_list list) {
        auto_buffer Buffer raw = { 0 };
        auto_buffer Buffer line = { 0 };

        buffer_add_text(&line, before);
        buffer_vprintf(&raw, format, list);
        (void) text_add_safe(&line, raw.text, raw.length);
        buffer_add_char(&line, '\n');
        (void) buffer_write(&line, STDERR_FILENO);
}

void cli_note(const Cli *self, const char *format, ...) {
        va_list list;

        if (!self->error_terminal)
                return;
        va_start(list, format);
        print_sentence("", format, list);
        va_end(list);
}

int cli_usage(const Cli *self, const char *format, ...) {
        va_list list;

        va_start(list, format);
        print_sentence("banguictl: ", format, list);
        va_end(list);
        if (self->command != NULL)
                (void) fprintf(stderr, "Try 'banguictl help %s'.\n", self->command->name);
        else
                (void) fputs("Try 'banguictl help'.\n", stderr);
        return BANGUI_EXIT_USAGE;
}

static void print_line(const char *format, ...) {
        va_list list;

        va_start(list, format);
        print_sentence("banguictl: ", format, list);
        va_end(list);
}

static const char *advice_for(const ClientError *error) {
        if (error->status == BANGUI_EXIT_NO_DAEMON)
                return "Is banguid running? Try: systemctl start banguid, or name its bus with --bus ADDRESS.";
        if (strcmp(error->name, BANGUI_ERROR_PREFIX "WouldLockOut") == 0)
                return "Use --force to do it all the same.";
        if (strcmp(error->name, BANGUI_ERROR_INTERACTIVE) == 0)
                return "Run it as root, or at a terminal where polkit can ask for a password.";
        return NULL;
}

static int fail_with(Cli *self, const char *more) {
        const ClientError *error = &self->client.error;
        const char *advice = advice_for(error);

        output_flush(&self->output);
        print_line("%s%s", error->message, more);
        if (advice != NULL)
                (void) fprintf(stderr, "%s\n", advice);
        return error->status;
}

int cli_fail(Cli *self) {
        return fail_with(self, "");
}

static int status_for(int error) {
        switch (error) {
        case ENOENT:
        case ENOTDIR:
                return BANGUI_EXIT_NOT_FOUND;
        case EACCES:
        case EPERM:
        case EROFS:
                return BANGUI_EXIT_NOT_AUTHORIZED;
        case EEXIST:
                return ERROR_EXIT_CONFLICT;
        case EDQUOT:
        case EIO:
        case EMFILE:
        case ENOSPC:
                return ERROR_EXIT_INTERNAL;
        default:
                return BANGUI_EXIT_USAGE;
        }
}

int cli_fail_file(const char *doing, const char *path) {
        int error = errno;

        print_line("cannot %s %s: %s", doing, path, strerror(error));
        return status_for(error);
}

/* Why a jail has no object: fail2ban is offline, or no such jail runs. Sets the error; gives which was meant. */
static char *explain_missing_jail(Cli *self, const char *jail) {
        auto_value Value *server = client_get_all(&self->client, BANGUI_PATH, BANGUI_SERVER);
        const char *meant = text_suggest(jail, value_get(server, "Jails"));

        if (server == NULL)
                return NULL;
        if (strcmp(value_string(server, "State"), "offline") == 0) {
                client_set_error(&self->client, BANGUI_ERROR_PREFIX "Fail2banOffline",
                                 "fail2ban is offline, so no jail runs: %s", value_string(server, "StateReason"));
                return NULL;
        }
        client_set_error(&self->client, BANGUI_ERROR_PREFIX "JailNotFound", "no jail '%s' runs", jail);
        return meant != NULL ? memory_format("; did you mean '%s'?", meant) : NULL;
}

int cli_fail_jail(Cli *self, const char *jail) {
        auto_free char *more = NULL;

        if (strcmp(self->client.error.name, SD_BUS_ERROR_UNKNOWN_OBJECT) == 0)
                more = explain_missing_jail(self, jail);
        return fail_with(self, more != NULL ? more : "");
}

int cli_unknown(const Cli *self, const char *what, const char *word, const Value *known) {
        const char *meant = text_suggest(word, known);
        auto_buffer Buffer names = { 0 };

        if (meant != NULL)
                return cli_usage(self, "unknown %s %s, did you mean %s?", what, word, meant);
        for (size_t i = 0; value_count(known) <= LIST_SHORT && i < value_count(known); i++) {
                buffer_add_text(&names, i == 0 ? "; there is " : ", ");
                buffer_add_text(&names, value_item(known, i)->string);
        }
        return cli_usage(self, "unknown %s %s%s", what, word, buffer_text(&names));
}
