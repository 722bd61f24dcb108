/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <string.h>

#include "core/error.h"

static void test_code(void) {
        g_autoptr(GError) ours = g_error_new(BANGUI_ERROR, BANGUI_ERROR_JAIL_NOT_FOUND, "no");
        g_autoptr(GError) theirs = g_error_new(G_FILE_ERROR, G_FILE_ERROR_NOENT, "no");
        g_autoptr(GError) wild = g_error_new(BANGUI_ERROR, 9999, "no");

        g_assert_cmpint(bangui_error_code(ours), ==, BANGUI_ERROR_JAIL_NOT_FOUND);
        g_assert_cmpint(bangui_error_code(theirs), ==, BANGUI_ERROR_INTERNAL);
        g_assert_cmpint(bangui_error_code(wild), ==, BANGUI_ERROR_INTERNAL);
}

static void test_names(void) {
        g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

        for (guint i = 0; i < _BANGUI_ERROR_MAX; i++) {
                const char *name = bangui_error_bus_name((BanguiError) i);

                g_assert_true(g_hash_table_add(seen, (gpointer) name));
                if (i != BANGUI_ERROR_INTERACTION_REQUIRED)
                        g_assert_true(g_str_has_prefix(name, BANGUI_ERROR_PREFIX));
                g_assert_null(strchr(bangui_error_short_name((BanguiError) i), '.'));
        }

        g_assert_cmpstr(bangui_error_bus_name(BANGUI_ERROR_FAIL2BAN_OFFLINE), ==,
                        "org.bangui.BanGUI1.Error.Fail2banOffline");
        g_assert_cmpstr(bangui_error_bus_name(BANGUI_ERROR_INTERACTION_REQUIRED), ==, BANGUI_ERROR_INTERACTIVE);
        g_assert_cmpstr(bangui_error_short_name(BANGUI_ERROR_INTERNAL), ==, "Internal");
}

/* Each row stays within the statuses that the head of the table explains. */
static void test_statuses(void) {
        static const struct {
                int http, exit_status;
        } rows[] = {
#define ROW(code, name, http, exit_status, when) { http, exit_status },
                BANGUI_ERROR_TABLE(ROW)
#undef ROW
        };

        for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
                g_assert_cmpint(rows[i].http, >=, 400);
                g_assert_cmpint(rows[i].http, <, 600);
                g_assert_cmpint(rows[i].exit_status, >=, 1);
                g_assert_cmpint(rows[i].exit_status, <=, 13);
                g_assert_cmpint(rows[i].exit_status, !=, BANGUI_EXIT_NO_DAEMON);
        }
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/core/error/code", test_code);
        g_test_add_func("/core/error/names", test_names);
        g_test_add_func("/core/error/statuses", test_statuses);
        return g_test_run();
}
