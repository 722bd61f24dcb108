/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* org.bangui.BanGUI1.Settings */

#include "bus/method.h"
#include "core/options.h"

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

static gboolean about_set(const MethodCall *call, MethodAbout *ret, GError **error) {
        g_autoptr(GVariant) changes = g_variant_get_child_value(call->arguments, 0);
        g_autoptr(GString) object = g_string_new(NULL), keys = g_string_new(NULL);

        for (gsize i = 0; i < g_variant_n_children(changes); i++) {
                g_autoptr(GVariant) value = NULL;
                g_autofree char *text = NULL;
                const char *key;

                g_variant_get_child(changes, i, "{&sv}", &key, &value);
                text = g_variant_print(value, FALSE);
                g_string_append_printf(keys, "%s%s", i > 0 ? "," : "", key);
                g_string_append_printf(object, "%s%s=%s", i > 0 ? ", " : "", key, text);
        }
        ret->settings = g_string_free(g_steal_pointer(&keys), FALSE);
        ret->object = g_string_free(g_steal_pointer(&object), FALSE);
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
        ret->settings = g_strjoinv(",", (GStrv) keys);
        ret->object = g_strjoinv(", ", (GStrv) keys);
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
