/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What one question to the figures works with
 *
 * A filter in the words of callers becomes one of rows and dense numbers, and what is to be counted gets its arrays.
 */

#pragma once

#include "core/pages.h"
#include "services/archive/archive-filter.h"
#include "services/figures/figure-buckets.h"

typedef struct FigureWork {
        const ColumnSet *set; /* borrowed */
        ColumnView view;
        PassFilter filter;
        Pages whos; /* behind filter.whos */

        PassCounts counts;
        Pages by_network, by_who, who_seen;
        GArray *spans;
        guint32 *by_kind, *by_country, *by_slot, *by_slot_jail, *by_slot_new;
} FigureWork;

/* jail: the filter's, as the store numbers it; 0 = it names one that was never heard of, or none. */
void figure_work_init(FigureWork *self, const ColumnSet *set, const ArchiveFilter *filter, guint jail);
void figure_work_clear(FigureWork *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(FigureWork, figure_work_clear)

/* What is to be counted. */
void figure_work_want_kinds(FigureWork *self);
void figure_work_want_countries(FigureWork *self);
void figure_work_want_networks(FigureWork *self);
void figure_work_want_whos(FigureWork *self);
void figure_work_want_distinct(FigureWork *self); /* only how many, of whos, and how many of them again */
/* Takes over the spans over the chosen rows. */
void figure_work_want_slots(FigureWork *self, GArray *spans, guint n_slots);
/* With slots: also by jail, n_jails for each slot; jails with a dense number from the last one on are counted in it. */
void figure_work_want_slot_jails(FigureWork *self, guint n_slots, guint n_jails);
/* With slots and whos: also how many of each slot had not been there before. */
void figure_work_want_slot_new(FigureWork *self, guint n_slots);

void figure_work_run(FigureWork *self);

/* How many different addresses (and other ids) were banned at least so often, 1 or 2 times; after whos or distinct were
 * wanted. */
guint64 figure_work_distinct(const FigureWork *self, guint least);
