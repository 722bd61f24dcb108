/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the files of the scheduler share. */

#pragma once

#include "jobs/alarm.h"
#include "jobs/due.h"
#include "jobs/scheduler.h"

typedef struct Entry {
        Scheduler *scheduler;
        SchedulerJob job;
        Due due; /* but for what the clocks and settings say when it is looked at */
        gboolean running;
        Operation *operation; /* of the run */
        GError *error;        /* of the last run */
        guint64 begun, ended; /* runs */
        guint64 failures;

        /* the row */
        Job row;
        char *calendar, *message;
} Entry;

struct Scheduler {
        Settings *settings;
        guint settings_watch;
        JobTable *table;
        JobRunner runner;
        SchedulerClock clock;
        Alarm *alarm;  /* NULL with a clock of somebody else's */
        GSource *wake; /* from any thread */
        GThreadPool *pool;
        GTimeZone *zone;

        GMutex lock;
        GCond changed; /* a run ended, or the end has come */
        GPtrArray *entries;
        gboolean started, stopping;
};

/* Clocks; the lock is not needed. */
gint64 scheduler_elapsed(const Scheduler *self);
gint64 scheduler_wall(const Scheduler *self);

/* Looks on the main loop; any thread. */
void scheduler_look_soon(Scheduler *self);

Entry *scheduler_find(Scheduler *self, const char *name);

/* What follows is called with the lock. */

/* When it is due, by settings and clocks as they are. */
gint64 entry_due(Entry *self, gint64 elapsed, gint64 wall);

/* Notes the beginning of a run; operation: NULL for one of its own. Borrowed until the end. */
Operation *entry_begin(Entry *self, Operation *operation);

/* Tells how the entry stands; `at` as entry_due() gave it. */
void entry_show(Entry *self, gint64 at, gint64 elapsed, gint64 wall);

/* The same when the plan is another one than was told. */
void entry_show_plan(Entry *self, gint64 at, gint64 elapsed, gint64 wall);

gboolean entry_is_kept(const Entry *self);

/* Without the lock. */

/* The thread pool's function: makes the run that was begun; `userdata` is the scheduler. */
void scheduler_on_pool(gpointer entry, gpointer userdata);

/* JobRunner's. */
gboolean scheduler_on_run(const char *name, Operation *operation, gboolean *ret_joined, GError **error,
                          gpointer userdata);
