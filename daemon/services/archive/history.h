/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The archive as its readers see it
 *
 * Lists in pages, the time line of an address, repeat offenders, exports. Reads only; each page is a snapshot of its
 * own. Rows are as org.bangui.BanGUI1.History says. Blocking, thread-safe.
 */

#pragma once

#include "core/rows.h"
#include "services/archive/archive-filter.h"
#include "services/archive/archive.h"
#include "services/figures/figures.h"

typedef struct History History;

/* All are borrowed. geo may be NULL (no names), figures too (totals are counted in the database). */
History *history_new(Archive *archive, Geo *geo, Figures *figures);
void history_free(History *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(History, history_free)

typedef struct HistoryQuery {
        ArchiveFilter filter;
        gboolean exact;        /* of a network: only rows of itself, not of what is inside */
        gboolean bans, unbans; /* kinds; at least one */
        guint limit;
        const char *cursor; /* NULL or "" = the first page */
        gboolean data;      /* with matched lines */
        gint64 now;
} HistoryQuery;

/* The newest first. *ret_cursor: "" at the end, free with g_free. ret_total, when wanted: all that match. */
Rows *history_list(History *self, const HistoryQuery *query, char **ret_cursor, guint64 *ret_total, GError **error);

/* a{sv}: totals of one address, network or id, and its time line (limit, cursor). ADDRESS_NOT_FOUND: the archive knows
 * nothing of it. */
GVariant *history_address(History *self, const char *who, guint limit, const char *cursor, GError **error);

/* Who was banned at least `min` times, the most often first. */
Rows *history_repeaters(History *self, const ArchiveFilter *filter, gint64 min, guint limit, gint64 now,
                        GError **error);

typedef enum HistoryFormat {
        HISTORY_CSV,
        HISTORY_JSONL,
        _HISTORY_FORMAT_MAX,
} HistoryFormat;

typedef struct HistoryExport {
        HistoryQuery query; /* without limit, cursor and total */
        HistoryFormat format;
        int fd; /* to be written to; stays open, and blocking or not as it is */
        Operation *operation;
} HistoryExport;

/* a{sv}: rows, bytes (t). Page by page, so that neither memory nor the database's log grows with the rows. */
GVariant *history_export(History *self, const HistoryExport *request, GError **error);
