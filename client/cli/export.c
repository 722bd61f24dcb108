/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The archive into a file or standard output: the daemon writes into the descriptor that it is handed, so nothing
 * passes through here.
 */

#include <string.h>
#include <unistd.h>

#include "client/cli/command.h"
#include "client/cli/filters.h"
#include "client/cli/new-file.h"
#include "client/cli/operation.h"
#include "client/lib/errors.h"

static int export_call(Cli *cli, int fd, const char *format, const Value *options) {
        auto_value Value *result = NULL;

        cli_will_ask(cli);
        result = operation_settle(cli, cli_ask(cli, BANGUI_PATH, BANGUI_HISTORY, "Export", "hsm", fd, format, options));
        if (result == NULL)
                return cli_fail(cli);
        cli_note(cli, "%lld rows", (long long) value_int(result, "rows", 0));
        return 0;
}

static int export_to_file(Cli *cli, const char *path, const char *format, const Value *options) {
        auto_close int fd = new_file_open(cli, path);
        int status;

        if (fd < 0)
                return BANGUI_EXIT_USAGE;
        status = export_call(cli, fd, format, options);
        if (status != 0)
                new_file_drop(path);
        return status;
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
        if (path != NULL)
                return export_to_file(cli, path, format, options);
        return export_call(cli, STDOUT_FILENO, format, options);
}
