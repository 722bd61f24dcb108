/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fail2ban/shape.h"

#include <math.h>
#include <string.h>

#include "core/error.h"

gboolean shape_fail(const Value *value, const char *what, const char *expected, GError **error) {
        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_FAIL2BAN_PROTOCOL,
                    "fail2ban's answer for %s has %s where %s was expected", what,
                    value ? value_type_name(value_type(value)) : "nothing", expected);
        return FALSE;
}

gboolean shape_is_sequence(const Value *value) {
        return value && (value_type(value) == VALUE_LIST || value_type(value) == VALUE_TUPLE);
}

static gboolean text_equal(const Value *value, const char *text) {
        const char *data;
        gsize length;

        if (!value || value_type(value) != VALUE_TEXT)
                return FALSE;
        data = value_data(value, &length);
        return length == strlen(text) && memcmp(data, text, length) == 0;
}

static char *shape_display_object(const Value *value) {
        const Value *state, *file;
        g_autofree char *name = NULL;

        if (!text_equal(value_object_class(value), "FileIPAddrSet"))
                return NULL;
        state = value_object_state(value);
        file = state && value_type(state) == VALUE_DICT ? value_dict_get(state, "fileName") : NULL;
        if (!file || value_type(file) != VALUE_TEXT)
                return NULL;
        name = value_text_for_display(file);
        return g_strconcat("file:", name, NULL);
}

char *shape_display(const Value *value) {
        char buffer[G_ASCII_DTOSTR_BUF_SIZE];

        switch (value_type(value)) {
        case VALUE_TEXT:
        case VALUE_BYTES:
                return value_text_for_display(value);
        case VALUE_INT:
                return g_strdup_printf("%" G_GINT64_FORMAT, value_int(value));
        case VALUE_FLOAT:
                return g_strdup(g_ascii_dtostr(buffer, sizeof(buffer), value_float(value)));
        case VALUE_OBJECT:
                return shape_display_object(value);
        default:
                return NULL;
        }
}

const Value *shape_labelled(const Value *pairs, const char *label) {
        if (!shape_is_sequence(pairs))
                return NULL;
        for (guint i = 0; i < value_n_children(pairs); i++) {
                const Value *pair = value_child(pairs, i);

                if (shape_is_sequence(pair) && value_n_children(pair) == 2 && text_equal(value_child(pair, 0), label))
                        return value_child(pair, 1);
        }
        return NULL;
}

gboolean shape_count(const Value *value, const char *what, guint *ret, GError **error) {
        if (!value || value_type(value) != VALUE_INT || value_int(value) < 0 || value_int(value) > G_MAXUINT)
                return shape_fail(value, what, "a whole number from 0 to 4294967295", error);
        *ret = (guint) value_int(value);
        return TRUE;
}

/* Little-endian two's complement: the sign is the top bit of the last byte. */
static gint64 shape_bigint_bound(const Value *value) {
        gsize length;
        const guint8 *bytes = (const guint8 *) value_data(value, &length);

        return length > 0 && (bytes[length - 1] & 0x80) ? G_MININT64 : G_MAXINT64;
}

gboolean shape_seconds(const Value *value, const char *what, gint64 *ret, GError **error) {
        ValueType type = value ? value_type(value) : VALUE_NONE;

        if (type == VALUE_INT) {
                *ret = value_int(value);
                return TRUE;
        }
        if (type == VALUE_BIGINT) {
                *ret = shape_bigint_bound(value);
                return TRUE;
        }
        if (type != VALUE_FLOAT || isnan(value_float(value)))
                return shape_fail(value, what, "a number of seconds", error);
        if (value_float(value) >= 9.2e18)
                *ret = G_MAXINT64;
        else if (value_float(value) <= -9.2e18)
                *ret = G_MININT64;
        else
                *ret = (gint64) ceil(value_float(value));
        return TRUE;
}

char *shape_text(const Value *value, const char *what, GError **error) {
        if (!value || value_type(value) != VALUE_TEXT) {
                shape_fail(value, what, "text", error);
                return NULL;
        }
        return value_text_for_display(value);
}

GStrv shape_texts(const Value *value, const char *what, GError **error) {
        g_autoptr(GStrvBuilder) builder = g_strv_builder_new();

        if (!shape_is_sequence(value)) {
                shape_fail(value, what, "a list of texts", error);
                return NULL;
        }
        for (guint i = 0; i < value_n_children(value); i++) {
                g_autofree char *text = shape_display(value_child(value, i));

                if (!text) {
                        shape_fail(value_child(value, i), what, "a text in a list", error);
                        return NULL;
                }
                g_strv_builder_add(builder, text);
        }
        return g_strv_builder_end(builder);
}

GStrv shape_phrases(const Value *value, const char *what, GError **error) {
        g_autoptr(GStrvBuilder) builder = g_strv_builder_new();

        if (!shape_is_sequence(value)) {
                shape_fail(value, what, "a list of lists of words", error);
                return NULL;
        }
        for (guint i = 0; i < value_n_children(value); i++) {
                g_auto(GStrv) words = shape_texts(value_child(value, i), what, error);
                g_autofree char *phrase = words ? g_strjoinv(" ", words) : NULL;

                if (!phrase)
                        return NULL;
                g_strv_builder_add(builder, phrase);
        }
        return g_strv_builder_end(builder);
}
