/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Our SQLite database: connections, migrations, errors
 *
 * WAL; one writer connection behind a lock, short transactions; readers on read-only connections of their own (a small
 * pool), so that a read sees a snapshot and never waits for a write. Busy is tried 3 times from 100 ms; errors
 * become DATABASE_* by SQLite's extended code. Statements are prepared once for each connection.
 * A file of a newer schema than known is refused (DATABASE_UNAVAILABLE says both numbers). Before a migration of a
 * file that holds data a copy FILE.vN is made.
 */

#pragma once

#include <glib.h>
#include <sqlite3.h>

typedef struct Store Store;

/* folder: exists, writable. Makes or opens FOLDER/bangui.sqlite3 (mode 0600) and migrates it. */
Store *store_open(const char *folder, GError **error);
void store_close(Store *self); /* checkpoints */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Store, store_close)

/* The writer, for a function of a *-store.c file: BEGIN IMMEDIATE, `work`, COMMIT (ROLLBACK when it returns FALSE). */
typedef gboolean (*StoreFunc)(sqlite3 *db, gpointer userdata, GError **error);
gboolean store_write(Store *self, StoreFunc work, gpointer userdata, GError **error);

/* A reader. */
gboolean store_read(Store *self, StoreFunc work, gpointer userdata, GError **error);

/* The error of a failed sqlite3_* call on db, by its extended code; `what` says what was tried. Returns FALSE. */
gboolean store_fail(sqlite3 *db, const char *what, GError **error);
