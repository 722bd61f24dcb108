/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the archive knows of one address. */

#include "client/cli/card.h"
#include "client/cli/command.h"
#include "client/cli/history-rows.h"
#include "client/cli/pages.h"
#include "client/cli/table.h"

#define LENGTH(array) (sizeof(array) / sizeof(*(array)))

static const CardRow card_rows[] = {
        { "Address", "address", CARD_TEXT },
        { "Country", "country_name", CARD_TEXT },
        { "Network", "network", CARD_NETWORK },
        { "Organisation", "organisation", CARD_TEXT },
        { "First seen", "first_seen", CARD_TIME },
        { "Last seen", "last_seen", CARD_TIME },
        { "Bans", "bans", CARD_NUMBER },
        { "Unbans", "unbans", CARD_NUMBER },
        { "Repeats", "repeat_offender", CARD_BOOL },
};

static void print_jails(Cli *cli, const Value *jails) {
        static const TableColumn columns[] = { { "JAIL" }, { "BANS", .right = true } };
        auto_table Table table = { 0 };

        if (value_count(jails) < 2)
                return;
        table_init(&table, columns, LENGTH(columns));
        for (size_t i = 0; i < value_count(jails); i++) {
                table_add(&table, value_string(value_item(jails, i), "jail"));
                table_add_int(&table, value_int(value_item(jails, i), "bans", 0));
        }
        output_add(&cli->output, "\n");
        table_print(&table, &cli->output);
}

static void print_time_line(Cli *cli, const Value *rows) {
        auto_table Table table = { 0 };

        if (value_count(rows) == 0)
                return;
        history_table_init(&table);
        history_table_add(&table, &cli->clock, rows, false);
        output_add(&cli->output, "\n");
        table_print(&table, &cli->output);
}

/* The totals of the first page, with the time line of as many pages as are wanted. NULL on error. */
static Value *fetch(Cli *cli, const char *address, int64_t limit) {
        auto_value Value *options = value_new(VALUE_MAP);
        auto_value Value *result = NULL;
        auto_value Value *rows = value_new(VALUE_LIST);
        int64_t missing = limit;

        for (;;) {
                auto_value Value *page = NULL;
                auto_value Value *part = NULL;

                value_set_int(options, "limit", missing < PAGE_MAX ? missing : PAGE_MAX);
                page = cli_ask(cli, BANGUI_PATH, BANGUI_HISTORY, "Address", "sm", address, options);
                if (page == NULL)
                        return NULL;
                part = value_take(page, "rows");
                value_move_items(rows, part);
                value_set_string(options, "cursor", value_string(page, "next_cursor"));
                if (result == NULL)
                        result = take_pointer(page);
                missing = limit - (int64_t) value_count(rows);
                if (missing <= 0 || *value_string(options, "cursor") == '\0')
                        break;
        }
        value_set(result, "rows", take_pointer(rows));
        return take_pointer(result);
}

int address_run(Cli *cli) {
        auto_value Value *result = NULL;
        int64_t limit = 0;
        int status = pages_take_limit(cli, &limit);

        if (status != 0)
                return status;
        cli_will_ask(cli);
        result = fetch(cli, cli_word(cli, 0), limit);
        if (result == NULL)
                return cli_fail(cli);
        if (cli->json) {
                cli_print_json(cli, result);
                return 0;
        }
        card_print(cli, card_rows, LENGTH(card_rows), result);
        print_jails(cli, value_get(result, "jails"));
        print_time_line(cli, value_get(result, "rows"));
        return 0;
}
