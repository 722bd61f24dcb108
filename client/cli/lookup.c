/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/cli/ban-rows.h"
#include "client/cli/card.h"
#include "client/cli/command.h"

#define LENGTH(array) (sizeof(array) / sizeof(*(array)))

static const CardRow ban_rows[] = {
        { "Jail", "jail", CARD_TEXT },           { "Banned", "banned_at", CARD_TIME },
        { "Until", "ends_at", CARD_TIME },       { "Left", "remaining", CARD_DURATION },
        { "Failures", "failures", CARD_NUMBER }, { "Bans so far", "count", CARD_NUMBER },
        { "Country", "country", CARD_TEXT },     { "Network", "network", CARD_NETWORK },
        { "By user", "banned_by", CARD_NUMBER }, { "Reason", "reason", CARD_TEXT },
        { "Lines", "matches", CARD_LIST },
};

static void print_captured(Cli *cli, const Value *captured) {
        for (size_t i = 0; i < value_count(captured); i++) {
                const Value *item = captured->items[i];

                output_add(&cli->output, i == 0 ? "Captured  " : ", ");
                output_add_safe(&cli->output, captured->keys[i]);
                output_add(&cli->output, "=");
                output_add_safe(&cli->output, item->kind == VALUE_STRING ? item->string : "");
        }
        output_add(&cli->output, value_count(captured) > 0 ? "\n" : "");
}

static void print_bans(Cli *cli, const Value *bans) {
        for (size_t i = 0; i < value_count(bans); i++) {
                const Value *ban = value_item(bans, i);

                output_add(&cli->output, "\n");
                card_print(cli, ban_rows, LENGTH(ban_rows), ban);
                print_captured(cli, value_get(ban, "captured"));
        }
}

static void print_earlier(Cli *cli, const Value *earlier) {
        static const TableColumn columns[] = { { "BANNED" },
                                               { "JAIL" },
                                               { "FOR", .right = true },
                                               { "FAILURES", .right = true },
                                               { "LAST LINE", .optional = true } };
        auto_table Table table = { 0 };

        if (value_count(earlier) == 0)
                return;
        table_init(&table, columns, LENGTH(columns));
        for (size_t i = 0; i < value_count(earlier); i++) {
                const Value *row = value_item(earlier, i);
                const Value *matches = value_get(row, "matches");
                const Value *last = value_item(matches, value_count(matches) - 1);

                table_add_time(&table, &cli->clock, value_int(row, "banned_at", 0));
                table_add(&table, value_string(row, "jail"));
                table_add_duration(&table, value_int(row, "bantime", 0));
                table_add_int(&table, value_int(row, "failures", 0));
                table_add(&table, last != NULL && last->kind == VALUE_STRING ? last->string : "");
        }
        output_add(&cli->output, "\n");
        output_add_styled(&cli->output, STYLE_BOLD, "Earlier bans");
        output_add(&cli->output, "\n");
        table_print(&table, &cli->output);
}

int lookup_run(Cli *cli) {
        auto_value Value *options = value_new(VALUE_MAP);
        auto_value Value *result = NULL;
        size_t n_bans;

        cli_will_ask(cli);
        result = cli_ask(cli, BANGUI_PATH, BANGUI_BANS, "Lookup", "sm", cli_word(cli, 0), options);
        if (result == NULL)
                return cli_fail(cli);
        if (cli->json) {
                cli_print_json(cli, result);
                return 0;
        }
        n_bans = value_count(value_get(result, "bans"));
        output_add_safe(&cli->output, value_string(result, "address"));
        if (n_bans > 0)
                output_printf(&cli->output, " is banned in %zu jail%s.\n", n_bans, n_bans == 1 ? "" : "s");
        else
                output_add(&cli->output, " is not banned.\n");
        print_bans(cli, value_get(result, "bans"));
        ban_rows_print(cli, "Covered by", value_get(result, "covered_by"));
        print_earlier(cli, value_get(result, "earlier"));
        return 0;
}
