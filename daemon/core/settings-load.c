/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "core/settings-load.h"

#include <string.h>

#include "core/error.h"
#include "core/settings-table.h"
#include "core/text.h"

#define SETTINGS_GROUP "bangui"
#define ENVIRONMENT_TEST_PREFIX SETTING_VARIABLE_PREFIX "TEST_"

/* Variables of our other programs. */
static const char *const environment_exempt[] = { "BANGUI_BUS", NULL };

static gboolean fail_unknown(const char *where, const char *what, const char *name, const char *nearest,
                             GError **error) {
        g_autofree char *quoted = text_quote(name);

        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT, "%s: there is no %s %s%s%s%s", where, what,
                    quoted, nearest ? "; did you mean '" : "", nearest ? nearest : "", nearest ? "'?" : "");
        return FALSE;
}

static gboolean read_key(SettingLayers *layers, GKeyFile *keys, const char *file, const char *name, GError **error) {
        g_autoptr(GError) local = NULL;
        g_autofree char *text = NULL;
        Setting key;

        if (!setting_find(name, &key))
                return fail_unknown(file, "setting", name, setting_nearest(name), error);

        /* For a bad escape GLib gives both a text and an error. */
        text = g_key_file_get_string(keys, SETTINGS_GROUP, name, &local);
        if (local) {
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT, "%s: setting '%s': %s", file, name,
                            local->message);
                return FALSE;
        }
        return setting_layers_set(layers, SETTING_LAYER_FILE, key, text, file, error);
}

static void read_keys(SettingLayers *layers, GKeyFile *keys, const char *file, GPtrArray *problems) {
        g_auto(GStrv) names = g_key_file_get_keys(keys, SETTINGS_GROUP, NULL, NULL);

        for (guint i = 0; i < _SETTING_MAX; i++)
                setting_layers_unset(layers, SETTING_LAYER_FILE, (Setting) i);

        for (guint i = 0; names && names[i]; i++) {
                g_autoptr(GError) error = NULL;

                if (!read_key(layers, keys, file, names[i], &error))
                        g_ptr_array_add(problems, setting_problem_new(SETTING_PROBLEM_VALUE, names[i], error->message));
        }
}

static void check_groups(GKeyFile *keys, const char *file, GPtrArray *problems) {
        g_auto(GStrv) groups = g_key_file_get_groups(keys, NULL);

        for (guint i = 0; groups[i]; i++) {
                g_autoptr(GError) error = NULL;

                if (g_str_equal(groups[i], SETTINGS_GROUP))
                        continue;
                fail_unknown(file, "group", groups[i], SETTINGS_GROUP, &error);
                g_ptr_array_add(problems, setting_problem_new(SETTING_PROBLEM_FILE, "", error->message));
        }
}

gboolean settings_read_file(SettingLayers *layers, const char *path, GPtrArray *problems) {
        g_autoptr(GKeyFile) keys = g_key_file_new();
        g_autoptr(GError) error = NULL;
        g_autofree char *message = NULL;
        const char *file = path ? path : SETTINGS_FILE_DEFAULT;

        if (g_key_file_load_from_file(keys, file, G_KEY_FILE_NONE, &error) ||
            (!path && g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_NOENT))) {
                check_groups(keys, file, problems);
                read_keys(layers, keys, file, problems);
                return TRUE;
        }

        message = g_strdup_printf("%s: the settings file is not readable: %s", file, error->message);
        g_ptr_array_add(problems, setting_problem_new(SETTING_PROBLEM_FILE, "", message));
        return FALSE;
}

/* Upper case only: what another case would mean is not ours to guess. */
static gboolean find_variable(const char *name, Setting *ret) {
        for (guint i = 0; i < _SETTING_MAX; i++) {
                g_autofree char *variable = setting_variable((Setting) i);

                if (g_str_equal(variable, name)) {
                        *ret = (Setting) i;
                        return TRUE;
                }
        }
        return FALSE;
}

static gboolean fail_variable(const char *name, GError **error) {
        g_autofree char *key = g_ascii_strdown(name + strlen(SETTING_VARIABLE_PREFIX), -1), *variable = NULL;
        const char *nearest = setting_nearest(g_strdelimit(key, "_", '-'));
        Setting setting;

        if (nearest && setting_find(nearest, &setting))
                variable = setting_variable(setting);
        return fail_unknown("environment", "setting for the variable", name, variable, error);
}

static gboolean read_variable(SettingLayers *layers, const char *entry, GError **error) {
        const char *equals = strchr(entry, '=');
        g_autofree char *name = equals ? g_strndup(entry, (gsize) (equals - entry)) : NULL;
        g_autofree char *where = NULL;
        Setting key;

        if (!name || !g_str_has_prefix(name, SETTING_VARIABLE_PREFIX) ||
            g_str_has_prefix(name, ENVIRONMENT_TEST_PREFIX) || g_strv_contains(environment_exempt, name))
                return TRUE;
        if (!find_variable(name, &key))
                return fail_variable(name, error);

        where = g_strdup_printf("environment variable %s", name);
        return setting_layers_set(layers, SETTING_LAYER_ENVIRONMENT, key, equals + 1, where, error);
}

gboolean settings_read_environment(SettingLayers *layers, const char *const *environment, GError **error) {
        for (; environment && *environment; environment++)
                if (!read_variable(layers, *environment, error))
                        return FALSE;
        return TRUE;
}

static gboolean read_override(SettingLayers *layers, const char *entry, GError **error) {
        const char *equals = strchr(entry, '=');
        g_autofree char *name = NULL;
        Setting key;

        if (!equals) {
                g_autofree char *quoted = text_quote(entry);

                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT,
                            "command line: a setting is KEY=VALUE, not %s", quoted);
                return FALSE;
        }

        name = g_strndup(entry, (gsize) (equals - entry));
        if (!setting_find(name, &key))
                return fail_unknown("command line", "setting", name, setting_nearest(name), error);
        return setting_layers_set(layers, SETTING_LAYER_COMMAND_LINE, key, equals + 1, "command line", error);
}

gboolean settings_read_overrides(SettingLayers *layers, const char *const *overrides, GError **error) {
        for (; overrides && *overrides; overrides++)
                if (!read_override(layers, *overrides, error))
                        return FALSE;
        return TRUE;
}
