/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One pass over the columns
 *
 * Counts what is asked for, and nothing else, over rows that follow each other, in blocks that stay in the cache. Where
 * a filter says more than the time, each block has a byte for each row first, 1 or 0, which is then added instead of
 * 1: so no figure has a branch for each row.
 */

#pragma once

#include "services/figures/column-set.h"

typedef struct PassFilter {
        guint32 from, to;        /* rows */
        guint16 kind_mask, kind; /* the kind's bits in the mask are those of kind; 0 = any */
        gboolean by_country;
        guint16 country; /* dense */
        gboolean by_network;
        guint32 network; /* dense */
        gboolean by_who;
        guint32 who;
        const guint8 *whos; /* a byte for each who, 1 = chosen; NULL = all */
} PassFilter;

/* Rows that are counted together, up to the row `end`; the next span begins there. */
typedef struct PassSpan {
        guint32 end;
        guint32 slot;
} PassSpan;

/* What is NULL is not counted; the arrays are zero before, indexed by dense numbers. */
typedef struct PassCounts {
        guint64 total;
        guint32 *by_kind;
        guint n_kinds; /* also with by_slot_jail */
        guint32 *by_country;
        guint n_countries;
        guint32 *by_network;
        guint32 *by_who;
        guint8 *who_seen;      /* 1 for each who that was there once, more for one that came again */
        const PassSpan *spans; /* from the first row to the last */
        guint n_spans;
        guint32 *by_slot;
        guint32 *by_slot_new;  /* with by_who: how many of each slot had a who that was not there before */
        guint32 *by_slot_jail; /* `slot_jails` for each slot; jails from the last number on are counted in it */
        guint slot_jails;
} PassCounts;

void pass_count(const ColumnView *view, const PassFilter *filter, PassCounts *counts);

/* The newest row for each dense number whose flag in `wanted` is 1, `column` being who or network. The flags are
 * cleared as they are found; there are `left` of them. */
typedef void (*PassRowFunc)(guint32 row, gpointer userdata);
void pass_find_newest(const ColumnView *view, const PassFilter *filter, const guint32 *column, guint8 *wanted,
                      guint left, PassRowFunc each, gpointer userdata);

/* How many are at least so much. */
guint64 pass_least_words(const guint32 *counts, guint n, guint32 least);
guint64 pass_least_bytes(const guint8 *seen, guint n, guint8 least);
