/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Trends
 *
 * Of what retention took away, only how many bans a day (in UTC) had is known. So they are in buckets of a day and
 * more, each in the bucket that holds the day's noon.
 */

#include "services/figures/figures.h"

#include "services/figures/figures-private.h"

#define DAY_S (24 * 60 * 60)

gboolean trend_read(Trend *self, Figures *figures, const FigureQuery *query, GError **error) {
        *self = (Trend) { .bucket = query->bucket };
        self->clock = local_clock_new(query->timezone, error);
        if (!self->clock)
                return FALSE;
        self->totals = figure_totals_read(figures->totals, &query->filter, columns_removals(figures->columns), error);
        return self->totals != NULL;
}

void trend_clear(Trend *self) {
        g_clear_pointer(&self->clock, local_clock_free);
        g_clear_pointer(&self->totals, g_array_unref);
        g_clear_pointer(&self->buckets, g_array_unref);
        g_clear_pointer(&self->jails, g_array_unref);
}

/* Without a beginning, it is the first ban's. The end is now, or at the newest ban where clocks differ a little. */
static Window bounded_window(const Trend *self, const Figure *figure) {
        const FigureWork *work = &figure->work;
        gboolean any = work->filter.from < work->filter.to;
        gint64 now = figure->query->now, newest = any ? work->view.time[work->filter.to - 1] : now;
        gint64 last = MAX(now, MIN(newest, now + DAY_S)) + 1;
        Window window = figure->query->filter.window;

        window.until = MIN(window.until, last);
        if (window.since > 0)
                return window;
        window.since = any ? work->view.time[work->filter.from] : now;
        if (self->totals->len > 0)
                window.since = MIN(window.since, g_array_index(self->totals, DayTotal, 0).day * DAY_S);
        return window;
}

gboolean trend_prepare(Trend *self, Figure *figure, GError **error) {
        const PassFilter *filter = &figure->work.filter;

        self->window = bounded_window(self, figure);
        bucket_choose(&self->bucket, self->window.until - self->window.since);
        self->buckets = buckets_new(&self->bucket, self->clock, &self->window, error);
        if (!self->buckets)
                return FALSE;
        figure_work_want_slots(&figure->work,
                               buckets_spans(self->buckets, &figure->work.view, filter->from, filter->to),
                               self->buckets->len);
        if (figure->query->by_jail)
                series_want(self, &figure->work);
        return TRUE;
}

/* What retention took away of the bucket in this slot; *at moves on over the totals. */
static gint64 add_removed(const Trend *self, const FigureWork *work, guint slot, guint *at) {
        gint64 end = g_array_index(self->buckets, gint64, slot + 1), removed = 0;

        if (bucket_seconds(&self->bucket) < DAY_S)
                return 0;
        for (; *at < self->totals->len; (*at)++) {
                const DayTotal *total = &g_array_index(self->totals, DayTotal, *at);

                if (total->day * DAY_S + DAY_S / 2 >= end)
                        break;
                removed += (gint64) total->bans;
                if (self->jails)
                        series_add_removed(self, work, slot, total);
        }
        return removed;
}

static GVariant *make_rows(Trend *self, const FigureWork *work) {
        GVariantBuilder rows;
        guint at = 0;

        g_variant_builder_init(&rows, G_VARIANT_TYPE("aa{sv}"));
        for (guint i = 0; i + 1 < self->buckets->len; i++) {
                gint64 removed = add_removed(self, work, i, &at);

                g_variant_builder_open(&rows, G_VARIANT_TYPE_VARDICT);
                figure_put_number(&rows, "at", g_array_index(self->buckets, gint64, i));
                figure_put_number(&rows, "bans", work->by_slot[i] + removed);
                g_variant_builder_close(&rows);
                self->removed += removed;
                self->total += work->by_slot[i] + removed;
        }
        return g_variant_builder_end(&rows);
}

void trend_put(Trend *self, const Figure *figure, GVariantBuilder *builder) {
        const char *timezone = figure->query->timezone;

        figure_put(builder, "rows", make_rows(self, &figure->work));
        if (self->jails)
                figure_put(builder, "series", series_rows(self, figure));
        figure_put_number(builder, "total", self->total);
        figure_put_number(builder, "removed", self->removed);
        figure_put_window(builder, &self->window, figure->query->now);
        figure_put(builder, "bucket", g_variant_new_string(bucket_name(self->bucket.size)));
        figure_put_number(builder, "bucket_seconds", bucket_seconds(&self->bucket));
        figure_put(builder, "timezone", g_variant_new_string(timezone && timezone[0] ? timezone : "UTC"));
}

GVariant *figures_trend(Figures *self, const FigureQuery *query, GError **error) {
        g_auto(Trend) trend = { 0 };
        Figure figure;

        if (!trend_read(&trend, self, query, error) || !figure_begin(&figure, self, query, error))
                return NULL;
        if (!trend_prepare(&trend, &figure, error))
                return figure_drop(&figure);
        figure_work_run(&figure.work);
        trend_put(&trend, &figure, &figure.answer);
        return figure_end(&figure);
}
