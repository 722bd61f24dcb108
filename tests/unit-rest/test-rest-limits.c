/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/rest/http/limits.h"

#define SECOND G_USEC_PER_SEC

static void test_window(void) {
        g_autoptr(Limits) limits = limits_new();

        for (guint i = 0; i < 3; i++)
                g_assert_cmpuint(limits_count(limits, "a", 3, SECOND), ==, 0);
        g_assert_cmpuint(limits_count(limits, "a", 3, SECOND), ==, 60);
        g_assert_cmpuint(limits_count(limits, "a", 3, 31 * SECOND), ==, 30);
        g_assert_cmpuint(limits_count(limits, "b", 3, 31 * SECOND), ==, 0);
        g_assert_cmpuint(limits_count(limits, "a", 3, 61 * SECOND), ==, 0);
}

/* What was used late in a minute is still used at the beginning of the next. Slots begin at 1, 11, 21 ... */
static void test_window_slides(void) {
        g_autoptr(Limits) limits = limits_new();

        g_assert_cmpuint(limits_count(limits, "a", 3, SECOND), ==, 0);
        g_assert_cmpuint(limits_count(limits, "a", 3, 58 * SECOND), ==, 0);
        g_assert_cmpuint(limits_count(limits, "a", 3, 59 * SECOND), ==, 0);
        g_assert_cmpuint(limits_count(limits, "a", 3, 60 * SECOND), ==, 1);
        g_assert_cmpuint(limits_count(limits, "a", 3, 62 * SECOND), ==, 0);
        g_assert_cmpuint(limits_count(limits, "a", 3, 63 * SECOND), ==, 48);
        g_assert_cmpuint(limits_count(limits, "a", 3, 111 * SECOND), ==, 0);
        g_assert_cmpuint(limits_count(limits, "a", 3, 111 * SECOND), ==, 0);
        g_assert_cmpuint(limits_count(limits, "a", 3, 111 * SECOND), ==, 10);
        for (guint i = 0; i < 3; i++)
                g_assert_cmpuint(limits_count(limits, "a", 3, 2000 * SECOND), ==, 0);
        g_assert_cmpuint(limits_count(limits, "a", 3, 2000 * SECOND), >, 0);
}

static void test_refused_do_not_count(void) {
        g_autoptr(Limits) limits = limits_new();

        for (guint i = 0; i < 100; i++)
                (void) limits_count(limits, "a", 1, SECOND);
        g_assert_cmpuint(limits_count(limits, "a", 1, 62 * SECOND), ==, 0);
}

static void test_no_limit(void) {
        g_autoptr(Limits) limits = limits_new();

        for (guint i = 0; i < 1000; i++)
                g_assert_cmpuint(limits_count(limits, "a", 0, SECOND), ==, 0);
}

/* The one that was used longest ago is forgotten, not one that is in use. */
static void test_memory_is_bounded(void) {
        g_autoptr(Limits) limits = limits_new();

        g_assert_cmpuint(limits_count(limits, "kept", 2, SECOND), ==, 0);
        for (guint i = 0; i < 3 * LIMITS_ENTRIES_MAX; i++) {
                g_autofree char *key = g_strdup_printf("192.0.2.%u", i);

                g_assert_cmpuint(limits_count(limits, key, 2, SECOND), ==, 0);
                if (i == 10)
                        g_assert_cmpuint(limits_count(limits, "kept", 2, SECOND), ==, 0);
                if (i % 100 == 11)
                        g_assert_cmpuint(limits_count(limits, "kept", 2, SECOND), >, 0);
        }
        g_assert_cmpuint(limits_count(limits, "192.0.2.0", 1, SECOND), ==, 0);
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/rest-limits/window", test_window);
        g_test_add_func("/rest-limits/window-slides", test_window_slides);
        g_test_add_func("/rest-limits/refused-do-not-count", test_refused_do_not_count);
        g_test_add_func("/rest-limits/no-limit", test_no_limit);
        g_test_add_func("/rest-limits/memory-is-bounded", test_memory_is_bounded);
        return g_test_run();
}
