/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Stretches of time that bans are counted in
 *
 * Named buckets are those of the wall clock: a bucket has a number (days since 1970, quarters of days, months), the
 * number has a time that clocks show, and that was at some moment. So a day that has 23 or 25 hours is one day.
 *
 * Rows are sorted by time, so a stretch of time is a span of rows, found by stepping further and further ahead.
 */

#include "services/figures/figure-buckets.h"

#include "core/error.h"
#include "core/text.h"

#define HOUR_S 3600
#define DAY_S (24 * HOUR_S)
#define JULIAN_1970 719163 /* GDate's number of 1970-01-01 */
#define WEEKDAY_1970 3     /* a Thursday; Monday is 0 */

static const char *const names[_BUCKET_MAX] = {
        [BUCKET_AUTO] = "auto", [BUCKET_HOUR] = "hour",   [BUCKET_6_HOURS] = "6h",      [BUCKET_DAY] = "day",
        [BUCKET_WEEK] = "week", [BUCKET_MONTH] = "month", [BUCKET_SECONDS] = "seconds",
};

static const gint64 lengths[_BUCKET_MAX] = {
        [BUCKET_HOUR] = HOUR_S,    [BUCKET_6_HOURS] = 6 * HOUR_S, [BUCKET_DAY] = DAY_S,
        [BUCKET_WEEK] = 7 * DAY_S, [BUCKET_MONTH] = 30 * DAY_S,
};

const char *bucket_name(BucketSize size) {
        return names[size];
}

gboolean bucket_read(const char *name, BucketSize *ret, GError **error) {
        g_autofree char *quoted = NULL;

        for (BucketSize size = BUCKET_AUTO; size < BUCKET_SECONDS; size++)
                if (g_str_equal(names[size], name)) {
                        *ret = size;
                        return TRUE;
                }

        quoted = text_quote(name);
        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT,
                    "option bucket: %s is none of auto, hour, 6h, day, week, month, and no number of seconds", quoted);
        return FALSE;
}

gint64 bucket_seconds(const Bucket *self) {
        return self->size == BUCKET_SECONDS ? self->seconds : lengths[self->size];
}

void bucket_choose(Bucket *self, gint64 length_s) {
        if (self->size != BUCKET_AUTO)
                return;
        if (length_s <= 3 * DAY_S)
                self->size = BUCKET_HOUR;
        else if (length_s <= 14 * DAY_S)
                self->size = BUCKET_6_HOURS;
        else if (length_s <= 93 * DAY_S)
                self->size = BUCKET_DAY;
        else if (length_s <= 3 * 366 * DAY_S)
                self->size = BUCKET_WEEK;
        else
                self->size = BUCKET_MONTH;
}

static gint64 floor_to(gint64 value, gint64 step) {
        gint64 rest = value % step;

        return value - (rest < 0 ? rest + step : rest);
}

static gint64 month_of_day(gint64 day) {
        GDate date;

        g_date_clear(&date, 1);
        g_date_set_julian(&date, (guint32) (day + JULIAN_1970));
        return (gint64) g_date_get_year(&date) * 12 + g_date_get_month(&date) - 1;
}

static gint64 day_of_month(gint64 month) {
        GDate date;

        g_date_clear(&date, 1);
        g_date_set_dmy(&date, 1, (GDateMonth) (month % 12 + 1), (GDateYear) (month / 12));
        return (gint64) g_date_get_julian(&date) - JULIAN_1970;
}

/* The bucket of the wall clock that holds `at`, as a number that is one more for the next. */
static gint64 number_at(BucketSize size, LocalClock *clock, gint64 at) {
        gint64 until, local = at + local_clock_offset(clock, at, &until), day = floor_to(local, DAY_S) / DAY_S;

        switch (size) {
        case BUCKET_6_HOURS:
                return floor_to(local, 6 * HOUR_S) / (6 * HOUR_S);
        case BUCKET_WEEK:
                return floor_to(day + WEEKDAY_1970, 7) / 7;
        case BUCKET_MONTH:
                return month_of_day(day);
        default:
                return day;
        }
}

static gint64 time_of_number(BucketSize size, LocalClock *clock, gint64 number) {
        switch (size) {
        case BUCKET_6_HOURS:
                return local_clock_when(clock, number * 6 * HOUR_S);
        case BUCKET_WEEK:
                return local_clock_when(clock, (number * 7 - WEEKDAY_1970) * DAY_S);
        case BUCKET_MONTH:
                return local_clock_when(clock, day_of_month(number) * DAY_S);
        default:
                return local_clock_when(clock, number * DAY_S);
        }
}

/* Of the local hour that holds `at`; one in which clocks are put is parted there. */
static gint64 hour_end(LocalClock *clock, gint64 at) {
        gint64 until, offset = local_clock_offset(clock, at, &until);

        return MIN(floor_to(at + offset, HOUR_S) + HOUR_S - offset, until);
}

static gint64 hour_begin(LocalClock *clock, gint64 at) {
        gint64 until, offset = local_clock_offset(clock, at, &until);

        return floor_to(at + offset, HOUR_S) - offset;
}

typedef struct Steps {
        const Bucket *bucket;
        LocalClock *clock;
        gint64 number;
} Steps;

static gint64 first_step(Steps *self, gint64 at) {
        switch (self->bucket->size) {
        case BUCKET_SECONDS:
                return floor_to(at, self->bucket->seconds);
        case BUCKET_HOUR:
                return hour_begin(self->clock, at);
        default:
                self->number = number_at(self->bucket->size, self->clock, at);
                return time_of_number(self->bucket->size, self->clock, self->number);
        }
}

static gint64 next_step(Steps *self, gint64 at) {
        switch (self->bucket->size) {
        case BUCKET_SECONDS:
                return at + self->bucket->seconds;
        case BUCKET_HOUR:
                return hour_end(self->clock, at);
        default:
                return time_of_number(self->bucket->size, self->clock, ++self->number);
        }
}

GArray *buckets_new(const Bucket *self, LocalClock *clock, const Window *window, GError **error) {
        g_autoptr(GArray) buckets = g_array_new(FALSE, FALSE, sizeof(gint64));
        Steps steps = { .bucket = self, .clock = clock };
        gint64 at = first_step(&steps, window->since);

        for (; at < window->until; at = next_step(&steps, at)) {
                if (buckets->len == BUCKETS_MAX) {
                        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT,
                                    "option bucket: the range has more than %d buckets of this size; give a larger "
                                    "bucket or a shorter range",
                                    BUCKETS_MAX);
                        return NULL;
                }
                /* a step that the clock skipped is no bucket */
                if (buckets->len == 0 || at > g_array_index(buckets, gint64, buckets->len - 1))
                        g_array_append_val(buckets, at);
        }
        g_array_append_val(buckets, at);
        return g_steal_pointer(&buckets);
}

/* The first row at or behind `at`, which is not far from `from`. */
static guint32 gallop(const ColumnView *view, guint32 from, guint32 to, gint64 at) {
        guint32 step = 1, low = from, high = from;
        ColumnView part = *view;

        while (high < to && view->time[high] < at) {
                low = high;
                high = to - high > step ? high + step : to;
                step *= 2;
        }
        part.time = view->time + low;
        part.n = high - low;
        return low + column_view_find(&part, at);
}

static void add_span(GArray *spans, guint32 end, guint32 slot) {
        PassSpan span = { .end = end, .slot = slot };

        g_array_append_val(spans, span);
}

GArray *buckets_spans(const GArray *buckets, const ColumnView *view, guint32 from, guint32 to) {
        GArray *spans = g_array_new(FALSE, FALSE, sizeof(PassSpan));
        guint32 row = from;

        for (guint i = 1; i < buckets->len && row < to; i++) {
                guint32 end = gallop(view, row, to, g_array_index(buckets, gint64, i));

                if (end > row)
                        add_span(spans, end, i - 1);
                row = end;
        }
        if (row < to)
                add_span(spans, to, buckets->len - 1);
        return spans;
}

GArray *hours_spans(LocalClock *clock, const ColumnView *view, guint32 from, guint32 to) {
        GArray *spans = g_array_new(FALSE, FALSE, sizeof(PassSpan));

        for (guint32 row = from; row < to;) {
                gint64 at = view->time[row], until, local = at + local_clock_offset(clock, at, &until);
                gint64 hour = floor_to(local, HOUR_S) / HOUR_S;

                row = gallop(view, row, to, hour_end(clock, at));
                add_span(spans, row, (guint32) ((hour + WEEKDAY_1970 * 24) % HOURS_OF_WEEK));
        }
        return spans;
}
