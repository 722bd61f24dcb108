/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/cli/bars.h"

#include <string.h>

#define BAR_WIDTH 40

static int64_t most(const Value *rows) {
        int64_t result = 1;

        for (size_t i = 0; i < value_count(rows); i++) {
                int64_t bans = value_int(value_item(rows, i), "bans", 0);

                if (bans > result)
                        result = bans;
        }
        return result;
}

/* What is there at all has a bar of at least one. */
static void add_bar(Table *table, int64_t bans, int64_t maximum) {
        static const char bar[BAR_WIDTH + 1] = "########################################";
        double length = (double) bans / (double) maximum * BAR_WIDTH;

        table_add_span(table, bar, bans <= 0 ? 0 : length < 1 ? 1 : (size_t) length);
}

static void add_share(Table *table, const Value *row) {
        const Value *share = value_get(row, "share");
        auto_buffer Buffer text = { 0 };

        buffer_printf(&text, "%.1f %%", share != NULL && share->kind == VALUE_DOUBLE ? share->real * 100 : 0);
        table_add(table, buffer_text(&text));
}

void bars_print(Cli *cli, const Bars *bars, const Value *rows) {
        TableColumn columns[BARS_LABELS_MAX + 3] = { { NULL } };
        auto_table Table table = { 0 };
        int64_t maximum = most(rows);
        size_t n = 0;

        for (; n < BARS_LABELS_MAX && bars->titles[n] != NULL; n++)
                columns[n] = (TableColumn) { bars->titles[n], .optional = true };
        columns[n++] = (TableColumn) { "BANS", .right = true };
        if (bars->share)
                columns[n++] = (TableColumn) { "SHARE", .right = true };
        columns[n++] = (TableColumn) { "" };
        table_init(&table, columns, n);
        for (size_t i = 0; i < value_count(rows); i++) {
                const Value *row = value_item(rows, i);
                int64_t bans = value_int(row, "bans", 0);

                bars->label(&table, cli, row);
                table_add_int(&table, bans);
                if (bars->share)
                        add_share(&table, row);
                add_bar(&table, bans, maximum);
        }
        table_print(&table, &cli->output);
}
