/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which ban of the archive a witness speaks of: the rule of archive-store.h. */

#include "store/archive-write.h"

static const char what_match[] = "looking for a ban in the archive";

#define MATCH_SELECT \
        "SELECT " ARCHIVE_BAN_COLUMNS \
        " FROM ban INDEXED BY ban_address WHERE address = ?1 AND id BETWEEN ?2 AND ?3 AND jail = ?4 ORDER BY id"

/* As far as is known: G_MAXINT64 = not over. */
static gint64 ban_end(const ArchiveBan *ban) {
        if (ban->ended_at != 0)
                return ban->ended_at;
        return ban->bantime < 0 ? G_MAXINT64 : ban->banned_at + ban->bantime;
}

/* Bans of who and jail that began from `since` up to and with `until`. */
static sqlite3_stmt *select_bans(ArchiveWrite *self, const char *sql, const ArchiveEvent *event, gint64 since,
                                 gint64 until, GError **error) {
        sqlite3_stmt *statement = store_statement(self->connection, sql, error);

        if (!statement)
                return NULL;
        archive_row_bind_who(statement, 1, &event->address, event->text);
        sqlite3_bind_int64(statement, 2, ARCHIVE_ID(MAX(since, 0), 0));
        sqlite3_bind_int64(statement, 3, ARCHIVE_ID(MIN(until, ARCHIVE_AT_MAX), ARCHIVE_SEQUENCE_MAX));
        sqlite3_bind_int64(statement, 4, self->jail);
        return statement;
}

static gboolean is_near(gint64 a, gint64 b) {
        return ABS(a - b) <= ARCHIVE_SLACK_S;
}

/* Whether the row can be the ban that began at `at`, as the database or the ban table has it. */
static gboolean can_be_exact(const ArchiveWrite *self, const ArchiveBan *row, gint64 at) {
        if (row->banned_at == at)
                return TRUE;
        if (row->banned_at < at && row->ended_at != 0 && row->ended_at <= at)
                return FALSE;
        if (self->batch->source == ARCHIVE_SOURCE_DATABASE)
                return !(row->sources & ARCHIVE_SOURCE_DATABASE);
        return is_near(row->banned_at, at) || row->sources == ARCHIVE_SOURCE_LOG;
}

/* Upwards from a little before: the same second wins, else the last one before it, else the first one behind it. */
static gboolean match_exact(ArchiveWrite *self, const ArchiveEvent *event, gint64 at, ArchiveBan *ret,
                            gboolean *ret_found, GError **error) {
        gint64 until = event->bantime < 0 ? ARCHIVE_AT_MAX : at + MAX(event->bantime - 1, ARCHIVE_SLACK_S);
        sqlite3_stmt *statement = select_bans(self, MATCH_SELECT, event, at - ARCHIVE_SLACK_S, until, error);
        gboolean more = statement != NULL;

        *ret_found = FALSE;
        while (more) {
                ArchiveBan row;
                gboolean good;

                if (!store_next(self->connection, statement, what_match, &more, error))
                        return FALSE;
                if (!more)
                        return TRUE;
                archive_row_read(statement, 0, &row);
                good = can_be_exact(self, &row, at);
                if (good && (row.banned_at <= at || !*ret_found)) {
                        *ret = row;
                        *ret_found = TRUE;
                }
                more = row.banned_at < at;
        }
        return statement != NULL;
}

/* Whether a log line of `at` speaks of the row, which began before. */
static gboolean covers(const ArchiveBan *row, gint64 at) {
        if (row->sources == ARCHIVE_SOURCE_LOG)
                return is_near(row->banned_at, at) && (row->ended_at == 0 || row->ended_at > at);
        return at <= ban_end(row);
}

/* Whether a row is the answer, when those behind it gave `found`. */
typedef gboolean (*MatchFunc)(const ArchiveBan *row, gint64 at, gboolean found);

/* Downwards, from `until` to the first row that does not lie behind the event; the last answer counts. */
static gboolean match_down(ArchiveWrite *self, const ArchiveEvent *event, gint64 until, MatchFunc matches,
                           ArchiveBan *ret, gboolean *ret_found, GError **error) {
        sqlite3_stmt *statement = select_bans(self, MATCH_SELECT " DESC", event, 0, until, error);
        gboolean more = statement != NULL;

        *ret_found = FALSE;
        while (more) {
                ArchiveBan row;

                if (!store_next(self->connection, statement, what_match, &more, error))
                        return FALSE;
                if (!more)
                        return TRUE;
                archive_row_read(statement, 0, &row);
                more = row.banned_at > event->at;
                if (matches(&row, event->at, *ret_found)) {
                        *ret = row;
                        *ret_found = TRUE;
                }
        }
        return statement != NULL;
}

static gboolean matches_line(const ArchiveBan *row, gint64 at, gboolean found) {
        if (row->banned_at == at)
                return TRUE;
        if (row->banned_at > at)
                return row->sources != ARCHIVE_SOURCE_LOG;
        return !found && covers(row, at);
}

gboolean archive_match_ban(ArchiveWrite *self, const ArchiveEvent *event, ArchiveBan *ret, gboolean *ret_found,
                           GError **error) {
        if (self->batch->source == ARCHIVE_SOURCE_LOG)
                return match_down(self, event, event->at + ARCHIVE_SLACK_S, matches_line, ret, ret_found, error);
        return match_exact(self, event, event->at, ret, ret_found, error);
}

/* A log cuts the fraction of a second off, the database rounds: so the line of an end may have the second before its
 * ban's. A ban whose own line was not read yet is another one, that comes behind. */
static gboolean can_be_behind(const ArchiveBan *row, gint64 at) {
        const guint both = ARCHIVE_SOURCE_DATABASE | ARCHIVE_SOURCE_LOG;

        return row->banned_at == at + 1 && (row->sources & both) == both;
}

static gboolean runs_at(const ArchiveBan *row, gint64 at) {
        if (row->ended_at != 0)
                return row->ended_at >= at;
        return row->bantime < 0 || row->banned_at + row->bantime + ARCHIVE_SLACK_S >= at;
}

/* Of a ban that runs and one that began a moment later the first. */
static gboolean matches_end(const ArchiveBan *row, gint64 at, gboolean found) {
        if (row->banned_at > at)
                return !found && can_be_behind(row, at);
        return !found || runs_at(row, at);
}

/* A line that prolongs may stand before the line that bans. */
gboolean archive_match_running(ArchiveWrite *self, const ArchiveEvent *event, ArchiveBan *ret, gboolean *ret_found,
                               GError **error) {
        gint64 slack = event->kind == ARCHIVE_EVENT_PROLONGED ? ARCHIVE_SLACK_S : 0;
        sqlite3_stmt *statement;

        if (event->banned_at > 0)
                return match_exact(self, event, event->banned_at, ret, ret_found, error);
        if (event->kind == ARCHIVE_EVENT_UNBAN && self->batch->source == ARCHIVE_SOURCE_LOG)
                return match_down(self, event, event->at + 1, matches_end, ret, ret_found, error);

        statement = select_bans(self, MATCH_SELECT " DESC LIMIT 1", event, 0, event->at + slack, error);
        if (!statement || !store_next(self->connection, statement, what_match, ret_found, error))
                return FALSE;
        if (*ret_found)
                archive_row_read(statement, 0, ret);
        return TRUE;
}
