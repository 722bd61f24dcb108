/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/cli/ban-rows.h"

#include <string.h>

static const TableColumn columns[] = {
        { "ADDRESS" },
        { "JAIL" },
        { "BANNED" },
        { "UNTIL" },
        { "LEFT", .right = true },
        { "FAILURES", .right = true },
        { "BANS", .right = true },
        { "COUNTRY", .optional = true },
};

static JsonSpan span_of(const char *text) {
        return (JsonSpan) { text, strlen(text), false };
}

void ban_row_from_value(BanRow *self, const Value *map) {
        *self = (BanRow) {
                .address = span_of(value_string(map, "address")),
                .jail = span_of(value_string(map, "jail")),
                .country = span_of(value_string(map, "country")),
                .banned_at = value_int(map, "banned_at", 0),
                .ends_at = value_int(map, "ends_at", 0),
                .remaining = value_int(map, "remaining", 0),
                .failures = value_int(map, "failures", 0),
                .count = value_int(map, "count", 0),
        };
}

static bool key_is(const JsonSpan *key, const char *name, size_t length) {
        return key->length == length && memcmp(key->text, name, length) == 0;
}

#define KEY_IS(key, name) key_is((key), (name), sizeof(name) - 1)

static void take_string(BanRow *self, const JsonSpan *key, const JsonSpan *value) {
        if (KEY_IS(key, "address"))
                self->address = *value;
        else if (KEY_IS(key, "jail"))
                self->jail = *value;
        else if (KEY_IS(key, "country"))
                self->country = *value;
}

static void take_number(BanRow *self, const JsonSpan *key, const JsonSpan *value) {
        if (KEY_IS(key, "banned_at"))
                self->banned_at = json_span_int(value);
        else if (KEY_IS(key, "ends_at"))
                self->ends_at = json_span_int(value);
        else if (KEY_IS(key, "remaining"))
                self->remaining = json_span_int(value);
        else if (KEY_IS(key, "failures"))
                self->failures = json_span_int(value);
        else if (KEY_IS(key, "count"))
                self->count = json_span_int(value);
}

int ban_row_from_line(BanRow *self, const char *line, size_t length) {
        JsonScan scan;
        JsonField field;
        int r = json_scan_open(&scan, line, length);

        *self = (BanRow) { 0 };
        if (r < 0)
                return r;
        while ((r = json_scan_field(&scan, &field)) > 0)
                if (field.kind == JSON_STRING)
                        take_string(self, &field.key, &field.value);
                else if (field.kind == JSON_NUMBER)
                        take_number(self, &field.key, &field.value);
        return r;
}

void ban_table_init(Table *table) {
        table_init(table, columns, sizeof(columns) / sizeof(*columns));
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
        add_span(table, &row->country);
}
