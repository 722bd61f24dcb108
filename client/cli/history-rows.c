/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/cli/history-rows.h"

#include <string.h>

static const TableColumn columns[] = {
        { "TIME" },
        { "WHAT" },
        { "ADDRESS", .optional = true },
        { "COUNTRY", .optional = true },
        { "JAIL" },
        { "FOR", .right = true },
        { "FAILURES", .right = true },
        { "BY" },
        { "ENDED", .optional = true },
        { "LAST LINE", .optional = true },
};

static const char *last_line(const Value *row) {
        const Value *matches = value_get(row, "matches");
        const Value *last = value_count(matches) > 0 ? value_item(matches, value_count(matches) - 1) : NULL;

        return last != NULL && last->kind == VALUE_STRING ? last->string : "";
}

static void add_ban(Table *table, Clock *clock, const Value *row) {
        int64_t bantime = value_int(row, "bantime", 0);
        int64_t ended_at = value_int(row, "ended_at", 0);

        if (bantime >= DURATION_PERMANENT)
                table_add_duration(table, bantime);
        else
                table_add(table, "?");
        table_add_int(table, value_int(row, "failures", 0));
        table_add(table, value_string(row, "origin"));
        if (ended_at > 0)
                table_add_time(table, clock, ended_at);
        else
                table_add(table, "");
}

static void add_unban(Table *table, const Value *row) {
        table_add(table, "");
        table_add(table, "");
        table_add(table, value_string(row, "cause"));
        table_add(table, "");
}

void history_table_init(Table *table) {
        table_init(table, columns, sizeof(columns) / sizeof(*columns));
}

void history_table_add(Table *table, Clock *clock, const Value *rows, bool who) {
        for (size_t i = 0; i < value_count(rows); i++) {
                const Value *row = value_item(rows, i);
                bool ban = strcmp(value_string(row, "kind"), "ban") == 0;

                table_add_time(table, clock, value_int(row, "at", 0));
                table_add(table, value_string(row, "kind"));
                table_style(table, ban ? STYLE_PLAIN : STYLE_DIM);
                table_add(table, who ? value_string(row, "address") : "");
                table_add(table, who ? value_string(row, "country") : "");
                table_add(table, value_string(row, "jail"));
                if (ban)
                        add_ban(table, clock, row);
                else
                        add_unban(table, row);
                table_add(table, last_line(row));
        }
}
