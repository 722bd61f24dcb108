/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The scheduler: work that runs by itself
 *
 * Lives on the main loop and has one timer, for the job that is due next; jobs run on a small pool of threads, never
 * two runs of one job at once. Intervals follow the time that has passed, sleep included; calendars follow the wall
 * clock. A run that was missed (sleep, a clock set forward, the daemon was away) is made once, however often it was
 * missed. A job that fails is logged with its reason and tried again after a minute (or its interval, when that is
 * shorter), then each time after twice as long, up to an hour or its interval, whichever is longer; others do not
 * notice. What a job did is kept in the job table, and for jobs of an hour or more in the database, so that a daily
 * job is due a day after its last run and not a day after the last start of the daemon.
 */

#pragma once

#include "core/settings.h"
#include "jobs/calendar.h"
#include "services/job-table.h"
#include "services/operation.h"

typedef struct Scheduler Scheduler;

/* Worker thread, blocking; looks at operation_check() between two steps (CANCELLED is no failure). The message that it
 * reports last is shown as what the run did. */
typedef gboolean (*SchedulerFunc)(gpointer userdata, Operation *operation, GError **error);

typedef struct SchedulerJob {
        const char *name;        /* "archive-retention": small letters, digits, '-'; static */
        const char *description; /* one line for people; static */

        /* When, the first one that is set; none: only when it is asked for. */
        Setting interval_setting; /* seconds, followed as it changes; its value 0 = only when asked for */
        guint interval_s;         /* seconds */
        const Calendar *calendar; /* static */

        gboolean later; /* first run after the interval; else at the start, or when it is due after its last run */

        SchedulerFunc run;              /* NULL: another part of the daemon does it, and reports */
        void (*ask)(gpointer userdata); /* when `run` is NULL: do it soon. Main thread */
        gpointer userdata;
} SchedulerJob;

/* The clocks, in microseconds. The default counts sleep in `elapsed`, and calls scheduler_look() at the time that was
 * set, when the wall clock was set, and after sleep. */
typedef struct SchedulerClock {
        gint64 (*elapsed)(gpointer userdata);
        gint64 (*wall)(gpointer userdata);
        void (*set_alarm)(gint64 at_wall, gpointer userdata); /* -1 = none */
        gpointer userdata;
} SchedulerClock;

/* clock: NULL = the machine's. The table's runner from now on. */
Scheduler *scheduler_new(Settings *settings, JobTable *table, const SchedulerClock *clock);

/* Main thread, before scheduler_start(). Copies the row. */
void scheduler_add(Scheduler *self, const SchedulerJob *job);

void scheduler_start(Scheduler *self);

/* Starts what is due and sets the alarm. Main thread; for a clock of one's own. */
void scheduler_look(Scheduler *self);

/* A job without `run` tells its runs by these. Main thread. */
void scheduler_report_begin(Scheduler *self, const char *name);
void scheduler_report_end(Scheduler *self, const char *name, const GError *error);

/* No further run begins, running ones are cancelled; does not wait. Main thread. */
void scheduler_stop(Scheduler *self);

/* Stops, and waits for what runs. */
void scheduler_free(Scheduler *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Scheduler, scheduler_free)
