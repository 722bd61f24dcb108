/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "services/figures/figure-rank.h"

static gint compare(gconstpointer a, gconstpointer b) {
        const Ranked *one = a, *other = b;

        if (one->bans != other->bans)
                return one->bans > other->bans ? -1 : 1;
        return (one->number > other->number) - (one->number < other->number);
}

static void cut(GArray *ranked, guint limit) {
        g_array_sort(ranked, compare);
        if (ranked->len > limit)
                g_array_set_size(ranked, limit);
}

/* Collects those above what is surely among the first, and sorts when twice the limit is there. */
GArray *figure_rank(const guint32 *counts, guint n, guint limit) {
        GArray *ranked = g_array_new(FALSE, FALSE, sizeof(Ranked));
        guint32 above = 0;

        for (guint32 i = 0; i < n; i++) {
                Ranked one = { .number = i, .bans = counts[i] };

                if (counts[i] <= above)
                        continue;
                g_array_append_val(ranked, one);
                if (ranked->len < 2 * limit)
                        continue;
                cut(ranked, limit);
                above = g_array_index(ranked, Ranked, limit - 1).bans;
        }
        cut(ranked, limit);
        return ranked;
}
