/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One connection to our database, for the files of store/ alone
 *
 * A table's file hands a function to store_read() or store_write(); there it asks for statements, which are
 * prepared once for each connection, binds, steps and reads. The transaction and the resetting are the store's.
 */

#pragma once

#include <sqlite3.h>

#include "core/address.h"
#include "store/store.h"

typedef struct StoreConnection StoreConnection;

typedef gboolean (*StoreFunc)(StoreConnection *connection, gpointer userdata, GError **error);

/* BEGIN IMMEDIATE, `work`, COMMIT; ROLLBACK when it gives FALSE. Writers take turns in the order they came. */
gboolean store_write(Store *self, StoreFunc work, gpointer userdata, GError **error);

/* The same turn without a transaction, for what cannot be done in one. */
gboolean store_alone(Store *self, StoreFunc work, gpointer userdata, GError **error);

/* Within store_alone(): the write-ahead log goes into the file and is emptied, unless a reader holds it back. */
void store_empty_log(Store *self);

/* The path of the database, and of the file that a backup is made in. Borrowed; to be freed. */
const char *store_file(const Store *self);
char *store_backup_file(const Store *self);

/* `work` sees one snapshot from its first statement to its last. */
gboolean store_read(Store *self, StoreFunc work, gpointer userdata, GError **error);

/* A statement fresh to be bound, borrowed until `work` ends; the same text gives the same statement, so a function
 * uses it up before it asks again. NULL on error. */
sqlite3_stmt *store_statement(StoreConnection *self, const char *sql, GError **error);

/* Steps a statement that gives no rows. */
gboolean store_run(StoreConnection *self, sqlite3_stmt *statement, const char *what, GError **error);

/* Steps to the next row; *ret_row FALSE: there is none. */
gboolean store_next(StoreConnection *self, sqlite3_stmt *statement, const char *what, gboolean *ret_row,
                    GError **error);

/* The rows that the last statement changed. */
guint store_changes(StoreConnection *self);
gint64 store_last_id(StoreConnection *self);

/* Bound text is borrowed until the statement is asked for again; NULL is bound as NULL. */
void store_bind_text(sqlite3_stmt *statement, int index, const char *text);

/* 4 or 16 bytes for one address, one more with the prefix for a network. */
void store_bind_address(sqlite3_stmt *statement, int index, const Address *address);

/* "" for NULL; good until the next step. */
const char *store_column_text(sqlite3_stmt *statement, int column);

/* The error of the last failed call, by SQLite's extended code; `what` says what was tried. Gives FALSE. */
gboolean store_fail(StoreConnection *self, const char *what, GError **error);

/* For store.c: opening, and what frames the work. */
StoreConnection *store_connection_open(const char *file, gboolean writer, GError **error);
void store_connection_close(StoreConnection *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreConnection, store_connection_close)

/* Gives back the memory of pages that are not needed right now. */
void store_connection_trim(StoreConnection *self);

/* For statements that are needed once: pragmas, the schema. */
gboolean store_execute(StoreConnection *self, const char *sql, const char *what, GError **error);
gboolean store_read_integer(StoreConnection *self, const char *sql, const char *what, gint64 *ret, GError **error);

/* A transaction around `work`: begin is "BEGIN" or "BEGIN IMMEDIATE". */
gboolean store_transaction(StoreConnection *self, const char *begin, StoreFunc work, gpointer userdata, GError **error);

/* The whole database into another file, which is there and empty; within store_read() its snapshot. progress may be
 * NULL. */
gboolean store_copy(StoreConnection *self, const char *file, StoreProgressFunc progress, gpointer userdata,
                    GError **error);

/* Calls `check` about fifty times a second while the connection works; FALSE ends its statement with an error. NULL:
 * no more. */
void store_set_check(StoreConnection *self, int (*check)(void *userdata), gpointer userdata);

/* After each commit, with the length of the write-ahead log in pages; in place of SQLite's own checkpoints. */
void store_set_commit_hook(StoreConnection *self,
                           int (*hook)(void *userdata, sqlite3 *db, const char *database, int pages),
                           gpointer userdata);

/* Moves the write-ahead log into the file as far as readers allow. whole: waits for them a little, and empties it; on
 * the writer alone. */
void store_checkpoint(StoreConnection *self, gboolean whole);
