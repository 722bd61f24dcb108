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
        earlier_rows_print(cli, value_get(result, "earlier"));
        return 0;
}
