/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Rows of bans, from a value tree or straight from a line of JSON, and the table of them. */

#pragma once

#include "client/cli/cli.h"
#include "client/cli/table.h"
#include "client/lib/json.h"

typedef struct BanRow {
        JsonSpan address;
        JsonSpan jail;
        int64_t banned_at;
        int64_t ends_at;
        int64_t remaining;
        int64_t failures;
        int64_t count;
} BanRow;

/* The spans point into the map or the line. */
void ban_row_from_value(BanRow *self, const Value *map);

/* Returns 0, or -EBADMSG when the line is no flat JSON object. */
int ban_row_from_line(BanRow *self, const char *line, size_t length);

void ban_table_init(Table *table);

/* For a table that is printed while it is read: makes room for the row that a line holds, then begins to print. */
void ban_table_expect(Table *table, const char *line, size_t length);
void ban_table_stream(Table *table, const Clock *clock, Output *output);
void ban_table_add(Table *table, Clock *clock, const BanRow *row);
