/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One pass over the columns
 *
 * Compiled with more optimisation than the rest, as these loops are what the figures cost. Most bans are of few jails
 * and countries, and adding to one counter again and again has to wait for the addition before: so neighbours add to
 * tables of their own, LANES of them.
 */

#include "services/figures/figure-pass.h"

#include <string.h>

#define BLOCK 4096
#define LANES 4

static void mask_word(guint8 *mask, guint n, const guint32 *column, guint32 wanted) {
        for (guint i = 0; i < n; i++)
                mask[i] &= column[i] == wanted;
}

static void mask_half(guint8 *mask, guint n, const guint16 *column, guint16 bits, guint16 wanted) {
        for (guint i = 0; i < n; i++)
                mask[i] &= (column[i] & bits) == wanted;
}

static void mask_flags(guint8 *mask, guint n, const guint32 *column, const guint8 *flags) {
        for (guint i = 0; i < n; i++)
                mask[i] &= flags[column[i]];
}

static guint sum_mask(const guint8 *mask, guint n) {
        guint sum = 0;

        for (guint i = 0; i < n; i++)
                sum += mask[i];
        return sum;
}

static gboolean has_mask(const PassFilter *filter) {
        return filter->kind_mask != 0 || filter->by_country || filter->by_network || filter->by_who || filter->whos;
}

/* How many are chosen. */
static guint make_mask(const ColumnView *view, const PassFilter *filter, guint32 from, guint n, guint8 *mask) {
        memset(mask, 1, n);
        if (filter->kind_mask != 0)
                mask_half(mask, n, view->kind + from, filter->kind_mask, filter->kind);
        if (filter->by_country)
                mask_half(mask, n, view->country + from, G_MAXUINT16, filter->country);
        if (filter->by_network && view->network)
                mask_word(mask, n, view->network + from, filter->network);
        if (filter->by_who)
                mask_word(mask, n, view->who + from, filter->who);
        if (filter->whos)
                mask_flags(mask, n, view->who + from, filter->whos);
        return sum_mask(mask, n);
}

/* table: LANES tables of size n, one behind the other. */
static void count_half(guint32 *restrict table, guint n_numbers, const guint16 *restrict column, guint n,
                       const guint8 *restrict mask) {
        guint32 *a = table, *b = a + n_numbers, *c = b + n_numbers, *d = c + n_numbers;
        guint i = 0;

        if (mask)
                for (; i + LANES <= n; i += LANES) {
                        a[column[i]] += mask[i];
                        b[column[i + 1]] += mask[i + 1];
                        c[column[i + 2]] += mask[i + 2];
                        d[column[i + 3]] += mask[i + 3];
                }
        else
                for (; i + LANES <= n; i += LANES) {
                        a[column[i]]++;
                        b[column[i + 1]]++;
                        c[column[i + 2]]++;
                        d[column[i + 3]]++;
                }
        for (; i < n; i++)
                a[column[i]] += mask ? mask[i] : 1;
}

static void add_lanes(const guint32 *table, guint n_numbers, guint32 *ret) {
        for (guint lane = 0; lane < LANES; lane++)
                for (guint i = 0; i < n_numbers; i++)
                        ret[i] += table[lane * n_numbers + i];
}

static void count_word(guint32 *restrict table, const guint32 *restrict column, guint n, const guint8 *restrict mask) {
        if (mask)
                for (guint i = 0; i < n; i++)
                        table[column[i]] += mask[i];
        else
                for (guint i = 0; i < n; i++)
                        table[column[i]]++;
}

/* As count_word(); gives how many numbers were not there before. */
static guint count_new(guint32 *restrict table, const guint32 *restrict column, guint n, const guint8 *restrict mask) {
        guint found = 0;

        for (guint i = 0; i < n; i++) {
                guint one = mask ? mask[i] : 1;

                found += one & (guint) (table[column[i]] == 0);
                table[column[i]] += one;
        }
        return found;
}

/* 0, 1, 3, 7 ... 255: a bit more each time, so that it neither has a branch nor runs over. */
static void mark_seen(guint8 *restrict seen, const guint32 *restrict column, guint n, const guint8 *restrict mask) {
        if (mask)
                for (guint i = 0; i < n; i++)
                        seen[column[i]] |= (guint8) (seen[column[i]] << mask[i] | mask[i]);
        else
                for (guint i = 0; i < n; i++)
                        seen[column[i]] |= (guint8) (seen[column[i]] << 1 | 1);
}

static void count_jails(guint32 *restrict jails, guint last, const guint16 *restrict kind, guint n,
                        const guint8 *restrict mask) {
        for (guint i = 0; i < n; i++)
                jails[MIN(kind[i] / COLUMN_ORIGINS, last)] += mask ? mask[i] : 1;
}

typedef struct Lanes {
        guint32 *by_kind, *by_country;
        guint32 *by_slot_kind; /* of one slot */
} Lanes;

/* Rows of one slot; kinds, if they are wanted, on the way. Few are counted where they belong, many in lanes first. */
static void count_slot_jails(const PassCounts *counts, const Lanes *lanes, guint32 slot, const guint16 *kind, guint n,
                             const guint8 *mask) {
        guint32 *jails = counts->by_slot_jail + (gsize) slot * counts->slot_jails;
        guint last = counts->slot_jails - 1, n_kinds = counts->n_kinds;

        if (n < n_kinds * LANES) {
                count_jails(jails, last, kind, n, mask);
                if (lanes->by_kind)
                        count_half(lanes->by_kind, n_kinds, kind, n, mask);
                return;
        }
        memset(lanes->by_slot_kind, 0, (gsize) n_kinds * LANES * sizeof(guint32));
        count_half(lanes->by_slot_kind, n_kinds, kind, n, mask);
        for (guint lane = 0; lane < LANES; lane++)
                for (guint i = 0; i < n_kinds; i++)
                        jails[MIN(i / COLUMN_ORIGINS, last)] += lanes->by_slot_kind[lane * n_kinds + i];
        for (guint i = 0; lanes->by_kind && i < n_kinds * LANES; i++)
                lanes->by_kind[i] += lanes->by_slot_kind[i];
}

/* *at is the span in work. */
static void count_spans(const ColumnView *view, PassCounts *counts, const Lanes *lanes, guint *at, guint32 from,
                        guint n, const guint8 *mask) {
        guint32 row = from, end = from + n;

        while (row < end) {
                const PassSpan *span = &counts->spans[*at];
                guint32 stop = MIN(span->end, end);
                const guint8 *chosen = mask ? mask + (row - from) : NULL;

                counts->by_slot[span->slot] += chosen ? sum_mask(chosen, stop - row) : stop - row;
                if (counts->by_slot_jail)
                        count_slot_jails(counts, lanes, span->slot, view->kind + row, stop - row, chosen);
                if (counts->by_slot_new)
                        counts->by_slot_new[span->slot] +=
                                count_new(counts->by_who, view->who + row, stop - row, chosen);
                row = stop;
                if (row == span->end)
                        (*at)++;
        }
}

static void count_block(const ColumnView *view, PassCounts *counts, const Lanes *lanes, guint *span, guint32 from,
                        guint n, const guint8 *mask) {
        if (counts->by_kind && !counts->by_slot_jail)
                count_half(lanes->by_kind, counts->n_kinds, view->kind + from, n, mask);
        if (counts->by_country)
                count_half(lanes->by_country, counts->n_countries, view->country + from, n, mask);
        if (counts->by_network && view->network)
                count_word(counts->by_network, view->network + from, n, mask);
        if (counts->by_who && !counts->by_slot_new)
                count_word(counts->by_who, view->who + from, n, mask);
        if (counts->who_seen)
                mark_seen(counts->who_seen, view->who + from, n, mask);
        if (counts->by_slot)
                count_spans(view, counts, lanes, span, from, n, mask);
}

/* Blocks of which nothing is chosen cost their mask alone. */
void pass_count(const ColumnView *view, const PassFilter *filter, PassCounts *counts) {
        g_autofree guint32 *by_kind = counts->by_kind ? g_new0(guint32, counts->n_kinds * LANES) : NULL;
        g_autofree guint32 *by_country = counts->by_country ? g_new0(guint32, counts->n_countries * LANES) : NULL;
        g_autofree guint32 *by_slot_kind = counts->by_slot_jail ? g_new(guint32, counts->n_kinds * LANES) : NULL;
        const Lanes lanes = { by_kind, by_country, by_slot_kind };
        gboolean masked = has_mask(filter);
        guint8 mask[BLOCK];
        guint span = 0;

        for (guint32 from = filter->from; from < filter->to; from += BLOCK) {
                guint n = MIN(BLOCK, filter->to - from);
                guint chosen = masked ? make_mask(view, filter, from, n, mask) : n;

                counts->total += chosen;
                if (chosen > 0 || counts->by_slot)
                        count_block(view, counts, &lanes, &span, from, n, chosen < n ? mask : NULL);
        }
        if (by_kind)
                add_lanes(by_kind, counts->n_kinds, counts->by_kind);
        if (by_country)
                add_lanes(by_country, counts->n_countries, counts->by_country);
        /* without the column, no network is known of any */
        if (counts->by_network && !view->network)
                counts->by_network[0] = (guint32) counts->total;
}

/* Most blocks have none that is wanted, which is found out without a branch for each row. */
void pass_find_newest(const ColumnView *view, const PassFilter *filter, const guint32 *column, guint8 *wanted,
                      guint left, PassRowFunc each, gpointer userdata) {
        guint8 mask[BLOCK];

        for (guint32 end = filter->to; end > filter->from && left > 0;) {
                guint n = MIN(BLOCK, end - filter->from), hits;

                end -= n;
                (void) make_mask(view, filter, end, n, mask);
                mask_flags(mask, n, column + end, wanted);
                hits = sum_mask(mask, n);
                for (guint i = n; hits > 0; i--) {
                        guint32 number = column[end + i - 1];

                        if (!mask[i - 1])
                                continue;
                        hits--;
                        if (!wanted[number])
                                continue;
                        wanted[number] = 0;
                        left--;
                        each(end + i - 1, userdata);
                }
        }
}

guint64 pass_least_words(const guint32 *counts, guint n, guint32 least) {
        guint found = 0;

        for (guint i = 0; i < n; i++)
                found += counts[i] >= least;
        return found;
}

guint64 pass_least_bytes(const guint8 *seen, guint n, guint8 least) {
        guint found = 0;

        for (guint i = 0; i < n; i++)
                found += seen[i] >= least;
        return found;
}
