/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The archive's tables: every ban that was, and how it ended
 *
 * An id is `at << 20 | sequence`, so a window is a range of ids and a page is a keyset on it. Jails are the small
 * numbers of the table `jail`. Blocking, thread-safe; who writes goes through services/archive/archive.h, which gives
 * the order.
 *
 * What happened is told as events, by several witnesses that do not see it alike, and each thing is kept once:
 *
 *  - fail2ban's database gives the time of the deciding line: rows with another time are other bans, and the same time
 *    again is the same ban with its newest bantime and count;
 *  - a log gives the time at which the ban was carried out, some seconds or minutes later, and was perhaps imported
 *    before: the same second again is the same ban, and so is a time that a ban of another witness covers, since
 *    fail2ban cannot ban the same address in the same jail twice at once;
 *  - what was seen live may be a second or two beside the database.
 *
 * When the database's word comes second, the ban moves to its time. An unban is the same when jail, who and time are.
 * Banned, unbanned and banned again in one second is one ban for the database, and so it is here: its end is taken
 * back.
 */

#pragma once

#include "core/address.h"
#include "store/store.h"

#define ARCHIVE_ID_SHIFT 20
#define ARCHIVE_ID(at, sequence) ((gint64) (at) << ARCHIVE_ID_SHIFT | (gint64) (sequence))
#define ARCHIVE_SEQUENCE_MAX ((1 << ARCHIVE_ID_SHIFT) - 1)
#define ARCHIVE_AT_MAX (G_MAXINT64 >> ARCHIVE_ID_SHIFT) /* the last second that has an id */
#define ARCHIVE_ID_TIME(id) ((gint64) (id) >> ARCHIVE_ID_SHIFT)

/* Where a ban came from. */
typedef enum ArchiveOrigin {
        ARCHIVE_ORIGIN_SELF,      /* earned: a filter found it */
        ARCHIVE_ORIGIN_MANUAL,    /* by hand through us */
        ARCHIVE_ORIGIN_BLOCKLIST, /* the list jail */
        _ARCHIVE_ORIGIN_MAX,
} ArchiveOrigin;

/* Who or what ended a ban. */
typedef enum ArchiveCause {
        ARCHIVE_CAUSE_NONE,         /* not over, or nobody saw the end */
        ARCHIVE_CAUSE_EXPIRED,      /* its time was over */
        ARCHIVE_CAUSE_HAND,         /* somebody, through us (uid is known) or through fail2ban's own client */
        ARCHIVE_CAUSE_DAEMON,       /* we ourselves: an allow entry */
        ARCHIVE_CAUSE_LIST,         /* the address left a block list */
        ARCHIVE_CAUSE_JAIL_STOPPED, /* its jail stopped */
        ARCHIVE_CAUSE_LOST,         /* fail2ban has it no more and did not say why */
        _ARCHIVE_CAUSE_MAX,
} ArchiveCause;

/* The names on the bus: "self", "manual", "blocklist"; "", "expired", "hand", "daemon", "list", "jail-stopped", "lost".
 * Static. */
const char *archive_origin_name(ArchiveOrigin origin);
const char *archive_cause_name(ArchiveCause cause);

/* Two letters as a number, 0 = not known. */
typedef guint16 CountryCode;

/* Who told us, as bits. */
#define ARCHIVE_SOURCE_DATABASE 1 /* fail2ban's database */
#define ARCHIVE_SOURCE_LOG 2      /* a log file of fail2ban */
#define ARCHIVE_SOURCE_LIVE 4     /* seen while it happened */

typedef struct ArchiveBan {
        gint64 id;        /* 0 = not in the archive yet */
        guint jail;       /* number */
        const char *text; /* who, when it is no address; else NULL */
        Address address;
        CountryCode country;
        guint32 network; /* autonomous system, 0 = not known */
        gint64 banned_at;
        gint64 bantime; /* seconds, -1 permanent, -2 not known */
        guint count;    /* which ban of this address in this jail; 0 = not known */
        guint failures;
        ArchiveOrigin origin;
        guint sources;
        gint64 ended_at; /* 0 = not over, or nobody saw it */
        ArchiveCause cause;
        const char *data; /* JSON {"matches": [...], "captured": {...}}, or NULL */
} ArchiveBan;

typedef enum ArchiveEventKind {
        ARCHIVE_EVENT_BAN,       /* a ban began */
        ARCHIVE_EVENT_RESTORED,  /* one that began earlier is in force again: fail2ban was restarted */
        ARCHIVE_EVENT_PROLONGED, /* bantime and count of a running one are others now */
        ARCHIVE_EVENT_UNBAN,
} ArchiveEventKind;

typedef struct ArchiveEvent {
        ArchiveEventKind kind;
        const char *jail; /* name */
        const char *text; /* who, when it is no address; else NULL */
        Address address;
        gint64 at;        /* when it happened; of a ban: banned_at */
        gint64 banned_at; /* all but a ban: when that began, 0 = not known */
        gint64 bantime;   /* seconds, -1 permanent, -2 not known; of an unban: of the ban, if that is to be made */
        guint count;      /* 0 = not known */
        guint failures;   /* 0 = not known */
        CountryCode country;
        guint32 network;
        const char *data;   /* as in ArchiveBan */
        ArchiveCause cause; /* of an unban; NONE: EXPIRED when the ban's known end had come, else LOST */
        gint64 uid;         /* who unbanned, -1 = not known */
        const char *reason; /* NULL = none */
        gboolean by_hand;   /* of a ban: a command through us that is still to be recorded; else the records tell */
} ArchiveEvent;

/* What became of events. */
typedef struct ArchiveTally {
        guint64 bans;    /* new rows */
        guint64 unbans;  /* new rows */
        guint64 changed; /* bans known before that are longer, ended or better known now */
        guint64 known;   /* nothing new */
        guint64 refused; /* a time that cannot be, or older than what retention took away */
} ArchiveTally;

/* Where reading fail2ban's database stopped. */
typedef struct ArchivePosition {
        gint64 rowid; /* 0 = nothing read */
        char *jail;
        char *id;
        gint64 banned_at;
} ArchivePosition;

void archive_position_clear(ArchivePosition *self);

typedef struct ArchiveStore ArchiveStore;

/* Reads the names of jails. */
ArchiveStore *archive_store_new(Store *store, GError **error);
void archive_store_free(ArchiveStore *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ArchiveStore, archive_store_free)

/* The name lives as long as the store; "" for a number that was never given. No SQL, unless the number is new. */
const char *archive_store_jail_name(ArchiveStore *self, guint number);
/* 0: no jail of this name was ever heard of. */
guint archive_store_jail_number(ArchiveStore *self, const char *name);

typedef struct ArchiveBatch {
        guint source; /* one of ARCHIVE_SOURCE_* */
        const ArchiveEvent *events;
        guint n;
        const char *blocklist_jail;      /* whose bans are of that origin */
        const ArchivePosition *position; /* where the next sync goes on; NULL: it is no sync */
        gint64 now;
        gboolean dry_run; /* tally only, nothing is kept */
} ArchiveBatch;

/* In one transaction, in the order of the events; about 10,000 at a time is good. *ret_added: the new bans (ArchiveBan
 * without data and text borrowed from the events), in the order of their ids. *ret_moved: something that figures are
 * made of changed in other bans. */
gboolean archive_store_add(ArchiveStore *self, const ArchiveBatch *batch, ArchiveTally *ret, GArray **ret_added,
                           gboolean *ret_moved, GError **error);

/* As store_trim(). */
void archive_store_trim(ArchiveStore *self);

gboolean archive_store_position(ArchiveStore *self, ArchivePosition *ret, GError **error);

/* Bans that were commanded by hand through us and say "self": a command is recorded when it ends, and the database is
 * read meanwhile. *after: the newest command looked at, moved on; 0 = those of the last day. No write when there is
 * none. */
gboolean archive_store_mark_manual(ArchiveStore *self, gint64 *after, gint64 now, guint *ret_changed, GError **error);

/* All bans from the oldest, in pieces, without data; a text is good for the call. whole: FALSE = only id, banned_at,
 * jail, who, country, network and origin, in two thirds of the time. taken() is called when the snapshot stands; may be
 * NULL. FALSE of `each` ends it. */
typedef gboolean (*ArchiveBansFunc)(const ArchiveBan *bans, guint n, gpointer userdata);
gboolean archive_store_scan(ArchiveStore *self, gboolean whole, void (*taken)(gpointer userdata), ArchiveBansFunc each,
                            gpointer userdata, GError **error);

/* Those that, as far as is known, are not over at `now`; one at a time. Walks over all rows. */
gboolean archive_store_running(ArchiveStore *self, gint64 now, ArchiveBansFunc each, gpointer userdata, GError **error);

typedef struct ArchiveExtent {
        guint64 bans;
        gint64 oldest_at, newest_at; /* 0: there is none */
} ArchiveExtent;

gboolean archive_store_extent(ArchiveStore *self, gboolean count, ArchiveExtent *ret, GError **error);

/* Takes away at most `limit` bans and unbans before this time, adding them to the daily totals; from then on nothing
 * older is taken up any more. ret_bans, ret_unbans: how many; both 0: done. */
gboolean archive_store_purge(ArchiveStore *self, gint64 before_at, guint limit, guint *ret_bans, guint *ret_unbans,
                             GError **error);

/* Daily totals of what was purged. */
typedef struct ArchiveTotal {
        gint64 day; /* since 1970 */
        guint jail;
        CountryCode country;
        ArchiveOrigin origin;
        guint64 bans;
} ArchiveTotal;

typedef void (*ArchiveTotalFunc)(const ArchiveTotal *total, gpointer userdata);
/* Days from `since` up to and without `until`, in order. */
gboolean archive_store_totals(ArchiveStore *self, gint64 since_day, gint64 until_day, ArchiveTotalFunc each,
                              gpointer userdata, GError **error);

/* Country and network anew for the next `limit` bans and unbans behind *cursor (start with 0; G_MAXINT64 at the end).
 * find() may be asked for each; only what differs is written. */
typedef void (*ArchivePlaceFunc)(const Address *address, CountryCode *country, guint32 *network, gpointer userdata);
gboolean archive_store_place(ArchiveStore *self, gint64 *cursor, guint limit, ArchivePlaceFunc find, gpointer userdata,
                             guint *ret_changed, GError **error);
