/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the last run of a job was, where it is to be known after a restart. Blocking. */

#pragma once

#include "store/store.h"

typedef struct JobStore JobStore;

JobStore *job_store_new(Store *store);
void job_store_free(JobStore *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JobStore, job_store_free)

typedef struct JobRun {
        gint64 started_at; /* seconds since 1970 */
        gint64 took_us;
        guint result; /* a number of the caller's */
        char *error;
        char *message;
} JobRun;

void job_run_clear(JobRun *self);

/* In place of what was kept of this job. */
gboolean job_store_put(JobStore *self, const char *name, const JobRun *run, GError **error);

/* *ret_found FALSE: nothing is kept, and *ret is untouched; else to be cleared. */
gboolean job_store_get(JobStore *self, const char *name, JobRun *ret, gboolean *ret_found, GError **error);
