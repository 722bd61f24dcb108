/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/cli/jails.h"
#include "client/cli/command.h"
#include "client/cli/table.h"

static const TableColumn columns[] = {
        { "JAIL" },
        { "BANNED", .right = true },
        { "BANNED TOTAL", .right = true },
        { "FAILED", .right = true },
        { "FAILED TOTAL", .right = true },
        { "STATE", .optional = true },
};

static void add_counters(Table *table, const Value *row) {
        table_add_int(table, value_int(row, "currently_banned", 0));
        table_add_int(table, value_int(row, "total_banned", 0));
        table_add_int(table, value_int(row, "currently_failed", 0));
        table_add_int(table, value_int(row, "total_failed", 0));
}

void jail_rows_print(Cli *cli, const Value *jails, const Value *totals) {
        auto_table Table table = { 0 };

        table_init(&table, columns, sizeof(columns) / sizeof(*columns));
        for (size_t i = 0; i < value_count(jails); i++) {
                const Value *row = value_item(jails, i);

                table_add(&table, value_string(row, "name"));
                add_counters(&table, row);
                table_add(&table, value_bool(row, "idle") ? "idle" : "");
                table_style(&table, STYLE_WARNING);
        }
        if (value_count(jails) > 1) {
                table_add(&table, "(all)");
                add_counters(&table, totals);
                table_add(&table, "");
        }
        table_print(&table, &cli->output);
}

/* For completions and scripts: as they are, since a name that was made harmless would name no jail. */
static void print_names(Cli *cli, const Value *jails) {
        for (size_t i = 0; i < value_count(jails); i++) {
                const char *name = value_string(value_item(jails, i), "name");

                if (cli->pretty)
                        output_add_safe(&cli->output, name);
                else
                        output_add(&cli->output, name);
                output_add(&cli->output, "\n");
        }
}

int jails_run(Cli *cli) {
        auto_value Value *status = cli_ask(cli, BANGUI_PATH, BANGUI_MANAGER, "GetStatus", "");
        auto_value Value *none = value_new(VALUE_LIST);
        const Value *jails = value_get(status, "jails");

        if (status == NULL)
                return cli_fail(cli);
        if (jails == NULL)
                jails = none;
        if (cli->json)
                cli_print_json(cli, jails);
        else if (options_has(&cli->options, "names"))
                print_names(cli, jails);
        else if (value_count(jails) == 0)
                output_add(&cli->output,
                           value_bool(status, "online") ? "No jails run.\n" : "No jails run: fail2ban is offline.\n");
        else
                jail_rows_print(cli, jails, status);
        return 0;
}
