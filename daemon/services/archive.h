/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The archive: every ban kept
 *
 * Fed by fail2ban's database (sync), by what was seen live (ends of bans, and the bans themselves where fail2ban has no
 * database) and by imported logs. All writing to the archive's tables goes through here, in one order, and each
 * committed change is told to the listener in that order. Blocking, thread-safe.
 */

#pragma once

#include "core/window.h"
#include "store/archive-store.h"

typedef struct Archive Archive;

/* Called after the commit, on the thread that wrote, before the next writer may commit. */
typedef struct ArchiveListener {
        void (*added)(const ArchiveBan *bans, guint n, gpointer userdata); /* new rows; ids are set */
        void (*removed)(gint64 before_at, gpointer userdata);              /* all bans before this time went */
        void (*changed)(gpointer userdata);                                /* something else: read all anew */
        gpointer userdata;
} ArchiveListener;

/* All bans from the oldest to the newest, from one snapshot. taken() is called when the snapshot stands and while
 * nobody can commit: what is told to the listener later is not part of the scan, what was told before is. The bans are
 * borrowed for the call and come without data. */
typedef void (*ArchiveScanFunc)(const ArchiveBan *bans, guint n, gpointer userdata);
gboolean archive_scan(Archive *self, void (*taken)(gpointer userdata), ArchiveScanFunc each, gpointer userdata,
                      GError **error);
