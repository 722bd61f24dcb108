/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What was counted, as rows aa{sv}: the most frequent first, each with its bans and its share of all. */

#pragma once

#include "geo/geo.h"
#include "services/figures/figure-work.h"

GVariant *figure_rows_countries(const FigureWork *work);
GVariant *figure_rows_jails(const FigureWork *work, ArchiveStore *store);
GVariant *figure_rows_origins(const FigureWork *work);
/* geo: for the organisations' names; may be NULL. */
GVariant *figure_rows_networks(const FigureWork *work, Geo *geo, guint limit);
GVariant *figure_rows_addresses(const FigureWork *work, ArchiveStore *store, guint limit);
GVariant *figure_rows_hours(const FigureWork *work);
