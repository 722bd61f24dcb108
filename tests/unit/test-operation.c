/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <math.h>

#include "core/error.h"
#include "services/operation.h"

typedef struct Told {
        guint calls;
        double progress;
        char *message;
} Told;

/* May ask while it is told. */
static void on_changed(Operation *operation, gpointer userdata) {
        Told *told = userdata;

        told->calls++;
        g_free(told->message);
        told->progress = operation_progress(operation, &told->message);
}

static void test_report(void) {
        Told told = { 0 };
        g_autoptr(Operation) operation = operation_new("Bans.Ban", on_changed, &told);
        g_autofree char *message = NULL;

        g_assert_cmpstr(operation_kind(operation), ==, "Bans.Ban");
        g_assert_cmpfloat(operation_progress(operation, &message), ==, 0);
        g_assert_cmpstr(message, ==, "");

        operation_report(operation, 0.5, "half");
        g_assert_cmpuint(told.calls, ==, 1);
        g_assert_cmpfloat(told.progress, ==, 0.5);
        g_assert_cmpstr(told.message, ==, "half");
        g_free(told.message);
}

/* However often it is reported, ten times a second are told, and the end in any case. */
static void test_throttle(void) {
        Told told = { 0 };
        g_autoptr(Operation) operation = operation_new("x", on_changed, &told);
        gint64 start = g_get_monotonic_time();
        double seconds;

        for (guint i = 0; i < 20000; i++)
                operation_report(operation, i / 20000.0, "on the way");
        seconds = (double) (g_get_monotonic_time() - start) / G_USEC_PER_SEC;
        g_assert_cmpuint(told.calls, >=, 1);
        g_assert_cmpfloat(told.calls, <=, 1 + seconds * 10);

        operation_report(operation, 1, "done");
        g_assert_cmpfloat(told.progress, ==, 1);
        g_assert_cmpstr(told.message, ==, "done");
        g_free(told.message);
}

static void test_range(void) {
        g_autoptr(Operation) operation = operation_new("x", NULL, NULL);

        operation_report(operation, -1, NULL);
        g_assert_cmpfloat(operation_progress(operation, NULL), ==, 0);
        operation_report(operation, NAN, NULL);
        g_assert_cmpfloat(operation_progress(operation, NULL), ==, 0);
        operation_report(operation, 7, NULL);
        g_assert_cmpfloat(operation_progress(operation, NULL), ==, 1);
}

static gpointer cancel_in_thread(gpointer data) {
        g_autoptr(Operation) operation = data;

        operation_cancel(operation);
        return NULL;
}

static void test_cancel(void) {
        g_autoptr(Operation) operation = operation_new("Bans.Ban", NULL, NULL);
        g_autoptr(GError) error = NULL;

        g_assert_true(operation_check(operation, &error));
        g_thread_join(g_thread_new("cancel", cancel_in_thread, operation_ref(operation)));
        g_assert_false(operation_check(operation, &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_CANCELLED);
        g_assert_cmpstr(error->message, ==, "Bans.Ban was cancelled");
}

/* A service that was called without one. */
static void test_none(void) {
        operation_report(NULL, 0.5, "half");
        g_assert_true(operation_check(NULL, NULL));
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/services/operation/report", test_report);
        g_test_add_func("/services/operation/throttle", test_throttle);
        g_test_add_func("/services/operation/range", test_range);
        g_test_add_func("/services/operation/cancel", test_cancel);
        g_test_add_func("/services/operation/none", test_none);
        return g_test_run();
}
