/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* When a job is due, with clocks that stand where the test puts them. */

#include "jobs/due.h"

#define SECOND ((gint64) G_USEC_PER_SEC)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

typedef struct World {
        GTimeZone *zone;
} World;

/* "2026-03-28 12:00:00" in Berlin, seconds since 1970. */
static gint64 at(World *self, const char *text) {
        g_autoptr(GDateTime) time = g_date_time_new_from_iso8601(text, self->zone);

        g_assert_nonnull(time);
        return g_date_time_to_unix(time);
}

static void setup(World *self, gconstpointer data) {
        self->zone = g_time_zone_new_identifier("Europe/Berlin");
        g_assert_nonnull(self->zone);
}

static void teardown(World *self, gconstpointer data) {
        g_time_zone_unref(self->zone);
}

static void expect_next(World *self, const Calendar *calendar, const char *after, const char *next) {
        g_assert_cmpint(calendar_next(calendar, self->zone, at(self, after)), ==, at(self, next));
}

static void test_calendar_days(World *self, gconstpointer data) {
        const Calendar daily = { .hour = 3, .minute = 25 };

        expect_next(self, &daily, "2026-11-21T00:00:00", "2026-11-21T03:25:00");
        expect_next(self, &daily, "2026-11-21T03:24:59", "2026-11-21T03:25:00");
        expect_next(self, &daily, "2026-11-21T03:25:00", "2026-11-22T03:25:00");
        expect_next(self, &daily, "2026-11-30T04:00:00", "2026-12-01T03:25:00");
        expect_next(self, &daily, "2026-12-31T04:00:00", "2027-01-01T03:25:00");
        expect_next(self, &daily, "2028-02-28T04:00:00", "2028-02-29T03:25:00");
        expect_next(self, &daily, "2027-02-28T04:00:00", "2027-03-01T03:25:00");
}

/* The 21st of November 2026 is a Saturday. */
static void test_calendar_weeks(World *self, gconstpointer data) {
        const Calendar saturdays = { .hour = 12, .weekday = 6 };
        g_autofree char *text = calendar_text(&saturdays);

        expect_next(self, &saturdays, "2026-11-21T11:00:00", "2026-11-21T12:00:00");
        expect_next(self, &saturdays, "2026-11-21T12:00:00", "2026-11-28T12:00:00");
        expect_next(self, &saturdays, "2026-11-28T13:00:00", "2026-12-05T12:00:00");
        g_assert_cmpstr(text, ==, "Saturdays 12:00");
}

/* On the 29th of March 2026 the hour from two to three is skipped, on the 25th of October it comes twice. */
static void test_calendar_daylight_saving(World *self, gconstpointer data) {
        const Calendar skipped = { .hour = 2, .minute = 30 };
        gint64 spring = calendar_next(&skipped, self->zone, at(self, "2026-03-28T03:00:00"));
        gint64 autumn = calendar_next(&skipped, self->zone, at(self, "2026-10-24T03:00:00"));

        g_assert_cmpint(spring, ==, at(self, "2026-03-29T03:00:00"));
        expect_next(self, &skipped, "2026-03-29T03:00:00", "2026-03-30T02:30:00");
        g_assert_cmpint(calendar_next(&skipped, self->zone, autumn), ==, at(self, "2026-10-26T02:30:00"));
        g_assert_cmpint(autumn, >, at(self, "2026-10-25T01:59:59"));
        g_assert_cmpint(autumn, <, at(self, "2026-10-25T03:00:00"));
}

static void test_interval(World *self, gconstpointer data) {
        Due due = { .interval = 5 * MINUTE, .began = HOUR };

        g_assert_cmpint(due_at(&due, HOUR, 0), ==, HOUR);
        due.later = TRUE;
        g_assert_cmpint(due_at(&due, HOUR, 0), ==, HOUR + 5 * MINUTE);
        due.ran = TRUE;
        due.started = 2 * HOUR;
        due.ended = 2 * HOUR + MINUTE;
        g_assert_cmpint(due_at(&due, due.ended, 0), ==, 2 * HOUR + 5 * MINUTE);
        due.interval = MINUTE;
        g_assert_cmpint(due_at(&due, due.ended, 0), ==, 2 * HOUR + MINUTE);
        due.interval = 0;
        g_assert_cmpint(due_at(&due, due.ended, 0), ==, DUE_NEVER);
}

/* However long it slept, it is due once, by when it last ran. */
static void test_interval_after_sleep(World *self, gconstpointer data) {
        Due due = { .interval = 5 * MINUTE, .ran = TRUE, .started = HOUR, .ended = HOUR };

        g_assert_cmpint(due_at(&due, 10 * DAY, 0), ==, HOUR + 5 * MINUTE);
        due.started = due.ended = 10 * DAY;
        g_assert_cmpint(due_at(&due, 10 * DAY, 0), ==, 10 * DAY + 5 * MINUTE);
}

/* Intervals know nothing of the wall clock. */
static void test_interval_and_wall_clock(World *self, gconstpointer data) {
        const Due due = { .interval = HOUR, .ran = TRUE, .started = DAY, .ended = DAY };

        g_assert_cmpint(due_at(&due, DAY, 0), ==, DAY + HOUR);
        g_assert_cmpint(due_at(&due, DAY, 1000 * DAY), ==, DAY + HOUR);
}

static const Calendar early = { .hour = 3, .minute = 25 };

static Due due_by_calendar(World *self, const char *last) {
        return (Due) {
                .calendar = &early,
                .zone = self->zone,
                .ran = TRUE,
                .started = DAY,
                .ended = DAY,
                .started_wall = at(self, last) * SECOND,
        };
}

/* What is left until it is due, in seconds; what is past is 0 or less. */
static gint64 left(World *self, const Due *due, const char *now) {
        gint64 elapsed = 2 * DAY;

        return (due_at(due, elapsed, at(self, now) * SECOND) - elapsed) / SECOND;
}

static void test_calendar_due(World *self, gconstpointer data) {
        Due due = due_by_calendar(self, "2026-11-20T03:25:00");

        g_assert_cmpint(left(self, &due, "2026-11-20T03:26:00"), ==, 24 * 3600 - 60);
        g_assert_cmpint(left(self, &due, "2026-11-21T03:24:00"), ==, 60);
        g_assert_cmpint(left(self, &due, "2026-11-21T03:25:00"), ==, 0);
}

/* A machine that was off for a month owes one run; after it the next is tomorrow's. */
static void test_calendar_missed(World *self, gconstpointer data) {
        Due due = due_by_calendar(self, "2026-10-20T03:25:00");

        g_assert_cmpint(left(self, &due, "2026-11-21T12:00:00"), <=, 0);
        due.started_wall = at(self, "2026-11-21T12:00:00") * SECOND;
        g_assert_cmpint(left(self, &due, "2026-11-21T12:00:01"), ==, (15 * 60 + 25) * 60 - 1);
}

/* An hour back: the run of the day was made and is not made again. */
static void test_calendar_clock_set_back(World *self, gconstpointer data) {
        Due due = due_by_calendar(self, "2026-11-21T03:25:00");

        g_assert_cmpint(left(self, &due, "2026-11-21T02:30:00"), ==, 24 * 3600 + 55 * 60);
}

/* Years back: it does not wait until the old time comes again. */
static void test_calendar_clock_set_far_back(World *self, gconstpointer data) {
        Due due = due_by_calendar(self, "2036-11-21T03:25:00");

        g_assert_cmpint(left(self, &due, "2026-11-21T02:25:00"), ==, 3600);
        g_assert_cmpint(left(self, &due, "2026-11-21T04:25:00"), ==, 23 * 3600);
}

/* Across the end of daylight saving a day has 25 hours. */
static void test_calendar_long_day(World *self, gconstpointer data) {
        Due due = due_by_calendar(self, "2026-10-24T03:25:00");

        g_assert_cmpint(left(self, &due, "2026-10-24T03:25:00"), ==, 25 * 3600);
        due = due_by_calendar(self, "2026-03-28T03:25:00");
        g_assert_cmpint(left(self, &due, "2026-03-28T03:25:00"), ==, 23 * 3600);
}

static void test_calendar_first_run(World *self, gconstpointer data) {
        Due due = { .calendar = &early, .zone = self->zone, .began = DAY };

        due.began_wall = at(self, "2026-11-21T12:00:00") * SECOND;
        g_assert_cmpint(left(self, &due, "2026-11-21T12:00:00"), <=, 0);
        due.later = TRUE;
        g_assert_cmpint(left(self, &due, "2026-11-21T12:00:00"), ==, (15 * 60 + 25) * 60);
}

/* Minutes after the end, for so many failures in a row. */
static gint64 retry(gint64 interval, guint failed) {
        const Due due = { .interval = interval, .ran = TRUE, .failed = failed, .started = DAY, .ended = DAY + MINUTE };

        return (due_at(&due, DAY + MINUTE, 0) - due.ended) / MINUTE;
}

static void test_back_off(World *self, gconstpointer data) {
        Due due = { .interval = 10 * SECOND, .ran = TRUE, .failed = 1, .ended = DAY };

        g_assert_cmpint(retry(5 * MINUTE, 1), ==, 1);
        g_assert_cmpint(retry(5 * MINUTE, 2), ==, 2);
        g_assert_cmpint(retry(5 * MINUTE, 6), ==, 32);
        g_assert_cmpint(retry(5 * MINUTE, 7), ==, 60);
        g_assert_cmpint(retry(5 * MINUTE, 4000000000), ==, 60);
        g_assert_cmpint(retry(DAY, 1), ==, 1);
        g_assert_cmpint(retry(DAY, 11), ==, 1024);
        g_assert_cmpint(retry(DAY, 12), ==, 24 * 60);
        g_assert_cmpint(retry(0, 1), ==, 1);
        g_assert_cmpint(retry(0, 100), ==, 60);
        g_assert_cmpint(due_at(&due, DAY, 0), ==, DAY + 10 * SECOND);
}

static void test_poked(World *self, gconstpointer data) {
        Due due = { .interval = HOUR, .ran = TRUE, .started = DAY, .ended = DAY, .poked = TRUE };

        g_assert_cmpint(due_at(&due, DAY, 0), >, DAY);
        g_assert_cmpint(due_at(&due, DAY, 0), <=, DAY + SECOND);
        due.failed = 7;
        g_assert_cmpint(due_at(&due, DAY, 0), ==, DAY + MINUTE);
        due = (Due) { .poked = TRUE };
        g_assert_cmpint(due_at(&due, DAY, 0), ==, DAY);
}

static void test_slack(World *self, gconstpointer data) {
        Due due = { .interval = MINUTE, .ran = TRUE };

        g_assert_cmpint(due_slack(&due), ==, 6 * SECOND);
        due.interval = DAY;
        g_assert_cmpint(due_slack(&due), ==, 10 * SECOND);
        due.failed = 1;
        g_assert_cmpint(due_slack(&due), ==, 0);
        due = (Due) { .calendar = &early, .ran = TRUE };
        g_assert_cmpint(due_slack(&due), ==, 0);
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);
#define ADD(path, test) g_test_add("/jobs/due/" path, World, NULL, setup, test, teardown)
        ADD("calendar-days", test_calendar_days);
        ADD("calendar-weeks", test_calendar_weeks);
        ADD("calendar-daylight-saving", test_calendar_daylight_saving);
        ADD("interval", test_interval);
        ADD("interval-after-sleep", test_interval_after_sleep);
        ADD("interval-and-wall-clock", test_interval_and_wall_clock);
        ADD("calendar", test_calendar_due);
        ADD("calendar-missed", test_calendar_missed);
        ADD("calendar-clock-set-back", test_calendar_clock_set_back);
        ADD("calendar-clock-set-far-back", test_calendar_clock_set_far_back);
        ADD("calendar-long-day", test_calendar_long_day);
        ADD("calendar-first-run", test_calendar_first_run);
        ADD("back-off", test_back_off);
        ADD("poked", test_poked);
        ADD("slack", test_slack);
        return g_test_run();
}
