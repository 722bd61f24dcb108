/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "services/server/server.h"

#include "core/error.h"
#include "fail2ban/programs.h"
#include "services/changes.h"

#define LOOK_USEC (100 * 1000)            /* between two looks at a fail2ban that starts */
#define SETTLED_USEC (5 * G_USEC_PER_SEC) /* jails start one after the other: so long none came, none comes */

struct Server {
        Fail2banClient *client;
        Model *model;
        Probe *probe;
        char *start_command, *restart_command;
        guint timeout_s;
        GStrv log_folders;
        gint starting; /* atomic: somebody starts or restarts */
};

Server *server_new(Fail2banClient *client, Model *model, Probe *probe, const char *start_command,
                   const char *restart_command, guint timeout_s, const char *const *log_folders) {
        Server *self = g_new0(Server, 1);

        self->client = client;
        self->model = model;
        self->probe = probe;
        self->start_command = g_strdup(start_command);
        self->restart_command = g_strdup(restart_command);
        self->timeout_s = timeout_s;
        self->log_folders = g_strdupv((char **) log_folders);
        return self;
}

void server_free(Server *self) {
        g_strfreev(self->log_folders);
        g_free(self->restart_command);
        g_free(self->start_command);
        g_free(self);
}

/* ---- Settings ---- */

static gboolean check_setting(const char *key, GVariant *value, gpointer userdata, GError **error) {
        Server *self = userdata;

        return fail2ban_server_option_check(key, value, (const char *const *) self->log_folders, error);
}

static gboolean set_setting(const char *key, GVariant *value, gpointer userdata, GError **error) {
        Server *self = userdata;
        g_autoptr(GVariant) set =
                fail2ban_server_set(self->client, key, value, (const char *const *) self->log_folders, error);

        return set != NULL;
}

static GVariant *read_settings(gpointer userdata, GError **error) {
        Server *self = userdata;

        return fail2ban_server_settings(self->client, error);
}

GVariant *server_set(Server *self, GVariant *values, gint64 now, GError **error) {
        static const char *const keys[] = {
                "log_level",
                "log_target",
                "syslog_socket",
                "database_file",
                "database_purge_age",
                "database_max_matches",
                NULL,
        };
        ChangeTarget target = {
                .what = "setting of fail2ban",
                .keys = keys,
                .check = check_setting,
                .set = set_setting,
                .read = read_settings,
                .userdata = self,
        };
        GVariant *set = changes_apply(&target, values, error);

        /* The change counts, not the look at it: what fails here shows in the model. */
        (void) probe_full(self->probe, now, NULL);
        return set;
}

gboolean server_flush_logs(Server *self, GError **error) {
        return fail2ban_flush_logs(self->client, error);
}

/* ---- Starting ---- */

typedef struct Wait {
        Server *server;
        Operation *operation;
        const char *const *expected; /* jails; empty = any */
        gint64 started;              /* monotonic */
        gint64 now;                  /* seconds since 1970 at `started` */
} Wait;

static GStrv missing_jails(const char *const *expected, const char *const *running) {
        g_autoptr(GStrvBuilder) missing = g_strv_builder_new();

        for (gsize i = 0; expected[i]; i++)
                if (!g_strv_contains(running, expected[i]))
                        g_strv_builder_add(missing, expected[i]);
        return g_strv_builder_end(missing);
}

static gboolean is_complete(const Wait *self, GStrv running) {
        g_auto(GStrv) missing = missing_jails(self->expected, (const char *const *) running);

        return g_strv_length(missing) == 0 && (self->expected[0] || running[0]);
}

static void report_wait(const Wait *self, gboolean online, guint n_jails) {
        guint n_expected = g_strv_length((char **) self->expected);
        g_autofree char *message = online ? g_strdup_printf("fail2ban runs, %u jails have started", n_jails)
                                          : g_strdup("waiting for fail2ban to answer");

        operation_report(self->operation,
                         !online           ? 0.3
                         : n_expected == 0 ? 0.5
                                           : 0.5 + 0.5 * MIN(1, (double) n_jails / n_expected),
                         message);
}

static gboolean wait_for_jails(const Wait *self, GError **error) {
        gint64 deadline = g_get_monotonic_time() + (gint64) self->server->timeout_s * G_USEC_PER_SEC;
        gint64 changed_at = 0;
        guint n_before = 0;

        while (g_get_monotonic_time() < deadline) {
                gint64 at = g_get_monotonic_time();
                gboolean online =
                        probe_full(self->server->probe, self->now + (at - self->started) / G_USEC_PER_SEC, NULL);
                g_auto(GStrv) running = model_jails(self->server->model);
                guint n = g_strv_length(running);

                if (!operation_check(self->operation, error))
                        return FALSE;
                if (online && is_complete(self, running))
                        return TRUE;
                if (!online)
                        changed_at = 0;
                else if (changed_at == 0 || n != n_before)
                        changed_at = at;
                else if (at - changed_at >= SETTLED_USEC)
                        return TRUE;
                n_before = n;
                report_wait(self, online, n);
                g_usleep(LOOK_USEC);
        }
        if (model_is_online(self->server->model))
                return TRUE;

        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_TIMEOUT,
                    "fail2ban did not answer within %u s after its command had run; its log may say why",
                    self->server->timeout_s);
        return FALSE;
}

static GVariant *wait_result(const Wait *self) {
        g_autoptr(GVariant) server = model_server(self->server->model);
        g_auto(GStrv) running = model_jails(self->server->model);
        g_auto(GStrv) missing = missing_jails(self->expected, (const char *const *) running);
        const char *version = "";
        GVariantDict dict;

        /* What starts is not idle, and fail2ban does not tell. */
        for (char **name = running; *name; name++)
                model_set_idle(self->server->model, *name, FALSE);

        g_variant_lookup(server, "Version", "&s", &version);
        g_variant_dict_init(&dict, NULL);
        g_variant_dict_insert(&dict, "version", "s", version);
        g_variant_dict_insert(&dict, "jails", "^as", running);
        g_variant_dict_insert(&dict, "missing", "^as", missing);
        return g_variant_ref_sink(g_variant_dict_end(&dict));
}

static GVariant *run_and_wait(Server *self, const char *command, const char *const *expected, Operation *operation,
                              gint64 now, GError **error) {
        Wait wait = {
                .server = self,
                .operation = operation,
                .expected = expected,
                .started = g_get_monotonic_time(),
                .now = now,
        };

        operation_report(operation, 0, "the command runs");
        if (!fail2ban_programs_run(command, self->timeout_s, error)) {
                (void) probe_full(self->probe, now, NULL);
                return NULL;
        }
        probe_refresh_settings(self->probe);
        return wait_for_jails(&wait, error) ? wait_result(&wait) : NULL;
}

static gboolean take_turn(Server *self, GError **error) {
        if (g_atomic_int_compare_and_exchange(&self->starting, 0, 1))
                return TRUE;
        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_BUSY, "fail2ban is being started or restarted already");
        return FALSE;
}

GVariant *server_restart(Server *self, Operation *operation, gint64 now, GError **error) {
        g_auto(GStrv) expected = NULL;
        GVariant *result;

        if (!take_turn(self, error))
                return NULL;
        /* A fail2ban that is gone by now is to run again what it ran when it was last seen. */
        expected = model_jails(self->model);
        if (probe_full(self->probe, now, NULL)) {
                g_strfreev(expected);
                expected = model_jails(self->model);
        }
        result = run_and_wait(self, self->restart_command, (const char *const *) expected, operation, now, error);
        g_atomic_int_set(&self->starting, 0);
        return result;
}

GVariant *server_start(Server *self, Operation *operation, gint64 now, GError **error) {
        static const char *const any[] = { NULL };
        GVariant *result = NULL;

        if (!take_turn(self, error))
                return NULL;
        if (probe_full(self->probe, now, NULL))
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_ALREADY_ACTIVE, "fail2ban runs already");
        else
                result = run_and_wait(self, self->start_command, any, operation, now, error);
        g_atomic_int_set(&self->starting, 0);
        return result;
}
