/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The archive's tables: every ban that was, and how it ended
 *
 * An id is `at << 20 | sequence`, so a window is a range of ids and a page is a keyset on it. A ban is the same ban
 * when jail, who and banned_at are the same. Jails are the small numbers of the table `jail`. Blocking.
 */

#pragma once

#include "core/address.h"
#include "store/store.h"

#define ARCHIVE_ID_SHIFT 20
#define ARCHIVE_ID(at, sequence) ((gint64) (at) << ARCHIVE_ID_SHIFT | (gint64) (sequence))
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
