/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Where addresses are, and the files that say so. */

#include <string.h>

#include "client/cli/addresses.h"
#include "client/cli/card.h"
#include "client/cli/command.h"
#include "client/cli/operation.h"
#include "client/cli/table.h"

#define LENGTH(array) (sizeof(array) / sizeof(*(array)))

static const CardRow file_rows[] = {
        { "Country file", "CountryFile", CARD_TEXT },
        { "  type", "CountryType", CARD_TEXT },
        { "  made", "CountryBuiltAt", CARD_TIME, .optional = true },
        { "  problem", "CountryProblem", CARD_TEXT },
        { "Network file", "NetworkFile", CARD_TEXT },
        { "  type", "NetworkType", CARD_TEXT },
        { "  made", "NetworkBuiltAt", CARD_TIME, .optional = true },
        { "  problem", "NetworkProblem", CARD_TEXT },
        { "Asks outside", "Outside", CARD_BOOL },
};

static const CardRow statistics_rows[] = {
        { "Places in the country file", "country_entries", CARD_NUMBER },
        { "Places in the network file", "network_entries", CARD_NUMBER },
        { "Found outside, in memory", "cached", CARD_NUMBER },
        { "Found outside, stored", "stored", CARD_NUMBER },
        { "Asked outside", "asked", CARD_NUMBER },
        { "Answered", "answered", CARD_NUMBER },
        { "Failed requests", "failures", CARD_NUMBER },
};

static int geo_show(Cli *cli) {
        auto_value Value *files = client_get_all(&cli->client, BANGUI_PATH, BANGUI_GEO);
        auto_value Value *statistics = files != NULL ? cli_ask(cli, BANGUI_PATH, BANGUI_GEO, "Statistics", "") : NULL;

        if (statistics == NULL)
                return cli_fail(cli);
        if (cli->json) {
                value_set(files, "Statistics", take_pointer(statistics));
                cli_print_json(cli, files);
                return 0;
        }
        card_print(cli, file_rows, LENGTH(file_rows), files);
        output_add(&cli->output, "\n");
        card_print(cli, statistics_rows, LENGTH(statistics_rows), statistics);
        return 0;
}

static void print_places(Cli *cli, const Value *rows) {
        static const TableColumn columns[] = { { "ADDRESS" },
                                               { "COUNTRY" },
                                               { "NAME", .optional = true },
                                               { "NETWORK", .optional = true },
                                               { "ORGANISATION", .optional = true },
                                               { "STATE", .optional = true } };
        auto_table Table table = { 0 };

        table_init(&table, columns, LENGTH(columns));
        for (size_t i = 0; i < value_count(rows); i++) {
                const Value *row = value_item(rows, i);
                const char *country = value_string(row, "country");

                table_add(&table, value_string(row, "address"));
                table_add(&table, *country != '\0' ? country : "-");
                table_add(&table, value_string(row, "country_name"));
                table_add_network(&table, value_int(row, "network", 0), "");
                table_add(&table, value_string(row, "organisation"));
                table_add(&table, value_string(row, "state"));
        }
        table_print(&table, &cli->output);
}

static int geo_lookup(Cli *cli) {
        auto_value Value *addresses = options_words(&cli->options, 2);
        auto_value Value *rows = cli_ask(cli, BANGUI_PATH, BANGUI_GEO, "LookupMany", "l", addresses);

        if (rows == NULL)
                return cli_fail(cli);
        if (cli->json)
                cli_print_json(cli, rows);
        else
                print_places(cli, rows);
        return 0;
}

static int geo_ask(Cli *cli) {
        auto_value Value *options = cli_call_options(cli);
        auto_value Value *addresses = options_words(&cli->options, 2);
        auto_value Value *result = NULL;

        cli_will_ask(cli);
        result =
                operation_settle(cli, cli_ask(cli, BANGUI_PATH, BANGUI_GEO, "LookupOutside", "lm", addresses, options));
        if (result == NULL)
                return cli_fail(cli);
        if (cli->json) {
                cli_print_json(cli, result);
                return 0;
        }
        print_places(cli, value_get(result, "rows"));
        if (*value_string(result, "problem") != '\0') {
                output_add_styled(&cli->output, STYLE_WARNING, "Not all was answered: ");
                output_add_safe(&cli->output, value_string(result, "problem"));
                output_add(&cli->output, "\n");
        }
        return 0;
}

static int geo_reload(Cli *cli) {
        auto_value Value *options = cli_call_options(cli);
        auto_value Value *files = NULL;

        cli_will_ask(cli);
        files = operation_settle(cli, cli_ask(cli, BANGUI_PATH, BANGUI_GEO, "Reload", "m", options));
        if (files == NULL)
                return cli_fail(cli);
        if (cli->json)
                cli_print_json(cli, files);
        else
                card_print(cli, file_rows, LENGTH(file_rows), files);
        return 0;
}

static int geo_resolve(Cli *cli) {
        auto_value Value *options = cli_call_options(cli);
        auto_value Value *result = NULL;

        cli_will_ask(cli);
        result = operation_settle(cli, cli_ask(cli, BANGUI_PATH, BANGUI_GEO, "Resolve", "m", options));
        if (result == NULL)
                return cli_fail(cli);
        if (cli->json) {
                cli_print_json(cli, result);
                return 0;
        }
        output_add_safe(&cli->output, value_string(result, "message"));
        output_add(&cli->output, "\n");
        return 0;
}

int geo_run(Cli *cli) {
        static const Subcommand subcommands[] = {
                { "show", 0, 0, geo_show },       { "lookup", 1, WORDS_ANY, geo_lookup },
                { "ask", 1, WORDS_ANY, geo_ask }, { "reload", 0, 0, geo_reload },
                { "resolve", 0, 0, geo_resolve },
        };

        if (cli_n_words(cli) == 0)
                return geo_show(cli);
        return subcommand_run(cli, 0, subcommands, LENGTH(subcommands));
}
