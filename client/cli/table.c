/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/cli/table.h"

#include <string.h>

#include "client/lib/memory.h"
#include "client/lib/text.h"

#define GAP 2

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

/* Makes a cell of what was added to the text since START. */
static void table_end_cell(Table *self, size_t start, size_t width) {
        size_t column = self->n_cells % self->n_columns;

        if (self->n_cells == self->capacity)
                table_grow(self);
        self->cells[self->n_cells++] = (TableCell) { (uint32_t) (self->text.length - start), (uint32_t) width };
        if (width > self->widest[column])
                self->widest[column] = width;
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

void table_style(Table *self, Style style) {
        if (self->styles == NULL)
                self->styles = memory_new(self->capacity, sizeof(Style));
        self->styles[self->n_cells - 1] = style;
}

typedef struct Printer {
        const Table *table;
        Output *output;
        bool shown[TABLE_COLUMNS_MAX];
        size_t widths[TABLE_COLUMNS_MAX];
        bool titled;
        size_t blanks; /* that stand before the next text; at the end of a line they are dropped */
} Printer;

static void printer_init(Printer *self, const Table *table, Output *output) {
        *self = (Printer) { .table = table, .output = output };
        for (size_t i = 0; i < table->n_columns; i++) {
                const TableColumn *column = &table->columns[i];
                size_t title = column->title != NULL ? text_width(column->title, strlen(column->title)) : 0;

                self->titled |= column->title != NULL;
                self->shown[i] = !column->optional || table->widest[i] > 0;
                self->widths[i] = title > table->widest[i] ? title : table->widest[i];
        }
}

static void print_cell(Printer *self, size_t column, const char *text, TableCell cell, Style style) {
        bool right = self->table->columns[column].right;
        size_t blanks = self->widths[column] - cell.width;

        if (!self->shown[column])
                return;
        self->blanks += right ? blanks : 0;
        if (cell.length > 0) {
                buffer_add_spaces(&self->output->text, self->blanks);
                output_style_on(self->output, style);
                buffer_add(&self->output->text, text, cell.length);
                output_style_off(self->output, style);
                self->blanks = 0;
        }
        self->blanks += (right ? 0 : blanks) + GAP;
}

static void print_line_end(Printer *self) {
        buffer_add_char(&self->output->text, '\n');
        output_settle(self->output);
        self->blanks = 0;
}

static void print_head(Printer *self) {
        for (size_t i = 0; i < self->table->n_columns; i++) {
                const char *title = self->table->columns[i].title != NULL ? self->table->columns[i].title : "";
                size_t length = strlen(title);
                TableCell cell = { (uint32_t) length, (uint32_t) text_width(title, length) };

                print_cell(self, i, title, cell, STYLE_BOLD);
        }
        print_line_end(self);
}

void table_print(Table *self, Output *output) {
        const char *text = self->text.text;
        size_t column = 0;
        Printer printer;

        printer_init(&printer, self, output);
        if (printer.titled)
                print_head(&printer);
        for (size_t i = 0; i < self->n_cells; i++) {
                print_cell(&printer, column, text, self->cells[i],
                           self->styles != NULL ? self->styles[i] : STYLE_PLAIN);
                text += self->cells[i].length;
                if (++column < self->n_columns)
                        continue;
                column = 0;
                print_line_end(&printer);
        }
}
