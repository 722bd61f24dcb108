/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/cli/ban-rows.h"

#include <stddef.h>
#include <string.h>

#include "client/lib/text.h"

enum { COLUMN_ADDRESS, COLUMN_JAIL, COLUMN_BANNED, COLUMN_UNTIL, COLUMN_LEFT, COLUMN_FAILURES, COLUMN_BANS, N_COLUMNS };

static const TableColumn columns[N_COLUMNS] = {
        [COLUMN_ADDRESS] = { "ADDRESS" },
        [COLUMN_JAIL] = { "JAIL" },
        [COLUMN_BANNED] = { "BANNED" },
        [COLUMN_UNTIL] = { "UNTIL" },
        [COLUMN_LEFT] = { "LEFT", .right = true },
        [COLUMN_FAILURES] = { "FAILURES", .right = true },
        [COLUMN_BANS] = { "BANS", .right = true },
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
        };
}

typedef struct BanField {
        const char *key;
        size_t length;
        JsonKind kind;
        size_t offset;
} BanField;

#define FIELD(name, kind) \
        { #name, sizeof(#name) - 1, kind, offsetof(BanRow, name) }

/* In the order in which the daemon writes them, which is only used to find them faster. */
static const BanField fields[] = {
        FIELD(jail, JSON_STRING),    FIELD(address, JSON_STRING),   FIELD(banned_at, JSON_NUMBER),
        FIELD(ends_at, JSON_NUMBER), FIELD(remaining, JSON_NUMBER), FIELD(failures, JSON_NUMBER),
        FIELD(count, JSON_NUMBER),
};

#define N_FIELDS (sizeof(fields) / sizeof(*fields))

static void take_value(BanRow *self, const BanField *field, const JsonField *found) {
        void *room = (char *) self + field->offset;

        if (found->kind != field->kind)
                return;
        if (found->kind == JSON_STRING)
                *(JsonSpan *) room = found->value;
        else
                *(int64_t *) room = found->integer;
}

static void take_field(BanRow *self, const JsonField *field) {
        for (size_t i = 0; i < N_FIELDS; i++)
                if (fields[i].length == field->key.length &&
                    memcmp(fields[i].key, field->key.text, field->key.length) == 0)
                        take_value(self, &fields[i], field);
}

int ban_row_from_line(BanRow *self, const char *line, size_t length) {
        JsonScan scan;
        JsonField field;
        int r = json_scan_open(&scan, line, length);

        *self = (BanRow) { 0 };
        for (size_t i = 0; r >= 0 && i < N_FIELDS && json_scan_key(&scan, fields[i].key, fields[i].length); i++) {
                r = json_scan_value(&scan, &field);
                if (r >= 0)
                        take_value(self, &fields[i], &field);
        }
        while (r >= 0 && (r = json_scan_field(&scan, &field)) > 0)
                take_field(self, &field);
        return r;
}

void ban_table_init(Table *table) {
        table_init(table, columns, N_COLUMNS);
}

/* The columns of a string. */
static size_t span_width(const JsonSpan *span) {
        auto_buffer Buffer safe = { 0 };
        auto_buffer Buffer resolved = { 0 };

        json_span_add_string(span, &resolved);
        return text_add_safe(&safe, resolved.text, resolved.length);
}

/* The strings of a line, which stand first when the daemon wrote it. */
static int read_strings(BanRow *row, const char *line, size_t length) {
        JsonScan scan;
        JsonField jail, address;

        if (json_scan_open(&scan, line, length) < 0 || !json_scan_key(&scan, fields[0].key, fields[0].length) ||
            json_scan_value(&scan, &jail) < 0 || !json_scan_key(&scan, fields[1].key, fields[1].length) ||
            json_scan_value(&scan, &address) < 0)
                return ban_row_from_line(row, line, length);
        row->jail = jail.value;
        row->address = address.value;
        return 0;
}

void ban_table_expect(Table *table, const char *line, size_t length) {
        BanRow row;

        if (read_strings(&row, line, length) < 0)
                return;
        if (row.address.length > table->widths[COLUMN_ADDRESS])
                table_expect(table, COLUMN_ADDRESS, span_width(&row.address));
        if (row.jail.length > table->widths[COLUMN_JAIL])
                table_expect(table, COLUMN_JAIL, span_width(&row.jail));
}

void ban_table_stream(Table *table, const Clock *clock, Output *output) {
        size_t time_width = clock->utc ? 20 : 19;

        table_expect(table, COLUMN_BANNED, time_width);
        table_expect(table, COLUMN_UNTIL, time_width);
        table_expect(table, COLUMN_LEFT, sizeof("permanent") - 1);
        table_stream(table, output);
}

static void add_span(Table *table, const JsonSpan *span) {
        auto_buffer Buffer resolved = { 0 };

        if (!span->escaped) {
                table_add_span(table, span->text, span->length);
                return;
        }
        json_span_add_string(span, &resolved);
        table_add_span(table, resolved.text, resolved.length);
}

static void add_end(Table *table, Clock *clock, const BanRow *row) {
        if (row->ends_at < 0)
                table_add(table, "-");
        else
                table_add_time(table, clock, row->ends_at);
        table_add_duration(table, row->ends_at < 0 ? DURATION_PERMANENT : row->remaining > 0 ? row->remaining : 0);
}

void ban_table_add(Table *table, Clock *clock, const BanRow *row) {
        add_span(table, &row->address);
        add_span(table, &row->jail);
        table_add_time(table, clock, row->banned_at);
        add_end(table, clock, row);
        table_add_int(table, row->failures);
        if (row->count > 0)
                table_add_int(table, row->count);
        else
                table_add(table, "-");
}
