/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <glib.h>

#include "client/lib/errors.h"

static void test_table(void) {
#define ROW(code, name, http, status, when) g_assert_cmpint(error_exit_status(BANGUI_ERROR_PREFIX name), ==, (status));
        BANGUI_ERROR_TABLE(ROW)
#undef ROW
}

static void test_bus(void) {
        g_assert_cmpint(error_exit_status(BANGUI_ERROR_INTERACTIVE), ==, 3);
        g_assert_cmpint(error_exit_status("org.freedesktop.DBus.Error.AccessDenied"), ==, 3);
        g_assert_cmpint(error_exit_status("org.freedesktop.DBus.Error.ServiceUnknown"), ==, 11);
        g_assert_cmpint(error_exit_status("org.freedesktop.DBus.Error.Spawn.ChildExited"), ==, 11);
        g_assert_cmpint(error_exit_status("org.freedesktop.DBus.Error.NoReply"), ==, 10);
        g_assert_cmpint(error_exit_status("org.example.Whatever"), ==, 1);
        g_assert_cmpint(error_exit_status(""), ==, 1);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/client/errors/table", test_table);
        g_test_add_func("/client/errors/bus", test_bus);
        return g_test_run();
}
