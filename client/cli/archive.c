/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The archive as a whole: what it holds, and the care of it. */

#include "client/cli/card.h"
#include "client/cli/command.h"
#include "client/cli/new-file.h"
#include "client/cli/operation.h"

#define LENGTH(array) (sizeof(array) / sizeof(*(array)))

static int show(Cli *cli, const CardRow *rows, size_t n_rows, Value *result) {
        auto_value Value *owned = result;

        if (result == NULL)
                return cli_fail(cli);
        if (cli->json)
                cli_print_json(cli, result);
        else
                card_print(cli, rows, n_rows, result);
        return 0;
}

static int archive_show(Cli *cli) {
        static const CardRow rows[] = {
                { "Bans", "Bans", CARD_NUMBER },
                { "Oldest", "OldestAt", CARD_TIME, .optional = true },
                { "Newest", "NewestAt", CARD_TIME, .optional = true },
                { "Up to date with fail2ban at", "SyncedAt", CARD_TIME, .optional = true },
        };

        return show(cli, rows, LENGTH(rows), client_get_all(&cli->client, BANGUI_PATH, BANGUI_HISTORY));
}

static Value *work(Cli *cli, const char *member, const Value *options) {
        cli_will_ask(cli);
        return operation_settle(cli, cli_ask(cli, BANGUI_PATH, BANGUI_HISTORY, member, "m", options));
}

static int archive_sync(Cli *cli) {
        static const CardRow rows[] = {
                { "New bans", "bans", CARD_NUMBER },
                { "New unbans", "unbans", CARD_NUMBER },
                { "Changed", "changed", CARD_NUMBER },
        };
        auto_value Value *options = value_new(VALUE_MAP);

        return show(cli, rows, LENGTH(rows), work(cli, "Sync", options));
}

static int archive_purge(Cli *cli) {
        static const CardRow rows[] = { { "Rows removed", "removed", CARD_NUMBER } };
        auto_value Value *options = cli_call_options(cli);
        int status = cli_take_time(cli, options, "before", "before");

        if (status != 0)
                return status;
        if (!options_has(&cli->options, "before"))
                return cli_usage(cli, "archive purge: --before TIME is needed, as --before 90d");
        return show(cli, rows, LENGTH(rows), work(cli, "Purge", options));
}

static int archive_compact(Cli *cli) {
        static const CardRow rows[] = {
                { "Bytes before", "bytes_before", CARD_NUMBER },
                { "Bytes after", "bytes_after", CARD_NUMBER },
        };
        auto_value Value *options = cli_call_options(cli);

        return show(cli, rows, LENGTH(rows), work(cli, "Compact", options));
}

static int archive_backup(Cli *cli) {
        static const CardRow rows[] = { { "Bytes", "bytes", CARD_NUMBER } };
        auto_value Value *options = cli_call_options(cli);
        auto_value Value *result = NULL;
        auto_new_file NewFile file = { 0 };
        int status = new_file_open(&file, cli_word(cli, 1));

        if (status != 0)
                return status;
        cli_will_ask(cli);
        result = operation_settle(cli, cli_ask(cli, BANGUI_PATH, BANGUI_HISTORY, "Backup", "hm", file.fd, options));
        status = result != NULL ? new_file_keep(&file) : 0;
        return status != 0 ? status : show(cli, rows, LENGTH(rows), take_pointer(result));
}

int archive_run(Cli *cli) {
        static const Subcommand subcommands[] = {
                { "show", 0, 0, archive_show },     { "sync", 0, 0, archive_sync },
                { "purge", 0, 0, archive_purge },   { "compact", 0, 0, archive_compact },
                { "backup", 1, 1, archive_backup },
        };

        if (cli_n_words(cli) == 0)
                return archive_show(cli);
        return subcommand_run(cli, 0, subcommands, LENGTH(subcommands));
}
