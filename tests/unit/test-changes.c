/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <string.h>

#include "core/error.h"
#include "services/changes.h"

/* Three numbers; the target refuses to set "c" above 100, and, when told so, to set anything back to 1. */
typedef struct Target {
        gint64 a, b, c;
        guint n_set;
        gboolean stubborn;
} Target;

static gint64 *field(Target *self, const char *key) {
        return *key == 'a' ? &self->a : *key == 'b' ? &self->b : &self->c;
}

static gboolean check(const char *key, GVariant *value, gpointer userdata, GError **error) {
        if (g_variant_is_of_type(value, G_VARIANT_TYPE_INT64) && g_variant_get_int64(value) >= 0)
                return TRUE;
        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT, "%s must be 0 or more", key);
        return FALSE;
}

static gboolean set(const char *key, GVariant *value, gpointer userdata, GError **error) {
        Target *self = userdata;
        gint64 number = g_variant_get_int64(value);

        self->n_set++;
        if ((*key == 'c' && number > 100) || (self->stubborn && number == 1)) {
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_REFUSED_BY_FAIL2BAN, "not %d", (int) number);
                return FALSE;
        }
        *field(self, key) = number;
        return TRUE;
}

static GVariant *read_all(gpointer userdata, GError **error) {
        Target *self = userdata;

        return g_variant_ref_sink(
                g_variant_new_parsed("{'alpha': <%x>, 'beta': <%x>, 'candle': <%x>}", self->a, self->b, self->c));
}

static GVariant *apply(Target *self, const char *changes, GError **error) {
        static const char *const keys[] = { "alpha", "beta", "candle", NULL };
        ChangeTarget target = { "number", keys, check, set, read_all, self };
        g_autoptr(GVariant) parsed = g_variant_ref_sink(g_variant_new_parsed(changes));

        return changes_apply(&target, parsed, error);
}

static void test_all(void) {
        Target target = { 1, 1, 1 };
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) now = apply(&target, "{'beta': <int64 5>, 'alpha': <int64 7>}", &error);
        gint64 alpha = 0;

        g_assert_no_error(error);
        g_assert_cmpint(target.a, ==, 7);
        g_assert_cmpint(target.b, ==, 5);
        g_assert_true(g_variant_lookup(now, "alpha", "x", &alpha));
        g_assert_cmpint(alpha, ==, 7);
        g_assert_cmpuint(g_variant_n_children(now), ==, 3);
}

static void assert_nothing_set(const char *changes, const char *part) {
        Target target = { 1, 1, 1 };
        g_autoptr(GError) error = NULL;

        g_assert_null(apply(&target, changes, &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT);
        g_test_message("%s", error->message);
        g_assert_nonnull(strstr(error->message, part));
        g_assert_cmpuint(target.n_set, ==, 0);
}

static void test_checked_first(void) {
        assert_nothing_set("{'alpha': <int64 5>, 'beta': <int64 -1>}", "beta must be");
        assert_nothing_set("{'alpha': <int64 5>, 'beta': <'x'>}", "beta must be");
        assert_nothing_set("{'alpha': <int64 5>, 'btea': <int64 1>}", "'beta' was meant");
        assert_nothing_set("{'alpha': <int64 5>, 'zzzzzzzz': <int64 1>}", "alpha, beta, candle");
        assert_nothing_set("@a{sv} {}", "nothing to change");
}

static void test_twice(void) {
        GVariantBuilder builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);
        Target target = { 1, 1, 1 };
        static const char *const keys[] = { "alpha", NULL };
        ChangeTarget description = { "number", keys, check, set, read_all, &target };
        g_autoptr(GVariant) changes = NULL;
        g_autoptr(GError) error = NULL;

        g_variant_builder_add(&builder, "{sv}", "alpha", g_variant_new_int64(3));
        g_variant_builder_add(&builder, "{sv}", "alpha", g_variant_new_int64(4));
        changes = g_variant_ref_sink(g_variant_builder_end(&builder));
        g_assert_null(changes_apply(&description, changes, &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT);
        g_assert_nonnull(strstr(error->message, "twice"));
        g_assert_cmpuint(target.n_set, ==, 0);
}

static void test_set_back(void) {
        Target target = { 1, 2, 3 };
        g_autoptr(GError) error = NULL;

        g_assert_null(apply(&target, "{'alpha': <int64 50>, 'beta': <int64 60>, 'candle': <int64 101>}", &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_REFUSED_BY_FAIL2BAN);
        g_assert_cmpstr(
                error->message, ==,
                "candle could not be set: not 101; beta has its old value again; alpha has its old value again");
        g_assert_cmpint(target.a, ==, 1);
        g_assert_cmpint(target.b, ==, 2);
        g_assert_cmpint(target.c, ==, 3);
}

static void test_cannot_set_back(void) {
        Target target = { 1, 2, 3, .stubborn = TRUE };
        g_autoptr(GError) error = NULL;

        g_assert_null(apply(&target, "{'alpha': <int64 50>, 'candle': <int64 101>}", &error));
        g_assert_cmpstr(
                error->message, ==,
                "candle could not be set: not 101; alpha keeps its new value, as the old one could not be set: not 1");
        g_assert_cmpint(target.a, ==, 50);
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);

        g_test_add_func("/services/changes/all", test_all);
        g_test_add_func("/services/changes/checked-first", test_checked_first);
        g_test_add_func("/services/changes/twice", test_twice);
        g_test_add_func("/services/changes/set-back", test_set_back);
        g_test_add_func("/services/changes/cannot-set-back", test_cannot_set_back);

        return g_test_run();
}
