/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A trend by jail
 *
 * Counted in the pass that counts the trend, in a table of slots and jails. Which jails are the most frequent is known
 * after it. So that the table stays small with any number of jails, those that came latest share its last column.
 */

#include "services/figures/figure-rank.h"
#include "services/figures/figures-private.h"

#define SERIES 7
#define JAILS_MAX 1024

/* The last column, which is none of the jails', when it has none of its own. */
static guint column_of(const Trend *self, guint jail) {
        for (guint i = 0; i < self->jails->len; i++)
                if (g_array_index(self->jails, guint, i) == jail)
                        return i;
        return self->jails->len;
}

/* First the jails that have rows, by their dense numbers; then those of which only totals are left. */
void series_want(Trend *self, FigureWork *work) {
        const guint *numbers;
        guint n = column_set_jails(work->set, &numbers);

        self->jails = g_array_new(FALSE, FALSE, sizeof(guint));
        g_array_append_vals(self->jails, numbers, MIN(n, JAILS_MAX));
        for (guint i = 0; i < self->totals->len && self->jails->len < JAILS_MAX; i++) {
                guint jail = g_array_index(self->totals, DayTotal, i).jail;

                if (column_of(self, jail) == self->jails->len)
                        g_array_append_val(self->jails, jail);
        }
        figure_work_want_slot_jails(work, self->buckets->len, self->jails->len + 1);
}

void series_add_removed(const Trend *self, const FigureWork *work, guint slot, const DayTotal *total) {
        work->by_slot_jail[slot * work->counts.slot_jails + column_of(self, total->jail)] += (guint32) total->bans;
}

/* The slot behind the last bucket is not counted. */
static GArray *rank_columns(const Trend *self, const FigureWork *work) {
        guint n_columns = work->counts.slot_jails;
        g_autofree guint32 *sums = g_new0(guint32, n_columns);

        for (guint slot = 0; slot + 1 < self->buckets->len; slot++)
                for (guint i = 0; i < n_columns; i++)
                        sums[i] += work->by_slot_jail[slot * n_columns + i];
        return figure_rank(sums, self->jails->len, SERIES);
}

static void add_series(GVariantBuilder *rows, const char *jail, const guint64 *bans, gsize n) {
        g_variant_builder_open(rows, G_VARIANT_TYPE_VARDICT);
        figure_put(rows, "jail", g_variant_new_string(jail));
        figure_put(rows, "bans", g_variant_new_fixed_array(G_VARIANT_TYPE_UINT64, bans, n, sizeof(*bans)));
        g_variant_builder_close(rows);
}

/* Of the columns that are left, and whether there is anything in them. */
static gboolean sum_rest(const FigureWork *work, guint64 *bans, gsize n) {
        guint n_columns = work->counts.slot_jails;
        gboolean any = FALSE;

        for (gsize slot = 0; slot < n; slot++) {
                bans[slot] = 0;
                for (guint i = 0; i < n_columns; i++)
                        bans[slot] += work->by_slot_jail[slot * n_columns + i];
                any = any || bans[slot] > 0;
        }
        return any;
}

/* A column that was taken is cleared, so that the rest is what is left. */
static void take_column(const FigureWork *work, guint column, guint64 *bans, gsize n) {
        guint n_columns = work->counts.slot_jails;

        for (gsize slot = 0; slot < n; slot++) {
                bans[slot] = work->by_slot_jail[slot * n_columns + column];
                work->by_slot_jail[slot * n_columns + column] = 0;
        }
}

GVariant *series_rows(const Trend *self, const Figure *figure) {
        const FigureWork *work = &figure->work;
        g_autoptr(GArray) ranked = rank_columns(self, work);
        gsize n = self->buckets->len - 1;
        g_autofree guint64 *bans = g_new(guint64, n + 1);
        GVariantBuilder rows;

        g_variant_builder_init(&rows, G_VARIANT_TYPE("aa{sv}"));
        for (guint i = 0; i < ranked->len; i++) {
                guint column = g_array_index(ranked, Ranked, i).number;
                guint jail = g_array_index(self->jails, guint, column);

                take_column(work, column, bans, n);
                add_series(&rows, archive_store_jail_name(figure->figures->store, jail), bans, n);
        }
        if (sum_rest(work, bans, n))
                add_series(&rows, "", bans, n);
        return g_variant_builder_end(&rows);
}
