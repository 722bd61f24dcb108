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

/*
 * A faster way past keys that are known: goes behind the next key and its colon when that is KEY without escapes or
 * blanks around it; else stays where it is. After true json_scan_value() must follow, which sets all of the field but
 * the key.
 */
bool json_scan_key(JsonScan *self, const char *key, size_t length);
int json_scan_value(JsonScan *self, JsonField *field);

/* Adds the string with its escapes resolved; what cannot stand in a C string or in UTF-8 becomes U+FFFD. */
void json_span_add_string(const JsonSpan *self, Buffer *buffer);

/* A whole object as a map. Returns 0 or -EBADMSG. */
int json_read_line(const char *text, size_t length, Value **ret_map);
