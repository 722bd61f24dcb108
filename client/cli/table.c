/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/cli/table.h"

#include <string.h>

#include "client/lib/memory.h"
#include "client/lib/text.h"

void table_init(Table *self, const TableColumn *columns, size_t n_columns) {
        *self = (Table) { .columns = columns, .n_columns = n_columns };
}

void table_done(Table *self) {
        buffer_done(&self->text);
        free(self->cells);
        free(self->styles);
        *self = (Table) { 0 };
}

static void table_grow(Table *self) {
        size_t before = self->capacity;

        self->capacity = before > 0 ? before * 2 : 64;
        self->cells = memory_resize(self->cells, self->capacity, sizeof(TableCell));
        if (self->styles != NULL) {
                self->styles = memory_resize(self->styles, self->capacity, sizeof(Style));
                memset(self->styles + before, 0, (self->capacity - before) * sizeof(Style));
        }
}

static size_t title_width(const TableColumn *column) {
        return column->title != NULL ? text_width(column->title, strlen(column->title)) : 0;
}

/* An optional column is left out when it is empty. */
static bool column_is_shown(const Table *self, size_t column) {
        return !self->columns[column].optional || self->widths[column] > 0;
}

/* Adds a cell to the line. BLANKS: those that stand before the next text; at the end of a line they are dropped. */
static void print_cell(Output *output, const char *text, TableCell cell, size_t width, bool right, Style style,
                       size_t *blanks) {
        size_t missing = width > cell.width ? width - cell.width : 0;

        if (cell.length > 0) {
                buffer_add_spaces(&output->text, *blanks + (right ? missing : 0));
                output_style_on(output, style);
                buffer_add(&output->text, text, cell.length);
                output_style_off(output, style);
                *blanks = (right ? 0 : missing) + TABLE_GAP;
        } else
                *blanks += missing + TABLE_GAP;
}

static void print_head(Table *self, Output *output) {
        size_t blanks = 0;
        bool titled = false;

        for (size_t i = 0; i < self->n_columns; i++) {
                const TableColumn *column = &self->columns[i];
                size_t width = title_width(column);
                TableCell cell = { column->title != NULL ? (uint32_t) strlen(column->title) : 0, (uint32_t) width };

                if (!column_is_shown(self, i))
                        continue;
                titled |= column->title != NULL;
                self->widths[i] = width > self->widths[i] ? width : self->widths[i];
                print_cell(output, column->title, cell, self->widths[i], column->right, STYLE_BOLD, &blanks);
        }
        if (titled)
                buffer_add_char(&output->text, '\n');
}

/* Prints the row whose first cell is FIRST and stands at TEXT. Returns where its last cell ends. */
static const char *print_row(const Table *self, size_t first, const char *text, Output *output) {
        size_t blanks = 0;

        for (size_t i = 0; i < self->n_columns; i++) {
                TableCell cell = self->cells[first + i];
                Style style = self->styles != NULL ? self->styles[first + i] : STYLE_PLAIN;

                if (column_is_shown(self, i))
                        print_cell(output, text, cell, self->widths[i], self->columns[i].right, style, &blanks);
                text += cell.length;
        }
        buffer_add_char(&output->text, '\n');
        output_settle(output);
        return text;
}

void table_print(Table *self, Output *output) {
        const char *text = self->text.text;

        print_head(self, output);
        for (size_t first = 0; first + self->n_columns <= self->n_cells; first += self->n_columns)
                text = print_row(self, first, text, output);
}

/* Makes a cell of what was added to the text since START. */
static void table_end_cell(Table *self, size_t start, size_t width) {
        size_t column = self->column;

        if (self->n_cells == self->capacity)
                table_grow(self);
        self->cells[self->n_cells++] = (TableCell) { (uint32_t) (self->text.length - start), (uint32_t) width };
        self->column = column + 1 < self->n_columns ? column + 1 : 0;
        table_expect(self, column, width);
}

void table_add_span(Table *self, const char *text, size_t length) {
        size_t start = self->text.length;
        size_t width = text_add_safe(&self->text, text, length);

        table_end_cell(self, start, width);
}

void table_add(Table *self, const char *text) {
        table_add_span(self, text, strlen(text));
}

void table_add_int(Table *self, int64_t number) {
        size_t start = self->text.length;

        buffer_add_int(&self->text, number);
        table_end_cell(self, start, self->text.length - start);
}

void table_add_time(Table *self, Clock *clock, int64_t at) {
        size_t start = self->text.length;

        clock_add_time(clock, &self->text, at);
        table_end_cell(self, start, self->text.length - start);
}

void table_add_duration(Table *self, int64_t seconds) {
        size_t start = self->text.length;

        duration_add(&self->text, seconds);
        table_end_cell(self, start, self->text.length - start);
}

void table_add_network(Table *self, int64_t network, const char *alternative) {
        size_t start = self->text.length;

        if (network <= 0) {
                table_add(self, alternative);
                return;
        }
        buffer_add(&self->text, "AS", 2);
        buffer_add_int(&self->text, network);
        table_end_cell(self, start, self->text.length - start);
}

void table_add_joined(Table *self, const Value *list, const char *alternative) {
        auto_buffer Buffer text = { 0 };

        for (size_t i = 0; i < value_count(list); i++) {
                const Value *item = value_item(list, i);

                buffer_add_text(&text, i > 0 ? ", " : "");
                buffer_add_text(&text, item->kind == VALUE_STRING ? item->string : "");
        }
        table_add(self, value_count(list) > 0 ? buffer_text(&text) : alternative);
}

void table_style(Table *self, Style style) {
        if (self->styles == NULL)
                self->styles = memory_new(self->capacity, sizeof(Style));
        self->styles[self->n_cells - 1] = style;
}
