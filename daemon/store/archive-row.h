/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the files of the archive's tables share: how a row is written and read. For store/ alone. */

#pragma once

#include "store/archive-store.h"
#include "store/connection.h"

struct ArchiveStore {
        Store *store;
        GRWLock lock;        /* guards the two below */
        GPtrArray *names;    /* of char *, by number; NULL in a hole. Names are never freed before the store is */
        GHashTable *numbers; /* name -> number */
};

/* What archive_row_read() expects, from column `first` on. */
#define ARCHIVE_BAN_COLUMNS \
        "ban.id, ban.jail, ban.address, ban.country, ban.network, ban.bantime, ban.count, ban.failures, " \
        "ban.origin, ban.sources, ban.ended_at, ban.cause"
#define ARCHIVE_BAN_N_COLUMNS 12

/* Without data. A text is good until the next step. */
void archive_row_read(sqlite3_stmt *statement, int first, ArchiveBan *ret);

/* The column `address`: an address as store_bind_address() writes it, or a text. *ret_text NULL: it is an address. */
void archive_row_read_who(sqlite3_stmt *statement, int column, Address *ret, const char **ret_text);
void archive_row_read_address(const void *bytes, int length, Address *ret);
void archive_row_bind_who(sqlite3_stmt *statement, int index, const Address *address, const char *text);

/* The number of a jail that is known already, else 0. */
guint archive_jail_cached(ArchiveStore *self, const char *name);

/* Gives it a number, in a transaction of its own. */
gboolean archive_jail_ensure(ArchiveStore *self, const char *name, GError **error);
