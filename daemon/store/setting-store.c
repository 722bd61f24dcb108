/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "store/setting-store.h"

#include "store/connection.h"

static const char what_read[] = "reading the settings";
static const char what_write[] = "writing the settings";

struct SettingStore {
        Store *store;
};

SettingStore *setting_store_new(Store *store) {
        SettingStore *self = g_new0(SettingStore, 1);

        self->store = store;
        return self;
}

void setting_store_free(SettingStore *self) {
        g_free(self);
}

typedef struct Read {
        guint max;
        GHashTable *values;
} Read;

static gboolean read_all(StoreConnection *connection, gpointer userdata, GError **error) {
        Read *read = userdata;
        sqlite3_stmt *statement =
                store_statement(connection, "SELECT key, value FROM setting ORDER BY key LIMIT ?", error);
        gboolean found;

        if (!statement)
                return FALSE;
        sqlite3_bind_int64(statement, 1, read->max);
        while (store_next(connection, statement, what_read, &found, error)) {
                if (!found)
                        return TRUE;
                g_hash_table_insert(read->values, g_strdup(store_column_text(statement, 0)),
                                    g_strdup(store_column_text(statement, 1)));
        }
        return FALSE;
}

GHashTable *setting_store_read(SettingStore *self, guint max, GError **error) {
        g_autoptr(GHashTable) values = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
        Read read = { .max = max, .values = values };

        return store_read(self->store, read_all, &read, error) ? g_steal_pointer(&values) : NULL;
}

typedef struct Change {
        const char *const *keys;
        const char *const *values;
        guint n;
        guint32 uid;
        gint64 now;
} Change;

static gboolean remove_one(StoreConnection *connection, const char *key, GError **error) {
        sqlite3_stmt *statement = store_statement(connection, "DELETE FROM setting WHERE key = ?", error);

        if (!statement)
                return FALSE;
        store_bind_text(statement, 1, key);
        return store_run(connection, statement, what_write, error);
}

static gboolean set_one(StoreConnection *connection, const Change *change, guint index, GError **error) {
        sqlite3_stmt *statement =
                store_statement(connection,
                                "INSERT INTO setting (key, value, uid, changed_at) VALUES (?, ?, ?, ?) "
                                "ON CONFLICT (key) DO UPDATE SET value = excluded.value, uid = excluded.uid, "
                                "changed_at = excluded.changed_at",
                                error);

        if (!statement)
                return FALSE;
        store_bind_text(statement, 1, change->keys[index]);
        store_bind_text(statement, 2, change->values[index]);
        sqlite3_bind_int64(statement, 3, change->uid);
        sqlite3_bind_int64(statement, 4, change->now);
        return store_run(connection, statement, what_write, error);
}

static gboolean change_all(StoreConnection *connection, gpointer userdata, GError **error) {
        const Change *change = userdata;

        for (guint i = 0; i < change->n; i++)
                if (change->values[i] ? !set_one(connection, change, i, error)
                                      : !remove_one(connection, change->keys[i], error))
                        return FALSE;
        return TRUE;
}

gboolean setting_store_change(SettingStore *self, const char *const *keys, const char *const *values, guint n,
                              guint32 uid, gint64 now, GError **error) {
        Change change = { .keys = keys, .values = values, .n = n, .uid = uid, .now = now };

        if (n == 0)
                return TRUE;
        return store_write(self->store, change_all, &change, error);
}
