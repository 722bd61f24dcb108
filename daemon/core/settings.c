/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Settings: the values, and loading
 *
 * Loading starts with every default and lets each source set values over it. settings-table.c says what a key is and
 * judges values; settings-text.c writes the table for people.
 */

#include "core/settings.h"

#include <string.h>

#include "core/error.h"
#include "core/settings-table.h"
#include "core/text.h"

#define SETTINGS_GROUP "bangui"
#define ENVIRONMENT_PREFIX "BANGUI_"
#define ENVIRONMENT_TEST_PREFIX "BANGUI_TEST_"

/* Variables of our other programs. */
static const char *const environment_exempt[] = { "BANGUI_BUS", NULL };

typedef struct Value {
        char *text;
        char *origin;
        gint64 number; /* integers and booleans */
} Value;

struct Settings {
        GMutex *lock; /* on its own, since those who read hold the settings as const */
        Value values[_SETTING_MAX];
};

const char *settings_origin(const Settings *self, Setting key) {
        return self->values[key].origin;
}

/* `where` is for the message, `origin` for the table of --print-settings. */
static gboolean settings_set(Settings *self, Setting key, const char *text, const char *where, const char *origin,
                             GError **error) {
        Value *value = &self->values[key];
        gint64 number;

        if (!setting_is_valid(key, text, &number)) {
                g_autofree char *quoted = text_quote(text), *allowed = setting_allowed(key);

                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT,
                            "%s: setting '%s' has the value %s; it must be %s", where, setting_spec(key)->key, quoted,
                            allowed);
                return FALSE;
        }

        g_free(value->text);
        g_free(value->origin);
        *value = (Value) { .text = g_strdup(text), .origin = g_strdup(origin), .number = number };
        return TRUE;
}

static gboolean fail_unknown(const char *where, const char *what, const char *name, const char *nearest,
                             GError **error) {
        g_autofree char *quoted = text_quote(name);

        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT, "%s: there is no %s %s%s%s%s", where, what,
                    quoted, nearest ? "; did you mean '" : "", nearest ? nearest : "", nearest ? "'?" : "");
        return FALSE;
}

static gboolean load_defaults(Settings *self, GError **error) {
        for (guint i = 0; i < _SETTING_MAX; i++)
                if (!settings_set(self, (Setting) i, setting_spec((Setting) i)->fallback, "defaults", "default", error))
                        return FALSE;
        return TRUE;
}

static gboolean load_key(Settings *self, GKeyFile *keys, const char *file, const char *name, GError **error) {
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
        return settings_set(self, key, text, file, file, error);
}

static gboolean load_groups(Settings *self, GKeyFile *keys, const char *file, GError **error) {
        g_auto(GStrv) groups = g_key_file_get_groups(keys, NULL), names = NULL;

        for (guint i = 0; groups[i]; i++)
                if (!g_str_equal(groups[i], SETTINGS_GROUP))
                        return fail_unknown(file, "group", groups[i], SETTINGS_GROUP, error);

        names = g_key_file_get_keys(keys, SETTINGS_GROUP, NULL, NULL);
        for (guint i = 0; names && names[i]; i++)
                if (!load_key(self, keys, file, names[i], error))
                        return FALSE;
        return TRUE;
}

static gboolean load_file(Settings *self, const char *file, GError **error) {
        g_autoptr(GKeyFile) keys = g_key_file_new();
        g_autoptr(GError) local = NULL;
        const char *path = file ? file : SETTINGS_FILE_DEFAULT;

        if (g_key_file_load_from_file(keys, path, G_KEY_FILE_NONE, &local))
                return load_groups(self, keys, path, error);

        if (!file && g_error_matches(local, G_FILE_ERROR, G_FILE_ERROR_NOENT))
                return TRUE;

        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT, "%s: the settings file is not readable: %s",
                    path, local->message);
        return FALSE;
}

static char *variable_of(const char *key) {
        g_autofree char *upper = g_ascii_strup(key, -1);

        return g_strconcat(ENVIRONMENT_PREFIX, g_strdelimit(upper, "-", '_'), NULL);
}

/* Upper case only: what another case would mean is not ours to guess. */
static gboolean find_variable(const char *name, Setting *ret) {
        for (guint i = 0; i < _SETTING_MAX; i++) {
                g_autofree char *variable = variable_of(setting_spec((Setting) i)->key);

                if (g_str_equal(variable, name)) {
                        *ret = (Setting) i;
                        return TRUE;
                }
        }
        return FALSE;
}

static gboolean fail_variable(const char *name, GError **error) {
        g_autofree char *key = g_ascii_strdown(name + strlen(ENVIRONMENT_PREFIX), -1), *variable = NULL;
        const char *nearest = setting_nearest(g_strdelimit(key, "_", '-'));

        if (nearest)
                variable = variable_of(nearest);
        return fail_unknown("environment", "setting for the variable", name, variable, error);
}

static gboolean load_variable(Settings *self, const char *entry, GError **error) {
        const char *equals = strchr(entry, '=');
        g_autofree char *name = equals ? g_strndup(entry, (gsize) (equals - entry)) : NULL;
        g_autofree char *where = NULL;
        Setting key;

        if (!name || !g_str_has_prefix(name, ENVIRONMENT_PREFIX) || g_str_has_prefix(name, ENVIRONMENT_TEST_PREFIX) ||
            g_strv_contains(environment_exempt, name))
                return TRUE;
        if (!find_variable(name, &key))
                return fail_variable(name, error);

        where = g_strdup_printf("environment variable %s", name);
        return settings_set(self, key, equals + 1, where, "environment", error);
}

static gboolean load_override(Settings *self, const char *entry, GError **error) {
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
        return settings_set(self, key, equals + 1, "command line", "command line", error);
}

static Settings *settings_new(void) {
        Settings *self = g_new0(Settings, 1);

        self->lock = g_new0(GMutex, 1);
        g_mutex_init(self->lock);
        return self;
}

Settings *settings_load(const char *file, const char *const *environment, const char *const *overrides,
                        GError **error) {
        g_autoptr(Settings) self = settings_new();

        if (!load_defaults(self, error) || !load_file(self, file, error))
                return NULL;

        for (; environment && *environment; environment++)
                if (!load_variable(self, *environment, error))
                        return NULL;

        for (; overrides && *overrides; overrides++)
                if (!load_override(self, *overrides, error))
                        return NULL;

        return g_steal_pointer(&self);
}

void settings_free(Settings *self) {
        for (guint i = 0; i < _SETTING_MAX; i++) {
                g_free(self->values[i].origin);
                g_free(self->values[i].text);
        }
        g_mutex_clear(self->lock);
        g_free(self->lock);
        g_free(self);
}

const char *settings_text(const Settings *self, Setting key) {
        g_assert(!setting_spec(key)->runtime);
        return self->values[key].text;
}

char *settings_dup_text(const Settings *self, Setting key) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(self->lock);

        return g_strdup(self->values[key].text);
}

static gint64 read_number(const Settings *self, Setting key) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(self->lock);

        return self->values[key].number;
}

gint64 settings_int(const Settings *self, Setting key) {
        g_assert(setting_spec(key)->type == SETTING_TYPE_INT);
        return read_number(self, key);
}

gboolean settings_bool(const Settings *self, Setting key) {
        g_assert(setting_spec(key)->type == SETTING_TYPE_BOOL);
        return read_number(self, key) != 0;
}

char **settings_list(const Settings *self, Setting key) {
        g_autofree char *text = settings_dup_text(self, key);
        g_auto(GStrv) parts = g_strsplit(text, ":", -1);
        g_autoptr(GStrvBuilder) list = g_strv_builder_new();

        for (guint i = 0; parts[i]; i++)
                if (parts[i][0] != '\0')
                        g_strv_builder_add(list, parts[i]);
        return g_strv_builder_end(list);
}
