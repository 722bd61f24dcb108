/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a dashboard shows, in one answer and one pass; and the period before beside this one. */

#include "services/figures/figures.h"

#include "services/figures/figures-private.h"

/* The period right before with the same filter; nothing is put when this one has no beginning. */
static void put_before(Figure *figure) {
        GVariantBuilder *builder = &figure->answer;
        gint64 total = (gint64) figure->work.counts.total, before;
        ArchiveFilter filter = figure->query->filter;
        g_auto(FigureWork) work = { 0 };

        if (!window_before(&figure->query->filter.window, figure->query->now, &filter.window))
                return;
        figure_work_init(&work, figure->work.set, &filter, figure->jail);
        figure_work_want_distinct(&work);
        figure_work_run(&work);
        before = (gint64) work.counts.total;
        figure_put_number(builder, "before", before);
        figure_put_number(builder, "before_addresses", (gint64) figure_work_distinct(&work, 1));
        figure_put_number(builder, "before_repeat_addresses", (gint64) figure_work_distinct(&work, 2));
        figure_put_number(builder, "before_since", filter.window.since);
        if (before > 0)
                figure_put(builder, "change", g_variant_new_double((double) (total - before) / (double) before));
}

static void put_comparison(Figure *figure) {
        figure_put_distinct(figure);
        put_before(figure);
}

GVariant *figures_compare(Figures *self, const FigureQuery *query, GError **error) {
        return figure_count(self, query, figure_work_want_distinct, put_comparison, error);
}

static GVariant *trend_part(Trend *trend, const Figure *figure) {
        GVariantBuilder builder;

        g_variant_builder_init(&builder, G_VARIANT_TYPE_VARDICT);
        trend_put(trend, figure, &builder);
        return g_variant_builder_end(&builder);
}

/* For each bucket of the trend; what lies behind the last one is left out, as it is there. */
static GVariant *new_addresses(const Trend *trend, const FigureWork *work) {
        gsize n = trend->buckets->len - 1;
        g_autofree guint64 *addresses = g_new(guint64, n + 1);

        for (gsize i = 0; i < n; i++)
                addresses[i] = work->by_slot_new[i];
        return g_variant_new_fixed_array(G_VARIANT_TYPE_UINT64, addresses, n, sizeof(*addresses));
}

static void put_parts(Figure *figure, Trend *trend) {
        const Figures *figures = figure->figures;
        const FigureWork *work = &figure->work;
        guint limit = figure->query->limit;
        GVariantBuilder *answer = &figure->answer;

        figure_put_total(figure);
        put_comparison(figure);
        figure_put(answer, "by_country", figure_rows_countries(work));
        figure_put(answer, "by_jail", figure_rows_jails(work, figures->store));
        figure_put(answer, "by_network", figure_rows_networks(work, figures->geo, limit));
        figure_put(answer, "by_origin", figure_rows_origins(work));
        figure_put(answer, "top", figure_rows_addresses(work, figures->store, limit));
        figure_put(answer, "trend", trend_part(trend, figure));
        figure_put(answer, "new_addresses", new_addresses(trend, work));
        figure_put(answer, "active", g_variant_new_uint32(ban_table_size(figures->bans)));
        figure_put(answer, "thresholds", figure_thresholds(figures->settings));
}

GVariant *figures_overview(Figures *self, const FigureQuery *query, GError **error) {
        g_auto(Trend) trend = { 0 };
        Figure figure;

        if (!trend_read(&trend, self, query, error) || !figure_begin(&figure, self, query, error))
                return NULL;
        if (!trend_prepare(&trend, &figure, error))
                return figure_drop(&figure);
        figure_work_want_kinds(&figure.work);
        figure_work_want_countries(&figure.work);
        figure_work_want_networks(&figure.work);
        figure_work_want_whos(&figure.work);
        figure_work_want_slot_new(&figure.work, trend.buckets->len);
        figure_work_run(&figure.work);
        put_parts(&figure, &trend);
        return figure_end(&figure);
}
