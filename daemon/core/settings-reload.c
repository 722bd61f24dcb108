/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Settings: the file, read again while the daemon runs. */

#include "core/settings-load.h"
#include "core/settings-table.h"

static void add_problem(GPtrArray *problems, SettingProblemKind kind, Setting key, const char *message) {
        g_ptr_array_add(problems, setting_problem_new(kind, setting_spec(key)->key, message));
}

/* A key with a bad value says what it said before. */
static SettingMask bad_keys(GPtrArray *problems) {
        SettingMask keys = 0;

        for (guint i = 0; i < problems->len; i++) {
                const SettingProblem *problem = g_ptr_array_index(problems, i);
                Setting key;

                if (setting_find(problem->key, &key))
                        keys |= SETTING_BIT(key);
        }
        return keys;
}

/* What would count is another value than the one in force, and the daemon cannot take it while it runs. */
static SettingMask find_restart(const SettingLayers *before, const SettingLayers *after, const char *file,
                                GPtrArray *problems) {
        SettingMask keys = 0;

        for (guint i = 0; i < _SETTING_MAX; i++) {
                const SettingSpec *spec = setting_spec((Setting) i);
                const char *old = setting_layers_value(before, (Setting) i, NULL, NULL);
                const char *new = setting_layers_value(after, (Setting) i, NULL, NULL);
                g_autofree char *message = NULL;

                if (spec->runtime || g_str_equal(old, new))
                        continue;
                message = g_strdup_printf("%s: setting '%s' changes with the next start; until then it stays '%s'",
                                          file, spec->key, old);
                add_problem(problems, SETTING_PROBLEM_RESTART, (Setting) i, message);
                keys |= SETTING_BIT(i);
        }
        return keys;
}

gboolean settings_reread_file(SettingLayers *layers, const char *path, GPtrArray *problems) {
        g_autoptr(SettingLayers) before = setting_layers_copy(layers);
        const char *file = path ? path : SETTINGS_FILE_DEFAULT;

        if (!settings_read_file(layers, path, problems))
                return FALSE;
        setting_layers_keep(layers, SETTING_LAYER_FILE, bad_keys(problems), before);
        setting_layers_keep(layers, SETTING_LAYER_FILE, find_restart(before, layers, file, problems), before);
        setting_layers_settle(layers, SETTING_LAYER_FILE, before, problems);
        return TRUE;
}
