/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "store/job-store.h"

#include "store/connection.h"

struct JobStore {
        Store *store;
};

JobStore *job_store_new(Store *store) {
        JobStore *self = g_new0(JobStore, 1);

        self->store = store;
        return self;
}

void job_store_free(JobStore *self) {
        g_free(self);
}

void job_run_clear(JobRun *self) {
        g_clear_pointer(&self->error, g_free);
        g_clear_pointer(&self->message, g_free);
}

typedef struct Put {
        const char *name;
        const JobRun *run;
} Put;

static gboolean put(StoreConnection *connection, gpointer userdata, GError **error) {
        const Put *self = userdata;
        sqlite3_stmt *statement = store_statement(
                connection,
                "INSERT OR REPLACE INTO job (name, started_at, took_us, result, error, message) VALUES (?, ?, ?, ?, ?, "
                "?)",
                error);

        if (!statement)
                return FALSE;
        store_bind_text(statement, 1, self->name);
        sqlite3_bind_int64(statement, 2, self->run->started_at);
        sqlite3_bind_int64(statement, 3, self->run->took_us);
        sqlite3_bind_int64(statement, 4, self->run->result);
        store_bind_text(statement, 5, self->run->error ? self->run->error : "");
        store_bind_text(statement, 6, self->run->message ? self->run->message : "");
        return store_run(connection, statement, "writing the last run of a job", error);
}

gboolean job_store_put(JobStore *self, const char *name, const JobRun *run, GError **error) {
        Put data = { name, run };

        return store_write(self->store, put, &data, error);
}

typedef struct Get {
        const char *name;
        JobRun run;
        gboolean found;
} Get;

static gboolean get(StoreConnection *connection, gpointer userdata, GError **error) {
        Get *self = userdata;
        sqlite3_stmt *statement = store_statement(
                connection, "SELECT started_at, took_us, result, error, message FROM job WHERE name = ?", error);

        if (!statement)
                return FALSE;
        store_bind_text(statement, 1, self->name);
        if (!store_next(connection, statement, "reading the last run of a job", &self->found, error))
                return FALSE;
        if (self->found)
                self->run = (JobRun) {
                        .started_at = sqlite3_column_int64(statement, 0),
                        .took_us = sqlite3_column_int64(statement, 1),
                        .result = (guint) sqlite3_column_int64(statement, 2),
                        .error = g_strdup(store_column_text(statement, 3)),
                        .message = g_strdup(store_column_text(statement, 4)),
                };
        return TRUE;
}

gboolean job_store_get(JobStore *self, const char *name, JobRun *ret, gboolean *ret_found, GError **error) {
        Get data = { .name = name };

        if (!store_read(self->store, get, &data, error)) {
                job_run_clear(&data.run);
                return FALSE;
        }
        if (data.found)
                *ret = data.run;
        *ret_found = data.found;
        return TRUE;
}
