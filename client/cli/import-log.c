/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* fail2ban's own log files into the archive: they are opened here, so the daemon reads only what its caller may. */

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "client/cli/command.h"
#include "client/cli/operation.h"

static void print_result(Cli *cli, const char *path, const Value *result) {
        if (cli->json) {
                cli_print_json(cli, result);
                return;
        }
        output_add_safe(&cli->output, path);
        output_printf(&cli->output, ": %lld lines, %lld bans, %lld unbans, %lld known already",
                      (long long) value_int(result, "lines", 0), (long long) value_int(result, "bans", 0),
                      (long long) value_int(result, "unbans", 0), (long long) value_int(result, "known", 0));
        if (value_int(result, "unreadable", 0) > 0)
                output_printf(&cli->output, ", %lld not understood", (long long) value_int(result, "unreadable", 0));
        output_add(&cli->output, ".\n");
        output_flush(&cli->output);
}

static int import_file(Cli *cli, const char *path, Value *options) {
        auto_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
        auto_value Value *result = NULL;

        if (fd < 0)
                return cli_usage(cli, "cannot read %s: %s", path, strerror(errno));
        value_set_string(options, "name", path);
        result = operation_settle(cli, cli_ask(cli, BANGUI_PATH, BANGUI_HISTORY, "ImportLog", "hm", fd, options));
        if (result == NULL)
                return cli_fail(cli);
        print_result(cli, path, result);
        return 0;
}

int import_log_run(Cli *cli) {
        auto_value Value *options = cli_call_options(cli);
        int status = 0;

        cli_take_string(cli, options, "timezone");
        if (options_has(&cli->options, "dry-run"))
                value_set_bool(options, "dry_run", true);
        cli_will_ask(cli);
        for (size_t i = 0; i < cli_n_words(cli) && status == 0; i++)
                status = import_file(cli, cli_word(cli, i), options);
        return status;
}
