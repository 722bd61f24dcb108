/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Bans that retention took away, by day. Blocking, thread-safe. */

#pragma once

#include "services/archive/archive-filter.h"

typedef struct FigureTotals FigureTotals;

FigureTotals *figure_totals_new(ArchiveStore *store);
void figure_totals_free(FigureTotals *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FigureTotals, figure_totals_free)

typedef struct DayTotal {
        gint64 day; /* since 1970, UTC */
        guint jail; /* as the store numbers it */
        guint64 bans;
} DayTotal;

/* DayTotal in the order of days and, within one, of jails, for days whose noon is in the filter's window; empty when
 * the filter asks for what totals do not have: an address, a network. generation: another number when more was taken
 * away; while it is the same and only time is asked for, there is no SQL. */
GArray *figure_totals_read(FigureTotals *self, const ArchiveFilter *filter, guint64 generation, GError **error);
