/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/cli/ban-rows.h"

#include <string.h>

static const TableColumn columns[BAN_COLUMNS] = {
        [BAN_COLUMN_ADDRESS] = { "ADDRESS" },
        [BAN_COLUMN_JAIL] = { "JAIL" },
        [BAN_COLUMN_BANNED] = { "BANNED" },
        [BAN_COLUMN_UNTIL] = { "UNTIL" },
        [BAN_COLUMN_LEFT] = { "LEFT", .right = true },
        [BAN_COLUMN_FAILURES] = { "FAILURES", .right = true },
        [BAN_COLUMN_BANS] = { "BANS", .right = true },
        [BAN_COLUMN_COUNTRY] = { "COUNTRY" },
        [BAN_COLUMN_NETWORK] = { "NETWORK", .optional = true },
};

static JsonSpan span_of(const char *text) {
        return (JsonSpan) { text, strlen(text), false };
}

void ban_row_from_value(BanRow *self, const Value *map) {
        *self = (BanRow) {
                .address = span_of(value_string(map, "address")),
                .jail = span_of(value_string(map, "jail")),
                .banned_at = value_int(map, "banned_at", 0),
                .ends_at = value_int(map, "ends_at", 0),
                .remaining = value_int(map, "remaining", 0),
                .failures = value_int(map, "failures", 0),
                .count = value_int(map, "count", 0),
                .country = span_of(value_string(map, "country")),
                .network = value_int(map, "network", 0),
        };
}

void ban_table_init(Table *table) {
        table_init(table, columns, BAN_COLUMNS);
}

void ban_table_add(Table *table, Clock *clock, const BanRow *row) {
        table_add_span(table, row->address.text, row->address.length);
        table_add_span(table, row->jail.text, row->jail.length);
        table_add_time(table, clock, row->banned_at);
        table_add_time(table, clock, row->ends_at);
        table_add_duration(table, ban_row_left(row));
        table_add_int(table, row->failures);
        if (row->count > 0)
                table_add_int(table, row->count);
        else
                table_add(table, "-");
        if (row->country.length > 0)
                table_add_span(table, row->country.text, row->country.length);
        else
                table_add(table, "-");
        table_add_network(table, row->network, "");
}

static void print_titled(Cli *cli, const char *title, Table *table) {
        output_add(&cli->output, "\n");
        output_add_styled(&cli->output, STYLE_BOLD, title);
        output_add(&cli->output, "\n");
        table_print(table, &cli->output);
}

void ban_rows_print(Cli *cli, const char *title, const Value *rows) {
        auto_table Table table = { 0 };

        if (value_count(rows) == 0)
                return;
        ban_table_init(&table);
        for (size_t i = 0; i < value_count(rows); i++) {
                BanRow row;

                ban_row_from_value(&row, value_item(rows, i));
                ban_table_add(&table, &cli->clock, &row);
        }
        print_titled(cli, title, &table);
}

void earlier_rows_print(Cli *cli, const Value *rows) {
        static const TableColumn earlier[] = { { "BANNED" },
                                               { "JAIL" },
                                               { "FOR", .right = true },
                                               { "FAILURES", .right = true },
                                               { "LAST LINE", .optional = true } };
        auto_table Table table = { 0 };

        if (value_count(rows) == 0)
                return;
        table_init(&table, earlier, sizeof(earlier) / sizeof(*earlier));
        for (size_t i = 0; i < value_count(rows); i++) {
                const Value *row = value_item(rows, i);
                const Value *matches = value_get(row, "matches");
                const Value *last = value_item(matches, value_count(matches) - 1);

                table_add_time(&table, &cli->clock, value_int(row, "banned_at", 0));
                table_add(&table, value_string(row, "jail"));
                table_add_duration(&table, value_int(row, "bantime", 0));
                table_add_int(&table, value_int(row, "failures", 0));
                table_add(&table, last != NULL && last->kind == VALUE_STRING ? last->string : "");
        }
        print_titled(cli, "Earlier bans", &table);
}
