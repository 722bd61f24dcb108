/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The options argument of a method
 *
 * Two rounds over the dictionary: the first checks everything, the second stores. So a refused dictionary leaves
 * the target as it was, and nothing has to be freed.
 */

#include "core/options.h"

#include "core/error.h"
#include "core/text.h"

#define OPTIONS_TABLE_MAX 64 /* bits of the mask of names seen */

/* In the order of OptionType. */
static const char *const type_names[] = {
        [OPTION_BOOL] = "a boolean (b)", [OPTION_INT] = "an integer (x)",
        [OPTION_TEXT] = "a string (s)",  [OPTION_STRINGS] = "an array of strings (as)",
        [OPTION_VARIANT] = "anything",
};

static const OptionSpec *option_find(const OptionSpec *table, const char *name) {
        for (; table->name; table++)
                if (g_str_equal(table->name, name))
                        return table;
        return NULL;
}

static gboolean fail_unknown(const OptionSpec *table, const char *what, const char *name, GError **error) {
        g_autoptr(GPtrArray) names = g_ptr_array_new();
        g_autofree char *quoted = text_quote(name), *all = NULL;
        const char *nearest;

        for (; table->name; table++)
                g_ptr_array_add(names, (gpointer) table->name);
        g_ptr_array_add(names, NULL);

        if (names->len == 1) {
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT, "%s has no option %s; it takes none",
                            what, quoted);
                return FALSE;
        }

        nearest = text_nearest(name, (const char *const *) names->pdata);
        all = g_strjoinv(", ", (char **) names->pdata);
        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT, "%s has no option %s%s%s%s; it takes: %s", what,
                    quoted, nearest ? " (did you mean '" : "", nearest ? nearest : "", nearest ? "'?)" : "", all);
        return FALSE;
}

static gboolean integer_read(GVariant *value, gint64 *ret) {
        switch (g_variant_classify(value)) {
        case G_VARIANT_CLASS_BYTE:
                *ret = g_variant_get_byte(value);
                return TRUE;
        case G_VARIANT_CLASS_INT16:
                *ret = g_variant_get_int16(value);
                return TRUE;
        case G_VARIANT_CLASS_UINT16:
                *ret = g_variant_get_uint16(value);
                return TRUE;
        case G_VARIANT_CLASS_INT32:
                *ret = g_variant_get_int32(value);
                return TRUE;
        case G_VARIANT_CLASS_UINT32:
                *ret = g_variant_get_uint32(value);
                return TRUE;
        case G_VARIANT_CLASS_INT64:
                *ret = g_variant_get_int64(value);
                return TRUE;
        case G_VARIANT_CLASS_UINT64:
                *ret = (gint64) MIN(g_variant_get_uint64(value), (guint64) G_MAXINT64);
                return TRUE;
        default:
                return FALSE;
        }
}

static gboolean type_matches(const OptionSpec *spec, GVariant *value) {
        gint64 ignored;

        switch (spec->type) {
        case OPTION_BOOL:
                return g_variant_is_of_type(value, G_VARIANT_TYPE_BOOLEAN);
        case OPTION_INT:
                return integer_read(value, &ignored);
        case OPTION_TEXT:
                return g_variant_is_of_type(value, G_VARIANT_TYPE_STRING);
        case OPTION_STRINGS:
                return g_variant_is_of_type(value, G_VARIANT_TYPE_STRING_ARRAY);
        case OPTION_VARIANT:
                return TRUE;
        default:
                g_assert_not_reached();
        }
}

static gboolean check_int(const OptionSpec *spec, const char *what, GVariant *value, GError **error) {
        g_autofree char *shown = NULL;
        gboolean fits = !g_variant_is_of_type(value, G_VARIANT_TYPE_UINT64) ||
                        g_variant_get_uint64(value) <= (guint64) G_MAXINT64;
        gint64 number = 0;

        (void) integer_read(value, &number);
        if (fits && number >= spec->min && number <= spec->max)
                return TRUE;

        shown = g_variant_print(value, FALSE);
        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT,
                    "%s: option '%s' must be from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT ", not %s", what,
                    spec->name, spec->min, spec->max, shown);
        return FALSE;
}

static gboolean check_plain(const OptionSpec *spec, const char *what, const char *text, GError **error) {
        g_autofree char *quoted = NULL;

        if (text_is_plain(text))
                return TRUE;

        quoted = text_quote(text);
        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT,
                    "%s: option '%s' must have no control characters: %s", what, spec->name, quoted);
        return FALSE;
}

static gboolean check_text(const OptionSpec *spec, const char *what, GVariant *value, GError **error) {
        gsize length;
        const char *text = g_variant_get_string(value, &length);

        if (spec->max > 0 && ((gint64) length < spec->min || (gint64) length > spec->max)) {
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT,
                            "%s: option '%s' must have from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT
                            " bytes, not %" G_GSIZE_FORMAT,
                            what, spec->name, spec->min, spec->max, length);
                return FALSE;
        }
        return check_plain(spec, what, text, error);
}

static gboolean check_strings(const OptionSpec *spec, const char *what, GVariant *value, GError **error) {
        gsize n = g_variant_n_children(value);
        g_autofree const char **strings = NULL;

        if (spec->max > 0 && ((gint64) n < spec->min || (gint64) n > spec->max)) {
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT,
                            "%s: option '%s' must have from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT
                            " entries, not %" G_GSIZE_FORMAT,
                            what, spec->name, spec->min, spec->max, n);
                return FALSE;
        }

        strings = g_variant_get_strv(value, NULL);
        for (gsize i = 0; i < n; i++)
                if (!check_plain(spec, what, strings[i], error))
                        return FALSE;
        return TRUE;
}

static gboolean option_check(const OptionSpec *spec, const char *what, GVariant *value, GError **error) {
        if (!type_matches(spec, value)) {
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT,
                            "%s: option '%s' must be %s, not of type '%s'", what, spec->name, type_names[spec->type],
                            g_variant_get_type_string(value));
                return FALSE;
        }

        switch (spec->type) {
        case OPTION_INT:
                return check_int(spec, what, value, error);
        case OPTION_TEXT:
                return check_text(spec, what, value, error);
        case OPTION_STRINGS:
                return check_strings(spec, what, value, error);
        default:
                return TRUE;
        }
}

static gboolean options_check(GVariant *options, const OptionSpec *table, const char *what, GError **error) {
        GVariantIter iter;
        const char *name;
        GVariant *child;
        guint64 seen = 0;

        g_variant_iter_init(&iter, options);
        while (g_variant_iter_next(&iter, "{&sv}", &name, &child)) {
                g_autoptr(GVariant) value = child;
                const OptionSpec *spec = option_find(table, name);
                guint64 bit;

                if (!spec)
                        return fail_unknown(table, what, name, error);

                g_assert(spec - table < OPTIONS_TABLE_MAX);
                bit = G_GUINT64_CONSTANT(1) << (spec - table);
                if (seen & bit) {
                        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT,
                                    "%s: option '%s' is there twice; give it once", what, name);
                        return FALSE;
                }
                seen |= bit;

                if (!option_check(spec, what, value, error))
                        return FALSE;
        }
        return TRUE;
}

static void option_store(const OptionSpec *spec, GVariant *value, gpointer target) {
        gpointer field = G_STRUCT_MEMBER_P(target, spec->offset);

        switch (spec->type) {
        case OPTION_BOOL:
                *(gboolean *) field = g_variant_get_boolean(value);
                return;
        case OPTION_INT:
                (void) integer_read(value, field);
                return;
        case OPTION_TEXT:
                *(const char **) field = g_variant_get_string(value, NULL);
                return;
        case OPTION_STRINGS:
                *(const char ***) field = g_variant_get_strv(value, NULL);
                return;
        case OPTION_VARIANT:
                *(GVariant **) field = g_variant_ref(value);
                return;
        default:
                g_assert_not_reached();
        }
}

gboolean options_read(GVariant *options, const OptionSpec *table, const char *what, gpointer target, GError **error) {
        GVariantIter iter;
        const char *name;
        GVariant *child;

        g_assert(g_variant_is_of_type(options, G_VARIANT_TYPE_VARDICT));

        if (!options_check(options, table, what, error))
                return FALSE;

        /* Text is borrowed from the dictionary. In serialised form it points into the dictionary's own bytes,
         * which stay; a tree of values would drop its children when somebody serialises it later. */
        (void) g_variant_get_data(options);

        g_variant_iter_init(&iter, options);
        while (g_variant_iter_next(&iter, "{&sv}", &name, &child)) {
                g_autoptr(GVariant) value = child;

                option_store(option_find(table, name), value, target);
        }
        return TRUE;
}
