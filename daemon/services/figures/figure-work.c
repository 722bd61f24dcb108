/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "services/figures/figure-work.h"

static void choose_rows(FigureWork *self, const Window *window) {
        self->filter.from = column_view_find(&self->view, window->since);
        self->filter.to = MAX(column_view_find(&self->view, window->until), self->filter.from);
}

static void choose_none(FigureWork *self) {
        self->filter.to = self->filter.from;
}

static void choose_kind(FigureWork *self, const ArchiveFilter *filter, guint jail) {
        guint number = 0;

        if (filter->jail) {
                if (!column_set_find_jail(self->set, jail, &number)) {
                        choose_none(self);
                        return;
                }
                self->filter.kind_mask = (guint16) (G_MAXUINT16 - (COLUMN_ORIGINS - 1));
                self->filter.kind = (guint16) (number * COLUMN_ORIGINS);
        }
        if (filter->by_origin) {
                self->filter.kind_mask |= COLUMN_ORIGINS - 1;
                self->filter.kind |= (guint16) filter->origin;
        }
}

static void choose_place(FigureWork *self, const ArchiveFilter *filter) {
        if (filter->by_country) {
                self->filter.by_country = TRUE;
                if (!column_set_find_country(self->set, filter->country, &self->filter.country))
                        choose_none(self);
        }
        if (filter->by_network) {
                self->filter.by_network = TRUE;
                if (!column_set_find_network(self->set, filter->network, &self->filter.network))
                        choose_none(self);
        }
}

static void choose_whos(FigureWork *self, const ArchiveFilter *filter) {
        const WhoTable *whos = column_set_whos(self->set);

        if (filter->text || (filter->by_address && address_is_single(&filter->within))) {
                self->filter.by_who = TRUE;
                if (!who_table_find(whos, &filter->within, filter->text, &self->filter.who))
                        choose_none(self);
        } else if (filter->by_address) {
                pages_reserve(&self->whos, who_table_size(whos) + 1);
                who_table_mark(whos, &filter->within, self->whos.data);
                self->filter.whos = self->whos.data;
        }
}

void figure_work_init(FigureWork *self, const ColumnSet *set, const ArchiveFilter *filter, guint jail) {
        *self = (FigureWork) { .set = set, .view = column_set_view(set) };
        choose_rows(self, &filter->window);
        choose_kind(self, filter, jail);
        choose_place(self, filter);
        if (self->filter.from < self->filter.to)
                choose_whos(self, filter);
}

void figure_work_clear(FigureWork *self) {
        pages_clear(&self->whos);
        pages_clear(&self->by_network);
        pages_clear(&self->by_who);
        pages_clear(&self->who_seen);
        g_clear_pointer(&self->spans, g_array_unref);
        g_clear_pointer(&self->by_kind, g_free);
        g_clear_pointer(&self->by_country, g_free);
        g_clear_pointer(&self->by_slot, g_free);
        g_clear_pointer(&self->by_slot_jail, g_free);
        g_clear_pointer(&self->by_slot_new, g_free);
}

void figure_work_want_kinds(FigureWork *self) {
        const guint *numbers;

        self->counts.n_kinds = column_set_jails(self->set, &numbers) * COLUMN_ORIGINS;
        self->counts.by_kind = self->by_kind = g_new0(guint32, self->counts.n_kinds + 1);
}

void figure_work_want_countries(FigureWork *self) {
        const CountryCode *codes;

        self->counts.n_countries = column_set_countries(self->set, &codes);
        self->counts.by_country = self->by_country = g_new0(guint32, self->counts.n_countries);
}

void figure_work_want_networks(FigureWork *self) {
        const guint32 *networks;

        pages_reserve(&self->by_network, (gsize) column_set_networks(self->set, &networks) * sizeof(guint32));
        self->counts.by_network = self->by_network.data;
}

void figure_work_want_whos(FigureWork *self) {
        pages_reserve(&self->by_who, ((gsize) who_table_size(column_set_whos(self->set)) + 1) * sizeof(guint32));
        self->counts.by_who = self->by_who.data;
}

void figure_work_want_distinct(FigureWork *self) {
        if (self->counts.by_who)
                return;
        pages_reserve(&self->who_seen, (gsize) who_table_size(column_set_whos(self->set)) + 1);
        self->counts.who_seen = self->who_seen.data;
}

void figure_work_want_slots(FigureWork *self, GArray *spans, guint n_slots) {
        self->spans = spans;
        self->counts.spans = (const PassSpan *) (gconstpointer) spans->data;
        self->counts.n_spans = spans->len;
        self->counts.by_slot = self->by_slot = g_new0(guint32, n_slots);
}

void figure_work_want_slot_jails(FigureWork *self, guint n_slots, guint n_jails) {
        const guint *numbers;

        self->counts.n_kinds = column_set_jails(self->set, &numbers) * COLUMN_ORIGINS;
        self->counts.slot_jails = n_jails;
        self->counts.by_slot_jail = self->by_slot_jail = g_new0(guint32, (gsize) n_slots * n_jails);
}

void figure_work_want_slot_new(FigureWork *self, guint n_slots) {
        self->counts.by_slot_new = self->by_slot_new = g_new0(guint32, n_slots);
}

void figure_work_run(FigureWork *self) {
        pass_count(&self->view, &self->filter, &self->counts);
}

guint64 figure_work_distinct(const FigureWork *self, guint least) {
        guint n = who_table_size(column_set_whos(self->set));

        return self->counts.by_who ? pass_least_words(self->counts.by_who, n, least)
                                   : pass_least_bytes(self->counts.who_seen, n, (guint8) least);
}
