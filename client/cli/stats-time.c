/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/cli/stats-time.h"

#include "client/cli/table.h"

static const Value *series_of(const Value *trend, size_t index) {
        return value_item(value_get(trend, "series"), index);
}

void stats_print_series(Cli *cli, const Value *trend) {
        const Value *rows = value_get(trend, "rows");
        size_t n = value_count(value_get(trend, "series"));
        TableColumn columns[TABLE_COLUMNS_MAX] = { { "FROM" } };
        auto_table Table table = { 0 };

        if (n > TABLE_COLUMNS_MAX - 1)
                n = TABLE_COLUMNS_MAX - 1;
        for (size_t i = 0; i < n; i++) {
                const char *jail = value_string(series_of(trend, i), "jail");

                columns[i + 1] = (TableColumn) { *jail != '\0' ? jail : "OTHERS", .right = true };
        }
        table_init(&table, columns, n + 1);
        for (size_t row = 0; row < value_count(rows); row++) {
                table_add_time(&table, &cli->clock, value_int(value_item(rows, row), "at", 0));
                for (size_t i = 0; i < n; i++)
                        table_add_int(&table, value_as_int(value_item(value_get(series_of(trend, i), "bans"), row), 0));
        }
        table_print(&table, &cli->output);
}

void stats_print_activity(Cli *cli, const Value *activity) {
        static const TableColumn columns[] = { { "FROM" },
                                               { "IN FORCE", .right = true },
                                               { "FAILURES", .right = true } };
        const Value *rows = value_get(activity, "rows");
        auto_table Table table = { 0 };

        output_printf(&cli->output, "%lld failures", (long long) value_int(activity, "failures", 0));
        if (value_get(activity, "before_failures") != NULL)
                output_printf(&cli->output, ", %lld in the period before",
                              (long long) value_int(activity, "before_failures", 0));
        output_add(&cli->output, "\n\n");
        table_init(&table, columns, sizeof(columns) / sizeof(*columns));
        for (size_t i = 0; i < value_count(rows); i++) {
                const Value *row = value_item(rows, i);
                const Value *active = value_get(row, "active");

                table_add_time(&table, &cli->clock, value_int(row, "at", 0));
                if (active != NULL)
                        table_add_int(&table, value_int(row, "active", 0));
                else
                        table_add(&table, "-");
                table_add_int(&table, value_int(row, "failures", 0));
        }
        table_print(&table, &cli->output);
}
