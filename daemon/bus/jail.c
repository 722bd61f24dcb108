/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* org.bangui.BanGUI1.Jail: the jail is the object that is called. */

#include "bus/method.h"
#include "core/error.h"
#include "core/options.h"

typedef struct JailOptions {
        const char *reason;
        gboolean tail;
} JailOptions;

static const OptionSpec reason_only[] = {
        { "reason", OPTION_TEXT, G_STRUCT_OFFSET(JailOptions, reason), 0, 500 },
        {},
};

static const OptionSpec log_path_options[] = {
        { "reason", OPTION_TEXT, G_STRUCT_OFFSET(JailOptions, reason), 0, 500 },
        { "tail", OPTION_BOOL, G_STRUCT_OFFSET(JailOptions, tail) },
        {},
};

static gboolean about_jail(const MethodCall *call, MethodAbout *ret, GError **error) {
        ret->jail = g_strdup(call->object);
        return TRUE;
}

static gboolean about_entry(const MethodCall *call, MethodAbout *ret, GError **error) {
        ret->jail = g_strdup(call->object);
        ret->object = g_strdup_printf("%s: %s", call->object, method_text(call, 0));
        return TRUE;
}

static GVariant *run_change(const Services *services, MethodCall *call, GError **error) {
        g_autoptr(GVariant) changes = g_variant_get_child_value(call->arguments, 0);
        g_autoptr(GVariant) dictionary = method_options(call);
        JailOptions options = {};

        if (!options_read(dictionary, reason_only, "Change", &options, error))
                return NULL;
        return method_result(jails_change(services->jails, call->object, changes, call->now, error));
}

static gboolean about_change(const MethodCall *call, MethodAbout *ret, GError **error) {
        g_autoptr(GVariant) changes = g_variant_get_child_value(call->arguments, 0);
        g_autofree char *text = g_variant_print(changes, FALSE);

        ret->jail = g_strdup(call->object);
        ret->object = g_strdup_printf("%s: %s", call->object, text);
        return TRUE;
}

static GVariant *run_set_idle(const Services *services, MethodCall *call, GError **error) {
        g_autoptr(GVariant) dictionary = method_options(call);
        JailOptions options = {};
        gboolean idle;

        g_variant_get_child(call->arguments, 0, "b", &idle);
        if (!options_read(dictionary, reason_only, "SetIdle", &options, error) ||
            !jails_set_idle(services->jails, call->object, idle, call->now, error))
                return NULL;
        return method_done();
}

static GVariant *run_get_action(const Services *services, MethodCall *call, GError **error) {
        return method_result(jails_action(services->jails, call->object, method_text(call, 0), error));
}

static GVariant *run_check_logs(const Services *services, MethodCall *call, GError **error) {
        static const OptionSpec none[] = { {} };
        g_autoptr(GVariant) dictionary = method_options(call);

        if (!options_read(dictionary, none, "CheckLogs", NULL, error))
                return NULL;
        return method_result(log_health_check(services->log_health, call->object, error));
}

static GVariant *add(const Services *services, MethodCall *call, Fail2banList list, GError **error) {
        g_autoptr(GVariant) dictionary = method_options(call);
        JailOptions options = { .tail = TRUE };

        if (!options_read(dictionary, list == FAIL2BAN_LIST_LOG_PATH ? log_path_options : reason_only, "Add", &options,
                          error) ||
            !jails_add(services->jails, call->object, list, method_text(call, 0), options.tail, call->now, error))
                return NULL;
        if (list == FAIL2BAN_LIST_LOG_PATH)
                job_table_poke(services->jobs, LOG_HEALTH_JOB);
        return method_done();
}

/* What fail2ban gave up by itself can be taken out as well, for the jail is still said to have lost it. */
static gboolean take_log_path(const Services *services, MethodCall *call, GError **error) {
        const char *path = method_text(call, 0);
        gboolean dropped = log_health_forget(services->log_health, call->object, path);
        g_autoptr(GError) failure = NULL;
        gboolean taken =
                jails_remove(services->jails, call->object, FAIL2BAN_LIST_LOG_PATH, path, call->now, &failure) ||
                (dropped && g_error_matches(failure, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT));

        job_table_poke(services->jobs, LOG_HEALTH_JOB);
        if (!taken)
                g_propagate_error(error, g_steal_pointer(&failure));
        return taken;
}

static GVariant *take(const Services *services, MethodCall *call, Fail2banList list, GError **error) {
        g_autoptr(GVariant) dictionary = method_options(call);
        JailOptions options = {};

        if (!options_read(dictionary, reason_only, "Remove", &options, error))
                return NULL;
        if (list == FAIL2BAN_LIST_LOG_PATH)
                return take_log_path(services, call, error) ? method_done() : NULL;
        if (!jails_remove(services->jails, call->object, list, method_text(call, 0), call->now, error))
                return NULL;
        return method_done();
}

/* Each list has its two methods, so that a client and a rule can name them. */
#define LIST_METHODS(name, list) \
        static GVariant *run_add_##name(const Services *services, MethodCall *call, GError **error) { \
                return add(services, call, list, error); \
        } \
        static GVariant *run_remove_##name(const Services *services, MethodCall *call, GError **error) { \
                return take(services, call, list, error); \
        }

LIST_METHODS(log_path, FAIL2BAN_LIST_LOG_PATH)
LIST_METHODS(ignore_address, FAIL2BAN_LIST_IGNORE_IP)
LIST_METHODS(failregex, FAIL2BAN_LIST_FAILREGEX)
LIST_METHODS(ignoreregex, FAIL2BAN_LIST_IGNOREREGEX)
LIST_METHODS(journal_match, FAIL2BAN_LIST_JOURNAL_MATCH)

#define LIST_ROWS(member, name) \
        { "Add" member, "control-jail", LANE_FAIL2BAN, .changes = TRUE, .run = run_add_##name, .about = about_entry }, \
        { \
                "Remove" member, "control-jail", LANE_FAIL2BAN, .changes = TRUE, .run = run_remove_##name, \
                                                                .about = about_entry \
        }

static const Method rows[] = {
        { "Change", "control-jail", LANE_FAIL2BAN, .changes = TRUE, .run = run_change, .about = about_change },
        { "SetIdle", "control-jail", LANE_FAIL2BAN, .changes = TRUE, .run = run_set_idle, .about = about_jail },
        { "CheckLogs", "read", LANE_MEMORY, .run = run_check_logs },
        { "GetAction", "read-sensitive", LANE_FAIL2BAN, .run = run_get_action, .about = about_jail },
        LIST_ROWS("LogPath", log_path),
        LIST_ROWS("IgnoreAddress", ignore_address),
        LIST_ROWS("Failregex", failregex),
        LIST_ROWS("Ignoreregex", ignoreregex),
        LIST_ROWS("JournalMatch", journal_match),
        {},
};

const MethodGroup jail_methods = { "Jail", rows };
