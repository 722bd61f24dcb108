/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The archive: every ban kept
 *
 * Fed by fail2ban's database (sync), by what was seen live (ends of bans, and the bans themselves where fail2ban has no
 * database) and by imported logs. All writing to the archive's tables goes through here, in one order, and each
 * committed change is told to the listener in that order. Blocking, thread-safe.
 */

#pragma once

#include "core/settings.h"
#include "core/window.h"
#include "geo/geo.h"
#include "services/archive/archive-hands.h"
#include "services/events.h"
#include "services/operation.h"
#include "store/archive-store.h"

typedef struct Archive Archive;

/* geo and settings may be NULL (no countries; the settings' defaults). */
Archive *archive_new(ArchiveStore *store, Geo *geo, const Settings *settings);
void archive_free(Archive *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Archive, archive_free)

/* For readers: lists, time lines, names of jails. */
ArchiveStore *archive_store(Archive *self);

/* Called after the commit, on the thread that wrote, before the next writer may commit. */
typedef struct ArchiveListener {
        void (*added)(const ArchiveBan *bans, guint n, gpointer userdata); /* new rows by id; country is set */
        void (*removed)(gint64 before_at, gpointer userdata);              /* all bans before this time went */
        void (*changed)(gpointer userdata); /* time, country, network or origin of bans: read all anew */
        gpointer userdata;
} ArchiveListener;

/* At startup, before anything is written. An end or another bantime is not told: figures are not made of them. */
void archive_set_listener(Archive *self, const ArchiveListener *listener);

/* Where EVENT_HISTORY goes. At startup, before anything is written. */
void archive_set_sink(Archive *self, const EventSink *sink);

/* Counts the rows, which takes some milliseconds for a million; before it the state says 0 bans. */
gboolean archive_count(Archive *self, GError **error);

/* a{sv}: the properties of org.bangui.BanGUI1.History: Bans t, OldestAt x, NewestAt x, SyncedAt x (0 = never). No
 * SQL. */
GVariant *archive_state(Archive *self);

/* Events of one witness, in their order and in one transaction; about 10,000 at a time. Country and network are filled
 * in here. dry_run: tells what would become of them, and keeps nothing. tally is added to. */
typedef struct ArchiveAdd {
        guint source;
        ArchiveEvent *events;
        guint n;
        const ArchivePosition *position; /* of the sync alone */
        gboolean dry_run;
} ArchiveAdd;

gboolean archive_add(Archive *self, const ArchiveAdd *add, ArchiveTally *tally, GError **error);

/* When a burst is over: gives back the memory that it took. */
void archive_trim(Archive *self);

/* One step of retention: some hundred rows, sized by what the last step took, so that the writer is held for less than
 * 50 ms. ret_removed: bans and unbans; 0: done. */
gboolean archive_purge_step(Archive *self, gint64 before_at, guint *ret_removed, GError **error);

/* Country and network of every row anew, in steps. ret_changed: rows. */
gboolean archive_place(Archive *self, Operation *operation, guint64 *ret_changed, GError **error);

/* Commands that are banning by hand: what they say beforehand counts for archive_add(). */
ArchiveHands *archive_hands(Archive *self);

/* Bans by hand that say "self", since nobody said beforehand that they were to come. The listener reads all anew. */
gboolean archive_mark_manual(Archive *self, GError **error);

/* The database was read up to its end. */
void archive_set_synced(Archive *self, gint64 now);

/* All bans from the oldest to the newest, from one snapshot. taken() is called when the snapshot stands and while
 * nobody can commit: what is told to the listener later is not part of the scan, what was told before is. The bans are
 * borrowed for the call and have id, banned_at, jail, who, country, network and origin alone; FALSE ends it. */
typedef gboolean (*ArchiveScanFunc)(const ArchiveBan *bans, guint n, gpointer userdata);
gboolean archive_scan(Archive *self, void (*taken)(gpointer userdata), ArchiveScanFunc each, gpointer userdata,
                      GError **error);
