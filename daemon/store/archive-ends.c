/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * How bans ended
 *
 * An end is a row of its own, and stands in its ban as well. A log may tell of the end before, in another run, it tells
 * of the ban: such a row is loose until the ban comes.
 */

#include "store/archive-write.h"

/* Two witnesses of one end: fail2ban's log has the second of the deed, we have the second in which we saw it. */
#define END_SLACK_S 3
#define END_SLACK_KNOWN_S 60

static const char what_end[] = "writing the end of a ban";

typedef struct Unban {
        gint64 id;
        gint64 ban; /* 0 = loose */
        guint sources;
        ArchiveCause cause;
} Unban;

gboolean archive_write_end(ArchiveWrite *self, gint64 ban, gint64 ended_at, ArchiveCause cause, GError **error) {
        sqlite3_stmt *statement =
                store_statement(self->connection, "UPDATE ban SET ended_at = ?2, cause = ?3 WHERE id = ?1", error);

        if (!statement)
                return FALSE;
        sqlite3_bind_int64(statement, 1, ban);
        sqlite3_bind_int64(statement, 2, ended_at);
        sqlite3_bind_int(statement, 3, (int) cause);
        return store_run(self->connection, statement, what_end, error);
}

/* The same witness says the same second; another one may be beside it, the more so when both mean the same ban. */
static gboolean is_same(const ArchiveWrite *self, const Unban *unban, gint64 at, gint64 ban) {
        gint64 distance = ABS(ARCHIVE_ID_TIME(unban->id) - at);

        if (distance == 0)
                return TRUE;
        if (unban->sources & self->batch->source)
                return FALSE;
        return distance <= END_SLACK_S || (ban != 0 && unban->ban == ban && distance <= END_SLACK_KNOWN_S);
}

static gboolean find_unban(ArchiveWrite *self, const ArchiveEvent *event, gint64 ban, Unban *ret, gboolean *ret_found,
                           GError **error) {
        sqlite3_stmt *statement =
                store_statement(self->connection,
                                "SELECT id, ban, sources, cause FROM unban INDEXED BY unban_address WHERE address = ?1 "
                                "AND id BETWEEN ?2 AND ?3 AND jail = ?4 ORDER BY abs(id - ?5)",
                                error);
        gboolean more = statement != NULL;

        *ret_found = FALSE;
        if (!statement)
                return FALSE;
        archive_row_bind_who(statement, 1, &event->address, event->text);
        sqlite3_bind_int64(statement, 2, ARCHIVE_ID(MAX(event->at - END_SLACK_KNOWN_S, 0), 0));
        sqlite3_bind_int64(statement, 3, ARCHIVE_ID(event->at + END_SLACK_KNOWN_S, ARCHIVE_SEQUENCE_MAX));
        sqlite3_bind_int64(statement, 4, self->jail);
        sqlite3_bind_int64(statement, 5, ARCHIVE_ID(event->at, 0));
        while (more && !*ret_found) {
                if (!store_next(self->connection, statement, what_end, &more, error))
                        return FALSE;
                if (!more)
                        break;
                *ret = (Unban) {
                        .id = sqlite3_column_int64(statement, 0),
                        .ban = sqlite3_column_int64(statement, 1),
                        .sources = (guint) sqlite3_column_int(statement, 2),
                        .cause = (ArchiveCause) sqlite3_column_int(statement, 3),
                };
                *ret_found = is_same(self, ret, event->at, ban);
        }
        return TRUE;
}

/* What was seen live knows who did it, a log line does not. */
static gboolean merge_unban(ArchiveWrite *self, const ArchiveEvent *event, const Unban *unban, GError **error) {
        sqlite3_stmt *statement;

        self->tally.known++;
        if (unban->sources & self->batch->source)
                return TRUE;
        statement = store_statement(self->connection,
                                    "UPDATE unban SET sources = sources | ?2, cause = ?3, uid = coalesce(?4, uid), "
                                    "reason = CASE ?5 WHEN '' THEN reason ELSE ?5 END WHERE id = ?1",
                                    error);
        if (!statement)
                return FALSE;
        sqlite3_bind_int64(statement, 1, unban->id);
        sqlite3_bind_int64(statement, 2, self->batch->source);
        sqlite3_bind_int(statement, 3, (int) (event->cause != ARCHIVE_CAUSE_NONE ? event->cause : unban->cause));
        if (event->uid >= 0)
                sqlite3_bind_int64(statement, 4, event->uid);
        store_bind_text(statement, 5, event->reason ? event->reason : "");
        return store_run(self->connection, statement, what_end, error);
}

/* Takes the next free id of the second. */
static gboolean insert_unban(ArchiveWrite *self, const ArchiveEvent *event, gint64 ban, ArchiveCause cause,
                             GError **error) {
        sqlite3_stmt *statement = store_statement(
                self->connection,
                "INSERT INTO unban (id, jail, address, country, network, ban, cause, sources, uid, reason) "
                "VALUES (coalesce((SELECT max(id) + 1 FROM unban WHERE id BETWEEN ?1 AND ?2), ?1), "
                "?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
                error);

        if (!statement)
                return FALSE;
        sqlite3_bind_int64(statement, 1, ARCHIVE_ID(event->at, 0));
        sqlite3_bind_int64(statement, 2, ARCHIVE_ID(event->at, ARCHIVE_SEQUENCE_MAX));
        sqlite3_bind_int64(statement, 3, self->jail);
        archive_row_bind_who(statement, 4, &event->address, event->text);
        sqlite3_bind_int(statement, 5, event->country);
        sqlite3_bind_int64(statement, 6, event->network);
        if (ban != 0)
                sqlite3_bind_int64(statement, 7, ban);
        sqlite3_bind_int(statement, 8, (int) cause);
        sqlite3_bind_int64(statement, 9, self->batch->source);
        if (event->uid >= 0)
                sqlite3_bind_int64(statement, 10, event->uid);
        store_bind_text(statement, 11, event->reason ? event->reason : "");
        self->tally.unbans++;
        self->has_loose |= ban == 0;
        return store_run(self->connection, statement, what_end, error);
}

static ArchiveCause cause_of(const ArchiveEvent *event, const ArchiveBan *ban) {
        if (event->cause != ARCHIVE_CAUSE_NONE)
                return event->cause;
        if (!ban || ban->bantime < 0 || ban->banned_at + ban->bantime > event->at + ARCHIVE_SLACK_S)
                return ARCHIVE_CAUSE_LOST;
        return ARCHIVE_CAUSE_EXPIRED;
}

/* What was seen live tells of the ban as well: fail2ban forgets a ban that is lifted, perhaps before it was read. */
static gboolean make_ban(ArchiveWrite *self, const ArchiveEvent *event, ArchiveBan *ret, gboolean *ret_made,
                         GError **error) {
        *ret_made = FALSE;
        if (event->banned_at < MAX(self->kept_from, 1) || event->banned_at > ARCHIVE_AT_MAX)
                return TRUE;
        if (!archive_write_ban(self, event, event->banned_at, ret, error))
                return FALSE;
        *ret_made = ret->id != 0;
        return TRUE;
}

static void note_short(ArchiveWrite *self, const ArchiveBan *ban, gint64 at) {
        if (self->batch->source != ARCHIVE_SOURCE_LOG || at > ban->banned_at)
                return;
        if (!self->short_ones)
                self->short_ones = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
        g_hash_table_add(self->short_ones, g_memdup2(&ban->id, sizeof(ban->id)));
}

static gboolean is_short(const ArchiveWrite *self, const ArchiveBan *ban) {
        return self->short_ones && g_hash_table_contains(self->short_ones, &ban->id);
}

/* fail2ban deletes what is unbanned, so what its database or the ban table still has is another ban; but what is over
 * by its time stays in the database. A log is read again and again: there only what it told a moment ago counts. */
gboolean archive_is_again(const ArchiveWrite *self, const ArchiveEvent *event, const ArchiveBan *row) {
        if (row->ended_at == 0)
                return FALSE;
        if (self->batch->source == ARCHIVE_SOURCE_LOG)
                return row->ended_at <= event->at + 1 && is_short(self, row);
        return row->banned_at == event->at && row->ended_at <= row->banned_at + ARCHIVE_SLACK_S &&
               (row->cause == ARCHIVE_CAUSE_HAND || row->cause == ARCHIVE_CAUSE_DAEMON ||
                row->cause == ARCHIVE_CAUSE_LIST);
}

/* The second end of a ban that was in force again, in the same second. */
static gboolean end_again(ArchiveWrite *self, const ArchiveEvent *event, const ArchiveBan *ban, const Unban *unban,
                          GError **error) {
        if (ban->ended_at != 0 || unban->ban != ban->id)
                return TRUE;
        if (self->batch->source != ARCHIVE_SOURCE_LIVE && !is_short(self, ban))
                return TRUE;
        return archive_write_end(self, ban->id, MAX(event->at, ban->banned_at),
                                 event->cause != ARCHIVE_CAUSE_NONE ? event->cause : unban->cause, error);
}

gboolean archive_write_unban(ArchiveWrite *self, const ArchiveEvent *event, GError **error) {
        ArchiveBan ban = { 0 };
        Unban unban;
        ArchiveCause cause;
        gboolean known, found;

        if (!archive_match_running(self, event, &ban, &known, error))
                return FALSE;
        /* lost is what nobody saw the end of */
        if (known && ban.ended_at != 0 && event->cause == ARCHIVE_CAUSE_LOST) {
                self->tally.known++;
                return TRUE;
        }
        if (!find_unban(self, event, known ? ban.id : 0, &unban, &found, error))
                return FALSE;
        if (found)
                return merge_unban(self, event, &unban, error) &&
                       (!known || end_again(self, event, &ban, &unban, error));

        /* over before: this is the end of a later ban that nobody told of */
        if (known && event->banned_at == 0 && ban.ended_at != 0 && ban.ended_at < event->at)
                known = FALSE;
        if (!known && !make_ban(self, event, &ban, &known, error))
                return FALSE;
        cause = cause_of(event, known ? &ban : NULL);
        if (!insert_unban(self, event, known ? ban.id : 0, cause, error))
                return FALSE;
        if (!known || event->at < ban.ended_at)
                return TRUE;
        note_short(self, &ban, event->at);
        return archive_write_end(self, ban.id, MAX(event->at, ban.banned_at), cause, error);
}

/* Loose unbans */

static gboolean tie(ArchiveWrite *self, gint64 unban, const ArchiveBan *ban, ArchiveCause cause, GError **error) {
        sqlite3_stmt *statement =
                store_statement(self->connection, "UPDATE unban SET ban = ?2, cause = ?3 WHERE id = ?1", error);

        if (!statement)
                return FALSE;
        sqlite3_bind_int64(statement, 1, unban);
        sqlite3_bind_int64(statement, 2, ban->id);
        sqlite3_bind_int(statement, 3, (int) cause);
        return store_run(self->connection, statement, what_end, error) &&
               archive_write_end(self, ban->id, ARCHIVE_ID_TIME(unban), cause, error);
}

/* The first unban from its beginning on, unless another ban began in between. */
gboolean archive_link_loose(ArchiveWrite *self, const ArchiveBan *ban, GError **error) {
        sqlite3_stmt *statement = store_statement(
                self->connection,
                "SELECT id, cause FROM unban INDEXED BY unban_loose WHERE address = ?1 AND ban IS NULL AND jail = ?2 "
                "AND id >= ?3 AND NOT EXISTS (SELECT 1 FROM ban AS later INDEXED BY ban_address "
                "WHERE later.address = ?1 AND later.jail = ?2 AND later.id > ?4 AND later.id <= unban.id) "
                "ORDER BY id LIMIT 1",
                error);
        ArchiveCause cause;
        gboolean row;
        gint64 id;

        if (!statement)
                return FALSE;
        archive_row_bind_who(statement, 1, &ban->address, ban->text);
        sqlite3_bind_int64(statement, 2, ban->jail);
        sqlite3_bind_int64(statement, 3, ARCHIVE_ID(ban->banned_at, 0));
        sqlite3_bind_int64(statement, 4, ban->id);
        if (!store_next(self->connection, statement, what_end, &row, error))
                return FALSE;
        if (!row)
                return TRUE;
        id = sqlite3_column_int64(statement, 0);
        cause = (ArchiveCause) sqlite3_column_int(statement, 1);
        if (cause == ARCHIVE_CAUSE_LOST)
                cause = cause_of(&(ArchiveEvent) { .at = ARCHIVE_ID_TIME(id) }, ban);
        return tie(self, id, ban, cause, error);
}
