/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <string.h>

#include "client/cli/command.h"
#include "client/cli/pages.h"
#include "client/cli/table.h"

static int take_filters(Cli *cli, Value *options) {
        int64_t uid = 0;
        int status = cli_take_time(cli, options, "since", "since_at");

        if (status == 0)
                status = cli_take_time(cli, options, "until", "until_at");
        if (status == 0)
                status = cli_take_number(cli, "uid", 0, UINT32_MAX, 0, &uid);
        if (status != 0)
                return status;
        if (options_has(&cli->options, "uid"))
                value_set_int(options, "uid", uid);
        cli_take_string(cli, options, "method");
        cli_take_string(cli, options, "search");
        return 0;
}

static void print_rows(Cli *cli, const Value *rows) {
        static const TableColumn columns[] = { { "TIME" },   { "UID", .right = true },      { "METHOD" }, { "OBJECT" },
                                               { "RESULT" }, { "REASON", .optional = true } };
        auto_table Table table = { 0 };

        table_init(&table, columns, sizeof(columns) / sizeof(*columns));
        for (size_t i = 0; i < value_count(rows); i++) {
                const Value *row = value_item(rows, i);
                const char *result = value_string(row, "result");
                const char *dot = strrchr(result, '.');

                table_add_time(&table, &cli->clock, value_int(row, "at", 0));
                table_add_int(&table, value_int(row, "uid", -1));
                table_add(&table, value_string(row, "method"));
                table_add(&table, value_string(row, "object"));
                table_add(&table, dot != NULL ? dot + 1 : result);
                table_style(&table, strcmp(result, "ok") == 0 ? STYLE_PLAIN : STYLE_BAD);
                table_add(&table, value_string(row, "reason"));
        }
        table_print(&table, &cli->output);
}

int audit_run(Cli *cli) {
        auto_value Value *options = value_new(VALUE_MAP);
        auto_value Value *rows = value_new(VALUE_LIST);
        int64_t limit = 0;
        int status = pages_take_limit(cli, &limit);

        if (status == 0)
                status = take_filters(cli, options);
        if (status != 0)
                return status;
        cli_will_ask(cli);
        if (pages_fetch(cli, BANGUI_MANAGER, "ListAudit", options, limit, rows) < 0)
                return cli_fail(cli);
        if (cli->json)
                cli_print_json(cli, rows);
        else if (value_count(rows) == 0)
                output_add(&cli->output, "No changes are recorded.\n");
        else
                print_rows(cli, rows);
        return 0;
}
