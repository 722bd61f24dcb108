/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the files of the history share. */

#pragma once

#include "services/archive/history.h"
#include "store/archive-pages.h"

struct History {
        Archive *archive;
        ArchiveStore *store;
        Geo *geo;
        Figures *figures;
};

/* FALSE: no row can match, because the archive never heard of that jail. The choice borrows from the query. */
gboolean history_choice(const History *self, const HistoryQuery *query, ArchiveChoice *ret);

/* How many rows match. */
gboolean history_count(const History *self, const HistoryQuery *query, const ArchiveChoice *choice, guint64 *ret,
                       GError **error);

/* When a ban was to end: -1 never, 0 not known. */
gint64 history_ends_at(const ArchiveBan *ban);

/* The address, network or id; `buffer` or borrowed from the ban. */
const char *history_who(const ArchiveBan *ban, char buffer[ADDRESS_TEXT_MAX]);

/* The matched lines of a ban's data as an array of texts; NULL or what is no such data gives none. Free with
 * g_strfreev. */
GStrv history_lines(const char *data);

/* A row as it stands on the bus. */
void history_add_row(const History *self, Rows *rows, const ArchiveRow *row, gboolean data);
