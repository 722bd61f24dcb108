/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "services/figures/figure-totals.h"

#define DAY_S (24 * 60 * 60)

struct FigureTotals {
        ArchiveStore *store;
        GMutex mutex;       /* guards the rest */
        GArray *all;        /* DayTotal without any filter; NULL = not read */
        guint64 generation; /* of all */
};

FigureTotals *figure_totals_new(ArchiveStore *store) {
        FigureTotals *self = g_new0(FigureTotals, 1);

        self->store = store;
        g_mutex_init(&self->mutex);
        return self;
}

void figure_totals_free(FigureTotals *self) {
        if (!self)
                return;
        if (self->all)
                g_array_unref(self->all);
        g_mutex_clear(&self->mutex);
        g_free(self);
}

static void add_day(GArray *days, const ArchiveTotal *row) {
        DayTotal total = { .day = row->day, .jail = row->jail, .bans = row->bans };
        DayTotal *last = days->len > 0 ? &g_array_index(days, DayTotal, days->len - 1) : NULL;

        if (last && last->day == total.day && last->jail == total.jail)
                last->bans += total.bans;
        else
                g_array_append_val(days, total);
}

typedef struct Read {
        const ArchiveFilter *filter; /* NULL = all */
        guint jail;
        GArray *days;
} Read;

static void on_total(const ArchiveTotal *total, gpointer userdata) {
        Read *read = userdata;
        const ArchiveFilter *filter = read->filter;

        if (filter &&
            ((filter->jail && total->jail != read->jail) || (filter->by_country && total->country != filter->country) ||
             (filter->by_origin && total->origin != filter->origin)))
                return;
        add_day(read->days, total);
}

static GArray *read_days(FigureTotals *self, const ArchiveFilter *filter, gint64 since_day, gint64 until_day,
                         GError **error) {
        g_autoptr(GArray) days = g_array_new(FALSE, FALSE, sizeof(DayTotal));
        Read read = { .filter = filter, .days = days };

        if (filter && filter->jail)
                read.jail = archive_store_jail_number(self->store, filter->jail);
        if (!archive_store_totals(self->store, since_day, until_day, on_total, &read, error))
                return NULL;
        return g_steal_pointer(&days);
}

static GArray *read_all(FigureTotals *self, guint64 generation, GError **error) {
        g_autoptr(GMutexLocker) mutex = g_mutex_locker_new(&self->mutex);

        if (!self->all || self->generation != generation) {
                g_clear_pointer(&self->all, g_array_unref);
                self->all = read_days(self, NULL, 0, G_MAXINT32, error);
                self->generation = generation;
        }
        return self->all ? g_array_ref(self->all) : NULL;
}

static gboolean has_noon(const Window *window, gint64 day) {
        gint64 noon = day * DAY_S + DAY_S / 2;

        return noon >= window->since && noon < window->until;
}

GArray *figure_totals_read(FigureTotals *self, const ArchiveFilter *filter, guint64 generation, GError **error) {
        g_autoptr(GArray) all = read_all(self, generation, error), days = NULL;
        GArray *within;

        if (!all)
                return NULL;
        within = g_array_new(FALSE, FALSE, sizeof(DayTotal));
        if (filter->by_address || filter->text || filter->by_network)
                return within;
        for (guint i = 0; i < all->len; i++)
                if (has_noon(&filter->window, g_array_index(all, DayTotal, i).day))
                        g_array_append_val(within, g_array_index(all, DayTotal, i));
        if (within->len == 0 || !(filter->jail || filter->by_country || filter->by_origin))
                return within;

        days = read_days(self, filter, g_array_index(within, DayTotal, 0).day,
                         g_array_index(within, DayTotal, within->len - 1).day + 1, error);
        g_array_unref(within);
        return g_steal_pointer(&days);
}
