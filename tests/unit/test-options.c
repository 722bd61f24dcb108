/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <string.h>

#include "core/error.h"
#include "core/options.h"

typedef struct Target {
        gboolean force;
        gint64 limit;
        const char *reason;
        const char **protect;
        GVariant *values;
} Target;

static const OptionSpec table[] = {
        { "force", OPTION_BOOL, G_STRUCT_OFFSET(Target, force) },
        { "limit", OPTION_INT, G_STRUCT_OFFSET(Target, limit), 1, 500 },
        { "reason", OPTION_TEXT, G_STRUCT_OFFSET(Target, reason), 0, 10 },
        { "protect", OPTION_STRINGS, G_STRUCT_OFFSET(Target, protect), 0, 3 },
        { "values", OPTION_VARIANT, G_STRUCT_OFFSET(Target, values) },
        { NULL },
};

static const OptionSpec table_wide[] = {
        { "limit", OPTION_INT, G_STRUCT_OFFSET(Target, limit), 0, G_MAXINT64 },
        { NULL },
};

static const OptionSpec table_empty[] = { { NULL } };

static GVariant *dictionary(const char *text) {
        g_autoptr(GError) error = NULL;
        GVariant *value = g_variant_parse(G_VARIANT_TYPE_VARDICT, text, NULL, NULL, &error);

        g_assert_no_error(error);
        return value;
}

static void test_all(void) {
        g_autoptr(GVariant) options =
                dictionary("{'force': <true>, 'limit': <uint16 7>, 'reason': <'spam'>, 'protect': <['a', 'b']>, "
                           "'values': <(1, 2)>}");
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) values = NULL;
        g_autofree const char **protect = NULL;
        Target target = { 0 };

        g_assert_true(options_read(options, table, "Ban", &target, &error));
        g_assert_no_error(error);
        values = target.values;
        protect = target.protect;

        g_assert_true(target.force);
        g_assert_cmpint(target.limit, ==, 7);
        g_assert_cmpstr(target.reason, ==, "spam");
        g_assert_cmpstr(protect[0], ==, "a");
        g_assert_cmpstr(protect[1], ==, "b");
        g_assert_null(protect[2]);
        g_assert_cmpstr(g_variant_get_type_string(values), ==, "(ii)");
}

/* As a message brings it: one block of bytes, whose children are made when asked for. */
static void test_serialised(void) {
        g_autoptr(GVariant) tree = dictionary("{'reason': <'spam'>, 'values': <'x'>}");
        g_autoptr(GBytes) bytes = g_variant_get_data_as_bytes(tree);
        g_autoptr(GVariant) options = g_variant_new_from_bytes(G_VARIANT_TYPE_VARDICT, bytes, FALSE);
        g_autoptr(GVariant) values = NULL;
        Target target = { 0 };

        g_assert_true(options_read(options, table, "Ban", &target, NULL));
        values = target.values;
        g_assert_cmpstr(target.reason, ==, "spam");
        g_assert_cmpstr(g_variant_get_string(values, NULL), ==, "x");
}

static void test_defaults_stay(void) {
        g_autoptr(GVariant) options = dictionary("{}");
        Target target = { .force = TRUE, .limit = 100, .reason = "default" };

        g_assert_true(options_read(options, table, "Ban", &target, NULL));
        g_assert_true(options_read(options, table_empty, "Ban", &target, NULL));
        g_assert_true(target.force);
        g_assert_cmpint(target.limit, ==, 100);
        g_assert_cmpstr(target.reason, ==, "default");
}

static void test_integers(void) {
        static const char *const cases[] = {
                "byte 0x09", "int16 9", "uint16 9", "9", "uint32 9", "int64 9", "uint64 9"
        };

        for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
                g_autofree char *text = g_strdup_printf("{'limit': <%s>}", cases[i]);
                g_autoptr(GVariant) options = dictionary(text);
                Target target = { 0 };

                g_assert_true(options_read(options, table, "Ban", &target, NULL));
                g_assert_cmpint(target.limit, ==, 9);
        }
}

static void assert_refused(const OptionSpec *specs, const char *text, const char *message) {
        g_autoptr(GVariant) options = dictionary(text);
        g_autoptr(GError) error = NULL;
        Target target = { .limit = -7 }, untouched = target;

        g_assert_false(options_read(options, specs, "Ban", &target, &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT);
        g_assert_nonnull(strstr(error->message, "Ban"));
        if (!strstr(error->message, message))
                g_error("'%s' is not in '%s'", message, error->message);
        g_assert_cmpmem(&target, sizeof(target), &untouched, sizeof(untouched));
}

static void test_refused(void) {
        assert_refused(table, "{'forec': <true>}", "did you mean 'force'?");
        assert_refused(table, "{'banana': <true>}", "it takes: force, limit, reason, protect, values");
        assert_refused(table_empty, "{'force': <true>}", "it takes none");
        assert_refused(table, "{'force': <'yes'>}", "must be a boolean (b), not of type 's'");
        assert_refused(table, "{'limit': <'7'>}", "must be an integer (x)");
        assert_refused(table, "{'limit': <7.0>}", "must be an integer (x)");
        assert_refused(table, "{'limit': <0>}", "'limit' must be from 1 to 500, not 0");
        assert_refused(table, "{'limit': <501>}", "from 1 to 500");
        assert_refused(table, "{'limit': <uint64 18446744073709551615>}", "not 18446744073709551615");
        assert_refused(table_wide, "{'limit': <uint64 9223372036854775808>}", "not 9223372036854775808");
        assert_refused(table, "{'reason': <7>}", "must be a string (s)");
        assert_refused(table, "{'reason': <'12345678901'>}", "from 0 to 10 bytes, not 11");
        assert_refused(table, "{'reason': <'a\\nb'>}", "must have no control characters: 'a\\x0ab'");
        assert_refused(table, "{'protect': <'a'>}", "must be an array of strings (as)");
        assert_refused(table, "{'protect': <['a', 'b', 'c', 'd']>}", "from 0 to 3 entries, not 4");
        assert_refused(table, "{'protect': <['a', 'b\\u0007']>}", "no control characters");
        assert_refused(table, "{'values': <1>, 'reason': <'a'>, 'banana': <1>}", "'banana'");
}

static void test_twice(void) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) options = NULL;
        GVariantBuilder builder;
        Target target = { 0 };

        g_variant_builder_init(&builder, G_VARIANT_TYPE_VARDICT);
        g_variant_builder_add(&builder, "{sv}", "force", g_variant_new_boolean(TRUE));
        g_variant_builder_add(&builder, "{sv}", "limit", g_variant_new_int64(1));
        g_variant_builder_add(&builder, "{sv}", "force", g_variant_new_boolean(TRUE));
        options = g_variant_ref_sink(g_variant_builder_end(&builder));

        g_assert_false(options_read(options, table, "Ban", &target, &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT);
        g_assert_nonnull(strstr(error->message, "'force' is there twice"));
        g_assert_false(target.force);
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/core/options/all", test_all);
        g_test_add_func("/core/options/serialised", test_serialised);
        g_test_add_func("/core/options/defaults-stay", test_defaults_stay);
        g_test_add_func("/core/options/integers", test_integers);
        g_test_add_func("/core/options/refused", test_refused);
        g_test_add_func("/core/options/twice", test_twice);
        return g_test_run();
}
