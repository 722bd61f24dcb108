/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The allow list: who is never to be banned
 *
 * An entry is an address, a network or a host name, for all jails or for some, with or without an end. It is kept in
 * our database and put into fail2ban's ignore lists, again whenever a list lacks it, and taken back when it ends.
 * What an administrator put into those lists himself is shown with the entries, guards against bans as they do, and
 * is never taken away. Blocking, thread-safe.
 */

#pragma once

#include "fail2ban/client.h"
#include "fail2ban/programs.h"
#include "services/bans/ban-table.h"
#include "services/bans/bans.h"
#include "services/bans/guard.h"
#include "services/caller.h"
#include "services/operation.h"
#include "services/probe/model.h"
#include "services/probe/probe.h"
#include "store/allow-store.h"

#define ALLOW_ENTRIES_MAX 10000
#define ALLOW_ADDRESSES_MAX 64 /* of one host name; more are left out */

/* The addresses of a host name, canonical and without duplicates; NULL with the reason. Blocking. */
typedef GStrv (*AllowResolveFunc)(const char *name, GError **error);

/* All borrowed, programs copied. */
typedef struct AllowParts {
        AllowStore *store;
        Fail2banClient *client;
        const Fail2banPrograms *programs;
        Model *model;
        BanTable *table;
        Probe *probe;
        Bans *bans;
        EventSink sink;
        AllowResolveFunc resolve; /* NULL = the system's resolver */
        /* When allow_apply() is to run next at the latest, seconds since 1970, 0 = no such time: an entry ends, or a
         * jail was still starting. Told at the start and with each change, on any thread. May be NULL. */
        void (*next)(gint64 at, gpointer userdata);
        gpointer userdata;
} AllowParts;

/* Reads the entries from the store. */
Allow *allow_new(const AllowParts *parts, GError **error);
void allow_free(Allow *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Allow, allow_free)

typedef struct AllowRequest {
        const Caller *caller;
        const char *entry;
        const char *const *jails; /* empty = all; NULL = as it is (Change) */
        const char *note;         /* at most 500 bytes; NULL = as it is, or none */
        gint64 expires_at;        /* 0 = never; -1 = as it is, or never */
        gboolean unban;           /* Add: lift the bans that it covers */
        gboolean force;           /* Add: a very wide network, a jail that does not run, a name that is not found */
        Operation *operation;     /* may be NULL */
        gint64 now;
} AllowRequest;

/* These give a{sv}: the entry's row (see allow_list()), unbanned u (bans that were lifted), covered_by aa{sv} (bans of
 * wider networks that hold it still), problem_applying s (only when fail2ban could not be told: why; it is
 * told when it is there). Not floating. Add: ALREADY_EXISTS. Change: ADDRESS_NOT_FOUND. */
GVariant *allow_add(Allow *self, const AllowRequest *request, GError **error);
GVariant *allow_change(Allow *self, const AllowRequest *request, GError **error);

/* a{sv}: the row as it was, and problem_applying. ADDRESS_NOT_FOUND. Not floating. */
GVariant *allow_remove(Allow *self, const AllowRequest *request, GError **error);

typedef struct AllowQuery {
        const char *origin; /* "bangui" or "fail2ban"; NULL = both */
        const char *jail;   /* NULL = all; else those that count in this one */
        const char *search; /* part of entry or note, without regard to case; NULL = all */
        guint limit;
        const char *cursor; /* NULL or "" = from the start */
        gint64 now;
} AllowQuery;

/* aa{sv}, ours first, addresses as numbers, then names: entry, origin ("bangui", "fail2ban"), kind ("address",
 * "network", "name"), jails (as, empty = all), in_force (as: jails that have it in their list now), waiting (as:
 * running jails that are to have it and do not), and for ours note, uid, author, created_at, expires_at (0 = never),
 * addresses (as), resolved_at, problem (s: why the name was not found). Not floating. ret_cursor and ret_total as
 * ban_table_query(). */
GVariant *allow_list(Allow *self, const AllowQuery *query, char **ret_cursor, guint *ret_total, GError **error);

/* a{sv}: address, allowed b, jails as (running jails that would not ban it), entries aa{sv} (rows of what covers it).
 * For an address or a network. Not floating. */
GVariant *allow_check(Allow *self, const char *address, gint64 now, GError **error);

/* The rows of what covers the address; aa{sv}, floating. */
GVariant *allow_covering(Allow *self, const Address *address, gint64 now);

/* What is allowed in one of these jails goes into the guard. */
void allow_guard(Allow *self, const char *const *jails, gint64 now, Guard *guard);

guint allow_size(Allow *self);

/* a{sv}: the properties of org.bangui.BanGUI1.AllowList. Not floating. */
GVariant *allow_state(Allow *self);

/* The job that runs allow_apply(). */
#define ALLOW_JOB "allow-list"

/* For jobs. Removes what has ended, then makes the ignore lists of all running jails true. fail2ban that is not there
 * is no failure. */
gboolean allow_apply(Allow *self, gint64 now, Operation *operation, GError **error);

/* Looks host names up anew and applies what changed. A name that is not found keeps its addresses. */
gboolean allow_resolve(Allow *self, gint64 now, Operation *operation, GError **error);
