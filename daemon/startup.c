/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "startup.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "bus/bus.h"
#include "core/error.h"
#include "core/log.h"
#include "jobs/alarm.h"
#include "jobs/archive-keeper.h"
#include "jobs/reloader.h"
#include "jobs/table.h"
#include "jobs/watcher.h"
#include "services/list-watch.h"

#define DRAIN_S 25
#define GEO_CACHE_MAX 50000 /* addresses found outside: 8 MiB when it is full */

typedef enum StageState {
        STAGE_WAITING,
        STAGE_STARTED,
        STAGE_FAILED,
        STAGE_STOPPED,
} StageState;

struct Daemon {
        Settings *settings;
        DaemonEndedFunc ended;
        gpointer userdata;

        int lock_fd;
        Store *store;
        AuditStore *audit_store;
        ActivityStore *activity_store;
        ManualStore *manual_store;
        SettingStore *setting_store;
        JobStore *job_store;
        AllowStore *allow_store;
        PlaceStore *place_store;
        GeoCache *geo_cache;
        Geo *geo;
        GeoOutside *geo_outside;
        ArchiveStore *archive_store;
        Publisher *publisher;
        EventSink sink;
        Columns *columns;
        EventTee fail2ban_events; /* for the bus and for the archive */
        EventSink fail2ban_sink;
        ListWatch *allow_watch, *log_watch;
        EventTee watch_events;
        EventTee model_events; /* of the jails, also for the watches */
        EventSink model_sink;
        Alarm *allow_alarm;
        char **log_folders;
        Fail2banClient *client;
        Fail2banPrograms programs;
        Services services;
        Bus *bus;
        Retention *retention;
        Watcher *watcher;
        Reloader *reloader;
        guint settings_watch;
        Scheduler *scheduler;
        ArchiveKeeper *archive_keeper;
        JobServices job_services;

        GSource *watchdog;
        GSource *drain_limit;
        gboolean ready, stopping;
        gboolean reload_asked; /* before it was ready */
        struct {
                StageState state;
                gint64 duration_usec;
        } stages[12];
};

static void drop_source(GSource **source) {
        if (!*source)
                return;
        g_source_destroy(*source);
        g_clear_pointer(source, g_source_unref);
}

/* lock: one daemon for one folder. The kernel gives the lock back however the process ends. */

static gboolean start_lock(Daemon *self, GError **error) {
        const char *folder = settings_text(self->settings, SETTING_STORE_FOLDER);
        g_autofree char *path = g_build_filename(folder, "bangui.lock", NULL);

        if (g_mkdir_with_parents(folder, 0700) < 0) {
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_DATABASE_PATH_INVALID, "store-folder %s: %s", folder,
                            g_strerror(errno));
                return FALSE;
        }
        self->lock_fd = g_open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (self->lock_fd < 0) {
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_DATABASE_PERMISSION_DENIED, "%s: %s", path,
                            g_strerror(errno));
                return FALSE;
        }
        if (flock(self->lock_fd, LOCK_EX | LOCK_NB) < 0) {
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_ALREADY_ACTIVE, "%s: another banguid uses this folder",
                            path);
                return FALSE;
        }
        return TRUE;
}

static void stop_lock(Daemon *self) {
        if (self->lock_fd >= 0)
                close(self->lock_fd);
        self->lock_fd = -1;
}

/* store: our database. */

static gboolean start_store(Daemon *self, GError **error) {
        self->store = store_open(settings_text(self->settings, SETTING_STORE_FOLDER), error);
        if (!self->store)
                return FALSE;
        self->audit_store = audit_store_new(self->store);
        self->activity_store = activity_store_new(self->store);
        self->manual_store = manual_store_new(self->store);
        self->setting_store = setting_store_new(self->store);
        self->job_store = job_store_new(self->store);
        self->allow_store = allow_store_new(self->store);
        self->place_store = place_store_new(self->store);
        self->archive_store = archive_store_new(self->store, error);
        return self->archive_store != NULL;
}

static void stop_store(Daemon *self) {
        g_clear_pointer(&self->archive_store, archive_store_free);
        g_clear_pointer(&self->setting_store, setting_store_free);
        g_clear_pointer(&self->place_store, place_store_free);
        g_clear_pointer(&self->allow_store, allow_store_free);
        g_clear_pointer(&self->job_store, job_store_free);
        g_clear_pointer(&self->manual_store, manual_store_free);
        g_clear_pointer(&self->activity_store, activity_store_free);
        g_clear_pointer(&self->audit_store, audit_store_free);
        g_clear_pointer(&self->store, store_close);
}

/* geo: what knows where addresses are. No file is read yet. */

static gboolean start_geo(Daemon *self, GError **error) {
        self->geo_cache = geo_cache_new(GEO_CACHE_MAX);
        self->geo = geo_new(settings_text(self->settings, SETTING_STORE_FOLDER), self->geo_cache);
        self->geo_outside = geo_outside_new(NULL);
        return TRUE;
}

static void stop_geo(Daemon *self) {
        g_clear_pointer(&self->geo_outside, geo_outside_free);
        g_clear_pointer(&self->geo, geo_free);
        g_clear_pointer(&self->geo_cache, geo_cache_free);
}

/* settings: with the values that were set at run time, before anything is made that reads them. */

static gboolean start_settings(Daemon *self, GError **error) {
        Services *v = &self->services;
        gint64 now = g_get_real_time() / G_USEC_PER_SEC;

        self->publisher = publisher_new();
        self->sink = publisher_sink(self->publisher);
        v->settings = self->settings;
        v->started_at = now;
        v->findings = findings_new(&self->sink);
        findings_set_life(v->findings, "starting");
        findings_set_part(v->findings, "store", "ok", "the database is open", now);
        v->settings_service = settings_service_new(self->settings, self->setting_store, v->findings, &self->sink, now);
        return TRUE;
}

static void stop_settings(Daemon *self) {
        Services *v = &self->services;

        g_clear_pointer(&v->settings_service, settings_service_free);
        g_clear_pointer(&v->findings, findings_free);
        g_clear_pointer(&self->publisher, publisher_free);
}

/* fail2ban: what speaks to it. It need not be there. */

static gboolean start_fail2ban(Daemon *self, GError **error) {
        const Settings *s = self->settings;

        self->log_folders = settings_list(s, SETTING_FAIL2BAN_LOG_FOLDERS);
        self->client = fail2ban_client_new(settings_text(s, SETTING_FAIL2BAN_SOCKET),
                                           (guint) settings_int(s, SETTING_FAIL2BAN_READ_TIMEOUT),
                                           (guint) settings_int(s, SETTING_FAIL2BAN_ACTION_TIMEOUT));
        self->programs = (Fail2banPrograms) {
                .client = settings_text(s, SETTING_FAIL2BAN_CLIENT),
                .configuration = settings_text(s, SETTING_FAIL2BAN_CONFIGURATION),
                .socket = settings_text(s, SETTING_FAIL2BAN_SOCKET),
                .timeout_s = (guint) settings_int(s, SETTING_FAIL2BAN_ACTION_TIMEOUT),
        };
        return TRUE;
}

static void stop_fail2ban(Daemon *self) {
        g_clear_pointer(&self->client, fail2ban_client_free);
        g_clear_pointer(&self->log_folders, g_strfreev);
}

/* services: the rules of the domain. */

/* What happens in fail2ban is told to the bus and to the archive. */
static void start_archive(Daemon *self) {
        Services *v = &self->services;

        v->archive = archive_new(self->archive_store, self->geo, self->settings);
        archive_set_sink(v->archive, &self->sink);
        v->archive_recorder = archive_recorder_new(v->archive);
        self->fail2ban_events = (EventTee) { self->sink, archive_recorder_sink(v->archive_recorder) };
        self->fail2ban_sink = event_tee_sink(&self->fail2ban_events);
}

static void poke_allow(gpointer userdata) {
        Daemon *self = userdata;

        job_table_poke(self->services.jobs, ALLOW_JOB);
}

static void on_allow_next(gint64 at, gpointer userdata) {
        alarm_set(userdata, at > 0 ? at * G_USEC_PER_SEC : -1);
}

/* The allow list needs bans, to lift them, and bans need the allow list, to refuse what is on it. */
static gboolean start_allow(Daemon *self, GError **error) {
        Services *v = &self->services;
        const AllowParts parts = {
                .store = self->allow_store,
                .client = self->client,
                .programs = &self->programs,
                .model = v->model,
                .table = v->ban_table,
                .probe = v->probe,
                .bans = v->bans,
                .sink = self->sink,
                .next = on_allow_next,
                .userdata = self->allow_alarm,
        };

        v->allow = allow_new(&parts, error);
        if (!v->allow)
                return FALSE;
        bans_set_allow(v->bans, v->allow);
        v->explain = explain_new(&(ExplainParts) { .settings = self->settings,
                                                   .bans = v->bans,
                                                   .model = v->model,
                                                   .table = v->ban_table,
                                                   .allow = v->allow,
                                                   .archive = self->archive_store,
                                                   .history = v->history,
                                                   .geo = self->geo });
        return TRUE;
}

static gboolean scan_archive(gpointer archive, void (*taken)(gpointer userdata), ArchiveScanFunc each,
                             gpointer userdata, GError **error) {
        return archive_scan(archive, taken, each, userdata, error);
}

/* The columns hear of every change from the first on, and are filled while the rest starts. */
static void start_figures(Daemon *self) {
        Services *v = &self->services;
        ArchiveListener listener;

        self->columns = columns_new(scan_archive, v->archive);
        listener = columns_listener(self->columns);
        archive_set_listener(v->archive, &listener);
        columns_start(self->columns);
        v->figures = figures_new(self->columns, self->archive_store, self->geo, v->ban_table, self->settings);
        v->activity = activity_new(self->activity_store, v->model, v->ban_table);
        v->history = history_new(v->archive, self->geo, v->figures);
}

static void poke_log_files(gpointer userdata) {
        Daemon *self = userdata;

        job_table_poke(self->services.jobs, LOG_HEALTH_JOB);
}

/* What is told of the jails is told to those who look after their lists, too. */
static void start_watches(Daemon *self) {
        self->allow_watch = list_watch_new("IgnoreAddresses", poke_allow, self);
        self->log_watch = list_watch_new("LogPaths", poke_log_files, self);
        self->watch_events = (EventTee) { list_watch_sink(self->allow_watch), list_watch_sink(self->log_watch) };
        self->model_events = (EventTee) { self->fail2ban_sink, event_tee_sink(&self->watch_events) };
        self->model_sink = event_tee_sink(&self->model_events);
}

static gboolean start_services(Daemon *self, GError **error) {
        const Settings *s = self->settings;
        const char *const *folders = (const char *const *) self->log_folders;
        Services *v = &self->services;

        start_archive(self);
        v->jobs = job_table_new(&self->sink, self->job_store);
        self->allow_alarm = alarm_new(poke_allow, self);
        start_watches(self);
        v->model = model_new(&self->model_sink);
        v->ban_table = ban_table_new(&self->fail2ban_sink);
        ban_table_set_geo(v->ban_table, self->geo);
        start_figures(self);
        v->archive_sync = archive_sync_new(v->archive, v->model, v->ban_table, v->archive_recorder);
        v->probe =
                probe_new(self->client, v->model, v->ban_table, v->findings, settings_text(s, SETTING_FAIL2BAN_SOCKET));
        v->bans = bans_new(self->client, v->model, v->ban_table, v->probe, self->manual_store,
                           settings_bool(s, SETTING_GUARD_LOCKOUT));
        bans_set_recorder(v->bans, v->archive_recorder);
        v->jails = jails_new(self->client, &self->programs, v->model, v->probe, folders);
        v->log_health = log_health_new(self->client, v->model, v->findings);
        v->server = server_new(self->client, v->model, v->probe, settings_text(s, SETTING_FAIL2BAN_START_COMMAND),
                               settings_text(s, SETTING_FAIL2BAN_RESTART_COMMAND),
                               (guint) settings_int(s, SETTING_FAIL2BAN_ACTION_TIMEOUT), folders);
        v->server_log = server_log_new(v->model, folders);
        v->audit = audit_new(self->audit_store);
        v->places = places_new(&(PlacesParts) { .geo = self->geo,
                                                .cache = self->geo_cache,
                                                .outside = self->geo_outside,
                                                .store = self->place_store,
                                                .archive = v->archive,
                                                .table = v->ban_table,
                                                .settings = s,
                                                .findings = v->findings,
                                                .sink = &self->sink,
                                                .jobs = v->jobs });
        self->retention = retention_new(&(RetentionParts) { .settings = s,
                                                            .audit = self->audit_store,
                                                            .manual = self->manual_store,
                                                            .activity = self->activity_store,
                                                            .archive = v->archive });
        v->care = care_new(self->store, self->retention);
        return start_allow(self, error);
}

static void stop_services(Daemon *self) {
        Services *v = &self->services;

        server_log_stop(v->server_log);
        g_clear_pointer(&v->care, care_free);
        g_clear_pointer(&self->retention, retention_free);
        g_clear_pointer(&v->places, places_free);
        g_clear_pointer(&v->audit, audit_free);
        g_clear_pointer(&v->server_log, server_log_free);
        g_clear_pointer(&v->server, server_free);
        g_clear_pointer(&v->log_health, log_health_free);
        g_clear_pointer(&v->jails, jails_free);
        g_clear_pointer(&v->explain, explain_free);
        g_clear_pointer(&v->allow, allow_free);
        g_clear_pointer(&v->bans, bans_free);
        g_clear_pointer(&v->probe, probe_free);
        g_clear_pointer(&v->archive_sync, archive_sync_free);
        g_clear_pointer(&v->history, history_free);
        g_clear_pointer(&v->activity, activity_free);
        g_clear_pointer(&v->figures, figures_free);
        g_clear_pointer(&v->ban_table, ban_table_free);
        g_clear_pointer(&v->model, model_free);
        g_clear_pointer(&self->log_watch, list_watch_free);
        g_clear_pointer(&self->allow_watch, list_watch_free);
        g_clear_pointer(&self->allow_alarm, alarm_free);
        g_clear_pointer(&v->jobs, job_table_free);
        g_clear_pointer(&v->archive_recorder, archive_recorder_free);
        g_clear_pointer(&self->columns, columns_free);
        g_clear_pointer(&v->archive, archive_free);
}

/* bus: connection and objects; the name comes last of all. */

static void on_owned(gpointer userdata);
static void on_bus_ended(const char *why, gpointer userdata);

static gboolean start_bus(Daemon *self, GError **error) {
        const BusConfig config = {
                .address = settings_text(self->settings, SETTING_BUS_ADDRESS),
                .calls_max = (guint) settings_int(self->settings, SETTING_BUS_CALLS_MAX),
                .calls_per_caller = (guint) settings_int(self->settings, SETTING_BUS_CALLS_PER_CALLER),
                .publisher = self->publisher,
                .services = &self->services,
                .owned = on_owned,
                .ended = on_bus_ended,
                .userdata = self,
        };

        self->bus = bus_new(&config, error);
        return self->bus != NULL;
}

/* Calls that still wait for fail2ban are woken, or the workers could not be waited for. */
static void stop_bus(Daemon *self) {
        fail2ban_client_stop(self->client);
        g_clear_pointer(&self->bus, bus_free);
}

#define GEO_SETTINGS \
        (SETTING_BIT(SETTING_GEO_COUNTRY_FILE) | SETTING_BIT(SETTING_GEO_NETWORK_FILE) | \
         SETTING_BIT(SETTING_GEO_OUTSIDE) | SETTING_BIT(SETTING_GEO_OUTSIDE_URL))

/* Changed settings that their parts do not read anew each time. */
static void on_settings(const Settings *settings, SettingMask changed, gpointer userdata) {
        Daemon *self = userdata;
        g_autofree char *level_text = settings_dup_text(settings, SETTING_LOG_LEVEL);
        LogPriority level = LOG_PRIORITY_NOTICE;

        log_level_from_text(level_text, &level);
        log_set_level(level);
        fail2ban_client_set_read_timeout(self->client, (guint) settings_int(settings, SETTING_FAIL2BAN_READ_TIMEOUT));
        bans_set_guard(self->services.bans, settings_bool(settings, SETTING_GUARD_LOCKOUT));
        watcher_set_interval(self->watcher, (guint) settings_int(settings, SETTING_FAIL2BAN_PROBE_INTERVAL));
        if (changed & GEO_SETTINGS)
                job_table_poke(self->services.jobs, PLACES_JOB_FILES);
}

/* jobs: what runs by itself. */

static gboolean start_jobs(Daemon *self, GError **error) {
        self->watcher = watcher_new(self->services.probe, settings_text(self->settings, SETTING_FAIL2BAN_SOCKET),
                                    (guint) settings_int(self->settings, SETTING_FAIL2BAN_PROBE_INTERVAL));
        self->reloader = reloader_new(self->services.settings_service, self->services.audit);
        self->settings_watch =
                settings_watch(self->settings,
                               SETTING_BIT(SETTING_LOG_LEVEL) | SETTING_BIT(SETTING_FAIL2BAN_READ_TIMEOUT) |
                                       SETTING_BIT(SETTING_GUARD_LOCKOUT) |
                                       SETTING_BIT(SETTING_FAIL2BAN_PROBE_INTERVAL) | GEO_SETTINGS,
                               on_settings, self);
        self->scheduler = scheduler_new(self->settings, self->services.jobs, NULL);
        self->archive_keeper = archive_keeper_new(self->services.archive, self->services.archive_recorder,
                                                  self->services.archive_sync);
        self->job_services = (JobServices) {
                .scheduler = self->scheduler,
                .watcher = self->watcher,
                .retention = self->retention,
                .allow = self->services.allow,
                .places = self->services.places,
                .activity = self->services.activity,
                .log_health = self->services.log_health,
                .archive_keeper = self->archive_keeper,
                .archive_sync = self->services.archive_sync,
        };
        jobs_add(&self->job_services);
        archive_keeper_start(self->archive_keeper);
        watcher_start(self->watcher);
        scheduler_start(self->scheduler);
        return TRUE;
}

static void stop_jobs(Daemon *self) {
        fail2ban_client_stop(self->client);
        places_stop(self->services.places);
        settings_unwatch(self->settings, self->settings_watch);
        g_clear_pointer(&self->reloader, reloader_free);
        g_clear_pointer(&self->scheduler, scheduler_free);
        g_clear_pointer(&self->watcher, watcher_free);
        g_clear_pointer(&self->archive_keeper, archive_keeper_free);
        places_end(self->services.places);
}

/* name: from here on clients find us. */

static gboolean start_name(Daemon *self, GError **error) {
        return bus_request_name(self->bus, error);
}

static void stop_name(Daemon *self) {
        drop_source(&self->watchdog);
}

typedef struct Stage {
        const char *name;
        const char *needs[3];
        gboolean (*start)(Daemon *self, GError **error);
        void (*stop)(Daemon *self);
} Stage;

static const Stage stages[] = {
        { "lock", {}, start_lock, stop_lock },
        { "store", { "lock" }, start_store, stop_store },
        { "settings", { "store" }, start_settings, stop_settings },
        { "geo", { "settings" }, start_geo, stop_geo },
        { "fail2ban", { "settings" }, start_fail2ban, stop_fail2ban },
        { "services", { "store", "geo", "fail2ban" }, start_services, stop_services },
        { "bus", { "services" }, start_bus, stop_bus },
        { "jobs", { "services", "bus" }, start_jobs, stop_jobs },
        { "name", { "bus", "jobs" }, start_name, stop_name },
};

G_STATIC_ASSERT(G_N_ELEMENTS(stages) <= G_N_ELEMENTS(((Daemon *) NULL)->stages));

static void show_stages(Daemon *self) {
        static const char *const names[] = { "waiting", "started", "failed", "stopped" };
        GVariantBuilder rows;

        if (!self->bus)
                return;
        g_variant_builder_init(&rows, G_VARIANT_TYPE("aa{sv}"));
        for (guint i = 0; i < G_N_ELEMENTS(stages); i++) {
                g_variant_builder_open(&rows, G_VARIANT_TYPE_VARDICT);
                g_variant_builder_add(&rows, "{sv}", "name", g_variant_new_string(stages[i].name));
                g_variant_builder_add(&rows, "{sv}", "state", g_variant_new_string(names[self->stages[i].state]));
                g_variant_builder_add(&rows, "{sv}", "duration_usec",
                                      g_variant_new_int64(self->stages[i].duration_usec));
                g_variant_builder_close(&rows);
        }
        bus_set_stages(self->bus, g_variant_builder_end(&rows));
}

/* Every stage stands behind those it needs: found out at each start, not only when somebody reads the table. */
static void check_needs(const Daemon *self, const Stage *stage) {
        for (guint i = 0; i < G_N_ELEMENTS(stage->needs) && stage->needs[i]; i++) {
                gboolean found = FALSE;

                for (guint j = 0; j < G_N_ELEMENTS(stages); j++)
                        if (strcmp(stages[j].name, stage->needs[i]) == 0)
                                found = self->stages[j].state == STAGE_STARTED;
                if (!found)
                        g_error("stage %s needs %s", stage->name, stage->needs[i]);
        }
}

static gboolean run_stage(Daemon *self, guint index, GError **error) {
        gint64 begin = g_get_monotonic_time();
        gboolean ok;

        check_needs(self, &stages[index]);
        ok = stages[index].start(self, error);
        self->stages[index].state = ok ? STAGE_STARTED : STAGE_FAILED;
        self->stages[index].duration_usec = g_get_monotonic_time() - begin;
        log_event(LOG_PRIORITY_DEBUG, ok ? "stage.started" : "stage.failed", stages[index].name, NULL);
        show_stages(self);
        return ok;
}

/* Also the failed one: its stop function copes with what is half made. */
static void stop_stages(Daemon *self) {
        for (guint i = G_N_ELEMENTS(stages); i > 0; i--) {
                if (self->stages[i - 1].state != STAGE_STARTED && self->stages[i - 1].state != STAGE_FAILED)
                        continue;
                stages[i - 1].stop(self);
                self->stages[i - 1].state = STAGE_STOPPED;
                log_event(LOG_PRIORITY_DEBUG, "stage.stopped", stages[i - 1].name, NULL);
        }
}

static gboolean on_watchdog(gpointer userdata) {
        sd_notify(0, "WATCHDOG=1");
        return G_SOURCE_CONTINUE;
}

/* Fed by the main loop, so a loop that is stuck is noticed. */
static void feed_watchdog(Daemon *self) {
        uint64_t usec;

        if (sd_watchdog_enabled(0, &usec) <= 0)
                return;
        self->watchdog = g_timeout_source_new((guint) MAX(usec / 2000, 1));
        g_source_set_callback(self->watchdog, on_watchdog, self, NULL);
        g_source_attach(self->watchdog, NULL);
}

static void on_owned(gpointer userdata) {
        Daemon *self = userdata;

        findings_set_life(self->services.findings, "running");
        feed_watchdog(self);
        log_event(LOG_PRIORITY_NOTICE, "daemon.ready", "banguid " BANGUI_VERSION " answers on the bus", NULL);
        sd_notify(0, "READY=1\nSTATUS=Answering on the bus");
        self->ready = TRUE;
        if (self->reload_asked)
                reloader_ask(self->reloader);
}

static void on_bus_ended(const char *why, gpointer userdata) {
        Daemon *self = userdata;

        log_event(LOG_PRIORITY_ERROR, "bus.ended", "the bus is gone, or its name is not ours", "DETAIL", why, NULL);
        self->ended(1, self->userdata);
}

Daemon *daemon_start(Settings *settings, DaemonEndedFunc ended, gpointer userdata, GError **error) {
        Daemon *self = g_new0(Daemon, 1);

        self->settings = settings;
        self->ended = ended;
        self->userdata = userdata;
        self->lock_fd = -1;
        for (guint i = 0; i < G_N_ELEMENTS(stages); i++)
                if (!run_stage(self, i, error)) {
                        g_prefix_error(error, "%s: ", stages[i].name);
                        daemon_free(self);
                        return NULL;
                }
        return self;
}

static void on_drained(gpointer userdata) {
        Daemon *self = userdata;

        drop_source(&self->drain_limit);
        self->ended(0, self->userdata);
}

/* Work that did not end in its time is asked to end at its next step, and what waits for fail2ban is woken. */
static gboolean on_drain_limit(gpointer userdata) {
        Daemon *self = userdata;

        g_clear_pointer(&self->drain_limit, g_source_unref);
        bus_cancel_all(self->bus);
        places_stop(self->services.places);
        fail2ban_client_stop(self->client);
        return G_SOURCE_REMOVE;
}

/* Its end is told to the service manager as being ready, so it has to wait until that is true. */
void daemon_reload(Daemon *self) {
        if (!self->ready)
                self->reload_asked = TRUE;
        else if (!self->stopping)
                reloader_ask(self->reloader);
}

void daemon_stop(Daemon *self) {
        if (self->stopping)
                return;
        self->stopping = TRUE;
        sd_notify(0, "STOPPING=1\nSTATUS=Waiting for running work");
        log_event(LOG_PRIORITY_NOTICE, "daemon.stopping", "banguid stops", NULL);
        findings_set_life(self->services.findings, "stopping");
        scheduler_stop(self->scheduler);
        self->drain_limit = g_timeout_source_new_seconds(DRAIN_S);
        g_source_set_callback(self->drain_limit, on_drain_limit, self, NULL);
        g_source_attach(self->drain_limit, NULL);
        bus_drain(self->bus, on_drained, self);
}

void daemon_free(Daemon *self) {
        drop_source(&self->drain_limit);
        stop_stages(self);
        g_free(self);
}
