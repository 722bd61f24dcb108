/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the files of the figures share. Nobody else includes this. */

#pragma once

#include "services/figures/figure-rows.h"
#include "services/figures/figure-totals.h"
#include "services/figures/figures.h"

struct Figures {
        Columns *columns;
        ArchiveStore *store;
        Geo *geo;
        BanTable *bans;
        const Settings *settings;
        FigureTotals *totals;
};

/* One answer in the making: the columns are held from figure_begin() to figure_end() or figure_drop(). */
typedef struct Figure {
        Figures *figures;
        const FigureQuery *query;
        guint jail; /* the filter's, as the store numbers it */
        FigureWork work;
        GVariantBuilder answer;
} Figure;

gboolean figure_begin(Figure *self, Figures *figures, const FigureQuery *query, GError **error);
GVariant *figure_end(Figure *self);
GVariant *figure_drop(Figure *self); /* gives NULL */

void figure_put(GVariantBuilder *builder, const char *key, GVariant *value);
void figure_put_number(GVariantBuilder *builder, const char *key, gint64 value);
void figure_put_window(GVariantBuilder *builder, const Window *window, gint64 now);
void figure_put_total(Figure *self); /* what every answer has */
void figure_put_distinct(Figure *self);

/* A whole answer: total and window, and what `put` adds after the pass that counts what was wanted. */
GVariant *figure_count(Figures *self, const FigureQuery *query, void (*want)(FigureWork *work),
                       void (*put)(Figure *figure), GError **error);

GVariant *figure_thresholds(const Settings *settings);

/* A trend: read before the columns are held, prepared before the pass, put together after it. */
typedef struct Trend {
        LocalClock *clock;
        GArray *totals; /* DayTotal */
        Window window;  /* with a beginning and an end */
        Bucket bucket;
        GArray *buckets; /* gint64, and the end of the last */
        GArray *jails;   /* guint, as the store numbers them: the columns of a trend by jail; NULL = it is none */
        gint64 total, removed;
} Trend;

gboolean trend_read(Trend *self, Figures *figures, const FigureQuery *query, GError **error);
void trend_clear(Trend *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Trend, trend_clear)

gboolean trend_prepare(Trend *self, Figure *figure, GError **error);
/* total, since, until, removed, bucket, bucket_seconds, timezone, rows, series */
void trend_put(Trend *self, const Figure *figure, GVariantBuilder *builder);

/* A trend by jail: what is to be counted, what was removed of it, and its rows. */
void series_want(Trend *self, FigureWork *work);
void series_add_removed(const Trend *self, const FigureWork *work, guint slot, const DayTotal *total);
GVariant *series_rows(const Trend *self, const Figure *figure);
