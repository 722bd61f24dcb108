/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "jobs/table.h"

#define PROBE "probe"

/* When few people look. */
static const Calendar at_night = { .hour = 3, .minute = 25 };

static void ask_probe(gpointer userdata) {
        const JobServices *services = userdata;

        watcher_poke(services->watcher);
}

static void on_probe_begun(gpointer userdata) {
        const JobServices *services = userdata;

        scheduler_report_begin(services->scheduler, PROBE);
}

static void on_probe_ended(const GError *error, gpointer userdata) {
        const JobServices *services = userdata;

        scheduler_report_end(services->scheduler, PROBE, error);
}

static gboolean run_retention(gpointer userdata, Operation *operation, GError **error) {
        const JobServices *services = userdata;

        return retention_run(services->retention, g_get_real_time() / G_USEC_PER_SEC, operation, error);
}

static const SchedulerJob rows[] = {
        {
                .name = PROBE,
                .description = "Asks fail2ban how it is, and what it bans",
                .interval_setting = SETTING_FAIL2BAN_PROBE_INTERVAL,
                .ask = ask_probe,
        },
        {
                .name = "archive-retention",
                .description = "Removes what is older than it is to be kept",
                .calendar = &at_night,
                .run = run_retention,
        },
};

void jobs_add(const JobServices *services) {
        const WatcherObserver observer = { on_probe_begun, on_probe_ended, (gpointer) services };

        for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
                SchedulerJob job = rows[i];

                job.userdata = (gpointer) services;
                scheduler_add(services->scheduler, &job);
        }
        watcher_set_observer(services->watcher, &observer);
}
