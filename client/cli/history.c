/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <string.h>

#include "client/cli/command.h"
#include "client/cli/filters.h"
#include "client/cli/history-rows.h"
#include "client/cli/pages.h"
#include "client/cli/table.h"

static int take_kind(Cli *cli, Value *options) {
        const char *kind = options_value(&cli->options, "kind");

        if (kind == NULL)
                return 0;
        if (strcmp(kind, "ban") != 0 && strcmp(kind, "unban") != 0)
                return cli_usage(cli, "--kind %s: ban or unban is needed", kind);
        value_set_string(options, "kind", kind);
        return 0;
}

static void print_repeaters(Cli *cli, const Value *rows) {
        static const TableColumn columns[] = {
                { "ADDRESS" },
                { "BANS", .right = true },
                { "COUNTRY", .optional = true },
                { "NETWORK", .optional = true },
                { "FIRST" },
                { "LAST" },
                { "JAILS" },
        };
        auto_table Table table = { 0 };

        table_init(&table, columns, sizeof(columns) / sizeof(*columns));
        for (size_t i = 0; i < value_count(rows); i++) {
                const Value *row = value_item(rows, i);

                table_add(&table, value_string(row, "address"));
                table_add_int(&table, value_int(row, "bans", 0));
                table_add(&table, value_string(row, "country"));
                table_add_network(&table, value_int(row, "network", 0), "");
                table_add_time(&table, &cli->clock, value_int(row, "first_at", 0));
                table_add_time(&table, &cli->clock, value_int(row, "last_at", 0));
                table_add_joined(&table, value_get(row, "jails"), "");
        }
        table_print(&table, &cli->output);
}

static int history_repeaters(Cli *cli) {
        auto_value Value *options = value_new(VALUE_MAP);
        auto_value Value *rows = NULL;
        int64_t limit = 0, minimum = 0;
        int status = cli_take_number(cli, "limit", 1, PAGE_MAX, PAGE_DEFAULT, &limit);

        if (status == 0)
                status = cli_take_number(cli, "min", 2, 1000000, 2, &minimum);
        if (status == 0)
                status = filters_take(cli, options);
        if (status != 0)
                return status;
        value_set_int(options, "limit", limit);
        value_set_int(options, "min", minimum);
        rows = cli_ask(cli, BANGUI_PATH, BANGUI_HISTORY, "Repeaters", "m", options);
        if (rows == NULL)
                return cli_fail(cli);
        if (cli->json)
                cli_print_json(cli, rows);
        else if (value_count(rows) == 0)
                output_add(&cli->output, "Nobody was banned so often.\n");
        else
                print_repeaters(cli, rows);
        return 0;
}

static void add_rows(Cli *cli, Value *rows, void *userdata) {
        history_table_add(userdata, &cli->clock, rows, true);
}

/* Only the text of the cells is kept, for their widths: a list may have a million rows. */
static int print_table(Cli *cli, Value *options, int64_t limit) {
        auto_table Table table = { 0 };

        history_table_init(&table);
        if (pages_each(cli, BANGUI_HISTORY, "List", options, limit, add_rows, &table) < 0)
                return -1;
        if (table.n_cells > 0)
                table_print(&table, &cli->output);
        else
                output_add(&cli->output, "The archive has no such rows.\n");
        return 0;
}

static int history_list(Cli *cli) {
        auto_value Value *options = value_new(VALUE_MAP);
        int64_t limit = 0;
        int status = pages_take_limit(cli, &limit);

        if (status == 0)
                status = filters_take(cli, options);
        if (status == 0)
                status = take_kind(cli, options);
        if (status != 0)
                return status;
        if (cli->json)
                status = pages_print_json(cli, BANGUI_HISTORY, "List", options, limit);
        else
                status = print_table(cli, options, limit);
        return status < 0 ? cli_fail(cli) : 0;
}

int history_run(Cli *cli) {
        static const Subcommand subcommands[] = { { "list", 0, 0, history_list },
                                                  { "repeaters", 0, 0, history_repeaters } };

        if (cli_n_words(cli) == 0)
                return history_list(cli);
        return subcommand_run(cli, 0, subcommands, sizeof(subcommands) / sizeof(*subcommands));
}
