/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A table with aligned columns
 *
 * All cells stand one behind the other in one buffer, row by row; the widths are known when the last cell is there.
 * Who writes the rows of a very long table himself tells the widths and prints it without rows: that is its head.
 * A table of which no column has a title has no head line.
 */

#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "client/cli/output.h"
#include "client/lib/clock.h"
#include "client/lib/value.h"

#define TABLE_COLUMNS_MAX 16
#define TABLE_GAP 2 /* blanks between columns */

typedef struct TableColumn {
        const char *title;
        bool right;    /* numbers */
        bool optional; /* left out when all its cells are empty */
} TableColumn;

typedef struct TableCell {
        uint32_t length;
        uint32_t width;
} TableCell;

typedef struct Table {
        const TableColumn *columns;
        size_t n_columns;
        size_t widths[TABLE_COLUMNS_MAX];
        Buffer text;
        TableCell *cells;
        Style *styles; /* as many as cells once there was a style, else NULL */
        size_t n_cells;
        size_t capacity;
        size_t column; /* of the next cell */
} Table;

/* COLUMNS must outlive the table. */
void table_init(Table *self, const TableColumn *columns, size_t n_columns);
void table_done(Table *self);

void table_add(Table *self, const char *text);
void table_add_span(Table *self, const char *text, size_t length);
void table_add_int(Table *self, int64_t number);
void table_add_time(Table *self, Clock *clock, int64_t at);
void table_add_duration(Table *self, int64_t seconds);

/* The number of an autonomous system, "AS64496"; ALTERNATIVE when it is 0: not known. */
void table_add_network(Table *self, int64_t network, const char *alternative);

/* The strings of a list with ", " between; ALTERNATIVE when it is empty. */
void table_add_joined(Table *self, const Value *list, const char *alternative);

/* How the cell that was added last looks. */
void table_style(Table *self, Style style);

void table_print(Table *self, Output *output);

/* Makes a column at least so wide. */
static inline void table_expect(Table *self, size_t column, size_t width) {
        if (width > self->widths[column])
                self->widths[column] = width;
}

#define auto_table auto_with(table_done)
