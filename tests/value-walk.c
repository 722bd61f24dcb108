/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "tests/value-walk.h"

#include <string.h>

/* Reads each byte, so that a sanitizer sees one that is not there. */
static void touch(const char *data, gsize length) {
        volatile guint sum = 0;

        for (gsize i = 0; i < length; i++)
                sum += (guchar) data[i];
}

static void walk_data(const Value *value) {
        gsize length;
        const char *data = value_data(value, &length);

        touch(data, length);
}

static void walk_children(const Value *value, guint *steps) {
        for (guint i = 0; i < value_n_children(value) && *steps > 0; i++)
                value_walk(value_child(value, i), steps);
}

static void walk_object(const Value *value, guint *steps) {
        g_assert_cmpint(value_type(value_object_module(value)), ==, VALUE_TEXT);
        g_assert_cmpint(value_type(value_object_class(value)), ==, VALUE_TEXT);
        g_assert_cmpint(value_type(value_object_args(value)), ==, VALUE_TUPLE);

        value_walk(value_object_args(value), steps);
        if (value_object_state(value))
                value_walk(value_object_state(value), steps);
        if (value_object_items(value))
                value_walk(value_object_items(value), steps);
}

static void walk_parts(const Value *value, guint *steps) {
        switch (value_type(value)) {
        case VALUE_NONE:
                break;
        case VALUE_BOOL:
                (void) value_bool(value);
                break;
        case VALUE_INT:
                (void) value_int(value);
                break;
        case VALUE_FLOAT:
                (void) value_float(value);
                break;
        case VALUE_BIGINT:
        case VALUE_TEXT:
        case VALUE_BYTES:
                walk_data(value);
                break;
        case VALUE_DICT:
                g_assert_cmpuint(value_n_children(value) % 2, ==, 0);
                (void) value_dict_get(value, "key");
                walk_children(value, steps);
                break;
        case VALUE_LIST:
        case VALUE_TUPLE:
        case VALUE_SET:
        case VALUE_FROZENSET:
                walk_children(value, steps);
                break;
        case VALUE_OBJECT:
                walk_object(value, steps);
                break;
        }
}

void value_walk(const Value *value, guint *steps) {
        g_autofree char *text = NULL;

        if (*steps == 0)
                return;
        (*steps)--;

        text = value_text_for_display(value);
        g_assert_true(g_utf8_validate(text, -1, NULL));
        walk_parts(value, steps);
}
