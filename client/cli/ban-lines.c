/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/cli/ban-lines.h"

#include <stddef.h>
#include <string.h>

#define DIGITS_SAFE 18 /* so many digits fit into 63 bits */

static inline bool take_literal(BanLines *self, const char *literal, size_t length) {
        if ((size_t) (self->end - self->at) < length || memcmp(self->at, literal, length) != 0)
                return false;
        self->at += length;
        return true;
}

#define TAKE(self, literal) take_literal(self, literal, sizeof(literal) - 1)

/* A string without escapes, and what ends it. */
static inline bool take_string(BanLines *self, JsonSpan *ret_span) {
        const char *stop = json_skip_plain(self->at, self->end);

        *ret_span = (JsonSpan) { self->at, (size_t) (stop - self->at), false };
        self->at = stop;
        return TAKE(self, "\"");
}

static inline bool take_number(BanLines *self, int64_t *ret_number) {
        bool negative = TAKE(self, "-");
        const char *at = self->at;
        size_t n_digits;
        uint64_t number = 0;

        for (; at < self->end && *at >= '0' && *at <= '9'; at++)
                number = number * 10 + (uint64_t) (*at - '0');
        n_digits = (size_t) (at - self->at);
        *ret_number = negative ? -(int64_t) number : (int64_t) number;
        self->at = at;
        return n_digits > 0 && n_digits <= DIGITS_SAFE;
}

static inline bool take_names(BanLines *self, BanRow *row) {
        return TAKE(self, "{\"jail\":\"") && take_string(self, &row->jail) && TAKE(self, ",\"address\":\"") &&
               take_string(self, &row->address);
}

static inline bool take_numbers(BanLines *self, BanRow *row) {
        return TAKE(self, ",\"banned_at\":") && take_number(self, &row->banned_at) && TAKE(self, ",\"ends_at\":") &&
               take_number(self, &row->ends_at) && TAKE(self, ",\"remaining\":") &&
               take_number(self, &row->remaining) && TAKE(self, ",\"failures\":") &&
               take_number(self, &row->failures) && TAKE(self, ",\"count\":") && take_number(self, &row->count);
}

static inline bool take_place(BanLines *self, BanRow *row) {
        return TAKE(self, ",\"country\":\"") && take_string(self, &row->country) && TAKE(self, ",\"network\":") &&
               take_number(self, &row->network) && TAKE(self, "}\n");
}

typedef struct BanField {
        const char *key;
        JsonKind kind;
        size_t offset;
} BanField;

#define FIELD(name, kind) \
        { #name, kind, offsetof(BanRow, name) }

static const BanField fields[] = {
        FIELD(jail, JSON_STRING),    FIELD(address, JSON_STRING),   FIELD(banned_at, JSON_NUMBER),
        FIELD(ends_at, JSON_NUMBER), FIELD(remaining, JSON_NUMBER), FIELD(failures, JSON_NUMBER),
        FIELD(count, JSON_NUMBER),   FIELD(country, JSON_STRING),   FIELD(network, JSON_NUMBER),
};

static void take_field(BanRow *self, const JsonField *found) {
        for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
                void *room = (char *) self + fields[i].offset;

                if (fields[i].kind != found->kind || strlen(fields[i].key) != found->key.length ||
                    memcmp(fields[i].key, found->key.text, found->key.length) != 0)
                        continue;
                if (found->kind == JSON_STRING)
                        *(JsonSpan *) room = found->value;
                else
                        *(int64_t *) room = found->integer;
        }
}

bool ban_lines_next_text(BanLines *self, const char **ret_line, size_t *ret_length) {
        const char *stop;

        if (self->at >= self->end)
                return false;
        stop = memchr(self->at, '\n', (size_t) (self->end - self->at));
        *ret_line = self->at;
        *ret_length = (size_t) ((stop != NULL ? stop : self->end) - self->at);
        self->at = stop != NULL ? stop + 1 : self->end;
        return true;
}

/* Any line that is JSON. */
static int scan_line(BanLines *self, BanRow *row) {
        const char *line;
        size_t length;
        JsonScan scan;
        JsonField field;
        int r;

        if (!ban_lines_next_text(self, &line, &length))
                return 0;
        *row = (BanRow) { 0 };
        r = json_scan_open(&scan, line, length);
        while (r >= 0 && (r = json_scan_field(&scan, &field)) > 0)
                take_field(row, &field);
        return r < 0 ? r : 1;
}

int ban_lines_next(BanLines *self, BanRow *ret_row) {
        BanLines known = *self;

        if (!take_names(&known, ret_row) || !take_numbers(&known, ret_row) || !take_place(&known, ret_row))
                return scan_line(self, ret_row);
        *self = known;
        return 1;
}

/* The number at the end of a line in the daemon's form, read from behind. */
static bool take_last(const char *line, size_t length, int64_t *ret_number) {
        static const char key[] = "\"network\":";
        size_t first = length > 0 ? length - 1 : 0;
        BanLines number;

        while (first > 0 && line[first - 1] >= '0' && line[first - 1] <= '9')
                first--;
        if (first < sizeof(key) - 1 || memcmp(line + first - (sizeof(key) - 1), key, sizeof(key) - 1) != 0)
                return false;
        number = (BanLines) { line + first, line + length };
        return take_number(&number, ret_number) && TAKE(&number, "}") && number.at == number.end;
}

int ban_lines_next_names(BanLines *self, BanRow *ret_row) {
        BanLines known = *self;
        const char *line;
        size_t length;

        if (!take_names(&known, ret_row) || !TAKE(&known, ",") || !ban_lines_next_text(&known, &line, &length) ||
            !take_last(line, length, &ret_row->network))
                return scan_line(self, ret_row);
        *self = known;
        return 1;
}
