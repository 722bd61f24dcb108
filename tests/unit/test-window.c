/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "core/window.h"

#include "core/error.h"

#define DAY 86400

/* Seconds of a time that a clock in Berlin shows. */
static gint64 berlin(int year, int month, int day, int hour, int minute) {
        g_autoptr(GTimeZone) zone = g_time_zone_new_identifier("Europe/Berlin");
        g_autoptr(GDateTime) time = NULL;

        g_assert_nonnull(zone);
        time = g_date_time_new(zone, year, month, day, hour, minute, 0);
        return g_date_time_to_unix(time);
}

static void refuse(const char *range, gint64 since, gint64 until, const char *message) {
        g_autoptr(GError) error = NULL;
        Window window = { 1, 2 };

        g_assert_false(window_read(range, since, until, "24h", 1000000, &window, &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT);
        g_assert_cmpstr(error->message, ==, message);
        g_assert_cmpint(window.since, ==, 1);
        g_assert_cmpint(window.until, ==, 2);
}

static void test_names(void) {
        static const int days[] = { 1, 7, 30, 365, 0 };
        gint64 now = 1763696188;

        for (guint i = 0; window_ranges[i]; i++) {
                g_autoptr(GError) error = NULL;
                Window window;

                g_assert_true(window_read(window_ranges[i], -1, -1, NULL, now, &window, &error));
                g_assert_no_error(error);
                g_assert_cmpint(window.since, ==, days[i] ? now - (gint64) days[i] * DAY - WINDOW_SLACK_S : 0);
                g_assert_cmpint(window.until, ==, G_MAXINT64);
        }
}

/* The same length on every day there is: before and behind midnight, the month's end, a leap day, the year's end, and
 * the two nights in which clocks jump. */
static void test_clock(void) {
        const gint64 times[] = {
                berlin(2025, 11, 20, 23, 59), berlin(2025, 11, 21, 0, 1),   berlin(2025, 11, 30, 23, 59),
                berlin(2025, 12, 1, 0, 1),    berlin(2025, 12, 31, 23, 59), berlin(2026, 1, 1, 0, 1),
                berlin(2024, 2, 28, 23, 59),  berlin(2024, 2, 29, 12, 0),   berlin(2024, 3, 1, 0, 1),
                berlin(2025, 3, 30, 1, 59),   berlin(2025, 3, 30, 3, 1),    berlin(2025, 10, 26, 2, 30),
                berlin(2025, 10, 26, 3, 1),
        };

        for (guint i = 0; i < G_N_ELEMENTS(times); i++) {
                Window day, year, before;

                g_assert_true(window_read("24h", -1, -1, NULL, times[i], &day, NULL));
                g_assert_cmpint(times[i] - day.since, ==, DAY + WINDOW_SLACK_S);
                g_assert_true(window_before(&day, times[i], &before));
                g_assert_cmpint(before.until, ==, day.since);
                g_assert_cmpint(before.until - before.since, ==, DAY + WINDOW_SLACK_S);
                g_assert_true(window_read("365d", -1, -1, NULL, times[i], &year, NULL));
                g_assert_cmpint(times[i] - year.since, ==, 365 * DAY + WINDOW_SLACK_S);
        }
}

static void test_bounds(void) {
        Window window;

        g_assert_true(window_read(NULL, 100, 200, "24h", 1000, &window, NULL));
        g_assert_cmpint(window.since, ==, 100);
        g_assert_cmpint(window.until, ==, 200);
        g_assert_true(window_read(NULL, 100, -1, "24h", 1000, &window, NULL));
        g_assert_cmpint(window.since, ==, 100);
        g_assert_cmpint(window.until, ==, G_MAXINT64);
        g_assert_true(window_read(NULL, -1, 200, "24h", 1000, &window, NULL));
        g_assert_cmpint(window.since, ==, 0);
        g_assert_cmpint(window.until, ==, 200);
}

static void test_fallback(void) {
        Window window;

        g_assert_true(window_read(NULL, -1, -1, "7d", 10000000, &window, NULL));
        g_assert_cmpint(window.since, ==, 10000000 - 7 * DAY - WINDOW_SLACK_S);
        g_assert_true(window_read(NULL, -1, -1, NULL, 10000000, &window, NULL));
        g_assert_cmpint(window.since, ==, 0);
        /* a clock that was never set */
        g_assert_true(window_read("24h", -1, -1, NULL, 1000, &window, NULL));
        g_assert_cmpint(window.since, ==, 0);
}

static void test_refused(void) {
        refuse("1h", -1, -1, "range '1h' is none of 24h, 7d, 30d, 365d, all");
        refuse("", -1, -1, "range '' is none of 24h, 7d, 30d, 365d, all");
        refuse("24h", 5, -1, "give either range or since and until, not both");
        refuse("24h", -1, 5, "give either range or since and until, not both");
        refuse(NULL, 5, 5, "since must lie before until, but 5 does not lie before 5");
        refuse(NULL, 6, 5, "since must lie before until, but 6 does not lie before 5");
        refuse(NULL, -2, 5, "since must be in seconds since 1970, not -2");
        refuse(NULL, 2, -5, "until must be in seconds since 1970, not -5");
}

static void test_before(void) {
        Window before;

        g_assert_true(window_before(&(Window) { 1000, 1600 }, 5000, &before));
        g_assert_cmpint(before.since, ==, 400);
        g_assert_cmpint(before.until, ==, 1000);
        g_assert_true(window_before(&(Window) { 1000, G_MAXINT64 }, 1300, &before));
        g_assert_cmpint(before.since, ==, 700);
        g_assert_true(window_before(&(Window) { 1000, 9000 }, 5000, &before));
        g_assert_cmpint(before.since, ==, 0);
        g_assert_false(window_before(&(Window) { 0, 9000 }, 5000, &before));
        g_assert_false(window_before(&(Window) { 6000, G_MAXINT64 }, 5000, &before));
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/core/window/names", test_names);
        g_test_add_func("/core/window/clock", test_clock);
        g_test_add_func("/core/window/bounds", test_bounds);
        g_test_add_func("/core/window/fallback", test_fallback);
        g_test_add_func("/core/window/refused", test_refused);
        g_test_add_func("/core/window/before", test_before);
        return g_test_run();
}
