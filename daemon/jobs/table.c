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

static void on_database_written(gpointer userdata) {
        const JobServices *services = userdata;

        archive_keeper_poke(services->archive_keeper);
}

static gboolean run_history_sync(gpointer userdata, Operation *operation, GError **error) {
        const JobServices *services = userdata;

        return archive_sync_run(services->archive_sync, operation, NULL, error) &&
               archive_sync_check(services->archive_sync, error);
}

static gboolean run_retention(gpointer userdata, Operation *operation, GError **error) {
        const JobServices *services = userdata;

        return retention_run(services->retention, g_get_real_time() / G_USEC_PER_SEC, operation, error);
}

static gboolean run_geo_files(gpointer userdata, Operation *operation, GError **error) {
        return places_files(((const JobServices *) userdata)->places, operation, error);
}

static gboolean run_geo_resolve(gpointer userdata, Operation *operation, GError **error) {
        return places_resolve(((const JobServices *) userdata)->places, operation, error);
}

static gboolean run_geo_flush(gpointer userdata, Operation *operation, GError **error) {
        return places_flush(((const JobServices *) userdata)->places, operation, error);
}

static gboolean run_geo_retry(gpointer userdata, Operation *operation, GError **error) {
        return places_retry(((const JobServices *) userdata)->places, operation, error);
}

static gboolean run_geo_clean(gpointer userdata, Operation *operation, GError **error) {
        return places_clean(((const JobServices *) userdata)->places, operation, error);
}

static gboolean run_activity(gpointer userdata, Operation *operation, GError **error) {
        const JobServices *services = userdata;

        return activity_sample(services->activity, g_get_real_time() / G_USEC_PER_SEC, operation, error);
}

static gboolean run_log_files(gpointer userdata, Operation *operation, GError **error) {
        const JobServices *services = userdata;

        return log_health_run(services->log_health, g_get_real_time() / G_USEC_PER_SEC, operation, error);
}

static gboolean run_allow_list(gpointer userdata, Operation *operation, GError **error) {
        const JobServices *services = userdata;

        return allow_apply(services->allow, g_get_real_time() / G_USEC_PER_SEC, operation, error);
}

static gboolean run_allow_resolve(gpointer userdata, Operation *operation, GError **error) {
        const JobServices *services = userdata;

        return allow_resolve(services->allow, g_get_real_time() / G_USEC_PER_SEC, operation, error);
}

static const SchedulerJob rows[] = {
        {
                .name = PROBE,
                .description = "Asks fail2ban how it is, and what it bans",
                .interval_setting = SETTING_FAIL2BAN_PROBE_INTERVAL,
                .ask = ask_probe,
        },
        {
                .name = "history-sync",
                .description = "Reads fail2ban's history into the archive",
                .interval_setting = SETTING_ARCHIVE_SYNC_INTERVAL,
                .later = TRUE, /* what happens is read when it happens */
                .run = run_history_sync,
        },
        {
                .name = "archive-retention",
                .description = "Removes what is older than it is to be kept",
                .calendar = &at_night,
                .run = run_retention,
        },
        {
                .name = PLACES_JOB_FILES,
                .description = "Reads geo files that were replaced",
                .interval_s = 60,
                .run = run_geo_files,
        },
        {
                .name = PLACES_JOB_RESOLVE,
                .description = "Looks up countries and networks of the archive anew, after a geo file was replaced",
                .run = run_geo_resolve,
        },
        {
                .name = PLACES_JOB_FLUSH,
                .description = "Stores what the look-up outside found",
                .interval_s = 60,
                .run = run_geo_flush,
        },
        {
                .name = PLACES_JOB_RETRY,
                .description = "Asks outside about archived addresses without a country, if that is allowed",
                .interval_s = 600,
                .later = TRUE,
                .run = run_geo_retry,
        },
        {
                .name = PLACES_JOB_CLEAN,
                .description = "Removes what was found outside about addresses that nobody asked for in 90 days",
                .interval_s = 86400,
                .run = run_geo_clean,
        },
        {
                .name = ACTIVITY_JOB,
                .description = "Notes how many bans are in force and how many failures were counted",
                .interval_s = ACTIVITY_INTERVAL_S,
                .later = TRUE, /* nothing is known at the start */
                .run = run_activity,
        },
        {
                .name = LOG_HEALTH_JOB,
                .description = "Looks whether the log files that jails read are there",
                .interval_s = LOG_HEALTH_INTERVAL_S,
                .later = TRUE, /* nothing is known at the start */
                .run = run_log_files,
        },
        {
                .name = ALLOW_JOB,
                .description = "Puts the allow list into fail2ban's ignore lists, and takes back what has ended",
                .interval_s = 300,
                .run = run_allow_list,
        },
        {
                .name = "allow-resolve",
                .description = "Looks up the host names of the allow list",
                .interval_setting = SETTING_ALLOW_RESOLVE_INTERVAL,
                .run = run_allow_resolve,
        },
};

void jobs_add(const JobServices *services) {
        const WatcherObserver observer = { on_probe_begun, on_probe_ended, on_database_written, (gpointer) services };

        for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
                SchedulerJob job = rows[i];

                job.userdata = (gpointer) services;
                scheduler_add(services->scheduler, &job);
        }
        watcher_set_observer(services->watcher, &observer);
}
