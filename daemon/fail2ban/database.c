/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Rows are read in pieces: one piece is one short read into a GArray and a string chunk, and is handed out after
 * the database was closed. A piece continues behind the row id of the one before it; a row that fail2ban
 * replaces meanwhile gets a higher id and comes again, later and newer.
 */

#include "fail2ban/database.h"

#include <string.h>

#include "core/error.h"
#include "fail2ban/sqlite-reader.h"

#define DATABASE_PIECE 10000
#define DATABASE_CHUNK (64 * 1024)

/* `data` is a BLOB of JSON, now and then a broken one. */
#define DATABASE_FAILURES \
        "CASE WHEN json_valid(CAST(data AS TEXT)) THEN json_extract(CAST(data AS TEXT), '$.failures') END"
#define DATABASE_COLUMNS "rowid, jail, ip, timeofban, bantime, bancount, " DATABASE_FAILURES

/* The marked row comes first when it is still there. */
static const char database_delta_sql[] =
        "SELECT " DATABASE_COLUMNS ", 1 FROM bips WHERE rowid >= ?1 ORDER BY rowid LIMIT ?2";

/* The last row comes always, for the mark; the last column says whether it is one that was asked for. */
static const char database_running_sql[] =
        "SELECT " DATABASE_COLUMNS ", wanted FROM "
        "(SELECT rowid, *, (timeofban + bantime > ?3 OR bantime < 0) AND (?4 IS NULL OR jail = ?4) AS wanted"
        " FROM bips WHERE rowid > ?1) "
        "WHERE wanted OR rowid = (SELECT max(rowid) FROM bips) ORDER BY rowid LIMIT ?2";

typedef struct Piece {
        const char *jail;
        gint64 now;
        gint64 from;  /* row id */
        GArray *rows; /* of PieceRow */
        GStringChunk *texts;
} Piece;

typedef struct PieceRow {
        Fail2banRow row; /* its texts belong to Piece.texts */
        gboolean wanted;
} PieceRow;

static void piece_init(Piece *self, const char *jail, gint64 now) {
        *self = (Piece) {
                .jail = jail,
                .now = now,
                .rows = g_array_new(FALSE, FALSE, sizeof(PieceRow)),
                .texts = g_string_chunk_new(DATABASE_CHUNK),
        };
}

static void piece_clear(Piece *self) {
        g_clear_pointer(&self->rows, g_array_unref);
        g_clear_pointer(&self->texts, g_string_chunk_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Piece, piece_clear)

static void piece_restart(gpointer userdata) {
        Piece *self = userdata;

        g_array_set_size(self->rows, 0);
        g_string_chunk_clear(self->texts);
}

/* The columns of DATABASE_COLUMNS without the texts. */
static void database_read_numbers(sqlite3_stmt *statement, Fail2banRow *row) {
        row->rowid = sqlite3_column_int64(statement, 0);
        row->banned_at = sqlite3_column_int64(statement, 3);
        row->bantime = sqlite_reader_seconds(statement, 4);
        row->count = sqlite_reader_count(statement, 5);
        row->failures = sqlite_reader_count(statement, 6);
}

static void piece_bind(sqlite3_stmt *statement, gpointer userdata) {
        const Piece *self = userdata;

        (void) sqlite3_bind_int64(statement, 1, self->from);
        (void) sqlite3_bind_int(statement, 2, DATABASE_PIECE);
        if (sqlite3_bind_parameter_count(statement) < 4)
                return;
        (void) sqlite3_bind_int64(statement, 3, self->now);
        (void) sqlite3_bind_text(statement, 4, self->jail, -1, SQLITE_STATIC);
}

static void piece_row(sqlite3_stmt *statement, gpointer userdata) {
        Piece *self = userdata;
        PieceRow entry = { 0 };

        database_read_numbers(statement, &entry.row);
        entry.row.jail = sqlite_reader_chunk(statement, 1, self->texts, TRUE);
        entry.row.id = sqlite_reader_chunk(statement, 2, self->texts, FALSE);
        entry.wanted = sqlite3_column_int(statement, 7) != 0;
        g_array_append_val(self->rows, entry);
}

static gboolean piece_read(Piece *self, const char *path, const char *sql, GError **error) {
        const SqliteReader reader = { piece_bind, piece_row, piece_restart, self };

        piece_restart(self);
        return sqlite_reader_run(&reader, path, sql, error);
}

static const Fail2banRow *piece_get(const Piece *self, guint index) {
        return &g_array_index(self->rows, PieceRow, index).row;
}

static void piece_hand_out(const Piece *self, guint from, Fail2banRowFunc each, gpointer userdata) {
        for (guint i = from; i < self->rows->len; i++)
                if (g_array_index(self->rows, PieceRow, i).wanted)
                        each(piece_get(self, i), userdata);
}

gboolean fail2ban_database_delta(const char *path, Fail2banMark *mark, Fail2banDelta *ret, Fail2banRowFunc each,
                                 gpointer userdata, GError **error) {
        g_auto(Piece) piece;
        Fail2banDelta delta = FAIL2BAN_DELTA_NOTHING;
        guint first;

        piece_init(&piece, NULL, 0);
        do {
                piece.from = mark->rowid;
                if (!piece_read(&piece, path, database_delta_sql, error))
                        return FALSE;
                first = mark->rowid == 0 ? 0 : 1;
                if (first == 1 && (piece.rows->len == 0 || !fail2ban_mark_is(mark, piece_get(&piece, 0)))) {
                        *ret = FAIL2BAN_DELTA_RESTART;
                        return TRUE;
                }
                if (piece.rows->len > first) {
                        delta = FAIL2BAN_DELTA_ROWS;
                        fail2ban_mark_set(mark, piece_get(&piece, piece.rows->len - 1));
                        piece_hand_out(&piece, first, each, userdata);
                }
        } while (piece.rows->len == DATABASE_PIECE);
        *ret = delta;
        return TRUE;
}

gboolean fail2ban_database_running(const char *path, const char *jail, gint64 now, Fail2banMark *mark,
                                   Fail2banRowFunc each, gpointer userdata, GError **error) {
        g_auto(Piece) piece;
        Fail2banMark last = { 0 };

        piece_init(&piece, jail, now);
        do {
                if (!piece_read(&piece, path, database_running_sql, error)) {
                        fail2ban_mark_clear(&last);
                        return FALSE;
                }
                if (piece.rows->len == 0)
                        break;
                fail2ban_mark_set(&last, piece_get(&piece, piece.rows->len - 1));
                piece.from = last.rowid;
                piece_hand_out(&piece, 0, each, userdata);
        } while (piece.rows->len == DATABASE_PIECE);

        if (mark) {
                fail2ban_mark_clear(mark);
                *mark = last;
        } else {
                fail2ban_mark_clear(&last);
        }
        return TRUE;
}

static void database_add_name(sqlite3_stmt *statement, gpointer userdata) {
        g_ptr_array_add(userdata, sqlite_reader_text(statement, 0));
}

static void database_forget_names(gpointer userdata) {
        g_ptr_array_set_size(userdata, 0);
}

GStrv fail2ban_database_jails(const char *path, GError **error) {
        g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
        const SqliteReader reader = { NULL, database_add_name, database_forget_names, names };

        if (!sqlite_reader_run(&reader, path, "SELECT name FROM jails ORDER BY name", error))
                return NULL;
        g_ptr_array_add(names, NULL);
        return (GStrv) g_ptr_array_steal(names, NULL);
}

gboolean fail2ban_database_check(const char *path, GError **error) {
        const SqliteReader reader = { NULL, NULL, NULL, NULL };

        /* Every table and column that is read anywhere here. */
        return sqlite_reader_run(
                &reader, path,
                "SELECT version FROM fail2banDb UNION ALL "
                "SELECT 1 FROM (SELECT jail, ip, timeofban, bantime, bancount, data FROM bips LIMIT 1) "
                "UNION ALL "
                "SELECT 1 FROM (SELECT jail, ip, timeofban, bantime, bancount, data FROM bans LIMIT 1) "
                "UNION ALL SELECT 1 FROM (SELECT name FROM jails LIMIT 1)",
                error);
}
