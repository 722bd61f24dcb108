/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Settings at run time: the file, read again. */

#include "services/settings/settings-service-private.h"

#include "core/log.h"
#include "core/settings-layers.h"
#include "core/settings-table.h"
#include "services/settings/settings-rows.h"

static const char *kind_name(SettingProblemKind kind) {
        static const char *const names[] = {
                [SETTING_PROBLEM_FILE] = "file",
                [SETTING_PROBLEM_VALUE] = "value",
                [SETTING_PROBLEM_ORDER] = "order",
                [SETTING_PROBLEM_RESTART] = "restart",
        };

        return names[kind];
}

static void show_problems(SettingsService *self, GPtrArray *problems, gint64 now) {
        g_autoptr(GPtrArray) faults = g_ptr_array_new(), restarts = g_ptr_array_new();
        const char *file = settings_file(self->settings);

        for (guint i = 0; i < problems->len; i++) {
                const SettingProblem *problem = g_ptr_array_index(problems, i);
                gboolean restart = problem->kind == SETTING_PROBLEM_RESTART;

                g_ptr_array_add(restart ? restarts : faults, problem->message);
                log_event(restart ? LOG_PRIORITY_NOTICE : LOG_PRIORITY_WARNING, "settings.problem", problem->message,
                          "KIND", kind_name(problem->kind), "KEY", problem->key, NULL);
        }
        settings_service_show(self, "settings-file", file, "warning", faults,
                              "Correct the file, then run systemctl reload banguid.", now);
        settings_service_show(self, "settings-restart", file, "notice", restarts, "Run systemctl restart banguid.",
                              now);
}

static GVariant *problem_rows(GPtrArray *problems) {
        GVariantBuilder rows;

        g_variant_builder_init(&rows, G_VARIANT_TYPE("aa{sv}"));
        for (guint i = 0; i < problems->len; i++) {
                const SettingProblem *problem = g_ptr_array_index(problems, i);

                g_variant_builder_open(&rows, G_VARIANT_TYPE_VARDICT);
                g_variant_builder_add(&rows, "{sv}", "kind", g_variant_new_string(kind_name(problem->kind)));
                g_variant_builder_add(&rows, "{sv}", "key", g_variant_new_string(problem->key));
                g_variant_builder_add(&rows, "{sv}", "message", g_variant_new_string(problem->message));
                g_variant_builder_close(&rows);
        }
        return g_variant_builder_end(&rows);
}

/* Keys of which the file says something else than before, but which another source decides. */
static SettingMask find_hidden(const SettingLayers *before, const SettingLayers *after) {
        SettingMask keys = 0;

        for (guint i = 0; i < _SETTING_MAX; i++) {
                const char *old = setting_layers_text(before, SETTING_LAYER_FILE, (Setting) i);
                const char *new = setting_layers_text(after, SETTING_LAYER_FILE, (Setting) i);
                SettingLayer layer;

                (void) setting_layers_value(after, (Setting) i, NULL, &layer);
                if (layer > SETTING_LAYER_FILE && g_strcmp0(old, new) != 0)
                        keys |= SETTING_BIT(i);
        }
        return keys;
}

GVariant *settings_service_reload(SettingsService *self, gint64 now) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);
        g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func((GDestroyNotify) setting_problem_free);
        g_autoptr(SettingLayers) before = settings_copy_layers(self->settings), after = NULL;
        SettingMask changed = settings_reload(self->settings, problems);
        GVariantBuilder result;

        after = settings_copy_layers(self->settings);
        log_event(LOG_PRIORITY_NOTICE, "settings.reloaded", "the settings file was read again", "FILE",
                  settings_file(self->settings), NULL);
        show_problems(self, problems, now);
        g_variant_builder_init(&result, G_VARIANT_TYPE_VARDICT);
        g_variant_builder_add(&result, "{sv}", "file", g_variant_new_string(settings_file(self->settings)));
        g_variant_builder_add(&result, "{sv}", "changed", settings_short_rows(self->settings, changed));
        g_variant_builder_add(&result, "{sv}", "problems", problem_rows(problems));
        g_variant_builder_add(&result, "{sv}", "hidden",
                              settings_short_rows(self->settings, find_hidden(before, after)));
        return g_variant_builder_end(&result);
}
