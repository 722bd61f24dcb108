/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The jobs of the daemon: each is a row in table.c and a function of a service. */

#pragma once

#include "jobs/archive-keeper.h"
#include "jobs/scheduler.h"
#include "jobs/watcher.h"
#include "services/allow/allow.h"
#include "services/archive/retention.h"
#include "services/figures/activity.h"
#include "services/jails/log-health.h"
#include "services/places/places.h"

/* What the rows call. Borrowed; good as long as the scheduler lives. */
typedef struct JobServices {
        Scheduler *scheduler;
        Watcher *watcher;
        Retention *retention;
        Allow *allow;
        Places *places;
        Activity *activity;
        LogHealth *log_health;
        ArchiveKeeper *archive_keeper;
        ArchiveSync *archive_sync;
} JobServices;

/* Adds all jobs, and makes itself the watcher's observer. Before both are started. */
void jobs_add(const JobServices *services);
