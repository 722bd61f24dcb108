/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "store/activity-store.h"

#include "store/connection.h"

#define PURGE_STEP 10000

struct ActivityStore {
        Store *store;
};

ActivityStore *activity_store_new(Store *store) {
        ActivityStore *self = g_new0(ActivityStore, 1);

        self->store = store;
        return self;
}

void activity_store_free(ActivityStore *self) {
        g_free(self);
}

static gboolean add(StoreConnection *connection, gpointer userdata, GError **error) {
        const ActivitySample *sample = userdata;
        sqlite3_stmt *statement = store_statement(connection,
                                                  "INSERT INTO activity (at, active, failures) VALUES (?, ?, ?) "
                                                  "ON CONFLICT (at) DO UPDATE SET active = excluded.active, "
                                                  "failures = failures + excluded.failures",
                                                  error);

        if (!statement)
                return FALSE;
        sqlite3_bind_int64(statement, 1, sample->at);
        sqlite3_bind_int64(statement, 2, sample->active);
        sqlite3_bind_int64(statement, 3, (gint64) sample->failures);
        return store_run(connection, statement, "writing a sample", error);
}

gboolean activity_store_add(ActivityStore *self, const ActivitySample *sample, GError **error) {
        return store_write(self->store, add, (gpointer) sample, error);
}

static gboolean first_at(StoreConnection *connection, gpointer userdata, GError **error) {
        sqlite3_stmt *statement = store_statement(connection, "SELECT min(at) FROM activity", error);
        gboolean row = FALSE;

        if (!statement || !store_next(connection, statement, "reading samples", &row, error))
                return FALSE;
        *(gint64 *) userdata = sqlite3_column_int64(statement, 0);
        return TRUE;
}

gboolean activity_store_first_at(ActivityStore *self, gint64 *ret, GError **error) {
        return store_read(self->store, first_at, ret, error);
}

typedef struct Read {
        const gint64 *bounds;
        guint n;
        ActivityBucket *buckets;
} Read;

/* With max(), SQLite takes the other columns from the row that has it. */
static gboolean read_bucket(StoreConnection *connection, gint64 since, gint64 until, ActivityBucket *ret,
                            GError **error) {
        sqlite3_stmt *statement = store_statement(connection,
                                                  "SELECT max(at), active, sum(failures) FROM activity "
                                                  "WHERE at >= ? AND at < ?",
                                                  error);
        gboolean row = FALSE;

        if (!statement)
                return FALSE;
        sqlite3_bind_int64(statement, 1, since);
        sqlite3_bind_int64(statement, 2, until);
        if (!store_next(connection, statement, "reading samples", &row, error))
                return FALSE;
        *ret = (ActivityBucket) { .active = -1 };
        if (sqlite3_column_type(statement, 0) == SQLITE_NULL)
                return TRUE;
        ret->active = sqlite3_column_int64(statement, 1);
        ret->failures = (guint64) sqlite3_column_int64(statement, 2);
        return TRUE;
}

static gboolean read_buckets(StoreConnection *connection, gpointer userdata, GError **error) {
        const Read *read = userdata;

        for (guint i = 0; i < read->n; i++)
                if (!read_bucket(connection, read->bounds[i], read->bounds[i + 1], &read->buckets[i], error))
                        return FALSE;
        return TRUE;
}

gboolean activity_store_read(ActivityStore *self, const gint64 *bounds, guint n, ActivityBucket *ret, GError **error) {
        Read read = { .bounds = bounds, .n = n, .buckets = ret };

        return store_read(self->store, read_buckets, &read, error);
}

typedef struct Purge {
        gint64 before_at;
        gboolean more;
} Purge;

static gboolean purge(StoreConnection *connection, gpointer userdata, GError **error) {
        Purge *self = userdata;
        sqlite3_stmt *statement = store_statement(
                connection, "DELETE FROM activity WHERE at IN (SELECT at FROM activity WHERE at < ? LIMIT ?)", error);

        if (!statement)
                return FALSE;
        sqlite3_bind_int64(statement, 1, self->before_at);
        sqlite3_bind_int64(statement, 2, PURGE_STEP);
        if (!store_run(connection, statement, "purging samples", error))
                return FALSE;
        self->more = store_changes(connection) == PURGE_STEP;
        return TRUE;
}

gboolean activity_store_purge(ActivityStore *self, gint64 before_at, gboolean *ret_more, GError **error) {
        Purge data = { .before_at = before_at };

        if (!store_write(self->store, purge, &data, error))
                return FALSE;
        *ret_more = data.more;
        return TRUE;
}
