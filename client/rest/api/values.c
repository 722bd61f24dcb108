/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/rest/api/values.h"

#include <math.h>
#include <string.h>

const char *value_type_name(const char *type) {
        static const struct {
                const char *type, *name;
        } names[] = {
                { "s", "a string" },
                { "o", "the path of an object" },
                { "b", "true or false" },
                { "x", "an integer" },
                { "u", "an integer from 0 to 4294967295" },
                { "t", "an integer of at least 0" },
                { "d", "a number" },
                { "as", "an array of strings" },
                { "a{sv}", "an object whose values are strings, integers, numbers, booleans or arrays of strings" },
                { "a{ss}", "an object whose values are strings" },
        };

        for (guint i = 0; i < G_N_ELEMENTS(names); i++)
                if (g_str_equal(names[i].type, type))
                        return names[i].name;
        return "a string, an integer, a number, true or false, or an array of strings";
}

static GVariant *texts_to_array(const GPtrArray *texts) {
        return g_variant_new_strv((const char *const *) texts->pdata, (gssize) texts->len);
}

static GVariant *text_to_boolean(const char *text) {
        if (g_str_equal(text, "true") || g_str_equal(text, "1"))
                return g_variant_new_boolean(TRUE);
        if (g_str_equal(text, "false") || g_str_equal(text, "0"))
                return g_variant_new_boolean(FALSE);
        return NULL;
}

static GVariant *text_to_number(const char *text, char type) {
        gint64 number;
        guint64 positive;

        switch (type) {
        case 'x':
                return g_ascii_string_to_signed(text, 10, G_MININT64, G_MAXINT64, &number, NULL)
                               ? g_variant_new_int64(number)
                               : NULL;
        case 'u':
                return g_ascii_string_to_unsigned(text, 10, 0, G_MAXUINT32, &positive, NULL)
                               ? g_variant_new_uint32((guint32) positive)
                               : NULL;
        default:
                return g_ascii_string_to_unsigned(text, 10, 0, G_MAXUINT64, &positive, NULL)
                               ? g_variant_new_uint64(positive)
                               : NULL;
        }
}

static GVariant *text_to_double(const char *text) {
        char *end;
        double number = g_ascii_strtod(text, &end);

        return *text && !*end && isfinite(number) ? g_variant_new_double(number) : NULL;
}

GVariant *value_from_texts(const GPtrArray *texts, const char *type) {
        const char *text;
        GVariant *number;

        if (g_str_equal(type, "as"))
                return texts_to_array(texts);
        if (texts->len != 1)
                return NULL;
        text = texts->pdata[0];
        switch (type[0]) {
        case 's':
                return g_variant_new_string(text);
        case 'o':
                return g_variant_is_object_path(text) ? g_variant_new_object_path(text) : NULL;
        case 'b':
                return text_to_boolean(text);
        case 'x':
        case 'u':
        case 't':
                return text_to_number(text, type[0]);
        case 'd':
                return text_to_double(text);
        case 'v':
                number = text_to_number(text, 'x');
                return g_variant_new_variant(number ? number : g_variant_new_string(text));
        default:
                return NULL;
        }
}

static GVariant *array_of_strings(GVariant *json) {
        g_auto(GVariantBuilder) builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_STRING_ARRAY);
        GVariantIter iter;
        GVariant *child;

        if (!g_variant_is_of_type(json, G_VARIANT_TYPE("av")))
                return NULL;
        g_variant_iter_init(&iter, json);
        while (g_variant_iter_next(&iter, "v", &child)) {
                g_autoptr(GVariant) value = child;

                if (!g_variant_is_of_type(value, G_VARIANT_TYPE_STRING))
                        return NULL;
                g_variant_builder_add_value(&builder, value);
        }
        return g_variant_builder_end(&builder);
}

static GVariant *whole_number(GVariant *json, char type) {
        gboolean is_signed = g_variant_is_of_type(json, G_VARIANT_TYPE_INT64);
        gint64 number = is_signed ? g_variant_get_int64(json) : 0;

        if (!is_signed && !g_variant_is_of_type(json, G_VARIANT_TYPE_UINT64))
                return NULL;
        switch (type) {
        case 'x':
                return is_signed ? json : NULL;
        case 'u':
                return is_signed && number >= 0 && number <= G_MAXUINT32 ? g_variant_new_uint32((guint32) number)
                                                                         : NULL;
        default:
                if (!is_signed)
                        return json;
                return number >= 0 ? g_variant_new_uint64((guint64) number) : NULL;
        }
}

static GVariant *real_number(GVariant *json) {
        if (g_variant_is_of_type(json, G_VARIANT_TYPE_DOUBLE))
                return json;
        if (g_variant_is_of_type(json, G_VARIANT_TYPE_INT64))
                return g_variant_new_double((double) g_variant_get_int64(json));
        if (g_variant_is_of_type(json, G_VARIANT_TYPE_UINT64))
                return g_variant_new_double((double) g_variant_get_uint64(json));
        return NULL;
}

static GVariant *anything(GVariant *json) {
        GVariant *strings;

        switch (g_variant_classify(json)) {
        case G_VARIANT_CLASS_STRING:
        case G_VARIANT_CLASS_BOOLEAN:
        case G_VARIANT_CLASS_INT64:
        case G_VARIANT_CLASS_UINT64:
        case G_VARIANT_CLASS_DOUBLE:
                return g_variant_new_variant(json);
        default:
                strings = array_of_strings(json);
                return strings ? g_variant_new_variant(strings) : NULL;
        }
}

/* An object whose values become those of `type`, "{sv}" or "{ss}". */
static GVariant *dictionary(GVariant *json, const char *type) {
        g_auto(GVariantBuilder) builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE(type));
        const char *inner = g_str_equal(type, "a{sv}") ? "v" : "s";
        GVariantIter iter;
        const char *name;
        GVariant *child;

        if (!g_variant_is_of_type(json, G_VARIANT_TYPE_VARDICT))
                return NULL;
        g_variant_iter_init(&iter, json);
        while (g_variant_iter_next(&iter, "{&sv}", &name, &child)) {
                g_autoptr(GVariant) value = child;
                GVariant *member = value_from_json(value, inner);

                if (!member)
                        return NULL;
                g_variant_builder_add_value(&builder, g_variant_new_dict_entry(g_variant_new_string(name), member));
        }
        return g_variant_builder_end(&builder);
}

GVariant *value_from_json(GVariant *json, const char *type) {
        switch (type[0]) {
        case 's':
                return g_variant_is_of_type(json, G_VARIANT_TYPE_STRING) ? json : NULL;
        case 'o':
                return g_variant_is_of_type(json, G_VARIANT_TYPE_STRING) &&
                                       g_variant_is_object_path(g_variant_get_string(json, NULL))
                               ? g_variant_new_object_path(g_variant_get_string(json, NULL))
                               : NULL;
        case 'b':
                return g_variant_is_of_type(json, G_VARIANT_TYPE_BOOLEAN) ? json : NULL;
        case 'x':
        case 'u':
        case 't':
                return whole_number(json, type[0]);
        case 'd':
                return real_number(json);
        case 'v':
                return anything(json);
        default:
                break;
        }
        if (g_str_equal(type, "as"))
                return array_of_strings(json);
        return g_str_equal(type, "a{sv}") || g_str_equal(type, "a{ss}") ? dictionary(json, type) : NULL;
}
