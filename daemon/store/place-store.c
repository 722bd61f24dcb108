/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* An address is stored as store_bind_address() writes it, and read as archive_row_read_who() reads it. */

#include "store/place-store.h"

#include "store/archive-row.h"
#include "store/connection.h"

#define COLUMNS "address, country, network, organisation, found_at, seen_at"

static const char what_write[] = "writing where addresses are";
static const char what_read[] = "reading where addresses are";

struct PlaceStore {
        Store *store;
};

PlaceStore *place_store_new(Store *store) {
        PlaceStore *self = g_new0(PlaceStore, 1);

        self->store = store;
        return self;
}

void place_store_free(PlaceStore *self) {
        g_free(self);
}

typedef struct Put {
        const PlaceRow *rows;
        guint n;
} Put;

static gboolean put_row(StoreConnection *connection, const PlaceRow *row, GError **error) {
        sqlite3_stmt *statement = store_statement(
                connection, "INSERT OR REPLACE INTO place (" COLUMNS ") VALUES (?, ?, ?, ?, ?, ?)", error);

        if (!statement)
                return FALSE;

        store_bind_address(statement, 1, &row->address);
        sqlite3_bind_int(statement, 2, row->country);
        sqlite3_bind_int64(statement, 3, row->network);
        store_bind_text(statement, 4, row->organisation);
        sqlite3_bind_int64(statement, 5, row->found_at);
        sqlite3_bind_int64(statement, 6, row->seen_at);
        return store_run(connection, statement, what_write, error);
}

static gboolean put_all(StoreConnection *connection, gpointer userdata, GError **error) {
        const Put *put = userdata;

        for (guint i = 0; i < put->n; i++)
                if (!put_row(connection, &put->rows[i], error))
                        return FALSE;
        return TRUE;
}

gboolean place_store_put(PlaceStore *self, const PlaceRow *rows, guint n, GError **error) {
        Put put = { .rows = rows, .n = n };

        return n == 0 || store_write(self->store, put_all, &put, error);
}

typedef struct Read {
        const Address *address; /* NULL = all */
        guint limit;
        PlaceFunc each;
        gpointer userdata;
} Read;

static gboolean row_of(sqlite3_stmt *statement, PlaceRow *ret) {
        const char *text = NULL;

        archive_row_read_who(statement, 0, &ret->address, &text);
        ret->country = (guint16) sqlite3_column_int(statement, 1);
        ret->network = (guint32) sqlite3_column_int64(statement, 2);
        ret->organisation = store_column_text(statement, 3);
        ret->found_at = sqlite3_column_int64(statement, 4);
        ret->seen_at = sqlite3_column_int64(statement, 5);
        return text == NULL;
}

static gboolean give_rows(StoreConnection *connection, sqlite3_stmt *statement, const Read *read, GError **error) {
        gboolean found = FALSE;

        for (;;) {
                PlaceRow row;

                if (!store_next(connection, statement, what_read, &found, error))
                        return FALSE;
                if (!found || (row_of(statement, &row) && !read->each(&row, read->userdata)))
                        return TRUE;
        }
}

static gboolean read_newest(StoreConnection *connection, gpointer userdata, GError **error) {
        const Read *read = userdata;
        sqlite3_stmt *statement =
                store_statement(connection, "SELECT " COLUMNS " FROM place ORDER BY seen_at DESC LIMIT ?", error);

        if (!statement)
                return FALSE;
        sqlite3_bind_int64(statement, 1, read->limit);
        return give_rows(connection, statement, read, error);
}

gboolean place_store_read(PlaceStore *self, guint limit, PlaceFunc each, gpointer userdata, GError **error) {
        Read read = { .limit = limit, .each = each, .userdata = userdata };

        return store_read(self->store, read_newest, &read, error);
}

static gboolean find_one(StoreConnection *connection, gpointer userdata, GError **error) {
        const Read *read = userdata;
        sqlite3_stmt *statement = store_statement(connection, "SELECT " COLUMNS " FROM place WHERE address = ?", error);

        if (!statement)
                return FALSE;
        store_bind_address(statement, 1, read->address);
        return give_rows(connection, statement, read, error);
}

gboolean place_store_find(PlaceStore *self, const Address *address, PlaceFunc each, gpointer userdata, GError **error) {
        Read read = { .address = address, .each = each, .userdata = userdata };

        return store_read(self->store, find_one, &read, error);
}

typedef struct Number {
        const char *sql;
        gint64 value; /* 0 when there is no row */
} Number;

static gboolean read_number(StoreConnection *connection, gpointer userdata, GError **error) {
        Number *number = userdata;
        sqlite3_stmt *statement = store_statement(connection, number->sql, error);
        gboolean row = FALSE;

        if (!statement || !store_next(connection, statement, what_read, &row, error))
                return FALSE;
        if (row)
                number->value = sqlite3_column_int64(statement, 0);
        return TRUE;
}

gboolean place_store_count(PlaceStore *self, guint64 *ret, GError **error) {
        Number number = { .sql = "SELECT count(*) FROM place" };

        if (!store_read(self->store, read_number, &number, error))
                return FALSE;
        *ret = (guint64) number.value;
        return TRUE;
}

typedef struct Purge {
        gint64 before_at;
        guint removed;
} Purge;

static gboolean purge_step(StoreConnection *connection, gpointer userdata, GError **error) {
        Purge *purge = userdata;
        sqlite3_stmt *statement = store_statement(
                connection, "DELETE FROM place WHERE address IN (SELECT address FROM place WHERE seen_at < ? LIMIT ?)",
                error);

        if (!statement)
                return FALSE;
        sqlite3_bind_int64(statement, 1, purge->before_at);
        sqlite3_bind_int64(statement, 2, PLACE_STORE_PURGE_STEP);
        if (!store_run(connection, statement, "removing where addresses are", error))
                return FALSE;
        purge->removed = store_changes(connection);
        return TRUE;
}

gboolean place_store_purge(PlaceStore *self, gint64 before_at, guint *ret_removed, GError **error) {
        Purge purge = { .before_at = before_at };

        if (!store_write(self->store, purge_step, &purge, error))
                return FALSE;
        *ret_removed = purge.removed;
        return TRUE;
}

typedef struct Unresolved {
        gint64 since;
        PlaceAddressFunc each;
        gpointer userdata;
} Unresolved;

/* By the index on country, whose hidden second key is the time; who was given once is left out by the hash table. */
static gboolean read_unresolved(StoreConnection *connection, gpointer userdata, GError **error) {
        const Unresolved *unresolved = userdata;
        sqlite3_stmt *statement = store_statement(
                connection, "SELECT address FROM ban WHERE country = 0 AND id >= ? ORDER BY id DESC", error);
        g_autoptr(GHashTable) given = g_hash_table_new_full(address_hash, address_equal, g_free, NULL);
        gboolean row = FALSE;

        if (!statement)
                return FALSE;
        sqlite3_bind_int64(statement, 1, ARCHIVE_ID(unresolved->since, 0));
        for (;;) {
                Address address = { 0 };
                const char *text = NULL;

                if (!store_next(connection, statement, "reading bans without a country", &row, error))
                        return FALSE;
                if (!row)
                        return TRUE;
                archive_row_read_who(statement, 0, &address, &text);
                if (text || !g_hash_table_add(given, g_memdup2(&address, sizeof(address))))
                        continue;
                if (!unresolved->each(&address, unresolved->userdata))
                        return TRUE;
        }
}

gboolean place_store_unresolved(PlaceStore *self, gint64 since, PlaceAddressFunc each, gpointer userdata,
                                GError **error) {
        Unresolved unresolved = { .since = since, .each = each, .userdata = userdata };

        return store_read(self->store, read_unresolved, &unresolved, error);
}

gboolean place_store_generation(PlaceStore *self, guint64 *ret, GError **error) {
        Number number = { .sql = "SELECT position FROM sync WHERE source = 'geo'" };

        if (!store_read(self->store, read_number, &number, error))
                return FALSE;
        *ret = (guint64) number.value;
        return TRUE;
}

typedef struct Generation {
        guint64 generation;
        gint64 now;
} Generation;

static gboolean write_generation(StoreConnection *connection, gpointer userdata, GError **error) {
        const Generation *generation = userdata;
        sqlite3_stmt *statement =
                store_statement(connection,
                                "INSERT OR REPLACE INTO sync (source, position, jail, address, banned_at, synced_at) "
                                "VALUES ('geo', ?, '', '', 0, ?)",
                                error);

        if (!statement)
                return FALSE;
        sqlite3_bind_int64(statement, 1, (gint64) generation->generation);
        sqlite3_bind_int64(statement, 2, generation->now);
        return store_run(connection, statement, what_write, error);
}

gboolean place_store_set_generation(PlaceStore *self, guint64 generation, gint64 now, GError **error) {
        Generation written = { .generation = generation, .now = now };

        return store_write(self->store, write_generation, &written, error);
}
