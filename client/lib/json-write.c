/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <inttypes.h>
#include <math.h>

#include "client/lib/json.h"

static void write_string(Buffer *buffer, const char *string) {
        buffer_add_char(buffer, '"');
        for (const char *at = string; *at != '\0'; at++) {
                unsigned char c = (unsigned char) *at;

                if (c == '"' || c == '\\') {
                        buffer_add_char(buffer, '\\');
                        buffer_add_char(buffer, *at);
                } else if (c == '\n')
                        buffer_add_text(buffer, "\\n");
                else if (c == '\t')
                        buffer_add_text(buffer, "\\t");
                else if (c < 0x20 || c == 0x7f)
                        buffer_printf(buffer, "\\u%04x", c);
                else
                        buffer_add_char(buffer, *at);
        }
        buffer_add_char(buffer, '"');
}

static void write_real(Buffer *buffer, double real) {
        if (isfinite(real))
                buffer_printf(buffer, "%.17g", real);
        else
                buffer_add_text(buffer, "null");
}

static void write_break(Buffer *buffer, unsigned indent, unsigned depth) {
        if (indent == 0)
                return;
        buffer_add_char(buffer, '\n');
        buffer_add_spaces(buffer, (size_t) indent * depth);
}

static void write_value(Buffer *buffer, const Value *value, unsigned indent, unsigned depth);

static void write_container(Buffer *buffer, const Value *value, unsigned indent, unsigned depth) {
        bool map = value->kind == VALUE_MAP;

        buffer_add_char(buffer, map ? '{' : '[');
        for (size_t i = 0; i < value->count; i++) {
                if (i > 0)
                        buffer_add_char(buffer, ',');
                write_break(buffer, indent, depth + 1);
                if (map) {
                        write_string(buffer, value->keys[i]);
                        buffer_add_text(buffer, indent > 0 ? ": " : ":");
                }
                write_value(buffer, value->items[i], indent, depth + 1);
        }
        if (value->count > 0)
                write_break(buffer, indent, depth);
        buffer_add_char(buffer, map ? '}' : ']');
}

static void write_value(Buffer *buffer, const Value *value, unsigned indent, unsigned depth) {
        switch (value->kind) {
        case VALUE_NOTHING:
                buffer_add_text(buffer, "null");
                break;
        case VALUE_BOOL:
                buffer_add_text(buffer, value->boolean ? "true" : "false");
                break;
        case VALUE_INT:
                buffer_add_int(buffer, value->integer);
                break;
        case VALUE_UINT:
                buffer_printf(buffer, "%" PRIu64, value->natural);
                break;
        case VALUE_DOUBLE:
                write_real(buffer, value->real);
                break;
        case VALUE_STRING:
                write_string(buffer, value->string);
                break;
        case VALUE_LIST:
        case VALUE_MAP:
                write_container(buffer, value, indent, depth);
                break;
        }
}

void json_write(Buffer *buffer, const Value *value, unsigned indent) {
        write_value(buffer, value, indent, 0);
}
