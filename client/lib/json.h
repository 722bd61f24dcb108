/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * JSON
 *
 * A writer for value trees, and a scanner for flat objects, one to a line, as the daemon's bulk answers hold them.
 * The scanner copies nothing: it hands out spans of the line, so that a hundred thousand lines cost milliseconds.
 * It takes strings, numbers, true, false and null; a list or an object inside an object is a fault, as is anything
 * that is not JSON.
 */

#pragma once

#include "client/lib/buffer.h"
#include "client/lib/value.h"
#include "client/lib/words.h"

/* INDENT: blanks for each level, 0 = all on one line. */
void json_write(Buffer *buffer, const Value *value, unsigned indent);

typedef enum JsonKind {
        JSON_STRING,
        JSON_NUMBER,
        JSON_BOOL,
        JSON_NULL,
} JsonKind;

/* Without the quotation marks; ESCAPED: holds backslashes that json_span_add_string() resolves. */
typedef struct JsonSpan {
        const char *text;
        size_t length;
        bool escaped;
} JsonSpan;

typedef struct JsonField {
        JsonSpan key;
        JsonKind kind;
        JsonSpan value;
        int64_t integer; /* of a number: its whole part, cut to what fits */
} JsonField;

typedef struct JsonScan {
        const char *at;
        const char *end;
        bool first;
} JsonScan;

/* Opens the object that TEXT holds. Returns 0 or -EBADMSG. */
int json_scan_open(JsonScan *self, const char *text, size_t length);

/* The next field. Returns 1, 0 when the object and the text are at their end, or -EBADMSG. */
int json_scan_field(JsonScan *self, JsonField *ret_field);

/* Behind the characters that stand for themselves in a string: at what ends it, an escape, a fault or the end. */
static inline const char *json_skip_plain(const char *at, const char *end) {
        for (; end - at >= 8; at += 8) {
                uint64_t word = word_at(at);
                uint64_t hits = word_below(word, ' ') | word_equals(word, '"') | word_equals(word, '\\');

                if (hits != 0)
                        return at + word_first(hits);
        }
        while (at < end && (unsigned char) *at >= ' ' && *at != '"' && *at != '\\')
                at++;
        return at;
}

/* Adds the string with its escapes resolved; what cannot stand in a C string or in UTF-8 becomes U+FFFD. */
void json_span_add_string(const JsonSpan *self, Buffer *buffer);

/* A whole object as a map. Returns 0 or -EBADMSG. */
int json_read_line(const char *text, size_t length, Value **ret_map);
