/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * All bans that fail2ban's database has, as they were written
 *
 * While the database is open rows are only copied; what fail2ban keeps with them is made into ours after it was closed.
 */

#include "fail2ban/database.h"

#include <string.h>

#include "fail2ban/ban-data.h"
#include "fail2ban/sqlite-reader.h"

#define HISTORY_CHUNK (64 * 1024)
#define HISTORY_DATA_MAX (1024 * 1024) /* of one ban; what is larger is left out */

/* The marked row comes first when it is still there. */
static const char history_sql[] = "SELECT rowid, jail, ip, timeofban, bantime, bancount, data FROM bans "
                                  "WHERE rowid >= ?1 ORDER BY rowid LIMIT ?2";

void fail2ban_mark_clear(Fail2banMark *self) {
        g_clear_pointer(&self->jail, g_free);
        g_clear_pointer(&self->id, g_free);
        self->rowid = 0;
        self->banned_at = 0;
}

void fail2ban_mark_set(Fail2banMark *self, const Fail2banRow *row) {
        fail2ban_mark_clear(self);
        self->rowid = row->rowid;
        self->jail = g_strdup(row->jail);
        self->id = g_strdup(row->id);
        self->banned_at = row->banned_at;
}

void fail2ban_mark_copy(Fail2banMark *self, const Fail2banMark *other) {
        fail2ban_mark_clear(self);
        *self = *other;
        self->jail = g_strdup(other->jail);
        self->id = g_strdup(other->id);
}

gboolean fail2ban_mark_is(const Fail2banMark *self, const Fail2banRow *row) {
        return self->rowid == row->rowid && self->banned_at == row->banned_at && g_strcmp0(self->id, row->id) == 0 &&
               g_strcmp0(self->jail, row->jail) == 0;
}

void fail2ban_history_init(Fail2banHistory *self) {
        *self = (Fail2banHistory) {
                .rows = g_array_new(FALSE, FALSE, sizeof(Fail2banHistoryRow)),
                .texts = g_string_chunk_new(HISTORY_CHUNK),
                .data = g_string_new(NULL),
        };
}

void fail2ban_history_clear(Fail2banHistory *self) {
        g_clear_pointer(&self->rows, g_array_unref);
        g_clear_pointer(&self->texts, g_string_chunk_free);
        if (self->data)
                g_string_free(g_steal_pointer(&self->data), TRUE);
}

typedef struct HistoryRead {
        const Fail2banMark *mark;
        guint limit;
        Fail2banHistory *history;
        GArray *lengths; /* of gsize: of each row's data as fail2ban has it, one behind the other in `raw` */
        GByteArray *raw;
} HistoryRead;

static void history_bind(sqlite3_stmt *statement, gpointer userdata) {
        const HistoryRead *self = userdata;

        (void) sqlite3_bind_int64(statement, 1, self->mark->rowid);
        (void) sqlite3_bind_int64(statement, 2, (gint64) self->limit + 1);
}

static void history_restart(gpointer userdata) {
        HistoryRead *self = userdata;

        g_array_set_size(self->history->rows, 0);
        g_string_chunk_clear(self->history->texts);
        g_string_truncate(self->history->data, 0);
        g_array_set_size(self->lengths, 0);
        g_byte_array_set_size(self->raw, 0);
}

static void history_row(sqlite3_stmt *statement, gpointer userdata) {
        HistoryRead *self = userdata;
        Fail2banHistoryRow entry = { 0 };
        const void *data = sqlite3_column_blob(statement, 6);
        gsize length = (gsize) sqlite3_column_bytes(statement, 6);

        entry.row.rowid = sqlite3_column_int64(statement, 0);
        entry.row.jail = sqlite_reader_chunk(statement, 1, self->history->texts, TRUE);
        entry.row.id = sqlite_reader_chunk(statement, 2, self->history->texts, FALSE);
        entry.row.banned_at = sqlite3_column_int64(statement, 3);
        entry.row.bantime = sqlite_reader_seconds(statement, 4);
        entry.row.count = sqlite_reader_count(statement, 5);
        g_array_append_val(self->history->rows, entry);

        if (length > HISTORY_DATA_MAX)
                length = 0;
        g_array_append_val(self->lengths, length);
        g_byte_array_append(self->raw, data, (guint) length);
}

/* Texts move while more are appended, so pointers are set when all are there. */
static void convert_data(HistoryRead *self) {
        Fail2banHistory *history = self->history;
        const char *raw = (const char *) self->raw->data;
        g_autofree gssize *starts = g_new(gssize, history->rows->len + 1);

        for (guint i = 0; i < history->rows->len; i++) {
                Fail2banRow *row = &g_array_index(history->rows, Fail2banHistoryRow, i).row;
                gsize length = g_array_index(self->lengths, gsize, i), start = history->data->len;

                if (length > 0)
                        (void) ban_data_convert(raw, length, history->data, &row->failures);
                starts[i] = history->data->len > start ? (gssize) start : -1;
                if (starts[i] >= 0)
                        g_string_append_c(history->data, '\0');
                raw += length;
        }
        for (guint i = 0; i < history->rows->len; i++)
                if (starts[i] >= 0)
                        g_array_index(history->rows, Fail2banHistoryRow, i).data = history->data->str + starts[i];
        history->bytes = self->raw->len;
}

/* The marked row is there for the comparison alone; without a mark one row too many was asked for. */
static Fail2banDelta judge(HistoryRead *self) {
        GArray *rows = self->history->rows;

        if (self->mark->rowid == 0) {
                if (rows->len > self->limit)
                        g_array_set_size(rows, self->limit);
        } else if (rows->len == 0 || !fail2ban_mark_is(self->mark, &g_array_index(rows, Fail2banHistoryRow, 0).row)) {
                g_array_set_size(rows, 0);
                return FAIL2BAN_DELTA_RESTART;
        } else {
                self->raw = g_byte_array_remove_range(self->raw, 0, (guint) g_array_index(self->lengths, gsize, 0));
                g_array_remove_index(self->lengths, 0);
                g_array_remove_index(rows, 0);
        }
        return rows->len > 0 ? FAIL2BAN_DELTA_ROWS : FAIL2BAN_DELTA_NOTHING;
}

gboolean fail2ban_database_history(const char *path, const Fail2banMark *mark, guint limit, Fail2banHistory *history,
                                   Fail2banDelta *ret, GError **error) {
        g_autoptr(GArray) lengths = g_array_new(FALSE, FALSE, sizeof(gsize));
        g_autoptr(GByteArray) raw = g_byte_array_new();
        HistoryRead read = { .mark = mark, .limit = limit, .history = history, .lengths = lengths, .raw = raw };
        const SqliteReader reader = { history_bind, history_row, history_restart, &read };

        history_restart(&read);
        if (!sqlite_reader_run(&reader, path, history_sql, error))
                return FALSE;
        *ret = judge(&read);
        convert_data(&read);
        return TRUE;
}
