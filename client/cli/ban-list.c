/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Goes through the lines twice: for the widths of the columns, and to print. The text is the same as that of a table
 * which is kept, but a row is written straight into the output.
 */

#include "client/cli/ban-list.h"

#include <string.h>

#include "client/cli/ban-lines.h"
#include "client/lib/errors.h"
#include "client/lib/text.h"

static size_t add_escaped(Buffer *text, const JsonSpan *span) {
        auto_buffer Buffer resolved = { 0 };

        json_span_add_string(span, &resolved);
        return text_add_safe(text, resolved.text, resolved.length);
}

/* Adds a string made harmless. Returns its columns. */
static inline size_t add_span(Buffer *text, const JsonSpan *span) {
        return span->escaped ? add_escaped(text, span) : text_add_safe(text, span->text, span->length);
}

static void measure(Table *table, size_t column, const JsonSpan *span, Buffer *scratch) {
        scratch->length = 0;
        table_expect(table, column, add_span(scratch, span));
}

static void measure_all(Table *table, BanLines lines, int64_t limit) {
        auto_buffer Buffer scratch = { 0 };
        BanRow row;

        for (int64_t i = 0; i < limit && ban_lines_next_names(&lines, &row) > 0; i++) {
                measure(table, BAN_COLUMN_ADDRESS, &row.address, &scratch);
                measure(table, BAN_COLUMN_JAIL, &row.jail, &scratch);
                if (row.network > 0)
                        table_expect(table, BAN_COLUMN_NETWORK, 1);
        }
}

/* The widths of what has one, and the head. */
static void begin(Table *table, Cli *cli) {
        size_t time_width = cli->clock.utc ? 20 : 19;

        table_expect(table, BAN_COLUMN_BANNED, time_width);
        table_expect(table, BAN_COLUMN_UNTIL, time_width);
        table_expect(table, BAN_COLUMN_LEFT, sizeof("permanent") - 1);
        table_print(table, &cli->output);
}

/* Blanks behind a cell that took WIDTH columns. */
static inline void end_left(Buffer *text, size_t width, size_t column_width) {
        buffer_add_spaces(text, (column_width > width ? column_width - width : 0) + TABLE_GAP);
}

/* Moves the cell that begins at START to the right end of its column. */
static inline void end_right(Buffer *text, size_t start, size_t column_width) {
        size_t length = text->length - start;
        size_t missing = column_width > length ? column_width - length : 0;

        (void) buffer_room(text, missing);
        memmove(text->text + start + missing, text->text + start, length);
        memset(text->text + start, ' ', missing);
        text->length += missing;
}

static void add_time(Buffer *text, Clock *clock, int64_t at, size_t column_width) {
        size_t start = text->length;

        clock_add_time(clock, text, at);
        end_left(text, text->length - start, column_width);
}

/* The last cells of a line: no blanks stand behind them. */
static inline void add_place(Buffer *text, const size_t *widths, const BanRow *row) {
        size_t width = 1;

        buffer_add_spaces(text, TABLE_GAP);
        if (row->country.length > 0)
                width = add_span(text, &row->country);
        else
                buffer_add_char(text, '-');
        if (row->network <= 0)
                return;
        end_left(text, width, widths[BAN_COLUMN_COUNTRY]);
        buffer_add(text, "AS", 2);
        buffer_add_int(text, row->network);
}

static void add_row(Buffer *text, const size_t *widths, Clock *clock, const BanRow *row) {
        size_t start;

        end_left(text, add_span(text, &row->address), widths[BAN_COLUMN_ADDRESS]);
        end_left(text, add_span(text, &row->jail), widths[BAN_COLUMN_JAIL]);
        add_time(text, clock, row->banned_at, widths[BAN_COLUMN_BANNED]);
        add_time(text, clock, row->ends_at, widths[BAN_COLUMN_UNTIL]);

        start = text->length;
        duration_add(text, ban_row_left(row));
        end_right(text, start, widths[BAN_COLUMN_LEFT]);

        start = text->length + TABLE_GAP;
        buffer_add_spaces(text, TABLE_GAP);
        buffer_add_int(text, row->failures);
        end_right(text, start, widths[BAN_COLUMN_FAILURES]);

        start = text->length + TABLE_GAP;
        buffer_add_spaces(text, TABLE_GAP);
        if (row->count > 0)
                buffer_add_int(text, row->count);
        else
                buffer_add_char(text, '-');
        end_right(text, start, widths[BAN_COLUMN_BANS]);

        add_place(text, widths, row);
        buffer_add_char(text, '\n');
}

static int print_all(Cli *cli, const Table *table, BanLines lines, int64_t limit) {
        BanRow row;
        int r = 1;

        for (int64_t i = 0; i < limit && (r = ban_lines_next(&lines, &row)) > 0; i++) {
                add_row(&cli->output.text, table->widths, &cli->clock, &row);
                output_settle(&cli->output);
        }
        if (r >= 0)
                return 0;
        client_set_error(&cli->client, BANGUI_ERROR_PREFIX "Internal", "the daemon's list has a line that is no ban");
        return cli_fail(cli);
}

int ban_list_print(Cli *cli, const char *text, size_t size, int64_t limit) {
        auto_table Table table = { 0 };
        BanLines lines = { text, text + size };

        ban_table_init(&table);
        measure_all(&table, lines, limit);
        begin(&table, cli);
        return print_all(cli, &table, lines, limit);
}
