/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "services/figures/figures.h"

#include "services/figures/figures-private.h"

#define PATIENCE_S 10 /* for the archive to be read after the start */

Figures *figures_new(Columns *columns, ArchiveStore *store, Geo *geo, BanTable *bans, const Settings *settings) {
        Figures *self = g_new0(Figures, 1);

        self->columns = columns;
        self->store = store;
        self->geo = geo;
        self->bans = bans;
        self->settings = settings;
        self->totals = figure_totals_new(store);
        return self;
}

void figures_free(Figures *self) {
        if (!self)
                return;
        figure_totals_free(self->totals);
        g_free(self);
}

gboolean figure_begin(Figure *self, Figures *figures, const FigureQuery *query, GError **error) {
        const char *jail = query->filter.jail;
        guint number = jail ? archive_store_jail_number(figures->store, jail) : 0;
        const ColumnSet *set = columns_lock(figures->columns, PATIENCE_S, error);

        if (!set)
                return FALSE;
        *self = (Figure) { .figures = figures, .query = query, .jail = number };
        figure_work_init(&self->work, set, &query->filter, number);
        g_variant_builder_init(&self->answer, G_VARIANT_TYPE_VARDICT);
        return TRUE;
}

GVariant *figure_end(Figure *self) {
        figure_work_clear(&self->work);
        columns_unlock(self->figures->columns);
        return g_variant_builder_end(&self->answer);
}

GVariant *figure_drop(Figure *self) {
        g_autoptr(GVariant) unfinished = g_variant_ref_sink(figure_end(self));

        return NULL;
}

void figure_put(GVariantBuilder *builder, const char *key, GVariant *value) {
        g_variant_builder_add(builder, "{sv}", key, value);
}

void figure_put_number(GVariantBuilder *builder, const char *key, gint64 value) {
        figure_put(builder, key, g_variant_new_int64(value));
}

void figure_put_window(GVariantBuilder *builder, const Window *window, gint64 now) {
        figure_put_number(builder, "since", window->since);
        figure_put_number(builder, "until", window->until == G_MAXINT64 ? now : window->until);
}

void figure_put_total(Figure *self) {
        figure_put_number(&self->answer, "total", (gint64) self->work.counts.total);
        figure_put_window(&self->answer, &self->query->filter.window, self->query->now);
}

GVariant *figure_thresholds(const Settings *settings) {
        GVariantBuilder builder;

        g_variant_builder_init(&builder, G_VARIANT_TYPE_VARDICT);
        figure_put_number(&builder, "low", settings_int(settings, SETTING_MAP_THRESHOLD_LOW));
        figure_put_number(&builder, "medium", settings_int(settings, SETTING_MAP_THRESHOLD_MEDIUM));
        figure_put_number(&builder, "high", settings_int(settings, SETTING_MAP_THRESHOLD_HIGH));
        return g_variant_builder_end(&builder);
}

GVariant *figure_count(Figures *self, const FigureQuery *query, void (*want)(FigureWork *work),
                       void (*put)(Figure *figure), GError **error) {
        Figure figure;

        if (!figure_begin(&figure, self, query, error))
                return NULL;
        want(&figure.work);
        figure_work_run(&figure.work);
        figure_put_total(&figure);
        put(&figure);
        return figure_end(&figure);
}

void figure_put_distinct(Figure *self) {
        figure_put_number(&self->answer, "addresses", (gint64) figure_work_distinct(&self->work, 1));
        figure_put_number(&self->answer, "repeat_addresses", (gint64) figure_work_distinct(&self->work, 2));
}

static void put_countries(Figure *figure) {
        figure_put(&figure->answer, "rows", figure_rows_countries(&figure->work));
        figure_put(&figure->answer, "thresholds", figure_thresholds(figure->figures->settings));
}

GVariant *figures_by_country(Figures *self, const FigureQuery *query, GError **error) {
        return figure_count(self, query, figure_work_want_countries, put_countries, error);
}

static void put_jails(Figure *figure) {
        figure_put(&figure->answer, "rows", figure_rows_jails(&figure->work, figure->figures->store));
}

GVariant *figures_by_jail(Figures *self, const FigureQuery *query, GError **error) {
        return figure_count(self, query, figure_work_want_kinds, put_jails, error);
}

static void put_origins(Figure *figure) {
        figure_put(&figure->answer, "rows", figure_rows_origins(&figure->work));
}

GVariant *figures_by_origin(Figures *self, const FigureQuery *query, GError **error) {
        return figure_count(self, query, figure_work_want_kinds, put_origins, error);
}

static void put_networks(Figure *figure) {
        figure_put(&figure->answer, "rows",
                   figure_rows_networks(&figure->work, figure->figures->geo, figure->query->limit));
}

GVariant *figures_by_network(Figures *self, const FigureQuery *query, GError **error) {
        return figure_count(self, query, figure_work_want_networks, put_networks, error);
}

static void put_addresses(Figure *figure) {
        figure_put_distinct(figure);
        figure_put(&figure->answer, "rows",
                   figure_rows_addresses(&figure->work, figure->figures->store, figure->query->limit));
}

GVariant *figures_top_addresses(Figures *self, const FigureQuery *query, GError **error) {
        return figure_count(self, query, figure_work_want_whos, put_addresses, error);
}

GVariant *figures_unique(Figures *self, const FigureQuery *query, GError **error) {
        return figure_count(self, query, figure_work_want_distinct, figure_put_distinct, error);
}

GVariant *figures_hour_of_week(Figures *self, const FigureQuery *query, GError **error) {
        g_autoptr(LocalClock) clock = local_clock_new(query->timezone, error);
        Figure figure;
        GArray *spans;

        if (!clock || !figure_begin(&figure, self, query, error))
                return NULL;
        spans = hours_spans(clock, &figure.work.view, figure.work.filter.from, figure.work.filter.to);
        figure_work_want_slots(&figure.work, spans, HOURS_OF_WEEK);
        figure_work_run(&figure.work);
        figure_put_total(&figure);
        figure_put(&figure.answer, "timezone", g_variant_new_string(query->timezone ? query->timezone : "UTC"));
        figure_put(&figure.answer, "rows", figure_rows_hours(&figure.work));
        return figure_end(&figure);
}
