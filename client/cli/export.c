/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The archive into a file or standard output: the daemon writes into the descriptor that it is handed, so nothing
 * passes through here. The work is followed from its start, so that Ctrl-C ends it in the daemon too.
 */

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "client/cli/command.h"
#include "client/cli/filters.h"
#include "client/cli/new-file.h"
#include "client/cli/operation.h"

static Value *export_call(Cli *cli, int fd, const char *format, const Value *options) {
        cli_will_ask(cli);
        return operation_settle(cli, cli_ask(cli, BANGUI_PATH, BANGUI_HISTORY, "Export", "hsm", fd, format, options));
}

static void note_rows(const Cli *cli, const Value *result) {
        int64_t rows = value_int(result, "rows", 0);

        cli_note(cli, "%lld row%s", (long long) rows, rows == 1 ? "" : "s");
}

static bool nobody_reads(int fd) {
        struct pollfd end = { .fd = fd, .events = POLLOUT };

        return poll(&end, 1, 0) > 0 && (end.revents & POLLERR) != 0;
}

/* Who reads (head, less) may have had enough: then we end as a program that writes itself does. */
static int export_to_output(Cli *cli, const char *format, const Value *options) {
        auto_value Value *result = export_call(cli, STDOUT_FILENO, format, options);

        if (result == NULL) {
                if (nobody_reads(STDOUT_FILENO))
                        (void) raise(SIGPIPE);
                return cli_fail(cli);
        }
        note_rows(cli, result);
        return 0;
}

static int export_to_file(Cli *cli, const char *path, const char *format, const Value *options) {
        auto_value Value *result = NULL;
        auto_new_file NewFile file = { 0 };
        int status = new_file_open(&file, path);

        if (status != 0)
                return status;
        result = export_call(cli, file.fd, format, options);
        if (result == NULL)
                return cli_fail(cli);
        status = new_file_keep(&file);
        if (status != 0)
                return status;
        if (cli->json)
                cli_print_json(cli, result);
        else
                note_rows(cli, result);
        return 0;
}

int export_run(Cli *cli) {
        auto_value Value *options = value_new(VALUE_MAP);
        const char *format = options_value(&cli->options, "format");
        const char *path = cli_word(cli, 0);
        int status = filters_take(cli, options);

        if (status != 0)
                return status;
        if (format == NULL)
                format = cli->json ? "jsonl" : "csv";
        if (strcmp(format, "csv") != 0 && strcmp(format, "jsonl") != 0)
                return cli_usage(cli, "--format %s: csv or jsonl is needed", format);
        if (options_has(&cli->options, "lines"))
                value_set_bool(options, "data", true);
        if (path == NULL && isatty(STDOUT_FILENO))
                return cli_usage(cli, "export: name a file, or send the output elsewhere (banguictl export > FILE)");
        value_set_int(options, "wait", 0);
        if (path != NULL)
                return export_to_file(cli, path, format, options);
        return export_to_output(cli, format, options);
}
