/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The table of jobs
 *
 * A row is kept as what the bus shows of it, twice: as properties and as a row of List. The lock covers the rows and
 * the runner, never a run; `calls` counts who is with the runner, so that it can be waited for.
 */

#include "services/job-table.h"

#include "core/error.h"
#include "core/log.h"

typedef struct Row {
        char *name;
        JobRun last;
        GVariant *properties;
        GVariant *row;
} Row;

struct JobTable {
        EventSink sink;
        JobStore *store;
        GMutex lock;
        GCond left;
        GPtrArray *rows;
        const JobRunner *runner;
        guint calls;
        JobRun recalled;
};

static void row_free(gpointer data) {
        Row *self = data;

        g_clear_pointer(&self->properties, g_variant_unref);
        g_clear_pointer(&self->row, g_variant_unref);
        job_run_clear(&self->last);
        g_free(self->name);
        g_free(self);
}

JobTable *job_table_new(const EventSink *sink, JobStore *store) {
        JobTable *self = g_new0(JobTable, 1);

        self->sink = *sink;
        self->store = store;
        g_mutex_init(&self->lock);
        g_cond_init(&self->left);
        self->rows = g_ptr_array_new_with_free_func(row_free);
        return self;
}

void job_table_free(JobTable *self) {
        if (!self)
                return;
        job_run_clear(&self->recalled);
        g_ptr_array_unref(self->rows);
        g_cond_clear(&self->left);
        g_mutex_clear(&self->lock);
        g_free(self);
}

void job_table_set_runner(JobTable *self, const JobRunner *runner) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

        self->runner = runner;
        while (!runner && self->calls > 0)
                g_cond_wait(&self->left, &self->lock);
}

/* NULL: there is none. Else given back by leave(). */
static const JobRunner *enter(JobTable *self) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

        if (self->runner)
                self->calls++;
        return self->runner;
}

static void leave(JobTable *self) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

        self->calls--;
        g_cond_broadcast(&self->left);
}

static Row *find(JobTable *self, const char *name) {
        for (guint i = 0; i < self->rows->len; i++) {
                Row *row = self->rows->pdata[i];

                if (g_str_equal(row->name, name))
                        return row;
        }
        return NULL;
}

static const char *state_name(JobState state) {
        static const char *const names[] = { "off", "waiting", "running", "backing-off" };

        return names[state];
}

static const char *result_name(JobResult result) {
        static const char *const names[] = { "", "done", "failed", "cancelled" };

        return names[result];
}

/* column: 0 the name of the property, 1 the key in a row. */
static GVariant *make_row(const Job *job, guint column) {
        const struct {
                const char *names[2];
                GVariant *value;
        } fields[] = {
                { { "Name", "name" }, g_variant_new_string(job->name) },
                { { "Description", "description" }, g_variant_new_string(job->description) },
                { { "Interval", "interval" }, g_variant_new_int64(job->interval_s) },
                { { "Calendar", "calendar" }, g_variant_new_string(job->calendar) },
                { { "State", "state" }, g_variant_new_string(state_name(job->state)) },
                { { "LastStart", "last_start_at" }, g_variant_new_int64(job->last_start_at) },
                { { "LastDurationUsec", "last_duration_usec" }, g_variant_new_int64(job->last_took_us) },
                { { "LastResult", "last_result" }, g_variant_new_string(result_name(job->last_result)) },
                { { "LastError", "last_error" }, g_variant_new_string(job->last_error) },
                { { "LastMessage", "last_message" }, g_variant_new_string(job->last_message) },
                { { "NextRun", "next_run_at" }, g_variant_new_int64(job->next_at) },
                { { "Runs", "runs" }, g_variant_new_uint64(job->runs) },
                { { "Failures", "failures" }, g_variant_new_uint64(job->failures) },
        };
        GVariantBuilder builder;

        g_variant_builder_init(&builder, G_VARIANT_TYPE_VARDICT);
        for (guint i = 0; i < G_N_ELEMENTS(fields); i++)
                g_variant_builder_add(&builder, "{sv}", fields[i].names[column], fields[i].value);
        return g_variant_ref_sink(g_variant_builder_end(&builder));
}

/* Told under the lock, so that two states of a job cannot overtake each other. */
void job_table_set(JobTable *self, const Job *job) {
        g_autoptr(GVariant) properties = make_row(job, 0);
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);
        Row *row = find(self, job->name);

        if (row && g_variant_equal(row->properties, properties))
                return;
        if (!row) {
                row = g_new0(Row, 1);
                row->name = g_strdup(job->name);
                g_ptr_array_add(self->rows, row);
        }
        job_run_clear(&row->last);
        row->last = (JobRun) {
                .started_at = job->last_start_at,
                .took_us = job->last_took_us,
                .result = job->last_result,
                .error = g_strdup(job->last_error),
                .message = g_strdup(job->last_message),
        };
        g_clear_pointer(&row->properties, g_variant_unref);
        g_clear_pointer(&row->row, g_variant_unref);
        row->properties = g_variant_ref(properties);
        row->row = make_row(job, 1);
        event_emit(&self->sink, EVENT_JOB, job->name, NULL, properties);
}

static gboolean copy_last(JobTable *self, const char *name, JobRun *ret) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);
        const Row *row = find(self, name);

        if (!row)
                return FALSE;
        *ret = row->last;
        ret->error = g_strdup(row->last.error);
        ret->message = g_strdup(row->last.message);
        return TRUE;
}

void job_table_keep(JobTable *self, const char *name) {
        g_autoptr(GError) error = NULL;
        JobRun run = {};

        if (!self->store || !copy_last(self, name, &run))
                return;
        if (!job_store_put(self->store, name, &run, &error))
                log_error(LOG_PRIORITY_WARNING, "job.keep", "the last run of a job is not kept", error);
        job_run_clear(&run);
}

gboolean job_table_recall(JobTable *self, Job *job) {
        g_autoptr(GError) error = NULL;
        JobRun *last = &self->recalled;
        gboolean found = FALSE;

        job_run_clear(last);
        if (self->store && !job_store_get(self->store, job->name, last, &found, &error))
                log_error(LOG_PRIORITY_WARNING, "job.recall", "the last run of a job is not known", error);
        if (!found || last->result > JOB_CANCELLED)
                return FALSE;
        job->last_start_at = last->started_at;
        job->last_took_us = last->took_us;
        job->last_result = (JobResult) last->result;
        job->last_error = last->error;
        job->last_message = last->message;
        return TRUE;
}

GVariant *job_table_list(JobTable *self) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);
        GVariantBuilder builder;

        g_variant_builder_init(&builder, G_VARIANT_TYPE("aa{sv}"));
        for (guint i = 0; i < self->rows->len; i++)
                g_variant_builder_add_value(&builder, ((Row *) self->rows->pdata[i])->row);
        return g_variant_ref_sink(g_variant_builder_end(&builder));
}

void job_table_poke(JobTable *self, const char *name) {
        const JobRunner *runner = enter(self);

        if (!runner)
                return;
        runner->poke(name, runner->userdata);
        leave(self);
}

static GVariant *result_of(JobTable *self, const char *name, gboolean joined) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);
        GVariantDict dict;

        g_variant_dict_init(&dict, find(self, name)->row);
        g_variant_dict_insert(&dict, "joined", "b", joined);
        return g_variant_ref_sink(g_variant_dict_end(&dict));
}

static gboolean check_name(JobTable *self, const char *name, GError **error) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);
        g_autoptr(GPtrArray) names = g_ptr_array_new();
        g_autofree char *list = NULL;

        if (find(self, name))
                return TRUE;
        for (guint i = 0; i < self->rows->len; i++)
                g_ptr_array_add(names, ((Row *) self->rows->pdata[i])->name);
        g_ptr_array_add(names, NULL);
        list = g_strjoinv(", ", (char **) names->pdata);
        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT, "no job is called \"%s\"; the jobs are %s",
                    name, list);
        return FALSE;
}

GVariant *job_table_run(JobTable *self, const char *name, Operation *operation, GError **error) {
        const JobRunner *runner;
        gboolean joined = FALSE, done;

        if (!check_name(self, name, error))
                return NULL;
        runner = enter(self);
        if (!runner) {
                g_set_error_literal(error, BANGUI_ERROR, BANGUI_ERROR_CANCELLED, "the daemon is stopping: no job runs");
                return NULL;
        }
        done = runner->run(name, operation, &joined, error, runner->userdata);
        leave(self);
        return done ? result_of(self, name, joined) : NULL;
}
