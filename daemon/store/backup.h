/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A copy of our whole database, as a stream
 *
 * SQLite's own backup of one snapshot into a file beside the database, which is then sent. Writers go on meanwhile;
 * what they commit is not in the copy. The file is gone afterwards, and one that a killed daemon left is removed when
 * the store is opened.
 */

#pragma once

#include "store/store.h"

/* fd: open for writing; it stays open. *ret_bytes: the length of the file. BUSY when another backup runs. Blocking. */
gboolean store_backup(Store *self, int fd, StoreProgressFunc progress, gpointer userdata, guint64 *ret_bytes,
                      GError **error);
