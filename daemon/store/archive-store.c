/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The archive: its object, the names of jails, rows, and what is read in one line
 *
 * Names are kept in memory for good, since every row is shown with one. A jail gets its number in a transaction of its
 * own, so that a number is known only when it stands. Others give numbers as well (who banned by hand), so an unknown
 * one is looked for in the table before it is called unknown.
 */

#include "store/archive-store.h"

#include <string.h>

#include "store/archive-row.h"

static const char what_read[] = "reading the archive";
static const char what_jail[] = "keeping the name of a jail";

const char *archive_origin_name(ArchiveOrigin origin) {
        static const char *const names[_ARCHIVE_ORIGIN_MAX] = { "self", "manual", "blocklist" };

        g_return_val_if_fail(origin < _ARCHIVE_ORIGIN_MAX, "self");
        return names[origin];
}

const char *archive_cause_name(ArchiveCause cause) {
        static const char *const names[_ARCHIVE_CAUSE_MAX] = {
                "", "expired", "hand", "daemon", "list", "jail-stopped", "lost",
        };

        g_return_val_if_fail(cause < _ARCHIVE_CAUSE_MAX, "");
        return names[cause];
}

void archive_position_clear(ArchivePosition *self) {
        g_clear_pointer(&self->jail, g_free);
        g_clear_pointer(&self->id, g_free);
        self->rowid = 0;
        self->banned_at = 0;
}

/* Rows */

void archive_row_read_address(const void *bytes, int length, Address *ret) {
        memset(ret, 0, sizeof(*ret));
        ret->version = length < 16 ? 4 : 6;
        ret->prefix = ret->version == 4 ? 32 : 128;
        if (length == 5 || length == 17)
                ret->prefix = ((const guint8 *) bytes)[--length];
        if (length == 4 || length == 16)
                memcpy(ret->bytes, bytes, (size_t) length);
}

void archive_row_read_who(sqlite3_stmt *statement, int column, Address *ret, const char **ret_text) {
        const void *bytes;

        if (sqlite3_column_type(statement, column) != SQLITE_BLOB) {
                memset(ret, 0, sizeof(*ret));
                *ret_text = store_column_text(statement, column);
                return;
        }

        bytes = sqlite3_column_blob(statement, column);
        archive_row_read_address(bytes, sqlite3_column_bytes(statement, column), ret);
        *ret_text = NULL;
}

void archive_row_bind_who(sqlite3_stmt *statement, int index, const Address *address, const char *text) {
        if (text)
                store_bind_text(statement, index, text);
        else
                store_bind_address(statement, index, address);
}

void archive_row_read(sqlite3_stmt *statement, int first, ArchiveBan *ret) {
        ret->id = sqlite3_column_int64(statement, first);
        ret->banned_at = ARCHIVE_ID_TIME(ret->id);
        ret->jail = (guint) sqlite3_column_int64(statement, first + 1);
        archive_row_read_who(statement, first + 2, &ret->address, &ret->text);
        ret->country = (CountryCode) sqlite3_column_int(statement, first + 3);
        ret->network = (guint32) sqlite3_column_int64(statement, first + 4);
        ret->bantime = sqlite3_column_int64(statement, first + 5);
        ret->count = (guint) sqlite3_column_int64(statement, first + 6);
        ret->failures = (guint) sqlite3_column_int64(statement, first + 7);
        ret->origin = (ArchiveOrigin) sqlite3_column_int(statement, first + 8);
        ret->sources = (guint) sqlite3_column_int(statement, first + 9);
        ret->ended_at = sqlite3_column_int64(statement, first + 10);
        ret->cause = (ArchiveCause) sqlite3_column_int(statement, first + 11);
        ret->data = NULL;
}

/* Jails */

static void keep_name(ArchiveStore *self, guint number, const char *name) {
        g_autoptr(GRWLockWriterLocker) locker = g_rw_lock_writer_locker_new(&self->lock);
        char *copy;

        if (g_hash_table_contains(self->numbers, name))
                return;
        if (self->names->len <= number)
                g_ptr_array_set_size(self->names, (int) number + 1);
        if (self->names->pdata[number])
                return;
        copy = g_strdup(name);
        self->names->pdata[number] = copy;
        g_hash_table_insert(self->numbers, copy, GUINT_TO_POINTER(number));
}

static gboolean read_jails(StoreConnection *connection, gpointer userdata, GError **error) {
        ArchiveStore *self = userdata;
        sqlite3_stmt *statement = store_statement(connection, "SELECT id, name FROM jail", error);
        gboolean row;

        if (!statement)
                return FALSE;
        for (;;) {
                if (!store_next(connection, statement, what_read, &row, error))
                        return FALSE;
                if (!row)
                        return TRUE;
                keep_name(self, (guint) sqlite3_column_int64(statement, 0), store_column_text(statement, 1));
        }
}

guint archive_jail_cached(ArchiveStore *self, const char *name) {
        g_autoptr(GRWLockReaderLocker) locker = g_rw_lock_reader_locker_new(&self->lock);

        return GPOINTER_TO_UINT(g_hash_table_lookup(self->numbers, name));
}

static const char *name_cached(ArchiveStore *self, guint number) {
        g_autoptr(GRWLockReaderLocker) locker = g_rw_lock_reader_locker_new(&self->lock);

        return number < self->names->len ? self->names->pdata[number] : NULL;
}

const char *archive_store_jail_name(ArchiveStore *self, guint number) {
        const char *name = name_cached(self, number);

        if (!name && store_read(self->store, read_jails, self, NULL))
                name = name_cached(self, number);
        return name ? name : "";
}

guint archive_store_jail_number(ArchiveStore *self, const char *name) {
        guint number = archive_jail_cached(self, name);

        if (number == 0 && store_read(self->store, read_jails, self, NULL))
                number = archive_jail_cached(self, name);
        return number;
}

static gboolean add_jail(StoreConnection *connection, gpointer userdata, GError **error) {
        sqlite3_stmt *statement =
                store_statement(connection, "INSERT INTO jail (name) VALUES (?) ON CONFLICT DO NOTHING", error);

        if (!statement)
                return FALSE;
        store_bind_text(statement, 1, userdata);
        return store_run(connection, statement, what_jail, error);
}

gboolean archive_jail_ensure(ArchiveStore *self, const char *name, GError **error) {
        if (archive_jail_cached(self, name) > 0)
                return TRUE;
        return store_write(self->store, add_jail, (gpointer) name, error) &&
               store_read(self->store, read_jails, self, error);
}

ArchiveStore *archive_store_new(Store *store, GError **error) {
        g_autoptr(ArchiveStore) self = g_new0(ArchiveStore, 1);

        self->store = store;
        g_rw_lock_init(&self->lock);
        self->names = g_ptr_array_new_with_free_func(g_free);
        self->numbers = g_hash_table_new(g_str_hash, g_str_equal);
        if (!store_read(store, read_jails, self, error))
                return NULL;
        return g_steal_pointer(&self);
}

void archive_store_free(ArchiveStore *self) {
        if (!self)
                return;

        g_hash_table_unref(self->numbers);
        g_ptr_array_unref(self->names);
        g_rw_lock_clear(&self->lock);
        g_free(self);
}

void archive_store_trim(ArchiveStore *self) {
        store_trim(self->store);
}

/* How much there is */

typedef struct Extent {
        gboolean count;
        ArchiveExtent result;
} Extent;

static gboolean read_extent(StoreConnection *connection, gpointer userdata, GError **error) {
        Extent *self = userdata;
        sqlite3_stmt *statement =
                store_statement(connection, "SELECT (SELECT min(id) FROM ban), (SELECT max(id) FROM ban)", error);
        gboolean row;

        if (!statement || !store_next(connection, statement, what_read, &row, error))
                return FALSE;
        self->result.oldest_at = ARCHIVE_ID_TIME(sqlite3_column_int64(statement, 0));
        self->result.newest_at = ARCHIVE_ID_TIME(sqlite3_column_int64(statement, 1));
        if (!self->count)
                return TRUE;

        statement = store_statement(connection, "SELECT count(*) FROM ban", error);
        if (!statement || !store_next(connection, statement, what_read, &row, error))
                return FALSE;
        self->result.bans = (guint64) sqlite3_column_int64(statement, 0);
        return TRUE;
}

gboolean archive_store_extent(ArchiveStore *self, gboolean count, ArchiveExtent *ret, GError **error) {
        Extent extent = { .count = count };

        if (!store_read(self->store, read_extent, &extent, error))
                return FALSE;
        *ret = extent.result;
        return TRUE;
}

/* Where the sync stopped */

static gboolean read_position(StoreConnection *connection, gpointer userdata, GError **error) {
        ArchivePosition *position = userdata;
        sqlite3_stmt *statement = store_statement(
                connection, "SELECT position, jail, address, banned_at FROM sync WHERE source = 'fail2ban'", error);
        gboolean row;

        if (!statement || !store_next(connection, statement, what_read, &row, error))
                return FALSE;
        if (!row)
                return TRUE;
        position->rowid = sqlite3_column_int64(statement, 0);
        position->jail = g_strdup(store_column_text(statement, 1));
        position->id = g_strdup(store_column_text(statement, 2));
        position->banned_at = sqlite3_column_int64(statement, 3);
        return TRUE;
}

gboolean archive_store_position(ArchiveStore *self, ArchivePosition *ret, GError **error) {
        *ret = (ArchivePosition) { 0 };
        return store_read(self->store, read_position, ret, error);
}
