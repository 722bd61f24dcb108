/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Why an address is banned, or not. */

#include "client/cli/ban-rows.h"
#include "client/cli/card.h"
#include "client/cli/command.h"
#include "client/cli/table.h"

#define LENGTH(array) (sizeof(array) / sizeof(*(array)))

static const CardRow place_rows[] = {
        { "Country", "country_name", CARD_TEXT },
        { "Network", "network", CARD_NETWORK },
        { "Organisation", "organisation", CARD_TEXT },
        { "Bans before", "bans_before", CARD_NUMBER, .optional = true },
        { "Bans inside", "inside", CARD_NUMBER, .optional = true },
};

static const CardRow jail_rows[] = {
        { "Banned", "banned_at", CARD_TIME },
        { "Until", "ends_at", CARD_TIME },
        { "Left", "remaining", CARD_DURATION },
        { "Origin", "origin", CARD_TEXT },
        { "By user", "banned_by", CARD_NUMBER },
        { "Reason", "reason", CARD_TEXT },
        { "Failures", "failures", CARD_NUMBER },
        { "Of at most", "maxretry", CARD_NUMBER },
        { "Within", "findtime", CARD_DURATION },
        { "Ban number", "count", CARD_NUMBER, .optional = true },
        { "Ban times grow", "increment", CARD_BOOL, .optional = true },
        { "Problem", "problem", CARD_TEXT },
};

static void print_title(Cli *cli, const char *title) {
        output_add(&cli->output, "\n");
        output_add_styled(&cli->output, STYLE_BOLD, title);
        output_add(&cli->output, "\n");
}

/* Each line with the rule that matched it below; a rule is said once for lines that follow each other. */
static void print_lines(Cli *cli, const Value *lines) {
        int64_t said = -1;

        for (size_t i = 0; i < value_count(lines); i++) {
                const Value *line = value_item(lines, i);
                int64_t rule = value_int(line, "rule", -1);

                if (rule >= 0 && rule != said) {
                        output_printf(&cli->output, "  failregex %lld: ", (long long) rule);
                        output_add_safe(&cli->output, value_string(line, "failregex"));
                        output_add(&cli->output, "\n");
                        said = rule;
                }
                output_add_lines(&cli->output, rule >= 0 ? "    " : "  ? ", value_string(line, "line"));
        }
}

static void print_jail(Cli *cli, const Value *jail) {
        output_add(&cli->output, "\n");
        output_add_styled(&cli->output, STYLE_BOLD, value_string(jail, "jail"));
        if (!value_bool(jail, "banned"))
                output_add(&cli->output, " (its last ban, over)");
        if (!value_bool(jail, "running"))
                output_add(&cli->output, " (does not run)");
        output_add(&cli->output, "\n");
        card_print(cli, jail_rows, LENGTH(jail_rows), jail);
        print_lines(cli, value_get(jail, "lines"));
}

static void print_allowed(Cli *cli, const Value *entries) {
        static const TableColumn columns[] = { { "ENTRY" }, { "JAILS" }, { "FROM" }, { "NOTE", .optional = true } };
        auto_table Table table = { 0 };

        if (value_count(entries) == 0)
                return;
        table_init(&table, columns, LENGTH(columns));
        for (size_t i = 0; i < value_count(entries); i++) {
                const Value *entry = value_item(entries, i);

                table_add(&table, value_string(entry, "entry"));
                table_add_joined(&table, value_get(entry, "jails"), "all");
                table_add(&table, value_string(entry, "origin"));
                table_add(&table, value_string(entry, "note"));
        }
        print_title(cli, "Allowed by");
        table_print(&table, &cli->output);
}

static void print_problems(Cli *cli, const Value *problems) {
        for (size_t i = 0; i < value_count(problems); i++) {
                output_add(&cli->output, i == 0 ? "\n" : "");
                output_add_styled(&cli->output, STYLE_WARNING, "not known: ");
                output_add_safe(&cli->output, value_item(problems, i)->string);
                output_add(&cli->output, "\n");
        }
}

int explain_run(Cli *cli) {
        auto_value Value *options = value_new(VALUE_MAP);
        auto_value Value *result = NULL;
        const Value *jails;

        cli_will_ask(cli);
        result = cli_ask(cli, BANGUI_PATH, BANGUI_BANS, "Explain", "sm", cli_word(cli, 0), options);
        if (result == NULL)
                return cli_fail(cli);
        if (cli->json) {
                cli_print_json(cli, result);
                return 0;
        }
        output_add_safe(&cli->output, value_string(result, "verdict"));
        output_add(&cli->output, "\n");
        card_print(cli, place_rows, LENGTH(place_rows), result);
        jails = value_get(result, "jails");
        for (size_t i = 0; i < value_count(jails); i++)
                print_jail(cli, value_item(jails, i));
        ban_rows_print(cli, "Covered by", value_get(result, "covered_by"));
        print_allowed(cli, value_get(result, "allowed_by"));
        earlier_rows_print(cli, value_get(result, "earlier"));
        print_problems(cli, value_get(result, "problems"));
        return 0;
}
