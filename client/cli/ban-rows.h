/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A row of the lists of bans, and the table of them. */

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
        JsonSpan country; /* two letters, or empty */
        int64_t network;
} BanRow;

enum {
        BAN_COLUMN_ADDRESS,
        BAN_COLUMN_JAIL,
        BAN_COLUMN_BANNED,
        BAN_COLUMN_UNTIL,
        BAN_COLUMN_LEFT,
        BAN_COLUMN_FAILURES,
        BAN_COLUMN_BANS,
        BAN_COLUMN_COUNTRY,
        BAN_COLUMN_NETWORK,
        BAN_COLUMNS,
};

/* What is left of its time, as a duration. */
static inline int64_t ban_row_left(const BanRow *self) {
        if (self->ends_at < 0)
                return DURATION_PERMANENT;
        return self->remaining > 0 ? self->remaining : 0;
}

/* The spans point into the map and hold no escapes. */
void ban_row_from_value(BanRow *self, const Value *map);

/* A table that is kept, of rows without escapes. */
void ban_table_init(Table *table);
void ban_table_add(Table *table, Clock *clock, const BanRow *row);

/* The whole table of ROWS (a list of maps) below a title; nothing when there are none. */
void ban_rows_print(Cli *cli, const char *title, const Value *rows);

/* The same of bans that are over, as fail2ban's database has them. */
void earlier_rows_print(Cli *cli, const Value *rows);
