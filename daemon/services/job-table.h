/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The table of jobs: what runs by itself, and what became of it
 *
 * The scheduler writes it and does what is asked through it; the bus shows it (EVENT_JOB). Services use it to ask for
 * a run, as they do not know that a scheduler exists. Thread-safe.
 */

#pragma once

#include "services/events.h"
#include "services/operation.h"
#include "store/job-store.h"

typedef struct JobTable JobTable;

typedef enum JobState {
        JOB_OFF,         /* runs only when it is asked for */
        JOB_WAITING,     /* for its time */
        JOB_RUNNING,     /* or stands in the queue for a thread */
        JOB_BACKING_OFF, /* failed; tried again at next_at */
} JobState;

typedef enum JobResult {
        JOB_NEVER, /* did not run yet */
        JOB_DONE,
        JOB_FAILED,
        JOB_CANCELLED,
} JobResult;

typedef struct Job {
        const char *name;
        const char *description;
        gint64 interval_s;    /* 0 = none */
        const char *calendar; /* text; "" = none */
        JobState state;
        gint64 last_start_at; /* seconds since 1970, 0 = never */
        gint64 last_took_us;
        JobResult last_result;
        const char *last_error;   /* "" = it was done */
        const char *last_message; /* what the run said last */
        gint64 next_at;           /* 0 = not planned */
        guint64 runs, failures;   /* since the daemon started */
} Job;

/* How the table reaches the scheduler. */
typedef struct JobRunner {
        void (*poke)(const char *name, gpointer userdata); /* any thread */
        /* Runs it now, or joins the run that is going; blocking, on a worker. FALSE: its error. */
        gboolean (*run)(const char *name, Operation *operation, gboolean *ret_joined, GError **error,
                        gpointer userdata);
        gpointer userdata;
} JobRunner;

/* store: borrowed; NULL: nothing is kept over a restart. */
JobTable *job_table_new(const EventSink *sink, JobStore *store);
void job_table_free(JobTable *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JobTable, job_table_free)

/* NULL: nobody, pokes are lost and runs are refused; waits for those that go through the table. */
void job_table_set_runner(JobTable *self, const JobRunner *runner);

/* Puts a row in, or a new state of it; copied, told as EVENT_JOB when something changed. */
void job_table_set(JobTable *self, const Job *job);

/* Keeps the last run of the row for the next start of the daemon; blocking. */
void job_table_keep(JobTable *self, const char *name);

/* Fills in the last run that was kept; FALSE: none. The texts are borrowed until the next call. Blocking. */
gboolean job_table_recall(JobTable *self, Job *job);

/* The rows as the bus shows them, in the order in which they were put in: aa{sv}. */
GVariant *job_table_list(JobTable *self);

/* Asks for a run soon: at once, or after the run that is going (which may have missed the reason), and within a minute
 * when it is backing off. Many pokes are one run. Never waits. A name that is not there is ignored. */
void job_table_poke(JobTable *self, const char *name);

/* Runs a job now, or joins the run that is going, and waits for its end. A row of List with "joined"; NULL:
 * INVALID_ARGUMENT when there is no such job, CANCELLED, or what the job failed with. */
GVariant *job_table_run(JobTable *self, const char *name, Operation *operation, GError **error);
