/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One short read of fail2ban's database: open, one statement, close. */

#pragma once

#include <glib.h>
#include <sqlite3.h>

/* Binds the statement's parameters; then called for each row, which it copies from. */
typedef struct SqliteReader {
        void (*bind)(sqlite3_stmt *statement, gpointer userdata);
        void (*row)(sqlite3_stmt *statement, gpointer userdata);
        void (*restart)(gpointer userdata); /* forget all rows: the read is tried again */
        gpointer userdata;
} SqliteReader;

/* All three functions may be NULL. Errors as database.h says. */
gboolean sqlite_reader_run(const SqliteReader *self, const char *path, const char *sql, GError **error);

/* A copy of a text column as valid UTF-8; "" for NULL. Free with g_free. */
char *sqlite_reader_text(sqlite3_stmt *statement, int column);

/* The same into texts, where equal ones that are shared are kept once. */
char *sqlite_reader_chunk(sqlite3_stmt *statement, int column, GStringChunk *texts, gboolean shared);

/* An INTEGER, or a REAL in spite of the declaration: rounded up. */
gint64 sqlite_reader_seconds(sqlite3_stmt *statement, int column);

/* Cut to what a guint holds. */
guint sqlite_reader_count(sqlite3_stmt *statement, int column);
