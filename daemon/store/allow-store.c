/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Lists are kept as text with a line end between two: names of jails and addresses hold none. */

#include "store/allow-store.h"

#include "core/error.h"
#include "store/connection.h"

static const char what_read[] = "reading the allow list";
static const char what_write[] = "writing the allow list";

struct AllowStore {
        Store *store;
};

AllowStore *allow_store_new(Store *store) {
        AllowStore *self = g_new0(AllowStore, 1);

        self->store = store;
        return self;
}

void allow_store_free(AllowStore *self) {
        g_free(self);
}

void allow_entry_free(AllowEntry *self) {
        if (!self)
                return;
        g_free(self->entry);
        g_strfreev(self->jails);
        g_free(self->note);
        g_free(self->author);
        g_strfreev(self->addresses);
        g_free(self);
}

void allow_mark_free(AllowMark *self) {
        if (!self)
                return;
        g_free(self->text);
        g_free(self);
}

static GStrv split(const char *text) {
        return g_strsplit(text, "\n", -1);
}

/* Entries */

static AllowEntry *read_entry(sqlite3_stmt *statement) {
        AllowEntry *entry = g_new0(AllowEntry, 1);

        entry->id = sqlite3_column_int64(statement, 0);
        entry->entry = g_strdup(store_column_text(statement, 1));
        entry->jails = split(store_column_text(statement, 2));
        entry->note = g_strdup(store_column_text(statement, 3));
        entry->uid = (guint32) sqlite3_column_int64(statement, 4);
        entry->author = g_strdup(store_column_text(statement, 5));
        entry->unban = sqlite3_column_int(statement, 6) != 0;
        entry->created_at = sqlite3_column_int64(statement, 7);
        entry->expires_at = sqlite3_column_int64(statement, 8);
        entry->addresses = split(store_column_text(statement, 9));
        entry->resolved_at = sqlite3_column_int64(statement, 10);
        return entry;
}

static gboolean read_entries(StoreConnection *connection, gpointer userdata, GError **error) {
        GPtrArray *entries = userdata;
        sqlite3_stmt *statement =
                store_statement(connection,
                                "SELECT id, entry, jails, note, uid, author, unban, created_at, expires_at, "
                                "addresses, resolved_at FROM allow ORDER BY id",
                                error);
        gboolean row = TRUE;

        if (!statement)
                return FALSE;
        while (store_next(connection, statement, what_read, &row, error)) {
                if (!row)
                        return TRUE;
                g_ptr_array_add(entries, read_entry(statement));
        }
        return FALSE;
}

GPtrArray *allow_store_entries(AllowStore *self, GError **error) {
        g_autoptr(GPtrArray) entries = g_ptr_array_new_with_free_func((GDestroyNotify) allow_entry_free);

        return store_read(self->store, read_entries, entries, error) ? g_steal_pointer(&entries) : NULL;
}

static gboolean add_entry(StoreConnection *connection, gpointer userdata, GError **error) {
        AllowEntry *entry = userdata;
        g_autofree char *jails = g_strjoinv("\n", entry->jails);
        g_autofree char *addresses = g_strjoinv("\n", entry->addresses);
        sqlite3_stmt *statement =
                store_statement(connection,
                                "INSERT INTO allow (entry, jails, note, uid, author, unban, created_at, expires_at, "
                                "addresses, resolved_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                                error);

        if (!statement)
                return FALSE;
        store_bind_text(statement, 1, entry->entry);
        store_bind_text(statement, 2, jails);
        store_bind_text(statement, 3, entry->note);
        sqlite3_bind_int64(statement, 4, entry->uid);
        store_bind_text(statement, 5, entry->author);
        sqlite3_bind_int(statement, 6, entry->unban);
        sqlite3_bind_int64(statement, 7, entry->created_at);
        sqlite3_bind_int64(statement, 8, entry->expires_at);
        store_bind_text(statement, 9, addresses);
        sqlite3_bind_int64(statement, 10, entry->resolved_at);
        if (!store_run(connection, statement, what_write, error))
                return FALSE;
        if (store_changes(connection) == 0) {
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_ALREADY_EXISTS, "the allow list has %s already",
                            entry->entry);
                return FALSE;
        }
        entry->id = store_last_id(connection);
        return TRUE;
}

gboolean allow_store_add(AllowStore *self, AllowEntry *entry, GError **error) {
        return store_write(self->store, add_entry, entry, error);
}

static gboolean change_entry(StoreConnection *connection, gpointer userdata, GError **error) {
        const AllowEntry *entry = userdata;
        g_autofree char *jails = g_strjoinv("\n", entry->jails);
        g_autofree char *addresses = g_strjoinv("\n", entry->addresses);
        sqlite3_stmt *statement = store_statement(connection,
                                                  "UPDATE allow SET jails = ?, note = ?, expires_at = ?, "
                                                  "addresses = ?, resolved_at = ? WHERE id = ?",
                                                  error);

        if (!statement)
                return FALSE;
        store_bind_text(statement, 1, jails);
        store_bind_text(statement, 2, entry->note);
        sqlite3_bind_int64(statement, 3, entry->expires_at);
        store_bind_text(statement, 4, addresses);
        sqlite3_bind_int64(statement, 5, entry->resolved_at);
        sqlite3_bind_int64(statement, 6, entry->id);
        return store_run(connection, statement, what_write, error);
}

gboolean allow_store_change(AllowStore *self, const AllowEntry *entry, GError **error) {
        return store_write(self->store, change_entry, (gpointer) entry, error);
}

static gboolean remove_entry(StoreConnection *connection, gpointer userdata, GError **error) {
        const gint64 *id = userdata;
        sqlite3_stmt *statement = store_statement(connection, "DELETE FROM allow WHERE id = ?", error);

        if (!statement)
                return FALSE;
        sqlite3_bind_int64(statement, 1, *id);
        return store_run(connection, statement, what_write, error);
}

gboolean allow_store_remove(AllowStore *self, gint64 id, GError **error) {
        return store_write(self->store, remove_entry, &id, error);
}

/* Marks */

typedef struct Marks {
        const char *jail;
        GPtrArray *list; /* of AllowMark, or of char * */
} Marks;

static gboolean read_marks(StoreConnection *connection, gpointer userdata, GError **error) {
        Marks *marks = userdata;
        sqlite3_stmt *statement = store_statement(connection,
                                                  "SELECT text, ours, done FROM allow_mark "
                                                  "WHERE jail = (SELECT id FROM jail WHERE name = ?) ORDER BY text",
                                                  error);
        gboolean row = TRUE;

        if (!statement)
                return FALSE;
        store_bind_text(statement, 1, marks->jail);
        while (store_next(connection, statement, what_read, &row, error)) {
                AllowMark *mark;

                if (!row)
                        return TRUE;
                mark = g_new0(AllowMark, 1);
                mark->text = g_strdup(store_column_text(statement, 0));
                mark->ours = sqlite3_column_int(statement, 1) != 0;
                mark->done = sqlite3_column_int(statement, 2) != 0;
                g_ptr_array_add(marks->list, mark);
        }
        return FALSE;
}

GPtrArray *allow_store_marks(AllowStore *self, const char *jail, GError **error) {
        g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify) allow_mark_free);
        Marks marks = { .jail = jail, .list = list };

        return store_read(self->store, read_marks, &marks, error) ? g_steal_pointer(&list) : NULL;
}

static gboolean write_mark(StoreConnection *connection, const char *jail, const AllowMark *mark, GError **error) {
        sqlite3_stmt *statement =
                store_statement(connection,
                                "INSERT INTO allow_mark (jail, text, ours, done) "
                                "VALUES ((SELECT id FROM jail WHERE name = ?), ?, ?, ?) "
                                "ON CONFLICT (jail, text) DO UPDATE SET ours = excluded.ours, done = excluded.done",
                                error);

        if (!statement)
                return FALSE;
        store_bind_text(statement, 1, jail);
        store_bind_text(statement, 2, mark->text);
        sqlite3_bind_int(statement, 3, mark->ours);
        sqlite3_bind_int(statement, 4, mark->done);
        return store_run(connection, statement, what_write, error);
}

static gboolean write_marks(StoreConnection *connection, gpointer userdata, GError **error) {
        const Marks *marks = userdata;
        sqlite3_stmt *statement =
                store_statement(connection, "INSERT INTO jail (name) VALUES (?) ON CONFLICT DO NOTHING", error);

        if (!statement)
                return FALSE;
        store_bind_text(statement, 1, marks->jail);
        if (!store_run(connection, statement, what_write, error))
                return FALSE;
        for (guint i = 0; i < marks->list->len; i++)
                if (!write_mark(connection, marks->jail, marks->list->pdata[i], error))
                        return FALSE;
        return TRUE;
}

gboolean allow_store_mark(AllowStore *self, const char *jail, const GPtrArray *marks, GError **error) {
        Marks all = { .jail = jail, .list = (GPtrArray *) marks };

        return marks->len == 0 || store_write(self->store, write_marks, &all, error);
}

static gboolean remove_marks(StoreConnection *connection, gpointer userdata, GError **error) {
        const Marks *marks = userdata;

        for (guint i = 0; i < marks->list->len; i++) {
                sqlite3_stmt *statement =
                        store_statement(connection,
                                        "DELETE FROM allow_mark "
                                        "WHERE jail = (SELECT id FROM jail WHERE name = ?) AND text = ?",
                                        error);

                if (!statement)
                        return FALSE;
                store_bind_text(statement, 1, marks->jail);
                store_bind_text(statement, 2, marks->list->pdata[i]);
                if (!store_run(connection, statement, what_write, error))
                        return FALSE;
        }
        return TRUE;
}

gboolean allow_store_unmark(AllowStore *self, const char *jail, const GPtrArray *texts, GError **error) {
        Marks all = { .jail = jail, .list = (GPtrArray *) texts };

        return texts->len == 0 || store_write(self->store, remove_marks, &all, error);
}
