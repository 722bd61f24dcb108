/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the files share that add to the archive: one batch in its transaction. For store/ alone. */

#pragma once

#include "store/archive-row.h"

/* How far two witnesses may be apart about the same second. */
#define ARCHIVE_SLACK_S 2

typedef struct ArchiveWrite {
        ArchiveStore *store;
        StoreConnection *connection;
        const ArchiveBatch *batch;
        ArchiveTally tally;
        GArray *added; /* of ArchiveBan */
        gboolean moved;
        gint64 kept_from;       /* nothing older is taken */
        gboolean has_manual;    /* somebody banned by hand */
        gboolean has_loose;     /* there are unbans whose ban is not known */
        gint64 newest;          /* the last second that has bans */
        gint64 second, next;    /* the second that got a ban last, and the next id there */
        guint jail;             /* of the event at hand */
        const char *jail_name;  /* whose number that is */
        GHashTable *short_ones; /* ids of bans that a log ended in the second in which they began */
} ArchiveWrite;

/* Which ban of the archive an event is about. */
gboolean archive_match_ban(ArchiveWrite *self, const ArchiveEvent *event, ArchiveBan *ret, gboolean *ret_found,
                           GError **error);
/* The one that a restored, prolonged or unbanned event is about, *ret_found FALSE: not known. */
gboolean archive_match_running(ArchiveWrite *self, const ArchiveEvent *event, ArchiveBan *ret, gboolean *ret_found,
                               GError **error);

/* A new row; counts it, and gives it the end of a loose unban. */
gboolean archive_write_ban(ArchiveWrite *self, const ArchiveEvent *event, gint64 at, ArchiveBan *ret, GError **error);

/* ended_at 0: not over after all. */
gboolean archive_write_end(ArchiveWrite *self, gint64 ban, gint64 ended_at, ArchiveCause cause, GError **error);

/* Whether the event is a ban of the same second after the row's end: the row is in force again. */
gboolean archive_is_again(const ArchiveWrite *self, const ArchiveEvent *event, const ArchiveBan *row);

/* An unban event. */
gboolean archive_write_unban(ArchiveWrite *self, const ArchiveEvent *event, GError **error);

/* Gives a new ban the unban that came before it, if there is one. */
gboolean archive_link_loose(ArchiveWrite *self, const ArchiveBan *ban, GError **error);
