/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Who is never to be banned, and what we put into fail2ban's ignore lists for it
 *
 * An entry is what a person asked for; a mark is one address or network that an entry stands for in one jail. A mark
 * is written before fail2ban is told, so that after a crash nothing of ours is taken for the administrator's own.
 * Blocking.
 */

#pragma once

#include "store/store.h"

typedef struct AllowStore AllowStore;

AllowStore *allow_store_new(Store *store);
void allow_store_free(AllowStore *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AllowStore, allow_store_free)

typedef struct AllowEntry {
        gint64 id;
        char *entry;       /* canonical address or network, or a host name in small letters */
        GStrv jails;       /* empty = all */
        char *note;        /* "" */
        guint32 uid;       /* of who added it */
        char *author;      /* that user's name then, "" when he had none */
        gboolean unban;    /* bans that it covers are lifted where it comes into force */
        gint64 created_at; /* seconds since 1970 */
        gint64 expires_at; /* 0 = never */
        GStrv addresses;   /* what a host name was last found to be; else empty */
        gint64 resolved_at;
} AllowEntry;

void allow_entry_free(AllowEntry *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AllowEntry, allow_entry_free)

/* All entries in the order in which they came; array of AllowEntry *, which it owns. NULL on error. */
GPtrArray *allow_store_entries(AllowStore *self, GError **error);

/* Sets the entry's id. ALREADY_EXISTS when there is one of that text. */
gboolean allow_store_add(AllowStore *self, AllowEntry *entry, GError **error);

/* Jails, note, expiry, addresses and when they were found, of the entry with that id. */
gboolean allow_store_change(AllowStore *self, const AllowEntry *entry, GError **error);

gboolean allow_store_remove(AllowStore *self, gint64 id, GError **error);

typedef struct AllowMark {
        char *text;    /* canonical address or network */
        gboolean ours; /* we put it into the list; else the administrator had it there before */
        gboolean done; /* it is in the list, and the bans that it covers were lifted */
} AllowMark;

void allow_mark_free(AllowMark *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AllowMark, allow_mark_free)

/* The marks of a jail; array of AllowMark *, which it owns. NULL on error. */
GPtrArray *allow_store_marks(AllowStore *self, const char *jail, GError **error);

/* Puts them in, or in the place of those of the same text; one transaction. */
gboolean allow_store_mark(AllowStore *self, const char *jail, const GPtrArray *marks, GError **error);

/* texts: array of char *. */
gboolean allow_store_unmark(AllowStore *self, const char *jail, const GPtrArray *texts, GError **error);
