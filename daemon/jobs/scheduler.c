/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The scheduler
 *
 * The main loop decides what is due and sets the one alarm; a run happens on a thread of the pool, or, when somebody
 * asks for it and waits, on his own. `lock` covers the entries, never a run: whoever begins one sets `running`, and
 * that is what keeps a second one of the same job away. Each end of a run wakes the main loop through `wake`, which
 * then plans anew.
 *
 * The kernel tells of a wall clock that was set and of sleep that is over (alarm.h), and both are nothing but another
 * look.
 */

#include "jobs/scheduler-private.h"

#include <time.h>

#include "core/error.h"
#include "core/log.h"
#include "core/ready-source.h"

#define THREADS_MAX 2

static void entry_free(gpointer data) {
        Entry *self = data;

        g_clear_pointer(&self->operation, operation_unref);
        g_clear_error(&self->error);
        g_free(self->calendar);
        g_free(self->message);
        g_free(self);
}

Entry *scheduler_find(Scheduler *self, const char *name) {
        for (guint i = 0; i < self->entries->len; i++) {
                Entry *entry = self->entries->pdata[i];

                if (g_str_equal(entry->job.name, name))
                        return entry;
        }
        return NULL;
}

gint64 scheduler_elapsed(const Scheduler *self) {
        return self->clock.elapsed(self->clock.userdata);
}

gint64 scheduler_wall(const Scheduler *self) {
        return self->clock.wall(self->clock.userdata);
}

void scheduler_look_soon(Scheduler *self) {
        g_source_set_ready_time(self->wake, 0);
}

/* The main loop */

static gboolean is_due(const Entry *entry, gint64 at, gint64 elapsed) {
        return entry->job.run && at != DUE_NEVER && at <= elapsed + due_slack(&entry->due);
}

/* Entries whose `ask` is to be called, once the lock is free. */
static GSList *take_asked(Scheduler *self) {
        GSList *asked = NULL;

        for (guint i = 0; i < self->entries->len; i++) {
                Entry *entry = self->entries->pdata[i];

                if (entry->job.run || !entry->due.poked)
                        continue;
                entry->due.poked = FALSE;
                asked = g_slist_prepend(asked, entry);
        }
        return asked;
}

static gint64 start_due(Scheduler *self, gint64 elapsed, gint64 wall) {
        gint64 next = DUE_NEVER;

        for (guint i = 0; i < self->entries->len; i++) {
                Entry *entry = self->entries->pdata[i];
                gint64 at = entry_due(entry, elapsed, wall);

                if (is_due(entry, at, elapsed)) {
                        (void) entry_begin(entry, NULL);
                        (void) g_thread_pool_push(self->pool, entry, NULL);
                        continue;
                }
                if (!entry->running)
                        entry_show_plan(entry, at, elapsed, wall);
                if (entry->job.run)
                        next = MIN(next, at);
        }
        return next;
}

void scheduler_look(Scheduler *self) {
        gint64 elapsed = scheduler_elapsed(self), wall = scheduler_wall(self), next;
        g_autoptr(GSList) asked = NULL;

        g_mutex_lock(&self->lock);
        if (!self->started || self->stopping) {
                g_mutex_unlock(&self->lock);
                return;
        }
        asked = take_asked(self);
        next = start_due(self, elapsed, wall);
        g_mutex_unlock(&self->lock);

        self->clock.set_alarm(next == DUE_NEVER ? -1 : wall + (next - elapsed), self->clock.userdata);
        for (GSList *link = asked; link; link = link->next) {
                const SchedulerJob *job = &((Entry *) link->data)->job;

                job->ask(job->userdata);
        }
}

static void on_alarm(gpointer userdata) {
        scheduler_look(userdata);
}

static gboolean on_wake(gpointer userdata) {
        Scheduler *self = userdata;

        g_source_set_ready_time(self->wake, -1);
        scheduler_look(self);
        return G_SOURCE_CONTINUE;
}

/* The machine's clocks */

static gint64 machine_elapsed(gpointer userdata) {
        struct timespec now;

        (void) clock_gettime(CLOCK_BOOTTIME, &now);
        return (gint64) now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

static gint64 machine_wall(gpointer userdata) {
        return g_get_real_time();
}

static void machine_alarm(gint64 at_wall, gpointer userdata) {
        alarm_set(((Scheduler *) userdata)->alarm, at_wall);
}

/* What is asked of it */

static void on_poke(const char *name, gpointer userdata) {
        Scheduler *self = userdata;
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);
        Entry *entry = scheduler_find(self, name);

        if (!entry || entry->due.poked)
                return;
        entry->due.poked = TRUE;
        scheduler_look_soon(self);
}

/* Life */

static void use_machine_clock(Scheduler *self) {
        self->alarm = alarm_new(on_alarm, self);
        self->clock = (SchedulerClock) {
                .elapsed = machine_elapsed,
                .wall = machine_wall,
                .set_alarm = machine_alarm,
                .userdata = self,
        };
}

Scheduler *scheduler_new(Settings *settings, JobTable *table, const SchedulerClock *clock) {
        Scheduler *self = g_new0(Scheduler, 1);

        self->settings = settings;
        self->table = table;
        self->runner = (JobRunner) { .poke = on_poke, .run = scheduler_on_run, .userdata = self };
        g_mutex_init(&self->lock);
        g_cond_init(&self->changed);
        self->entries = g_ptr_array_new_with_free_func(entry_free);
        self->zone = g_time_zone_new_local();
        self->wake = ready_source_new(on_wake, self);
        self->pool = g_thread_pool_new(scheduler_on_pool, self, THREADS_MAX, FALSE, NULL);
        if (clock)
                self->clock = *clock;
        else
                use_machine_clock(self);
        job_table_set_runner(table, &self->runner);
        return self;
}

/* What ran before the daemon started: so long ago, but no longer than makes it due, as the clock may have been set. */
static void recall(Entry *entry, gint64 elapsed, gint64 wall) {
        Due *due = &entry->due;

        if (!entry_is_kept(entry) || !job_table_recall(entry->scheduler->table, &entry->row))
                return;
        entry->message = g_strdup(entry->row.last_message);
        entry->row.last_message = entry->message;
        if (entry->row.last_result == JOB_FAILED)
                entry->error = g_error_new_literal(BANGUI_ERROR, BANGUI_ERROR_INTERNAL, entry->row.last_error);
        entry->row.last_error = entry->error ? entry->error->message : "";
        due->ran = TRUE;
        due->failed = entry->row.last_result == JOB_FAILED;
        due->started_wall = entry->row.last_start_at * G_USEC_PER_SEC;
        due->started = elapsed - MAX(wall - due->started_wall, 0);
        due->ended = due->started + entry->row.last_took_us;
}

void scheduler_add(Scheduler *self, const SchedulerJob *job) {
        Entry *entry = g_new0(Entry, 1);
        gint64 elapsed = scheduler_elapsed(self), wall = scheduler_wall(self);

        g_return_if_fail(!self->started);
        entry->scheduler = self;
        entry->job = *job;
        entry->calendar = job->calendar ? calendar_text(job->calendar) : g_strdup("");
        entry->row = (Job) {
                .name = job->name,
                .description = job->description,
                .calendar = entry->calendar,
                .last_error = "",
                .last_message = "",
        };
        entry->due = (Due) {
                .calendar = job->calendar,
                .later = job->later,
                .began = elapsed,
                .began_wall = wall,
        };
        recall(entry, elapsed, wall);
        g_ptr_array_add(self->entries, entry);
        entry_show(entry, entry_due(entry, elapsed, wall), elapsed, wall);
}

static void on_settings(const Settings *settings, SettingMask changed, gpointer userdata) {
        scheduler_look(userdata);
}

void scheduler_start(Scheduler *self) {
        SettingMask intervals = 0;

        for (guint i = 0; i < self->entries->len; i++) {
                Setting setting = ((Entry *) self->entries->pdata[i])->job.interval_setting;

                intervals |= setting ? SETTING_BIT(setting) : 0;
        }
        self->settings_watch = settings_watch(self->settings, intervals, on_settings, self);
        self->started = TRUE;
        scheduler_look_soon(self);
}

void scheduler_stop(Scheduler *self) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

        if (self->stopping)
                return;
        self->stopping = TRUE;
        self->clock.set_alarm(-1, self->clock.userdata);
        for (guint i = 0; i < self->entries->len; i++) {
                Entry *entry = self->entries->pdata[i];

                if (entry->operation)
                        operation_cancel(entry->operation);
        }
        g_cond_broadcast(&self->changed);
}

void scheduler_free(Scheduler *self) {
        if (!self)
                return;
        scheduler_stop(self);
        if (self->started)
                settings_unwatch(self->settings, self->settings_watch);
        job_table_set_runner(self->table, NULL);
        g_thread_pool_free(self->pool, FALSE, TRUE);
        ready_source_free(self->wake);
        alarm_free(self->alarm);
        g_time_zone_unref(self->zone);
        g_ptr_array_unref(self->entries);
        g_cond_clear(&self->changed);
        g_mutex_clear(&self->lock);
        g_free(self);
}
