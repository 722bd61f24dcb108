/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * fail2ban's own database, read only
 *
 * fail2ban loses bans for good when somebody holds a read transaction for five seconds. So each function
 * opens, runs ONE statement, copies what it needs and closes; callbacks run after the close, or on rows that were
 * copied. Errors: DATABASE_BUSY, DATABASE_PERMISSION_DENIED, DATABASE_PATH_INVALID, DATABASE_CORRUPTED,
 * DATABASE_UNAVAILABLE (told apart by SQLite's extended code; the message names fail2ban's database, not its path).
 * No path, or "None", is DATABASE_PATH_INVALID. An older or newer schema that lacks what is asked is
 * DATABASE_UNAVAILABLE with "schema". Busy is tried 3 times from 100 ms.
 */

#pragma once

#include <glib.h>

/* A row of `bips` (newest ban of an address in a jail) or `bans` (each ban). */
typedef struct Fail2banRow {
        gint64 rowid;
        char *jail;
        char *id;         /* address text, or what a filter took for an id; valid UTF-8 */
        gint64 banned_at; /* seconds since 1970 */
        gint64 bantime;   /* seconds, rounded up; -1 permanent, -2 unknown (the jail's) */
        guint count;      /* which ban of this address it is, 1 = first */
        guint failures;
} Fail2banRow;

/* Where reading stopped: the last row seen. A purge can restart the numbering, so the row itself is kept. */
typedef struct Fail2banMark {
        gint64 rowid; /* 0 = nothing read */
        char *jail;
        char *id;
        gint64 banned_at;
} Fail2banMark;

void fail2ban_mark_clear(Fail2banMark *self);
void fail2ban_mark_set(Fail2banMark *self, const Fail2banRow *row);
void fail2ban_mark_copy(Fail2banMark *self, const Fail2banMark *other);
gboolean fail2ban_mark_is(const Fail2banMark *self, const Fail2banRow *row);

typedef enum Fail2banDelta {
        FAIL2BAN_DELTA_NOTHING, /* as before */
        FAIL2BAN_DELTA_ROWS,    /* `each` got the new rows, oldest first */
        FAIL2BAN_DELTA_RESTART, /* the marked row is gone or another: read everything anew */
} Fail2banDelta;

typedef void (*Fail2banRowFunc)(const Fail2banRow *row, gpointer userdata); /* row is borrowed */

/* Rows of `bips` above the mark; moves the mark. About 0.1 ms when there is nothing, most of it the opening. */
gboolean fail2ban_database_delta(const char *path, Fail2banMark *mark, Fail2banDelta *ret, Fail2banRowFunc each,
                                 gpointer userdata, GError **error);

/* All rows of `bips` that can still be running at `now` (end above now, or permanent, or unknown); jail NULL = all.
 * Sets the mark when it is not NULL. Streams in pieces of 10,000 rows, each an own short read. */
gboolean fail2ban_database_running(const char *path, const char *jail, gint64 now, Fail2banMark *mark,
                                   Fail2banRowFunc each, gpointer userdata, GError **error);

/* Rows of `bans`, as they were written, with what led to them. */
typedef struct Fail2banHistoryRow {
        Fail2banRow row;  /* its texts belong to the history */
        const char *data; /* JSON as ban_data_convert() makes it, or NULL */
} Fail2banHistoryRow;

typedef struct Fail2banHistory {
        GArray *rows; /* of Fail2banHistoryRow, in the order of their row ids */
        gsize bytes;  /* of their data, as fail2ban has it */
        GStringChunk *texts;
        GString *data;
} Fail2banHistory;

void fail2ban_history_init(Fail2banHistory *self);
void fail2ban_history_clear(Fail2banHistory *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Fail2banHistory, fail2ban_history_clear)

/* At most `limit` rows behind the mark, in one short read, in place of those that `history` held. RESTART: the marked
 * row is gone or another, as when a purge or an unban took it. The mark stays as it is. */
gboolean fail2ban_database_history(const char *path, const Fail2banMark *mark, guint limit, Fail2banHistory *history,
                                   Fail2banDelta *ret, GError **error);

/* One ban event with its data. */
typedef struct Fail2banEvent {
        Fail2banRow row;
        char **matches;     /* lines, joined from the three shapes, valid UTF-8; never NULL */
        GVariant *captured; /* a{ss}: what the filter captured (user, ...); floating reference taken */
} Fail2banEvent;

void fail2ban_event_free(Fail2banEvent *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Fail2banEvent, fail2ban_event_free)

/* All bans of one id that the database still has (`bans` table), newest first, at most `limit`; jail NULL = all.
 * Array of Fail2banEvent *, which it owns. */
GPtrArray *fail2ban_database_events(const char *path, const char *id, const char *jail, guint limit, GError **error);

/* Names in the table `jails`: what fail2ban knows, running or not. */
GStrv fail2ban_database_jails(const char *path, GError **error);

/* Opens, checks version and tables, closes. */
gboolean fail2ban_database_check(const char *path, GError **error);
