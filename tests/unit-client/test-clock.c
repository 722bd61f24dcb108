/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <errno.h>
#include <glib.h>
#include <time.h>

#include "client/lib/clock.h"

static void assert_time(Clock *clock, int64_t at, const char *expected) {
        auto_buffer Buffer buffer = { 0 };

        clock_add_time(clock, &buffer, at);
        g_assert_cmpstr(buffer_text(&buffer), ==, expected);
}

static void test_utc(void) {
        Clock clock = { .utc = true };

        assert_time(&clock, 86400, "1970-01-02 00:00:00Z");
        assert_time(&clock, 951782399, "2000-02-28 23:59:59Z");
        assert_time(&clock, 951782400, "2000-02-29 00:00:00Z");
        assert_time(&clock, 1795269785, "2026-11-21 14:03:05Z");
        assert_time(&clock, 4107542399, "2100-02-28 23:59:59Z");
        assert_time(&clock, 4107542400, "2100-03-01 00:00:00Z");
        assert_time(&clock, 0, "-");
        assert_time(&clock, -5, "-");
        assert_time(&clock, INT64_MAX, "-");
}

/* Against GLib, over the changes of summer time, in an order that fills and replaces what is kept. */
static void test_local(void) {
        Clock clock = { 0 };

        for (int64_t at = 86400; at < INT64_C(4000000000); at += 7654321) {
                g_autoptr(GDateTime) time = g_date_time_new_from_unix_local(at);
                g_autofree char *expected = g_date_time_format(time, "%Y-%m-%d %H:%M:%S");

                assert_time(&clock, at, expected);
        }
        assert_time(&clock, 1792889999, "2026-10-25 02:59:59");
        assert_time(&clock, 1792890000, "2026-10-25 02:00:00");
}

static void test_durations(void) {
        static const struct {
                int64_t seconds;
                const char *text;
        } cases[] = {
                { 0, "0s" },        { 59, "59s" },       { 60, "1m 00s" },     { 3599, "59m 59s" },
                { 7500, "2h 05m" }, { 86400, "1d 00h" }, { 277200, "3d 05h" }, { -1, "permanent" },
        };

        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
                auto_buffer Buffer buffer = { 0 };

                duration_add(&buffer, cases[i].seconds);
                g_assert_cmpstr(buffer_text(&buffer), ==, cases[i].text);
        }
}

static void assert_duration(const char *text, int64_t expected) {
        int64_t seconds = 0;

        g_assert_cmpint(duration_parse(text, &seconds), ==, 0);
        g_assert_cmpint(seconds, ==, expected);
}

static void test_parse_duration(void) {
        static const char *const wrong[] = { "",
                                             "x",
                                             "10x",
                                             "-2",
                                             "1h-",
                                             " 1",
                                             "1.5h",
                                             "h",
                                             "1 2",
                                             "10m5",
                                             "+10m",
                                             "99999999999999999999",
                                             "9223372036854775807w" };

        assert_duration("600", 600);
        assert_duration("0", 0);
        assert_duration("10m", 600);
        assert_duration("1h30m", 5400);
        assert_duration("2d 4h", 187200);
        assert_duration("1W", 604800);
        assert_duration("permanent", DURATION_PERMANENT);
        assert_duration("-1", DURATION_PERMANENT);
        for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
                int64_t seconds = 0;

                if (duration_parse(wrong[i], &seconds) != -EINVAL)
                        g_error("taken: %s", wrong[i]);
        }
}

static void assert_parsed(const Clock *clock, const char *text, int64_t expected) {
        int64_t at = 0;

        g_assert_cmpint(clock_parse(clock, text, 10000, &at), ==, 0);
        g_assert_cmpint(at, ==, expected);
}

static void test_parse_time(void) {
        static const char *const wrong[] = { "", "@", "@x", "2026-13-01", "2026-11-21 25:00", "yesterday", "-1" };
        Clock clock = { .utc = true };

        assert_parsed(&clock, "@1795269785", 1795269785);
        assert_parsed(&clock, "2026-11-21", 1795219200);
        assert_parsed(&clock, "2026-11-21 14:03", 1795269780);
        assert_parsed(&clock, "2026-11-21 14:03:05", 1795269785);
        assert_parsed(&clock, "2026-11-21T14:03:05Z", 1795269785);
        assert_parsed(&clock, "1h", 6400);
        assert_parsed(&clock, "1w", 0);
        clock.utc = false;
        assert_parsed(&clock, "2026-11-21 14:03:05", 1795266185);
        assert_parsed(&clock, "2026-11-21 14:03:05Z", 1795269785);
        for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
                int64_t at = 0;

                if (clock_parse(&clock, wrong[i], 10000, &at) != -EINVAL)
                        g_error("taken: %s", wrong[i]);
        }
}

static void assert_zone(const char *variable, bool utc, const char *expected) {
        Clock clock = { .utc = utc };
        g_autofree char *before = g_strdup(g_getenv("TZ"));
        auto_free char *zone = NULL;

        g_assert_true(g_setenv("TZ", variable, TRUE));
        tzset();
        zone = clock_zone(&clock);
        g_assert_cmpstr(zone, ==, expected);
        g_assert_true(g_setenv("TZ", before, TRUE));
        tzset();
}

/* What the daemon knows by name is named; of all else it is told how far off UTC it is. */
static void test_zone(void) {
        static const char known[] = "/usr/share/zoneinfo/Asia/Kathmandu";

        assert_zone("<+0545>-5:45", false, "+05:45");
        assert_zone("<-0930>9:30", false, "-09:30");
        assert_zone("UTC0", false, "+00:00");
        assert_zone("", false, "+00:00");
        assert_zone("Nowhere/\033[1m", false, "+00:00");
        assert_zone("../../../etc/passwd", false, "+00:00");
        if (!g_file_test(known, G_FILE_TEST_IS_REGULAR)) {
                g_test_skip("this host has no zones");
                return;
        }
        assert_zone("Asia/Kathmandu", false, "Asia/Kathmandu");
        assert_zone(":Asia/Kathmandu", false, "Asia/Kathmandu");
        assert_zone(known, false, "Asia/Kathmandu");
        assert_zone("Asia", false, "+00:00");
        assert_zone("Asia/Kathmandu", true, "UTC");
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_assert_true(g_setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", TRUE));
        g_test_add_func("/client/clock/utc", test_utc);
        g_test_add_func("/client/clock/local", test_local);
        g_test_add_func("/client/clock/durations", test_durations);
        g_test_add_func("/client/clock/parse-duration", test_parse_duration);
        g_test_add_func("/client/clock/parse-time", test_parse_time);
        g_test_add_func("/client/clock/zone", test_zone);
        return g_test_run();
}
