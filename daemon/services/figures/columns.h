/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The archive's columns, kept as the archive is
 *
 * Filled from the archive by a thread of their own, then told of each change; what is not simply new or old makes them
 * be filled anew beside the ones in use, which then take their place. Thread-safe.
 */

#pragma once

#include "services/archive/archive.h"
#include "services/figures/column-set.h"

typedef struct Columns Columns;

/* Where the bans come from: archive_scan(), or what a test has in its place. */
typedef gboolean (*ColumnsScanFunc)(gpointer source, void (*taken)(gpointer userdata), ArchiveScanFunc each,
                                    gpointer userdata, GError **error);

Columns *columns_new(ColumnsScanFunc scan, gpointer source);

/* The archive may tell nothing any more. Ends the thread. */
void columns_free(Columns *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Columns, columns_free)

/* To be given to archive_set_listener() before columns_start(). */
ArchiveListener columns_listener(Columns *self);

/* Begins to fill. */
void columns_start(Columns *self);

/* The columns, which stay as they are until columns_unlock(): milliseconds. Waits up to `patience_s` for the first
 * fill; BUSY: it takes longer. An error of the archive when it cannot be read; then another attempt begins after a
 * while. */
const ColumnSet *columns_lock(Columns *self, guint patience_s, GError **error);
void columns_unlock(Columns *self);

/* Another number when bans were taken out of the archive. */
guint64 columns_removals(Columns *self);
