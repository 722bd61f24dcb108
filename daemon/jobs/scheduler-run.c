/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The scheduler: runs, and how an entry stands
 */

#include "jobs/scheduler-private.h"

#include "core/error.h"
#include "core/log.h"

#define JOIN_STEP (G_USEC_PER_SEC / 5)
/* A run of such a job is not made again because the daemon was started again. */
#define KEPT_FROM_S (60 * 60)

/* The row */

static gint64 interval_s(const Entry *entry) {
        if (entry->job.interval_setting)
                return settings_int(entry->scheduler->settings, entry->job.interval_setting);
        return entry->job.interval_s;
}

gboolean entry_is_kept(const Entry *entry) {
        return entry->job.calendar || interval_s(entry) >= KEPT_FROM_S;
}

static JobState state_of(const Entry *entry, gint64 at) {
        if (entry->running)
                return JOB_RUNNING;
        if (entry->due.failed > 0)
                return JOB_BACKING_OFF;
        return at == DUE_NEVER ? JOB_OFF : JOB_WAITING;
}

/* Two clocks never agree to the second: a plan that moved by one is the same plan. */
static gint64 steady(gint64 before, gint64 now) {
        return ABS(now - before) <= 1 ? before : now;
}

static void fill_due(Entry *entry) {
        entry->due.interval = interval_s(entry) * G_USEC_PER_SEC;
        entry->due.zone = entry->scheduler->zone;
}

gint64 entry_due(Entry *entry, gint64 elapsed, gint64 wall) {
        if (entry->running)
                return DUE_NEVER;
        fill_due(entry);
        return due_at(&entry->due, elapsed, wall);
}

/* TRUE: it is another plan than before. */
static gboolean plan(Entry *entry, gint64 at, gint64 elapsed, gint64 wall) {
        const Job before = entry->row;
        Job *row = &entry->row;

        row->interval_s = interval_s(entry);
        row->state = state_of(entry, at);
        row->next_at = at == DUE_NEVER ? 0 : steady(row->next_at, (wall + MAX(at - elapsed, 0)) / G_USEC_PER_SEC);
        return row->interval_s != before.interval_s || row->state != before.state || row->next_at != before.next_at;
}

void entry_show(Entry *entry, gint64 at, gint64 elapsed, gint64 wall) {
        (void) plan(entry, at, elapsed, wall);
        entry->row.runs = entry->ended;
        entry->row.failures = entry->failures;
        job_table_set(entry->scheduler->table, &entry->row);
}

void entry_show_plan(Entry *entry, gint64 at, gint64 elapsed, gint64 wall) {
        if (plan(entry, at, elapsed, wall))
                job_table_set(entry->scheduler->table, &entry->row);
}

/* Runs */

Operation *entry_begin(Entry *entry, Operation *operation) {
        Scheduler *self = entry->scheduler;
        gint64 elapsed = scheduler_elapsed(self), wall = scheduler_wall(self);

        entry->running = TRUE;
        entry->begun++;
        entry->operation = operation ? operation_ref(operation) : operation_new(entry->job.name, NULL, NULL);
        entry->due.poked = FALSE;
        entry->due.ran = TRUE;
        entry->due.started = elapsed;
        entry->due.started_wall = wall;
        entry->row.last_start_at = wall / G_USEC_PER_SEC;
        entry_show(entry, DUE_NEVER, elapsed, wall);
        return entry->operation;
}

static JobResult result_of(const GError *error) {
        if (!error)
                return JOB_DONE;
        return g_error_matches(error, BANGUI_ERROR, BANGUI_ERROR_CANCELLED) ? JOB_CANCELLED : JOB_FAILED;
}

static void take_outcome(Entry *entry, const GError *error, gint64 elapsed) {
        JobResult result = result_of(error);

        entry->running = FALSE;
        entry->ended++;
        entry->failures += result == JOB_FAILED;
        entry->due.failed = result == JOB_FAILED && entry->job.run ? entry->due.failed + 1 : 0;
        entry->due.ended = elapsed;
        g_clear_error(&entry->error);
        entry->error = error ? g_error_copy(error) : NULL;
        g_clear_pointer(&entry->message, g_free);
        (void) operation_progress(entry->operation, &entry->message);
        g_clear_pointer(&entry->operation, operation_unref);
        entry->row.last_took_us = elapsed - entry->due.started;
        entry->row.last_result = result;
        entry->row.last_error = error ? entry->error->message : "";
        entry->row.last_message = entry->message;
}

static void end_run(Entry *entry, const GError *error) {
        Scheduler *self = entry->scheduler;
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);
        gint64 elapsed = scheduler_elapsed(self), wall = scheduler_wall(self);

        take_outcome(entry, error, elapsed);
        entry_show(entry, entry_due(entry, elapsed, wall), elapsed, wall);
        g_cond_broadcast(&self->changed);
        scheduler_look_soon(self);
}

static gboolean is_stopping(Scheduler *self) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

        return self->stopping;
}

static GError *stopping_error(void) {
        return g_error_new_literal(BANGUI_ERROR, BANGUI_ERROR_CANCELLED, "the daemon is stopping");
}

/* A run that was cancelled is not kept: after the daemon's next start it is still to be made. */
static GError *run_entry(Entry *entry, Operation *operation) {
        GError *error = NULL;

        if (is_stopping(entry->scheduler))
                error = stopping_error();
        else
                (void) entry->job.run(entry->job.userdata, operation, &error);

        if (result_of(error) == JOB_FAILED) {
                g_autofree char *message = g_strdup_printf("the job %s failed", entry->job.name);

                log_error(LOG_PRIORITY_WARNING, "job.failed", message, error);
        } else {
                log_event(LOG_PRIORITY_DEBUG, "job.ended", entry->job.name, "DETAIL", error ? error->message : NULL,
                          NULL);
        }
        end_run(entry, error);
        if (entry_is_kept(entry) && result_of(error) != JOB_CANCELLED)
                job_table_keep(entry->scheduler->table, entry->job.name);
        return error;
}

void scheduler_on_pool(gpointer data, gpointer userdata) {
        Entry *entry = data;
        g_autoptr(Operation) operation = operation_ref(entry->operation); /* set by entry_begin(), until end_run() */
        g_autoptr(GError) error = run_entry(entry, operation);
}

/* Whoever waits for somebody else's run sees how far that is. */
static void pass_on_progress(const Entry *entry, Operation *operation) {
        g_autofree char *message = NULL;
        double progress;

        if (!entry->operation)
                return;
        progress = operation_progress(entry->operation, &message);
        operation_report(operation, progress, message);
}

/* Until so many runs have ended; the lock is held and given back. FALSE: cancelled. */
static gboolean wait_for_end(Entry *entry, guint64 ended, Operation *operation, GError **error) {
        Scheduler *self = entry->scheduler;

        while (entry->ended < ended) {
                if (self->stopping) {
                        g_propagate_error(error, stopping_error());
                        return FALSE;
                }
                if (!operation_check(operation, error))
                        return FALSE;
                pass_on_progress(entry, operation);
                (void) g_cond_wait_until(&self->changed, &self->lock, g_get_monotonic_time() + JOIN_STEP);
        }
        if (result_of(entry->error) == JOB_DONE)
                return TRUE;
        g_propagate_error(error, g_error_copy(entry->error));
        return FALSE;
}

/* A run that is going may be past what the caller wants to be looked at, so another part's job is asked for anew; one
 * of ours is joined. */
static gboolean join(Entry *entry, Operation *operation, gboolean *ret_joined, GError **error) {
        if (!entry->job.run) {
                entry->due.poked = TRUE;
                scheduler_look_soon(entry->scheduler);
                return wait_for_end(entry, entry->begun + 1, operation, error);
        }
        *ret_joined = TRUE;
        return wait_for_end(entry, entry->begun, operation, error);
}

gboolean scheduler_on_run(const char *name, Operation *operation, gboolean *ret_joined, GError **error,
                          gpointer userdata) {
        Scheduler *self = userdata;
        g_autoptr(Operation) own = NULL;
        GError *failure = NULL;
        Entry *entry;

        g_mutex_lock(&self->lock);
        entry = scheduler_find(self, name);
        if (self->stopping || !self->started || !entry) {
                g_mutex_unlock(&self->lock);
                g_propagate_error(error, stopping_error());
                return FALSE;
        }
        if (!entry->job.run || entry->running) {
                gboolean done = join(entry, operation, ret_joined, error);

                g_mutex_unlock(&self->lock);
                return done;
        }
        own = operation_ref(entry_begin(entry, operation));
        g_mutex_unlock(&self->lock);

        failure = run_entry(entry, own);
        if (!failure)
                return TRUE;
        g_propagate_error(error, failure);
        return FALSE;
}

void scheduler_report_begin(Scheduler *self, const char *name) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);
        Entry *entry = scheduler_find(self, name);

        if (entry && !entry->running)
                (void) entry_begin(entry, NULL);
}

void scheduler_report_end(Scheduler *self, const char *name, const GError *error) {
        Entry *entry = scheduler_find(self, name);

        if (entry && entry->running)
                end_run(entry, error);
}
