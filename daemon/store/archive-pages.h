/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Reading the archive in pages, the newest first
 *
 * Bans and unbans in one order, each page a walk from a key on. What is behind the key stays where it is while new rows
 * come, so a page costs the same at any depth. Blocking.
 */

#pragma once

#include "store/archive-store.h"

/* Which rows; all that is given must hold. */
typedef struct ArchiveChoice {
        gboolean bans, unbans; /* kinds; at least one */
        gint64 since, until;   /* seconds; until: first one behind, G_MAXINT64 = no end */
        guint jail;            /* number, 0 = all */
        const Address *within; /* addresses and networks inside of it; NULL = all */
        gboolean exact;        /* of a network: only itself */
        const char *text;      /* an id that is no address, exactly; NULL = all */
        gint32 country;        /* CountryCode, 0 = without; -1 = all */
        gint64 network;        /* 0 = without, -1 = all */
        gint origin;           /* ArchiveOrigin, -1 = all. Of an unban: its ban's, and SELF when that is not known */
} ArchiveChoice;

/* The row behind which a page begins. */
typedef struct ArchiveKey {
        gint64 id; /* G_MAXINT64 = from the newest */
        gboolean unban;
} ArchiveKey;

#define ARCHIVE_KEY_NEWEST \
        { .id = G_MAXINT64 }

/* A ban, or its end. */
typedef struct ArchiveRow {
        gboolean is_unban;
        ArchiveBan ban;     /* of an unban: id, jail, who, country, network, origin, sources and cause */
        gboolean repeat;    /* when asked for: this address was banned more than once */
        gint64 banned_at;   /* of an unban: of its ban, 0 = not known */
        gint64 uid;         /* of an unban: who did it, -1 = not known */
        const char *reason; /* of an unban */
} ArchiveRow;

/* Row and texts are good for the call. FALSE ends the page. */
typedef gboolean (*ArchiveRowFunc)(const ArchiveRow *row, gpointer userdata);

typedef struct ArchivePage {
        ArchiveChoice choice;
        ArchiveKey key;
        guint limit;
        gboolean data;   /* what led to the bans */
        gboolean repeat; /* fill ArchiveRow.repeat */
        ArchiveRowFunc each;
        gpointer userdata;
} ArchivePage;

/* In one snapshot. *ret_next is the key of the next page; *ret_more FALSE: there is none. */
gboolean archive_store_page(ArchiveStore *self, const ArchivePage *page, ArchiveKey *ret_next, gboolean *ret_more,
                            GError **error);

/* How many rows match. Walks over all of them. */
gboolean archive_store_count(ArchiveStore *self, const ArchiveChoice *choice, guint64 *ret, GError **error);

/* One address or id in one jail. */
typedef struct ArchiveSummary {
        guint jail; /* number */
        guint64 bans;
        gint64 first_at, last_at; /* banned */
} ArchiveSummary;

typedef void (*ArchiveSummaryFunc)(const ArchiveSummary *summary, gpointer userdata);

/* A summary for each jail in which it was banned. */
gboolean archive_store_summarize(ArchiveStore *self, const Address *address, const char *text, gint64 since,
                                 gint64 until, ArchiveSummaryFunc each, gpointer userdata, GError **error);
