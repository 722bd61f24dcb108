/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* org.bangui.BanGUI1.Server */

#include "bus/method.h"
#include "core/error.h"
#include "core/options.h"

/* What every changing method takes: `reason` is the dispatcher's, `wait` too. */
typedef struct CommonOptions {
        const char *reason;
        gint64 wait;
        const char *jail;
        gboolean restart, unban;
} CommonOptions;

static const OptionSpec no_options[] = { {} };

static const OptionSpec reason_only[] = {
        { "reason", OPTION_TEXT, G_STRUCT_OFFSET(CommonOptions, reason), 0, 500 },
        {},
};

static const OptionSpec reason_and_wait[] = {
        { "reason", OPTION_TEXT, G_STRUCT_OFFSET(CommonOptions, reason), 0, 500 },
        { "wait", OPTION_INT, G_STRUCT_OFFSET(CommonOptions, wait), 0, 20 },
        {},
};

static const OptionSpec reload_options[] = {
        { "jail", OPTION_TEXT, G_STRUCT_OFFSET(CommonOptions, jail), 1, FAIL2BAN_JAIL_NAME_MAX },
        { "restart", OPTION_BOOL, G_STRUCT_OFFSET(CommonOptions, restart) },
        { "unban", OPTION_BOOL, G_STRUCT_OFFSET(CommonOptions, unban) },
        { "reason", OPTION_TEXT, G_STRUCT_OFFSET(CommonOptions, reason), 0, 500 },
        { "wait", OPTION_INT, G_STRUCT_OFFSET(CommonOptions, wait), 0, 20 },
        {},
};

static gboolean read_common(const MethodCall *call, const OptionSpec *table, const char *what, CommonOptions *ret,
                            GError **error) {
        g_autoptr(GVariant) options = method_options(call);

        return options_read(options, table, what, ret, error);
}

static GVariant *empty_result(gboolean done) {
        return done ? method_done() : NULL;
}

static GVariant *run_probe(const Services *services, MethodCall *call, GError **error) {
        CommonOptions options = {};

        if (!read_common(call, no_options, "Probe", &options, error))
                return NULL;
        probe_refresh_settings(services->probe);
        return empty_result(probe_full(services->probe, call->now, error));
}

static GVariant *run_set(const Services *services, MethodCall *call, GError **error) {
        g_autoptr(GVariant) values = g_variant_get_child_value(call->arguments, 0);
        CommonOptions options = {};

        if (!read_common(call, reason_only, "Set", &options, error))
                return NULL;
        return method_result(server_set(services->server, values, call->now, error));
}

static gboolean about_set(const MethodCall *call, MethodAbout *ret, GError **error) {
        g_autoptr(GVariant) values = g_variant_get_child_value(call->arguments, 0);

        ret->object = g_variant_print(values, FALSE);
        return TRUE;
}

static GVariant *run_flush_logs(const Services *services, MethodCall *call, GError **error) {
        CommonOptions options = {};

        if (!read_common(call, reason_only, "FlushLogs", &options, error))
                return NULL;
        return empty_result(server_flush_logs(services->server, error));
}

static GVariant *run_reload(const Services *services, MethodCall *call, GError **error) {
        CommonOptions options = {};

        if (!read_common(call, reload_options, "Reload", &options, error))
                return NULL;
        return method_result(jails_reload(services->jails, options.jail, options.restart, options.unban,
                                          call->operation, call->now, error));
}

/* One jail's reload is that jail's matter. */
static gboolean about_reload(const MethodCall *call, MethodAbout *ret, GError **error) {
        const char *jail = method_option_text(call, "jail");

        ret->jail = g_strdup(jail ? jail : "*");
        if (jail)
                ret->action = g_strdup("control-jail");
        return TRUE;
}

static GVariant *run_restart(const Services *services, MethodCall *call, GError **error) {
        CommonOptions options = {};

        if (!read_common(call, reason_and_wait, "Restart", &options, error))
                return NULL;
        return method_result(server_restart(services->server, call->operation, call->now, error));
}

static GVariant *run_start(const Services *services, MethodCall *call, GError **error) {
        CommonOptions options = {};

        if (!read_common(call, reason_and_wait, "Start", &options, error))
                return NULL;
        return method_result(server_start(services->server, call->operation, call->now, error));
}

static gboolean about_jail_argument(const MethodCall *call, MethodAbout *ret, GError **error) {
        ret->jail = g_strdup(method_text(call, 0));
        return TRUE;
}

static GVariant *run_start_jail(const Services *services, MethodCall *call, GError **error) {
        CommonOptions options = {};

        if (!read_common(call, reason_only, "StartJail", &options, error))
                return NULL;
        return empty_result(jails_start(services->jails, method_text(call, 0), call->now, error));
}

static GVariant *run_stop_jail(const Services *services, MethodCall *call, GError **error) {
        CommonOptions options = {};

        if (!read_common(call, reason_only, "StopJail", &options, error))
                return NULL;
        return empty_result(jails_stop(services->jails, method_text(call, 0), call->now, error));
}

typedef struct LogOptions {
        gint64 lines;
        const char *contains, *level, *jail;
} LogOptions;

static gboolean read_log_options(const MethodCall *call, const char *what, ServerLogQuery *ret, GError **error) {
        static const OptionSpec table[] = {
                { "lines", OPTION_INT, G_STRUCT_OFFSET(LogOptions, lines), 0, SERVER_LOG_LINES_MAX },
                { "contains", OPTION_TEXT, G_STRUCT_OFFSET(LogOptions, contains), 1, 1024 },
                { "level", OPTION_TEXT, G_STRUCT_OFFSET(LogOptions, level), 1, 16 },
                { "jail", OPTION_TEXT, G_STRUCT_OFFSET(LogOptions, jail), 1, FAIL2BAN_JAIL_NAME_MAX },
                {},
        };
        LogOptions options = { .lines = 100 };
        g_autoptr(GVariant) dictionary = method_options(call);

        if (!options_read(dictionary, table, what, &options, error))
                return FALSE;
        *ret = (ServerLogQuery) { (guint) options.lines, options.contains, options.level, options.jail };
        return TRUE;
}

static GVariant *run_read_log(const Services *services, MethodCall *call, GError **error) {
        ServerLogQuery query;

        if (!read_log_options(call, "ReadLog", &query, error))
                return NULL;
        return method_result(server_log_read(services->server_log, &query, error));
}

static GVariant *run_follow_log(const Services *services, MethodCall *call, GError **error) {
        ServerLogQuery query;

        if (!read_log_options(call, "FollowLog", &query, error))
                return NULL;
        call->fd = server_log_follow(services->server_log, &query, error);
        return call->fd >= 0 ? g_variant_new("(h)", 0) : NULL;
}

static const Method rows[] = {
        { .name = "Probe", .action = "read", .lane = LANE_FAIL2BAN, .run = run_probe },
        { "Set", "control-server", LANE_FAIL2BAN, .changes = TRUE, .run = run_set, .about = about_set },
        { "FlushLogs", "control-server", LANE_FAIL2BAN, .changes = TRUE, .run = run_flush_logs },
        { "Reload", "control-server", LANE_LONG, .changes = TRUE, .run = run_reload, .about = about_reload },
        { "Restart", "control-server", LANE_LONG, .changes = TRUE, .run = run_restart },
        { "Start", "control-server", LANE_LONG, .changes = TRUE, .run = run_start },
        { "StartJail", "control-jail", LANE_FAIL2BAN, .changes = TRUE, .run = run_start_jail,
          .about = about_jail_argument },
        { "StopJail", "control-jail", LANE_FAIL2BAN, .changes = TRUE, .run = run_stop_jail,
          .about = about_jail_argument },
        { .name = "ReadLog", .action = "read-sensitive", .lane = LANE_MEMORY, .run = run_read_log },
        { .name = "FollowLog", .action = "read-sensitive", .lane = LANE_MEMORY, .run = run_follow_log },
        {},
};

const MethodGroup server_methods = { "Server", rows };
