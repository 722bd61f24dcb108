/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* fail2ban's own log files into the archive: they are opened here, so the daemon reads only what its caller may. */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "client/cli/command.h"
#include "client/cli/operation.h"
#include "client/lib/text.h"

static void add_count(Cli *cli, const Value *result, const char *key, const char *said) {
        int64_t count = value_int(result, key, 0);

        if (count > 0)
                output_printf(&cli->output, ", %lld %s", (long long) count, said);
}

static void print_result(Cli *cli, const Value *result) {
        output_add_safe(&cli->output, value_string(result, "file"));
        output_printf(&cli->output, ": %lld lines, %lld bans, %lld unbans", (long long) value_int(result, "lines", 0),
                      (long long) value_int(result, "bans", 0), (long long) value_int(result, "unbans", 0));
        add_count(cli, result, "changed", "known, better now");
        add_count(cli, result, "known", "known already");
        add_count(cli, result, "refused", "of times that cannot be or before what is kept");
        add_count(cli, result, "unreadable", "not understood");
        output_add(&cli->output, options_has(&cli->options, "dry-run") ? ". Nothing was kept.\n" : ".\n");
        output_flush(&cli->output);
}

static int open_log(const char *path) {
        int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
        struct stat status;

        if (fd < 0 || fstat(fd, &status) < 0 || !S_ISDIR(status.st_mode))
                return fd;
        (void) close(fd);
        errno = EISDIR;
        return -1;
}

/* Adds what came of it to RESULTS. Returns the exit status. */
static int import_file(Cli *cli, const char *path, Value *options, Value *results) {
        auto_close int fd = open_log(path);
        auto_free char *name = text_safe(path);
        Value *result;

        if (fd < 0)
                return cli_fail_file("read", path);
        value_set_string(options, "name", name);
        result = operation_settle(cli, cli_ask(cli, BANGUI_PATH, BANGUI_HISTORY, "ImportLog", "hm", fd, options));
        if (result == NULL)
                return cli_fail(cli);
        value_set_string(result, "file", name);
        if (!cli->json)
                print_result(cli, result);
        value_add(results, result);
        return 0;
}

/* The first file that fails ends it. What was taken before stays taken, and is told. */
int import_log_run(Cli *cli) {
        auto_value Value *options = value_new(VALUE_MAP);
        auto_value Value *results = value_new(VALUE_LIST);
        int status = 0;

        cli_take_string(cli, options, "timezone");
        if (options_has(&cli->options, "dry-run"))
                value_set_bool(options, "dry_run", true);
        cli_will_ask(cli);
        for (size_t i = 0; i < cli_n_words(cli) && status == 0; i++)
                status = import_file(cli, cli_word(cli, i), options, results);
        if (cli->json && (status == 0 || value_count(results) > 0))
                cli_print_json(cli, results);
        return status;
}
