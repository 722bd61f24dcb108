/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Our SQLite database
 *
 * WAL; one writer connection behind a lock, short transactions; readers on read-only connections of their own (a small
 * pool), so that a read sees a snapshot and never waits for a write. Thread-safe, blocking: not on the main thread
 * once the daemon runs. What the tables' files need is in store/connection.h.
 */

#pragma once

#include <glib.h>

#define STORE_FILE_NAME "bangui.sqlite3"

typedef struct Store Store;

/* done: 0 to 1. FALSE with an error: give up. */
typedef gboolean (*StoreProgressFunc)(double done, gpointer userdata, GError **error);

/* Makes or opens FOLDER/bangui.sqlite3 (mode 0600) and migrates it; the folder must be there and writable. Before a
 * migration of a file that holds data a copy FILE.vN is made. Errors are DATABASE_*, with the path and what would be
 * right; a file of a newer version than known is refused (DATABASE_UNAVAILABLE says both numbers). */
Store *store_open(const char *folder, GError **error);

/* Nobody may be reading or writing any more. */
void store_close(Store *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Store, store_close)

/* When a burst of work is over: gives back what the connections hold of the file and what the heap keeps free, some
 * megabytes. Waits for the writer's turn. */
void store_trim(Store *self);
