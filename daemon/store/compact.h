/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Giving back the space of what was removed
 *
 * SQLite's VACUUM: the database is written anew without gaps, and put into place in one transaction. Readers go on with
 * what they see; writers wait, about a second for 100 MB. It takes as much free disk as twice what the database then
 * has. A crash at any moment leaves it as it was before or as it is after.
 */

#pragma once

#include "store/store.h"

typedef struct StoreCompaction {
        guint64 before, after; /* bytes of the database */
} StoreCompaction;

/* DATABASE_UNAVAILABLE when the disk has not enough room, with what is needed and what there is. check (may be NULL) is
 * called with 0 while it works. Blocking. */
gboolean store_compact(Store *self, StoreProgressFunc check, gpointer userdata, StoreCompaction *ret, GError **error);
