/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "services/figures/figure-buckets.h"

#include "core/error.h"

#define HOUR 3600
#define DAY (24 * HOUR)

static gint64 utc(const char *text) {
        g_autoptr(GTimeZone) zone = g_time_zone_new_utc();
        g_autoptr(GDateTime) time = g_date_time_new_from_iso8601(text, zone);

        g_assert_nonnull(time);
        return g_date_time_to_unix(time);
}

/* The beginnings and the end, as a clock in UTC shows them. */
static void check(BucketSize size, const char *timezone, const char *since, const char *until, const char *expected) {
        g_autoptr(LocalClock) clock = local_clock_new(timezone, NULL);
        g_autoptr(GString) text = g_string_new(NULL);
        g_autoptr(GArray) buckets = NULL;
        g_autoptr(GError) error = NULL;

        g_assert_nonnull(clock);
        buckets = buckets_new(&(Bucket) { .size = size }, clock, &(Window) { utc(since), utc(until) }, &error);
        g_assert_no_error(error);
        for (guint i = 0; i < buckets->len; i++) {
                g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(g_array_index(buckets, gint64, i));
                g_autofree char *shown = g_date_time_format(time, "%d.%m. %H:%M");

                g_string_append_printf(text, "%s%s", i == 0 ? "" : ", ", shown);
        }
        g_assert_cmpstr(text->str, ==, expected);
}

static void test_utc(void) {
        check(BUCKET_DAY, NULL, "2024-02-28T12:00:00Z", "2024-03-01T00:00:01Z",
              "28.02. 00:00, 29.02. 00:00, 01.03. 00:00, 02.03. 00:00");
        check(BUCKET_DAY, "UTC", "2025-12-31T00:00:00Z", "2026-01-01T00:00:00Z", "31.12. 00:00, 01.01. 00:00");
        check(BUCKET_HOUR, NULL, "2025-12-31T22:30:00Z", "2026-01-01T00:00:00Z",
              "31.12. 22:00, 31.12. 23:00, 01.01. 00:00");
        check(BUCKET_6_HOURS, NULL, "2025-12-31T17:59:59Z", "2025-12-31T18:00:01Z",
              "31.12. 12:00, 31.12. 18:00, 01.01. 00:00");
        check(BUCKET_WEEK, NULL, "2026-01-01T00:00:00Z", "2026-01-05T00:00:01Z",
              "29.12. 00:00, 05.01. 00:00, 12.01. 00:00");
        check(BUCKET_MONTH, NULL, "2023-12-31T00:00:00Z", "2024-03-01T00:00:00Z",
              "01.12. 00:00, 01.01. 00:00, 01.02. 00:00, 01.03. 00:00");
}

/* A day has 23 hours in March and 25 in October. */
static void test_berlin(void) {
        check(BUCKET_DAY, "Europe/Berlin", "2025-03-29T12:00:00Z", "2025-03-31T12:00:00Z",
              "28.03. 23:00, 29.03. 23:00, 30.03. 22:00, 31.03. 22:00");
        check(BUCKET_DAY, "Europe/Berlin", "2025-10-25T12:00:00Z", "2025-10-27T12:00:00Z",
              "24.10. 22:00, 25.10. 22:00, 26.10. 23:00, 27.10. 23:00");
        check(BUCKET_6_HOURS, "Europe/Berlin", "2025-03-29T23:00:00Z", "2025-03-30T10:00:00Z",
              "29.03. 23:00, 30.03. 04:00, 30.03. 10:00");
        check(BUCKET_HOUR, "Europe/Berlin", "2025-10-26T00:00:00Z", "2025-10-26T03:00:00Z",
              "26.10. 00:00, 26.10. 01:00, 26.10. 02:00, 26.10. 03:00");
        check(BUCKET_WEEK, "Europe/Berlin", "2025-10-26T12:00:00Z", "2025-10-27T12:00:00Z",
              "19.10. 22:00, 26.10. 23:00, 02.11. 23:00");
        check(BUCKET_MONTH, "Europe/Berlin", "2025-03-15T00:00:00Z", "2025-04-15T00:00:00Z",
              "28.02. 23:00, 31.03. 22:00, 30.04. 22:00");
}

/* A midnight that no clock showed, one that was shown twice, and clocks beside the hour. */
static void test_odd_zones(void) {
        check(BUCKET_DAY, "America/Sao_Paulo", "2018-11-03T12:00:00Z", "2018-11-05T12:00:00Z",
              "03.11. 03:00, 04.11. 03:00, 05.11. 02:00, 06.11. 02:00");
        check(BUCKET_DAY, "America/Havana", "2024-11-02T12:00:00Z", "2024-11-04T12:00:00Z",
              "02.11. 04:00, 03.11. 04:00, 04.11. 05:00, 05.11. 05:00");
        check(BUCKET_HOUR, "Asia/Kathmandu", "2025-01-01T00:00:00Z", "2025-01-01T01:00:00Z",
              "31.12. 23:15, 01.01. 00:15, 01.01. 01:15");
        check(BUCKET_DAY, "+05:30", "2025-01-01T00:00:00Z", "2025-01-01T20:00:00Z",
              "31.12. 18:30, 01.01. 18:30, 02.01. 18:30");
        /* put back by half an hour, at 02:00 */
        check(BUCKET_HOUR, "Australia/Lord_Howe", "2025-04-05T14:00:00Z", "2025-04-05T16:30:00Z",
              "05.04. 14:00, 05.04. 15:00, 05.04. 15:30, 05.04. 16:30");
}

static void test_seconds(void) {
        g_autoptr(LocalClock) clock = local_clock_new("Europe/Berlin", NULL);
        g_autoptr(GArray) buckets =
                buckets_new(&(Bucket) { BUCKET_SECONDS, 900 }, clock, &(Window) { 1000, 2701 }, NULL);

        g_assert_cmpuint(buckets->len, ==, 4);
        for (guint i = 0; i < 4; i++)
                g_assert_cmpint(g_array_index(buckets, gint64, i), ==, 900 * (i + 1));
}

static void test_too_many(void) {
        g_autoptr(LocalClock) clock = local_clock_new(NULL, NULL);
        g_autoptr(GError) error = NULL;
        Window window = { 0, (gint64) BUCKETS_MAX * HOUR };
        g_autoptr(GArray) buckets = buckets_new(&(Bucket) { .size = BUCKET_HOUR }, clock, &window, NULL);

        g_assert_cmpuint(buckets->len, ==, BUCKETS_MAX + 1);
        window.until++;
        g_assert_null(buckets_new(&(Bucket) { .size = BUCKET_HOUR }, clock, &window, &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT);
        g_assert_cmpint(strncmp(error->message, "option bucket: ", 15), ==, 0);
}

static void test_choice(void) {
        static const struct {
                gint64 days;
                BucketSize size;
        } cases[] = { { 1, BUCKET_HOUR },
                      { 7, BUCKET_6_HOURS },
                      { 30, BUCKET_DAY },
                      { 365, BUCKET_WEEK },
                      { 3650, BUCKET_MONTH } };

        for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
                Bucket bucket = { BUCKET_AUTO, 0 };

                bucket_choose(&bucket, cases[i].days * DAY + WINDOW_SLACK_S);
                g_assert_cmpint(bucket.size, ==, cases[i].size);
        }
}

static void test_names(void) {
        g_autoptr(GError) error = NULL;
        BucketSize size;

        for (BucketSize i = BUCKET_AUTO; i < BUCKET_SECONDS; i++) {
                g_assert_true(bucket_read(bucket_name(i), &size, NULL));
                g_assert_cmpint(size, ==, i);
        }
        g_assert_false(bucket_read("year", &size, &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT);
        g_assert_cmpstr(error->message, ==,
                        "option bucket: 'year' is none of auto, hour, 6h, day, week, month, and no number of seconds");
}

static void test_unknown_zone(void) {
        static const char *const names[] = { "Mars/Olympus", "../../etc/passwd", "/etc/localtime", ":UTC",
                                             "Europe/Ber lin" };

        for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
                g_autoptr(GError) error = NULL;

                g_assert_null(local_clock_new(names[i], &error));
                g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT);
        }
}

/* Beside GLib's own calendar, for every bucket of some years in which clocks were put. */
static void test_beside_glib(void) {
        static const char *const zones[] = { "Europe/Berlin", "America/New_York", "Asia/Tehran", "UTC",
                                             "Africa/Cairo" };

        for (guint i = 0; i < G_N_ELEMENTS(zones); i++) {
                g_autoptr(LocalClock) clock = local_clock_new(zones[i], NULL);
                g_autoptr(GTimeZone) zone = g_time_zone_new_identifier(zones[i]);
                Window window = { utc("2019-01-01T00:00:00Z"), utc("2026-01-01T00:00:00Z") };
                g_autoptr(GArray) buckets = buckets_new(&(Bucket) { .size = BUCKET_DAY }, clock, &window, NULL);

                for (guint j = 0; j < buckets->len; j++) {
                        gint64 at = g_array_index(buckets, gint64, j);
                        g_autoptr(GDateTime) begin = g_date_time_new_from_unix_utc(at);
                        g_autoptr(GDateTime) second = g_date_time_new_from_unix_utc(at - 1);
                        g_autoptr(GDateTime) local = g_date_time_to_timezone(begin, zone);
                        g_autoptr(GDateTime) before = g_date_time_to_timezone(second, zone);

                        g_assert_cmpint(g_date_time_get_day_of_month(local), !=, g_date_time_get_day_of_month(before));
                }
                g_assert_cmpuint(buckets->len, >=, 7 * 365);
        }
}

/* Rows at random times, each looked up in the plain way. */
static void test_spans(void) {
        g_autoptr(GRand) rand = g_rand_new_with_seed(g_test_rand_int());
        g_autoptr(GTimeZone) zone = g_time_zone_new_identifier("Europe/Berlin");
        g_autoptr(LocalClock) clock = local_clock_new("Europe/Berlin", NULL);
        Window window = { utc("2025-03-01T00:00:00Z"), utc("2025-04-10T00:00:00Z") };
        g_autoptr(GArray) buckets = buckets_new(&(Bucket) { .size = BUCKET_DAY }, clock, &window, NULL);
        g_autoptr(GArray) by_day = NULL, by_hour = NULL;
        guint32 times[2000], at = (guint32) window.since;
        ColumnView view = { .time = times, .n = G_N_ELEMENTS(times) };
        guint day = 0, hour = 0;

        for (guint i = 0; i < G_N_ELEMENTS(times); i++)
                times[i] = at += (guint32) g_rand_int_range(rand, 0, 4000);
        by_day = buckets_spans(buckets, &view, 3, view.n);
        by_hour = hours_spans(clock, &view, 3, view.n);
        for (guint32 i = 3; i < view.n; i++) {
                g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(times[i]);
                g_autoptr(GDateTime) local = g_date_time_to_timezone(time, zone);
                guint bucket = 0;

                while (bucket < buckets->len - 1 && g_array_index(buckets, gint64, bucket + 1) <= times[i])
                        bucket++;
                while (g_array_index(by_day, PassSpan, day).end <= i)
                        day++;
                while (g_array_index(by_hour, PassSpan, hour).end <= i)
                        hour++;
                g_assert_cmpuint(g_array_index(by_day, PassSpan, day).slot, ==, bucket);
                g_assert_cmpuint(g_array_index(by_hour, PassSpan, hour).slot, ==,
                                 (g_date_time_get_day_of_week(local) - 1) * 24 + g_date_time_get_hour(local));
        }
        g_assert_cmpuint(g_array_index(by_day, PassSpan, by_day->len - 1).end, ==, view.n);
        g_assert_cmpuint(g_array_index(by_hour, PassSpan, by_hour->len - 1).end, ==, view.n);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/services/figure-buckets/utc", test_utc);
        g_test_add_func("/services/figure-buckets/berlin", test_berlin);
        g_test_add_func("/services/figure-buckets/odd-zones", test_odd_zones);
        g_test_add_func("/services/figure-buckets/seconds", test_seconds);
        g_test_add_func("/services/figure-buckets/too-many", test_too_many);
        g_test_add_func("/services/figure-buckets/choice", test_choice);
        g_test_add_func("/services/figure-buckets/names", test_names);
        g_test_add_func("/services/figure-buckets/unknown-zone", test_unknown_zone);
        g_test_add_func("/services/figure-buckets/beside-glib", test_beside_glib);
        g_test_add_func("/services/figure-buckets/spans", test_spans);
        return g_test_run();
}
