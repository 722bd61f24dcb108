/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * How much there was to do, sampled every few minutes
 *
 * Failures are kept as a total that grows from sample to sample, so what a stretch of time had is the difference of two
 * rows, however long it is.
 */

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
        sqlite3_stmt *statement =
                store_statement(connection,
                                "INSERT INTO activity (at, active, failures) VALUES (?1, ?2, ?3 + ifnull("
                                "(SELECT failures FROM activity WHERE at <= ?1 ORDER BY at DESC "
                                "LIMIT 1), 0)) ON CONFLICT (at) DO UPDATE SET "
                                "active = excluded.active, failures = excluded.failures",
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

typedef struct Row {
        gint64 at; /* 0: there is none */
        gint64 active;
        gint64 failures;
} Row;

static gboolean read_row(StoreConnection *connection, const char *sql, gint64 before_at, Row *ret, GError **error) {
        sqlite3_stmt *statement = store_statement(connection, sql, error);
        gboolean row = FALSE;

        if (!statement)
                return FALSE;
        sqlite3_bind_int64(statement, 1, before_at);
        if (!store_next(connection, statement, "reading samples", &row, error))
                return FALSE;
        *ret = (Row) { 0 };
        if (row)
                *ret = (Row) {
                        .at = sqlite3_column_int64(statement, 0),
                        .active = sqlite3_column_int64(statement, 1),
                        .failures = sqlite3_column_int64(statement, 2),
                };
        return TRUE;
}

static gboolean read_last(StoreConnection *connection, gint64 before_at, Row *ret, GError **error) {
        return read_row(connection, "SELECT at, active, failures FROM activity WHERE at < ? ORDER BY at DESC LIMIT 1",
                        before_at, ret, error);
}

static gboolean read_first(StoreConnection *connection, Row *ret, GError **error) {
        return read_row(connection, "SELECT at, active, failures FROM activity WHERE at >= ? ORDER BY at LIMIT 1",
                        G_MININT64, ret, error);
}

static gboolean first_at(StoreConnection *connection, gpointer userdata, GError **error) {
        Row first;

        if (!read_first(connection, &first, error))
                return FALSE;
        *(gint64 *) userdata = first.at;
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

/* What led to the first sample is not known. A clock that was put back may leave a row with less behind one with
 * more. */
static gboolean read_buckets(StoreConnection *connection, gpointer userdata, GError **error) {
        const Read *read = userdata;
        Row before, row;

        if (!read_last(connection, read->bounds[0], &before, error) ||
            (before.at == 0 && !read_first(connection, &before, error)))
                return FALSE;
        for (guint i = 0; i < read->n; i++) {
                if (!read_last(connection, read->bounds[i + 1], &row, error))
                        return FALSE;
                read->buckets[i] = (ActivityBucket) { .active = -1 };
                if (row.at == 0 || row.at < read->bounds[i])
                        continue;
                read->buckets[i].active = row.active;
                read->buckets[i].failures = (guint64) MAX(row.failures - before.failures, 0);
                before = row;
        }
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
