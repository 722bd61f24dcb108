/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Banning, unbanning, looking up
 *
 * Blocking, called by workers. Addresses go to fail2ban in chunks whose size follows what a command costs there
 * (from 2 up to 100 addresses, aiming at 15 ms), so that fail2ban's other clients are served in between.
 */

#pragma once

#include "fail2ban/client.h"
#include "services/archive/archive-recorder.h"
#include "services/bans/ban-table.h"
#include "services/caller.h"
#include "services/operation.h"
#include "services/probe/model.h"
#include "services/probe/probe.h"
#include "store/manual-store.h"

#define BANS_ADDRESSES_MAX 10000

typedef struct Bans Bans;

Bans *bans_new(Fail2banClient *client, Model *model, BanTable *table, Probe *probe, ManualStore *manual,
               gboolean guard_lockout);
void bans_free(Bans *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Bans, bans_free)

/* Counts for bans that begin after it. Any thread. */
void bans_set_guard(Bans *self, gboolean guard_lockout);

/* What is allowed is not banned from now on, unless forced. Borrowed; NULL: nothing is. */
typedef struct Allow Allow;
void bans_set_allow(Bans *self, Allow *allow);

/* Who is told who bans and unbans. Borrowed; NULL: nobody. */
void bans_set_recorder(Bans *self, ArchiveRecorder *recorder);

typedef struct BansRequest {
        const Caller *caller;
        const char *const *addresses; /* 1..10,000; TOO_LARGE above; each checked before anything is done */
        const char *const *jails;     /* empty = all running jails; each checked */
        const char *reason;           /* may be NULL; at most 500 bytes */
        const char *const *protect;   /* more addresses of the caller, for the guard; may be NULL (ban only) */
        gboolean force;               /* past the guard (ban only) */
        ArchiveCause cause;           /* NONE = by hand (unban only) */
        Operation *operation;         /* may be NULL */
        gint64 now;
} BansRequest;

/* a{sv}: requested u (addresses x jails), banned u, already u, rows aa{sv} (address, jail, state "banned", "already" or
 * "refused" (fail2ban took it but does not hold it: the jail's ban time is 0); left out above 500). Cancelled or failed
 * half-way: the error says how many were done, and the table is true. */
GVariant *bans_ban(Bans *self, const BansRequest *request, GError **error);

/* The same with unbanned (bans lifted, so a network may give many) and absent (those that lifted none). An address
 * unbans exactly itself; a network every banned address in it, and itself. */
GVariant *bans_unban(Bans *self, const BansRequest *request, GError **error);

/* a{sv}: unbanned u. */
GVariant *bans_unban_all(Bans *self, const BansRequest *request, GError **error);

/* aa{sv} rows of ban_to_variant(); ret_cursor and ret_total as ban_table_query(). */
GVariant *bans_list(Bans *self, const BanQuery *query, gint64 now, char **ret_cursor, guint *ret_total, GError **error);

/* A sealed memfd of JSON lines, one ban a line, keys as in rows. The caller closes it. -1 on error. */
int bans_dump(Bans *self, const BanQuery *query, gint64 now, GError **error);

/* a{sv}: address, banned b, bans aa{sv} (a ban's row + matches as, captured a{ss}; for a ban by hand banned_by x and
 * reason), covered_by aa{sv} (rows of bans of networks that hold the address), earlier aa{sv} (jail, banned_at,
 * bantime, failures, count, matches, captured: what fail2ban's database still has). When the database cannot be read,
 * matches and earlier are empty, and earlier_error says why. ADDRESS_INVALID for a text that is neither an address nor
 * known. */
GVariant *bans_lookup(Bans *self, const char *address, gint64 now, GError **error);
