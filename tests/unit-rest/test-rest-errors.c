/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/rest/errors.h"

#include <string.h>

static void check(const GError *error, guint status, const char *code, const char *message) {
        g_autofree char *got = NULL;
        const char *name;
        guint number;

        rest_error_describe(error, &number, &name, &got);
        g_assert_cmpuint(number, ==, status);
        g_assert_cmpstr(name, ==, code);
        g_assert_cmpstr(got, ==, message);
}

static void check_remote(const char *remote, guint status, const char *code) {
        g_autoptr(GError) made = rest_error_new_named(remote, "what happened");
        g_autoptr(GError) error = g_error_copy(made);

        g_assert_cmpstr(rest_error_name(error), ==, remote);
        check(error, status, code, "what happened");
}

static void test_daemon(void) {
        check_remote("org.bangui.BanGUI1.Error.JailNotFound", 404, "JailNotFound");
        check_remote("org.bangui.BanGUI1.Error.Fail2banOffline", 502, "Fail2banOffline");
        check_remote("org.bangui.BanGUI1.Error.DatabaseBusy", 503, "DatabaseBusy");
        check_remote("org.bangui.BanGUI1.Error.NoSuchError", 500, "Internal");
}

static void test_bus(void) {
        check_remote("org.freedesktop.DBus.Error.ServiceUnknown", 503, "DaemonOffline");
        check_remote("org.freedesktop.DBus.Error.NoReply", 504, "Timeout");
        check_remote("org.freedesktop.DBus.Error.LimitsExceeded", 503, "Overloaded");
        check_remote("org.freedesktop.DBus.Error.AccessDenied", 403, "NotAuthorized");
        check_remote("org.freedesktop.DBus.Error.InteractiveAuthorizationRequired", 403, "InteractionRequired");
        check_remote("org.example.Strange", 500, "Internal");
}

static void test_own(void) {
        g_autoptr(GError) own = g_error_new_literal(REST_ERROR, REST_ERROR_TOO_MANY, "wait");
        g_autoptr(GError) other = g_error_new_literal(G_FILE_ERROR, G_FILE_ERROR_NOENT, "gone\xff");

        check(own, 429, "TooManyRequests", "wait");
        g_assert_null(rest_error_name(own));
        check(other, 500, "Internal", "gone\xef\xbf\xbd");
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/rest-errors/daemon", test_daemon);
        g_test_add_func("/rest-errors/bus", test_bus);
        g_test_add_func("/rest-errors/own", test_own);
        return g_test_run();
}
