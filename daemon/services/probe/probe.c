/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Keeping model and ban table true: the server as a whole
 *
 * A look is: the database's new rows, the list of jails, all counters, some settings; then the bans of jails whose
 * counters disagree. A full look also asks for the server's settings and checks the database. Everything runs under
 * one lock, which is held while fail2ban is asked; the locks of model, table and findings are not.
 *
 * A line in fail2ban's log that is neither a failure nor a ban nor an unban nor a jail may be a reload or a
 * setting that somebody changed. So the settings of all jails are read anew after one; when that finds nothing,
 * the next one waits twice as long. Where the log is no file, a write to the database must do as the sign.
 */

#include "services/probe/probe.h"

#include <sys/stat.h>
#include <unistd.h>

#include "core/error.h"
#include "core/log.h"
#include "fail2ban/commands.h"
#include "services/probe/probe-private.h"

#define PART_FAIL2BAN "fail2ban"
#define PART_DATABASE "fail2ban-database"

#define PURGE_AGE_MIN_S 86400
#define STARTING_S 3 /* after fail2ban came, jails and restored bans trickle in */
#define PAUSE_MIN_S 5
#define PAUSE_MAX_S 60

Probe *probe_new(Fail2banClient *client, Model *model, BanTable *bans, Findings *findings, const char *socket_path) {
        Probe *self = g_new0(Probe, 1);

        self->client = client;
        self->model = model;
        self->bans = bans;
        self->findings = findings;
        self->socket_path = g_strdup(socket_path);
        self->jails = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, probe_jail_free);
        self->unexplained_pause = PAUSE_MIN_S;
        g_mutex_init(&self->lock);
        g_mutex_init(&self->shown_lock);
        g_cond_init(&self->looked_cond);
        return self;
}

void probe_free(Probe *self) {
        if (!self)
                return;

        g_clear_error(&self->complaint);
        fail2ban_mark_clear(&self->mark);
        g_hash_table_unref(self->jails);
        g_free(self->turn);
        g_free(self->database);
        g_free(self->socket_path);
        g_cond_clear(&self->looked_cond);
        g_mutex_clear(&self->shown_lock);
        g_mutex_clear(&self->lock);
        g_free(self);
}

void probe_unsettle(Probe *self) {
        g_atomic_int_set(&self->unsettled, TRUE);
}

/* The database */

/* Takes file. */
static void set_database(Probe *self, char *file) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->shown_lock);

        if (g_strcmp0(self->database, file) != 0)
                self->mark_valid = FALSE;
        g_free(self->database);
        self->database = file;
}

void probe_database_failed(Probe *self, GError *error) {
        gboolean corrupted = g_error_matches(error, BANGUI_ERROR, BANGUI_ERROR_DATABASE_CORRUPTED);

        set_database(self, NULL);
        findings_set_part(self->findings, PART_DATABASE, "failed", error->message, self->now);
        findings_set(self->findings, "database-unreadable", "", corrupted ? "critical" : "warning", error->message,
                     "Let banguid read fail2ban's database; until then bans are asked from fail2ban itself, without "
                     "earlier bans and matched lines.",
                     self->now);
        g_error_free(error);
}

static void judge_purge_age(Probe *self, GVariant *settings) {
        g_autofree char *message = NULL;
        gint64 age = 0;

        g_variant_lookup(settings, "database_purge_age", "x", &age);
        if (age >= PURGE_AGE_MIN_S) {
                findings_clear(self->findings, "purge-age-short", "");
                return;
        }

        message = g_strdup_printf("fail2ban forgets bans after %" G_GINT64_FORMAT " seconds, which is less than a day.",
                                  age);
        findings_set(self->findings, "purge-age-short", "", "warning", message,
                     "Set dbpurgeage in fail2ban.local to 1d or more, or earlier bans are lost before they are seen.",
                     self->now);
}

static void judge_database(Probe *self, GVariant *settings) {
        g_autofree char *file = model_database_file(self->model);
        GError *error = NULL;

        if (!file) {
                set_database(self, NULL);
                findings_set_part(self->findings, PART_DATABASE, "off", "fail2ban keeps no database.", self->now);
                findings_clear(self->findings, "database-unreadable", "");
                findings_clear(self->findings, "purge-age-short", "");
                findings_set(self->findings, "database-none", "", "notice",
                             "fail2ban keeps no database: bans are lost when it stops.",
                             "Set dbfile in fail2ban.local to a file, so that bans outlast a restart.", self->now);
                return;
        }

        findings_clear(self->findings, "database-none", "");
        judge_purge_age(self, settings);
        if (!fail2ban_database_check(file, &error)) {
                probe_database_failed(self, error);
                return;
        }
        set_database(self, g_steal_pointer(&file));
        findings_set_part(self->findings, PART_DATABASE, "ok", "", self->now);
        findings_clear(self->findings, "database-unreadable", "");
}

/* Offline and online */

static void go_offline(Probe *self, const char *why) {
        if (self->online || !self->told_offline)
                log_event(LOG_PRIORITY_WARNING, "fail2ban.offline", why, NULL);

        self->online = FALSE;
        self->told_offline = TRUE;
        self->connection = 0;
        probe_drop_all_jails(self, "lost");
        model_set_offline(self->model, why, self->now);
        findings_set_part(self->findings, PART_FAIL2BAN, "failed", why, self->now);
        findings_set(self->findings, "fail2ban-offline", "", "critical", why,
                     "Start fail2ban (banguictl server start), and read its log if it does not stay.", self->now);
}

/* Takes failure. What could not be done is shown as long as it is so. */
static void give_up(Probe *self, GError *failure, GError **error) {
        if (g_error_matches(failure, BANGUI_ERROR, BANGUI_ERROR_FAIL2BAN_OFFLINE))
                go_offline(self, failure->message);
        else if (!g_error_matches(failure, BANGUI_ERROR, BANGUI_ERROR_CANCELLED))
                findings_set_part(self->findings, PART_FAIL2BAN, "degraded", failure->message, self->now);

        g_propagate_error(error, failure);
}

static void succeed(Probe *self) {
        if (!self->online)
                return;
        if (self->complaint)
                findings_set_part(self->findings, PART_FAIL2BAN, "degraded", self->complaint->message, self->now);
        else
                findings_set_part(self->findings, PART_FAIL2BAN, "ok", "", self->now);
        findings_clear(self->findings, "fail2ban-offline", "");
}

int probe_dup_connection(Probe *self, guint64 *ret_connection) {
        int fd = fail2ban_client_dup_fd(self->client);
        struct stat status;

        if (fd < 0)
                return -1;
        if (fstat(fd, &status) < 0) {
                close(fd);
                return -1;
        }
        *ret_connection = status.st_ino;
        return fd;
}

static guint64 current_connection(Probe *self) {
        guint64 connection = 0;
        int fd = probe_dup_connection(self, &connection);

        if (fd >= 0)
                close(fd);
        return connection;
}

static char *known_version(Probe *self) {
        g_autoptr(GVariant) server = model_server(self->model);
        char *version = NULL;

        g_variant_lookup(server, "Version", "s", &version);
        return version;
}

/* Another connection may be another fail2ban: its version and all settings count as unknown. */
static gboolean read_server(Probe *self, GError **error) {
        g_autoptr(GVariant) settings = fail2ban_server_settings(self->client, error);
        g_autofree char *version = NULL;
        guint64 connection;

        if (!settings)
                return FALSE;
        g_variant_take_ref(settings);

        connection = current_connection(self);
        if (self->online && connection == self->connection) {
                version = known_version(self);
        } else {
                version = fail2ban_version(self->client, error);
                if (!version)
                        return FALSE;
                probe_mark_all_settings(self);
        }

        if (!self->online) {
                self->online_since = self->now;
                log_event(LOG_PRIORITY_NOTICE, "fail2ban.online", "fail2ban answers", "VERSION", version, NULL);
        }
        self->online = TRUE;
        self->connection = connection;
        model_set_online(self->model, version, settings, self->now);
        judge_database(self, settings);
        return TRUE;
}

/* A look */

static void mark_settings(Probe *self, gboolean full) {
        if (g_atomic_int_exchange(&self->refresh_all, FALSE))
                probe_mark_all_settings(self);
        else if (full)
                probe_mark_next_settings(self);

        if (!self->refresh_wanted || self->now - self->unexplained_at < self->unexplained_pause)
                return;
        self->unexplained_pause = self->settings_changed ? PAUSE_MIN_S : MIN(2 * self->unexplained_pause, PAUSE_MAX_S);
        self->settings_changed = FALSE;
        self->refresh_wanted = FALSE;
        self->unexplained_at = self->now;
        probe_mark_all_settings(self);
}

static gboolean disagrees(Probe *self) {
        GHashTableIter iter;
        gpointer value;

        g_hash_table_iter_init(&iter, self->jails);
        while (g_hash_table_iter_next(&iter, NULL, &value)) {
                const ProbeJail *jail = value;

                if (jail->filled &&
                    ban_table_count(self->bans, jail->name) + jail->folded != jail->counters.currently_banned)
                        return TRUE;
        }
        return FALSE;
}

/* `written`: something was, and no new ban is the reason. */
static gboolean look_at_jails(Probe *self, gboolean full, gboolean written, GError **error) {
        gboolean changed = FALSE;

        if (!probe_read_jails(self, &changed, error))
                return FALSE;
        mark_settings(self, full);
        if (!probe_read_settings(self, error))
                return FALSE;

        if (!written || changed || disagrees(self))
                return TRUE;
        self->refresh_wanted = TRUE;
        mark_settings(self, FALSE);
        return probe_read_settings(self, error);
}

static gboolean check_all_bans(Probe *self, GError **error) {
        g_autoptr(GPtrArray) all = probe_jails(self);

        for (guint i = 0; i < all->len; i++) {
                ProbeJail *jail = g_ptr_array_index(all, i);
                g_autoptr(GError) local = NULL;

                if (probe_check_bans(self, jail, FALSE, &local))
                        continue;
                if (!g_error_matches(local, BANGUI_ERROR, BANGUI_ERROR_JAIL_NOT_FOUND)) {
                        g_propagate_error(error, g_steal_pointer(&local));
                        return FALSE;
                }
                probe_drop_jail(self, jail->name, "jail-stopped");
        }
        return TRUE;
}

static gboolean look(Probe *self, gboolean full, GError **error) {
        g_autofree char *log = probe_log_file(self);
        gboolean written, seen;

        g_atomic_int_set(&self->unsettled, FALSE);
        written = log ? g_atomic_int_exchange(&self->log_written, FALSE) : !full && self->database;
        written = !probe_read_rows(self) && written;

        model_hold(self->model);
        seen = (!full && self->online) || read_server(self, error);
        seen = seen && look_at_jails(self, full, written, error);
        model_release(self->model);

        if (!seen || !probe_fill(self, error) || !check_all_bans(self, error))
                return FALSE;
        if (self->now - self->online_since < STARTING_S)
                probe_unsettle(self);
        return TRUE;
}

static gboolean look_full(Probe *self, const char *unused, GError **error) {
        return look(self, TRUE, error);
}

static gboolean look_light(Probe *self, const char *unused, GError **error) {
        return look(self, !self->online, error);
}

static gboolean look_expired(Probe *self, const char *unused, GError **error) {
        if (!self->online)
                return TRUE;
        probe_read_rows(self);
        return probe_end_bans(self, error);
}

static gboolean check_jail(Probe *self, const char *name, gboolean with_settings, GError **error) {
        ProbeJail *jail = g_hash_table_lookup(self->jails, name);
        g_autoptr(GError) local = NULL;

        if (!jail || (probe_read_jail(self, jail, with_settings, &local) && probe_fill(self, &local) &&
                      probe_check_bans(self, jail, TRUE, &local)))
                return TRUE;

        if (!g_error_matches(local, BANGUI_ERROR, BANGUI_ERROR_JAIL_NOT_FOUND)) {
                g_propagate_error(error, g_steal_pointer(&local));
                return FALSE;
        }
        probe_drop_jail(self, name, "jail-stopped");
        return TRUE;
}

static gboolean look_at_jail(Probe *self, const char *name, GError **error) {
        gboolean changed, seen;

        if (!self->online)
                return look(self, TRUE, error);

        probe_read_rows(self);
        model_hold(self->model);
        seen = probe_read_jails(self, &changed, error) && probe_read_settings(self, error);
        model_release(self->model);
        return seen && check_jail(self, name, TRUE, error);
}

static gboolean look_at_bans(Probe *self, const char *name, GError **error) {
        if (!self->online)
                return look(self, TRUE, error);

        probe_read_rows(self);
        return check_jail(self, name, FALSE, error);
}

static void tell_looked(Probe *self) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->shown_lock);

        self->looked = TRUE;
        g_cond_broadcast(&self->looked_cond);
}

static gboolean run(Probe *self, gboolean (*work)(Probe *, const char *, GError **), const char *name, gint64 now,
                    GError **error) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);
        GError *failure = NULL;
        gboolean done;

        self->now = now;
        g_clear_error(&self->complaint);
        ban_table_begin(self->bans);
        done = work(self, name, &failure);
        if (done)
                succeed(self);
        else
                give_up(self, failure, error);
        ban_table_end(self->bans);
        tell_looked(self);
        return done;
}

void probe_await_first(Probe *self, guint timeout_s) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->shown_lock);
        gint64 deadline = g_get_monotonic_time() + timeout_s * G_USEC_PER_SEC;

        while (!self->looked && g_cond_wait_until(&self->looked_cond, &self->shown_lock, deadline))
                ;
}

gboolean probe_full(Probe *self, gint64 now, GError **error) {
        return run(self, look_full, NULL, now, error);
}

gboolean probe_database(Probe *self, gint64 now, GError **error) {
        return run(self, look_light, NULL, now, error);
}

gboolean probe_expired(Probe *self, gint64 now, GError **error) {
        return run(self, look_expired, NULL, now, error);
}

gboolean probe_jail(Probe *self, const char *jail, gint64 now, GError **error) {
        return run(self, look_at_jail, jail, now, error);
}

gboolean probe_bans(Probe *self, const char *jail, gint64 now, GError **error) {
        return run(self, look_at_bans, jail, now, error);
}

void probe_refresh_settings(Probe *self) {
        g_atomic_int_set(&self->refresh_all, TRUE);
}

void probe_connection_ended(Probe *self, guint64 connection, gint64 now) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

        /* Somebody may have reached the next fail2ban already. */
        if (!self->online || connection != self->connection)
                return;
        self->now = now;
        go_offline(self, "fail2ban ended the connection");
}

/* Asked without waiting */

char *probe_database_file(Probe *self) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->shown_lock);

        return g_strdup(self->database);
}

char *probe_log_file(Probe *self) {
        static const char *const levels[] = { "CRITICAL", "ERROR", "WARNING", "NOTICE", "INFO", NULL };
        g_autoptr(GVariant) server = model_server(self->model);
        const char *level = "", *target = "";

        g_variant_lookup(server, "LogLevel", "&s", &level);
        g_variant_lookup(server, "LogTarget", "&s", &target);
        return g_strv_contains(levels, level) && g_path_is_absolute(target) ? g_strdup(target) : NULL;
}

void probe_log_written(Probe *self) {
        g_atomic_int_set(&self->log_written, TRUE);
}

gint64 probe_next_end(Probe *self) {
        return ban_table_next_end(self->bans);
}

gboolean probe_is_unsettled(Probe *self) {
        return g_atomic_int_get(&self->unsettled);
}
