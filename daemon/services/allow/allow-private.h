/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The parts of the allow list: allow.c keeps the entries, allow-change.c changes them, allow-apply.c makes fail2ban's
 * lists true, allow-resolve.c looks names up, allow-rows.c shows.
 */

#pragma once

#include "services/allow/allow.h"

struct Allow {
        AllowParts parts;
        Fail2banPrograms programs; /* texts are owned */

        GMutex lock;          /* of what follows; held while our database is written, never while fail2ban is asked */
        GPtrArray *entries;   /* of AllowEntry */
        GHashTable *problems; /* host name -> why it was not found at the last try */
        gint64 again_at;      /* 0, or when to apply again, as a jail was still starting */

        GMutex applying;     /* one at a time puts into fail2ban's lists */
        GHashTable *running; /* under applying: jail -> gint64, since when it has been seen */
};

typedef enum AllowKind { ALLOW_ADDRESS, ALLOW_NETWORK, ALLOW_NAME } AllowKind;

/* allow.c; those that take entries are called with the lock held. */

AllowKind allow_kind(const char *entry);
gboolean allow_entry_counts(const AllowEntry *entry, const char *jail, gint64 now); /* jail NULL = any */
AllowEntry *allow_find(Allow *self, const char *text, guint *ret_index);

/* The addresses and networks that are to be in a jail's list; text -> whether bans are to be lifted (as pointer). */
GHashTable *allow_wanted(Allow *self, const char *jail, gint64 now);

/* After a change: what and "added", "changed", "removed" or "expired". */
void allow_tell(Allow *self, const char *entry, const char *change);
void allow_tell_next(Allow *self);

/* allow-apply.c */

/* All running jails, with the lock not held. caller and reason: for the bans that are lifted. */
gboolean allow_apply_all(Allow *self, const Caller *caller, const char *reason, gint64 now, Operation *operation,
                         guint *ret_unbanned, GError **error);

/* allow-resolve.c */

GStrv allow_resolve_name(Allow *self, const char *name, GError **error);

/* allow-rows.c */

/* What a running jail ignores, as the model knows it: canonical texts, owned. */
GHashTable *allow_ignored(Model *model, const char *jail);

/* The row of one of ours, a{sv}, not floating; with the lock held. */
GVariant *allow_row(Allow *self, const AllowEntry *entry, gint64 now);
