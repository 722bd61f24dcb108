/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* org.bangui.BanGUI1.Settings */

#include "bus/method.h"
#include "core/error.h"
#include "core/options.h"
#include "core/settings-table.h"
#include "core/text.h"
#include "services/settings/settings-rows.h"

#define CHANGES_MAX 64u

static const OptionSpec no_options[] = { {} };

typedef struct ReasonOptions {
        const char *reason; /* the dispatcher's */
} ReasonOptions;

static const OptionSpec reason_options[] = {
        { "reason", OPTION_TEXT, G_STRUCT_OFFSET(ReasonOptions, reason), 0, 500 },
        {},
};

static gboolean read_reason(const MethodCall *call, const char *what, GError **error) {
        g_autoptr(GVariant) dictionary = method_options(call);
        ReasonOptions options = {};

        return options_read(dictionary, reason_options, what, &options, error);
}

static GVariant *run_list(const Services *services, MethodCall *call, GError **error) {
        g_autoptr(GVariant) dictionary = method_options(call);

        if (!options_read(dictionary, no_options, "List", NULL, error))
                return NULL;
        return method_result(settings_service_list(services->settings_service));
}

static GVariant *run_get(const Services *services, MethodCall *call, GError **error) {
        return method_result(settings_service_get(services->settings_service, method_text(call, 0), error));
}

static GVariant *run_set(const Services *services, MethodCall *call, GError **error) {
        g_autoptr(GVariant) changes = g_variant_get_child_value(call->arguments, 0);

        if (!read_reason(call, "Set", error))
                return NULL;
        return method_result(
                settings_service_set(services->settings_service, changes, call->caller->uid, call->now, error));
}

/* What polkit's rules and the audit are told of a change, piece by piece: texts of a caller who may turn out to have no
 * right to it, so a name that is no key becomes "?", and the rest is short. */
static void add_about(MethodAbout *about, const char *key, GVariant *value) {
        g_autofree char *keys = about->settings, *object = about->object;
        g_autofree char *text = value ? settings_text_of(value) : NULL;
        g_autofree char *quoted_key = text_quote(key), *quoted = text ? text_quote(text) : NULL;
        Setting setting;
        const char *known = setting_find(key, &setting) ? key : "?";

        about->settings = keys ? g_strconcat(keys, ",", known, NULL) : g_strdup(known);
        about->object = g_strconcat(object ? object : "", object ? ", " : "", *known == '?' ? quoted_key : key,
                                    quoted ? "=" : "", quoted ? quoted : "", NULL);
}

static gboolean check_count(gsize n, GError **error) {
        if (n <= CHANGES_MAX)
                return TRUE;
        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_TOO_LARGE, "at most %u settings change in one call", CHANGES_MAX);
        return FALSE;
}

static gboolean about_set(const MethodCall *call, MethodAbout *ret, GError **error) {
        g_autoptr(GVariant) changes = g_variant_get_child_value(call->arguments, 0);
        gsize n = g_variant_n_children(changes);

        if (!check_count(n, error))
                return FALSE;
        for (gsize i = 0; i < n; i++) {
                g_autoptr(GVariant) value = NULL;
                const char *key;

                g_variant_get_child(changes, i, "{&sv}", &key, &value);
                add_about(ret, key, value);
        }
        return TRUE;
}

static GVariant *run_reset(const Services *services, MethodCall *call, GError **error) {
        g_autofree const char **keys = NULL;

        if (!read_reason(call, "Reset", error))
                return NULL;
        g_variant_get_child(call->arguments, 0, "^a&s", &keys);
        return method_result(settings_service_reset(services->settings_service, keys, call->now, error));
}

static gboolean about_reset(const MethodCall *call, MethodAbout *ret, GError **error) {
        g_autofree const char **keys = NULL;

        g_variant_get_child(call->arguments, 0, "^a&s", &keys);
        if (!check_count(g_strv_length((GStrv) keys), error))
                return FALSE;
        for (const char **key = keys; *key; key++)
                add_about(ret, *key, NULL);
        return TRUE;
}

static GVariant *run_reload(const Services *services, MethodCall *call, GError **error) {
        if (!read_reason(call, "Reload", error))
                return NULL;
        return method_result(settings_service_reload(services->settings_service, call->now));
}

static const Method rows[] = {
        { .name = "List", .action = "read", .lane = LANE_MEMORY, .run = run_list },
        { .name = "Get", .action = "read", .lane = LANE_MEMORY, .run = run_get },
        { "Set", "manage-settings", LANE_MEMORY, .changes = TRUE, .run = run_set, .about = about_set },
        { "Reset", "manage-settings", LANE_MEMORY, .changes = TRUE, .run = run_reset, .about = about_reset },
        { "Reload", "manage-settings", LANE_MEMORY, .changes = TRUE, .run = run_reload },
        {},
};

const MethodGroup settings_methods = { "Settings", rows };
