/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Who banned by hand, and why
 *
 * A command (when, who, why) stands once, however many addresses it banned; an address in a jail points at the newest
 * command that banned it there.
 */

#include "store/manual-store.h"

#include "store/connection.h"

#define PURGE_STEP 1000

static const char what_write[] = "writing who banned by hand";
static const char what_read[] = "reading who banned by hand";
static const char what_purge[] = "purging who banned by hand";

struct ManualStore {
        Store *store;
};

ManualStore *manual_store_new(Store *store) {
        ManualStore *self = g_new0(ManualStore, 1);

        self->store = store;
        return self;
}

void manual_store_free(ManualStore *self) {
        g_free(self);
}

void manual_ban_clear(ManualBan *self) {
        g_clear_pointer(&self->reason, g_free);
}

typedef struct Add {
        const char *jail;
        const Address *addresses;
        guint n;
        gint64 at;
        guint32 uid;
        const char *reason;
} Add;

static gboolean add_jail(StoreConnection *connection, const Add *add, gint64 *ret_id, GError **error) {
        /* that something is set, though to what it is, gives the row back in either case */
        sqlite3_stmt *statement = store_statement(connection,
                                                  "INSERT INTO jail (name) VALUES (?) "
                                                  "ON CONFLICT DO UPDATE SET name = excluded.name RETURNING id",
                                                  error);
        gboolean row;

        if (!statement)
                return FALSE;
        store_bind_text(statement, 1, add->jail);
        if (!store_next(connection, statement, what_write, &row, error))
                return FALSE;
        *ret_id = sqlite3_column_int64(statement, 0);
        (void) sqlite3_reset(statement); /* one that is still open makes others dearer */
        return TRUE;
}

static gboolean add_command(StoreConnection *connection, const Add *add, gint64 *ret_id, GError **error) {
        sqlite3_stmt *statement =
                store_statement(connection, "INSERT INTO manual (at, uid, reason) VALUES (?, ?, ?)", error);

        if (!statement)
                return FALSE;

        sqlite3_bind_int64(statement, 1, add->at);
        sqlite3_bind_int64(statement, 2, add->uid);
        store_bind_text(statement, 3, add->reason ? add->reason : "");
        if (!store_run(connection, statement, what_write, error))
                return FALSE;
        *ret_id = store_last_id(connection);
        return TRUE;
}

/* A command that comes late does not take the place of a newer one. Up to 10,000 rows, which are waited for: what is
 * the same for all is bound once. */
static gboolean add_addresses(StoreConnection *connection, const Add *add, gint64 jail, gint64 command,
                              GError **error) {
        sqlite3_stmt *statement =
                store_statement(connection,
                                "INSERT INTO manual_address (address, jail, manual) VALUES (?1, ?2, ?3) "
                                "ON CONFLICT (address, jail) DO UPDATE SET manual = excluded.manual "
                                "WHERE (SELECT at FROM manual WHERE id = manual_address.manual) <= ?4",
                                error);

        if (!statement)
                return FALSE;

        sqlite3_bind_int64(statement, 2, jail);
        sqlite3_bind_int64(statement, 3, command);
        sqlite3_bind_int64(statement, 4, add->at);
        for (guint i = 0; i < add->n; i++) {
                store_bind_address(statement, 1, &add->addresses[i]);
                if (!store_run(connection, statement, what_write, error))
                        return FALSE;
                (void) sqlite3_reset(statement);
        }
        return TRUE;
}

static gboolean add_all(StoreConnection *connection, gpointer userdata, GError **error) {
        const Add *add = userdata;
        gint64 jail = 0, command = 0;

        return add_jail(connection, add, &jail, error) && add_command(connection, add, &command, error) &&
               add_addresses(connection, add, jail, command, error);
}

gboolean manual_store_add(ManualStore *self, const char *jail, const Address *addresses, guint n, gint64 at,
                          guint32 uid, const char *reason, GError **error) {
        Add add = { .jail = jail, .addresses = addresses, .n = n, .at = at, .uid = uid, .reason = reason };

        if (n == 0)
                return TRUE;
        return store_write(self->store, add_all, &add, error);
}

typedef struct Find {
        const char *jail;
        const Address *address;
        gint64 since;
        gboolean found;
        ManualBan ban;
} Find;

static gboolean find_one(StoreConnection *connection, gpointer userdata, GError **error) {
        Find *find = userdata;
        sqlite3_stmt *statement = store_statement(
                connection,
                "SELECT manual.at, manual.uid, manual.reason FROM manual_address JOIN manual ON manual.id = manual "
                "JOIN jail ON jail.id = jail WHERE address = ? AND jail.name = ? AND manual.at >= ?",
                error);

        if (!statement)
                return FALSE;

        store_bind_address(statement, 1, find->address);
        store_bind_text(statement, 2, find->jail);
        sqlite3_bind_int64(statement, 3, find->since);
        if (!store_next(connection, statement, what_read, &find->found, error))
                return FALSE;
        if (find->found)
                find->ban = (ManualBan) {
                        .at = sqlite3_column_int64(statement, 0),
                        .uid = (guint32) sqlite3_column_int64(statement, 1),
                        .reason = g_strdup(store_column_text(statement, 2)),
                };
        return TRUE;
}

gboolean manual_store_find(ManualStore *self, const char *jail, const Address *address, gint64 since, ManualBan *ret,
                           gboolean *ret_found, GError **error) {
        Find find = { .jail = jail, .address = address, .since = since };

        if (!store_read(self->store, find_one, &find, error)) {
                manual_ban_clear(&find.ban);
                return FALSE;
        }

        if (find.found)
                *ret = find.ban;
        *ret_found = find.found;
        return TRUE;
}

typedef struct Purge {
        gint64 before_at;
        gboolean more;
} Purge;

static gboolean purge_with(StoreConnection *connection, const char *sql, gint64 before_at, guint *ret_removed,
                           GError **error) {
        sqlite3_stmt *statement = store_statement(connection, sql, error);

        if (!statement)
                return FALSE;

        sqlite3_bind_int64(statement, 1, before_at);
        sqlite3_bind_int64(statement, 2, PURGE_STEP);
        if (!store_run(connection, statement, what_purge, error))
                return FALSE;
        *ret_removed = store_changes(connection);
        return TRUE;
}

/* Addresses first; a command goes when nothing points at it any more. */
static gboolean purge_step(StoreConnection *connection, gpointer userdata, GError **error) {
        Purge *purge = userdata;
        guint removed = 0;

        if (!purge_with(connection,
                        "DELETE FROM manual_address WHERE (address, jail) IN (SELECT address, jail FROM manual "
                        "JOIN manual_address ON manual_address.manual = manual.id WHERE at < ? LIMIT ?)",
                        purge->before_at, &removed, error))
                return FALSE;
        if (removed < PURGE_STEP &&
            !purge_with(connection,
                        "DELETE FROM manual WHERE id IN (SELECT id FROM manual WHERE at < ? "
                        "AND NOT EXISTS (SELECT 1 FROM manual_address WHERE manual = manual.id) LIMIT ?)",
                        purge->before_at, &removed, error))
                return FALSE;

        purge->more = removed == PURGE_STEP;
        return TRUE;
}

gboolean manual_store_purge(ManualStore *self, gint64 before_at, gboolean *ret_more, GError **error) {
        Purge purge = { .before_at = before_at };

        if (!store_write(self->store, purge_step, &purge, error))
                return FALSE;
        *ret_more = purge.more;
        return TRUE;
}
