/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Figures of the archive
 *
 * Each answer is one pass over the columns in memory, a millisecond for a million bans, whatever the filter; nothing is
 * written, and only a trend that reaches back to what retention took away may read the database. An answer is a{sv} as
 * org.bangui.BanGUI1.Stats says. Thread-safe.
 */

#pragma once

#include "core/settings.h"
#include "geo/geo.h"
#include "services/archive/archive-filter.h"
#include "services/bans/ban-table.h"
#include "services/figures/columns.h"
#include "services/figures/figure-buckets.h"

typedef struct Figures Figures;

/* All are borrowed; geo may be NULL (no names). */
Figures *figures_new(Columns *columns, ArchiveStore *store, Geo *geo, BanTable *bans, const Settings *settings);
void figures_free(Figures *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Figures, figures_free)

typedef struct FigureQuery {
        ArchiveFilter filter;
        gint64 now;
        guint limit;   /* rows of networks and addresses */
        Bucket bucket; /* trends */
        const char *timezone;
        gboolean by_jail; /* trends: also a series for each of the most frequent jails */
} FigureQuery;

/* Floating; BUSY while the archive is being read at the start. */
typedef GVariant *FigureFunc(Figures *self, const FigureQuery *query, GError **error);

FigureFunc figures_by_country;
FigureFunc figures_by_jail;
FigureFunc figures_by_network;
FigureFunc figures_by_origin;
FigureFunc figures_top_addresses;
FigureFunc figures_unique;
FigureFunc figures_trend;
FigureFunc figures_hour_of_week;
FigureFunc figures_compare;
FigureFunc figures_overview;
