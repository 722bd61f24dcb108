/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <string.h>

#include "client/cli/command.h"
#include "client/cli/table.h"

static int take_time(Cli *cli, Value *options, const char *name, const char *key) {
        const char *text = options_value(&cli->options, name);
        int64_t at = 0;

        if (text == NULL)
                return 0;
        if (clock_parse(&cli->clock, text, clock_now(), &at) < 0)
                return cli_usage(cli,
                                 "--%s %s: a date (2026-11-21), a date and time (2026-11-21 14:03), or how long "
                                 "ago (2h) is needed",
                                 name, text);
        value_set_int(options, key, at);
        return 0;
}

static int take_filters(Cli *cli, Value *options) {
        int64_t uid = 0;
        int status = take_time(cli, options, "since", "since_at");

        if (status == 0)
                status = take_time(cli, options, "until", "until_at");
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

/* One page onto ROWS. Returns 1 when there is another (its cursor is in OPTIONS), 0 at the end, -1 on error. */
static int fetch_page(Cli *cli, Value *options, Value *rows) {
        auto_message sd_bus_message *reply =
                client_call(&cli->client, BANGUI_PATH, BANGUI_MANAGER, "ListAudit", "m", options);
        auto_value Value *part = reply != NULL ? client_read(&cli->client, reply) : NULL;
        auto_value Value *page = part != NULL ? client_read(&cli->client, reply) : NULL;
        const char *cursor = value_string(page, "next_cursor");

        if (page == NULL)
                return -1;
        value_move_items(rows, part);
        value_set_string(options, "cursor", cursor);
        return *cursor != '\0';
}

static int fetch(Cli *cli, Value *options, int64_t limit, Value *rows) {
        int r = 1;

        while (r > 0 && (int64_t) value_count(rows) < limit) {
                int64_t missing = limit - (int64_t) value_count(rows);

                value_set_int(options, "limit", missing < PAGE_MAX ? missing : PAGE_MAX);
                r = fetch_page(cli, options, rows);
        }
        return r;
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
        int status = cli_take_number(cli, "limit", 1, INT64_MAX, PAGE_DEFAULT, &limit);

        if (status == 0)
                status = take_filters(cli, options);
        if (status != 0)
                return status;
        cli_will_ask(cli);
        if (fetch(cli, options, options_has(&cli->options, "all") ? INT64_MAX : limit, rows) < 0)
                return cli_fail(cli);
        if (cli->json)
                cli_print_json(cli, rows);
        else if (value_count(rows) == 0)
                output_add(&cli->output, "No changes are recorded.\n");
        else
                print_rows(cli, rows);
        return 0;
}
