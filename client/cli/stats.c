/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Figures of the archive. */

#include <string.h>

#include "client/cli/bars.h"
#include "client/cli/command.h"
#include "client/cli/filters.h"
#include "client/cli/stats-time.h"
#include "client/cli/week.h"

#define LENGTH(array) (sizeof(array) / sizeof(*(array)))
#define ROWS_DEFAULT 20
#define OVERVIEW_ROWS 5
#define HALF_PERCENT 0.005

static void label_country(Table *table, Cli *cli, const Value *row) {
        const char *code = value_string(row, "country");

        table_add(table, *code != '\0' ? code : "-");
        table_add(table, *code != '\0' ? value_string(row, "name") : "not known");
}

static void label_jail(Table *table, Cli *cli, const Value *row) {
        table_add(table, value_string(row, "jail"));
}

static void label_network(Table *table, Cli *cli, const Value *row) {
        int64_t network = value_int(row, "network", 0);

        table_add_network(table, network, "-");
        table_add(table, network > 0 ? value_string(row, "organisation") : "not known");
}

static void label_origin(Table *table, Cli *cli, const Value *row) {
        table_add(table, value_string(row, "origin"));
}

static void label_address(Table *table, Cli *cli, const Value *row) {
        table_add(table, value_string(row, "address"));
        table_add(table, value_string(row, "country"));
        table_add(table, value_string(row, "jail"));
        table_add_time(table, &cli->clock, value_int(row, "last_at", 0));
}

static void label_time(Table *table, Cli *cli, const Value *row) {
        table_add_time(table, &cli->clock, value_int(row, "at", 0));
}

static const Bars bars_country = { { "COUNTRY", "NAME" }, label_country, .share = true };
static const Bars bars_jail = { { "JAIL" }, label_jail, .share = true };
static const Bars bars_network = { { "NETWORK", "ORGANISATION" }, label_network, .share = true };
static const Bars bars_origin = { { "ORIGIN" }, label_origin, .share = true };
static const Bars bars_address = { { "ADDRESS", "COUNTRY", "JAIL", "LAST BAN" }, label_address, .share = true };
static const Bars bars_trend = { { "FROM" }, label_time };

/* Hours and days are those of the zone in which times are shown. */
static void take_zone(Cli *cli, Value *options) {
        auto_free char *zone = clock_zone(&cli->clock);

        value_set_string(options, "timezone", zone);
        cli_take_string(cli, options, "timezone");
}

static int take_options(Cli *cli, Value *options, bool limited, bool zoned) {
        int64_t limit = 0;
        int status = cli_take_number(cli, "limit", 1, PAGE_MAX, ROWS_DEFAULT, &limit);

        if (status == 0)
                status = filters_take(cli, options);
        if (!limited && options_has(&cli->options, "limit"))
                return cli_usage(cli, "--limit goes with network, top and the overview");
        if (limited)
                value_set_int(options, "limit", limit);
        if (zoned)
                take_zone(cli, options);
        return status;
}

static void print_total(Cli *cli, const Value *result) {
        int64_t total = value_int(result, "total", 0);
        int64_t since = value_int(result, "since", 0);
        int64_t addresses = value_int(result, "addresses", 0);
        int64_t again = value_int(result, "repeat_addresses", 0);

        output_printf(&cli->output, "%lld ban%s", (long long) total, total == 1 ? "" : "s");
        if (value_get(result, "addresses") != NULL)
                output_printf(&cli->output, " of %lld address%s", (long long) addresses, addresses == 1 ? "" : "es");
        if (again > 0)
                output_printf(&cli->output, " (%lld more than once)", (long long) again);
        if (since > 0) {
                output_add(&cli->output, " since ");
                clock_add_time(&cli->clock, &cli->output.text, since);
        }
        output_add(&cli->output, "\n");
}

typedef struct Figure {
        const char *member;
        const Bars *bars; /* NULL: its rows, if any, are the hours of a week */
        bool limited;
        bool zoned;
        bool timed;                                   /* in buckets */
        void (*print)(Cli *cli, const Value *result); /* all of it, in place of the bars */
} Figure;

static void figure_print(Cli *cli, const Figure *figure, const Value *result) {
        print_total(cli, result);
        if (value_int(result, "total", 0) == 0 || value_count(value_get(result, "rows")) == 0)
                return;
        output_add(&cli->output, "\n");
        if (value_get(result, "series") != NULL)
                stats_print_series(cli, result);
        else if (figure->bars != NULL)
                bars_print(cli, figure->bars, value_get(result, "rows"));
        else
                week_print(cli, value_get(result, "rows"));
}

static int figure_show(Cli *cli, const Figure *figure) {
        auto_value Value *options = value_new(VALUE_MAP);
        auto_value Value *result = NULL;
        int status = take_options(cli, options, figure->limited, figure->zoned);

        if (status != 0)
                return status;
        if (figure->timed) {
                cli_take_string(cli, options, "bucket");
                cli_take_string(cli, options, "by");
        }
        result = cli_ask(cli, BANGUI_PATH, BANGUI_STATS, figure->member, "m", options);
        if (result == NULL)
                return cli_fail(cli);
        if (cli->json) {
                cli_print_json(cli, result);
                return 0;
        }
        if (figure->print != NULL)
                figure->print(cli, result);
        else
                figure_print(cli, figure, result);
        return 0;
}

static int stats_country(Cli *cli) {
        return figure_show(cli, &(Figure) { "ByCountry", &bars_country });
}

static int stats_jail(Cli *cli) {
        return figure_show(cli, &(Figure) { "ByJail", &bars_jail });
}

static int stats_network(Cli *cli) {
        return figure_show(cli, &(Figure) { "ByNetwork", &bars_network, .limited = true });
}

static int stats_origin(Cli *cli) {
        return figure_show(cli, &(Figure) { "ByOrigin", &bars_origin });
}

static int stats_top(Cli *cli) {
        return figure_show(cli, &(Figure) { "TopAddresses", &bars_address, .limited = true });
}

static int stats_unique(Cli *cli) {
        return figure_show(cli, &(Figure) { "Unique" });
}

static int stats_trend(Cli *cli) {
        return figure_show(cli, &(Figure) { "Trend", &bars_trend, .zoned = true, .timed = true });
}

static int stats_activity(Cli *cli) {
        return figure_show(cli, &(Figure) { "Activity", .zoned = true, .timed = true, .print = stats_print_activity });
}

static int stats_hours(Cli *cli) {
        return figure_show(cli, &(Figure) { "HourOfWeek", .zoned = true });
}

static void print_change(Cli *cli, const Value *result) {
        const Value *change = value_get(result, "change");

        print_total(cli, result);
        if (value_get(result, "before") == NULL)
                return;
        output_printf(&cli->output, "%lld in the period before", (long long) value_int(result, "before", 0));
        if (change != NULL && change->kind == VALUE_DOUBLE) {
                bool same = change->real > -HALF_PERCENT && change->real < HALF_PERCENT;
                auto_buffer Buffer text = { 0 };

                buffer_printf(&text, "%+.0f %%", same ? 0 : change->real * 100);
                output_add(&cli->output, ": ");
                output_add_styled(&cli->output,
                                  same               ? STYLE_PLAIN
                                  : change->real > 0 ? STYLE_BAD
                                                     : STYLE_GOOD,
                                  buffer_text(&text));
        }
        output_add(&cli->output, "\n");
}

static int stats_compare(Cli *cli) {
        auto_value Value *options = value_new(VALUE_MAP);
        auto_value Value *result = NULL;
        int status = take_options(cli, options, false, false);

        if (status != 0)
                return status;
        result = cli_ask(cli, BANGUI_PATH, BANGUI_STATS, "Compare", "m", options);
        if (result == NULL)
                return cli_fail(cli);
        if (cli->json)
                cli_print_json(cli, result);
        else
                print_change(cli, result);
        return 0;
}

/* Without a file of networks every ban is of none. */
static bool says_nothing(const Value *rows) {
        const Value *row = value_item(rows, 0);

        return value_count(rows) == 1 && value_get(row, "network") != NULL && value_get(row, "address") == NULL &&
               value_int(row, "network", 0) == 0;
}

static void print_overview(Cli *cli, const Value *result) {
        static const struct {
                const char *key;
                const Bars *bars;
        } parts[] = {
                { "by_country", &bars_country }, { "by_network", &bars_network }, { "by_jail", &bars_jail },
                { "by_origin", &bars_origin },   { "top", &bars_address },
        };
        int64_t limit = 0;
        size_t most;

        print_change(cli, result);
        (void) cli_take_number(cli, "limit", 1, PAGE_MAX, OVERVIEW_ROWS, &limit);
        most = (size_t) limit;
        output_printf(&cli->output, "%lld in force now\n", (long long) value_int(result, "active", 0));
        for (size_t i = 0; i < LENGTH(parts); i++) {
                Value first = { .kind = VALUE_LIST };
                const Value *rows = value_get(result, parts[i].key);

                if (value_int(result, "total", 0) == 0 || value_count(rows) == 0 || says_nothing(rows))
                        continue;
                first.items = rows->items;
                first.count = rows->count < most ? rows->count : most;
                output_add(&cli->output, "\n");
                bars_print(cli, parts[i].bars, &first);
        }
}

static int stats_overview(Cli *cli) {
        auto_value Value *options = value_new(VALUE_MAP);
        auto_value Value *result = NULL;
        int status = take_options(cli, options, true, true);

        if (status != 0)
                return status;
        result = cli_ask(cli, BANGUI_PATH, BANGUI_STATS, "Overview", "m", options);
        if (result == NULL)
                return cli_fail(cli);
        if (cli->json)
                cli_print_json(cli, result);
        else
                print_overview(cli, result);
        return 0;
}

int stats_run(Cli *cli) {
        static const Subcommand subcommands[] = {
                { "overview", 0, 0, stats_overview }, { "country", 0, 0, stats_country },
                { "jail", 0, 0, stats_jail },         { "network", 0, 0, stats_network },
                { "origin", 0, 0, stats_origin },     { "top", 0, 0, stats_top },
                { "unique", 0, 0, stats_unique },     { "trend", 0, 0, stats_trend },
                { "hours", 0, 0, stats_hours },       { "compare", 0, 0, stats_compare },
                { "activity", 0, 0, stats_activity },
        };

        if (cli_n_words(cli) == 0)
                return stats_overview(cli);
        return subcommand_run(cli, 0, subcommands, LENGTH(subcommands));
}
