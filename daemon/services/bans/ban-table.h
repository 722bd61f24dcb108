/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What is banned now
 *
 * Our own table of all active bans, so that a page, a count or a look-up costs fail2ban nothing. Fed by
 * fail2ban's database and by our own commands, compared with the counters at each probe. Thread-safe.
 * 68 bytes a ban: plain arrays and an index, no allocation for each ban (ids that are no address are the exception).
 *
 * Changes are told through the sink in the order in which they came to be: BANNED, BAN_CHANGED, UNBANNED, and BANS with
 * the new count. The sink may ask the table, but not change it.
 */

#pragma once

#include "geo/geo.h"
#include "services/bans/ban.h"
#include "services/events.h"

typedef struct BanTable BanTable;

BanTable *ban_table_new(const EventSink *sink);
void ban_table_free(BanTable *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BanTable, ban_table_free)

/* Where countries and networks come from: at startup, before there is a ban; without it there are none. */
void ban_table_set_geo(BanTable *self, Geo *geo);

/* Looks up country and network of every ban anew; none of it is told. */
void ban_table_place(BanTable *self);

/* Many changes as one: BANS is told at the outermost end, once, when the count is another. BANNED and so on are told at
 * once. Other threads are not kept out. */
void ban_table_begin(BanTable *self);
void ban_table_end(BanTable *self);

/* In between, what changes is told up to a second later, by a thread of the table's own: for a storm of changes, whose
 * telling would otherwise take the time of those who make them. */
void ban_table_hold(BanTable *self);
void ban_table_release(BanTable *self);

/* Adds or moves the end. Tells BANNED for a new one (unless `quiet`: the first fill), BAN_CHANGED for another end.
 * count 0 (from fail2ban's list, which does not say it) leaves failures and count of the same ban as they are known. */
void ban_table_put(BanTable *self, const Ban *ban, gint64 now, gboolean quiet);

/* What a command of ours must have led to, before fail2ban's row comes (count 0): it is not put over a ban that began
 * at the same time or later. When the row then moves the end by a second or two, that is not told. */
void ban_table_assume(BanTable *self, const Ban *ban, gint64 now);

/* cause: "expired", "unbanned", "jail-stopped" or "lost", static text. FALSE when it was not there. */
gboolean ban_table_remove(BanTable *self, const char *jail, const char *id, gint64 now, const char *cause);
/* jail NULL = all. Gives how many there were. */
guint ban_table_remove_jail(BanTable *self, const char *jail, gint64 now, const char *cause);

guint ban_table_size(BanTable *self);
guint ban_table_count(BanTable *self, const char *jail);
gboolean ban_table_has(BanTable *self, const char *jail, const char *id);

/* A copy for ban_clear(). FALSE: not there. */
gboolean ban_table_get(BanTable *self, const char *jail, const char *id, Ban *ret);

/* The ban is borrowed for the call. */
typedef void (*BanFunc)(const Ban *ban, gpointer userdata);

/* Bans that ended at or before `now` by the clock but were not removed yet, at most `limit`, in no order. Copies are
 * handed out with the table unlocked, so `each` may remove them. */
void ban_table_due(BanTable *self, gint64 now, guint limit, BanFunc each, gpointer userdata);
gint64 ban_table_next_end(BanTable *self); /* seconds since 1970; G_MAXINT64 = none */

/* A copy of the ids of one jail, for comparing with fail2ban: sorted, NULL-terminated. */
GStrv ban_table_ids(BanTable *self, const char *jail);

typedef enum BanSort {
        BAN_SORT_ADDRESS,
        BAN_SORT_BANNED_AT,
        BAN_SORT_ENDS_AT,
        BAN_SORT_FAILURES,
        BAN_SORT_JAIL
} BanSort;

typedef struct BanQuery {
        const char *jail;        /* NULL = all */
        const Address *within;   /* NULL = all: only bans inside this network (ids that are no address are not) */
        const Address *covering; /* NULL = all: only bans of networks (and of the address itself) that hold this */
        const char *search;      /* NULL = all: part of the id's text, without regard to case */
        BanSort sort;
        gboolean descending;
        guint limit;        /* 1..500; 0 = all (a dump) */
        const char *cursor; /* NULL or "" = from the start; INVALID_ARGUMENT when it is none of ours */
} BanQuery;

/* The rows in order are handed to `each` under the table's read lock, so that 100,000 of them need no copy: it is to be
 * quick and must not call the table. ret_cursor: "" at the end; ret_total: all that match; both may be NULL.
 * A page never shows a ban twice or leaves one out that was there all the time, whatever comes and goes between
 * pages. */
gboolean ban_table_query(BanTable *self, const BanQuery *query, BanFunc each, gpointer userdata, char **ret_cursor,
                         guint *ret_total, GError **error);
