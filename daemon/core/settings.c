/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Settings: the table, and loading
 *
 * What a key is stands in one row of `table`. Loading starts with every default and lets each source set values over
 * it through settings_set(), which alone judges a value. settings-text.c writes the table for people.
 */

#include "core/settings.h"

#include <string.h>

#include "core/error.h"
#include "core/settings-table.h"
#include "core/text.h"

#define SETTINGS_GROUP "bangui"
#define ENVIRONMENT_PREFIX "BANGUI_"
#define ENVIRONMENT_TEST_PREFIX "BANGUI_TEST_"
#define SOCKET_PATH_MAX 107 /* sun_path without its NUL */

static const char *const log_levels[] = { "error", "warning", "notice", "info", "debug", NULL };

/* Variables of our other programs. */
static const char *const environment_exempt[] = { "BANGUI_BUS", NULL };

/* clang-format off */
static const SettingSpec table[] = {
        [SETTING_BUS_ADDRESS] = { "bus-address", SETTING_TYPE_BUS, "",
                .help = "D-Bus address of the bus to serve on; empty: the system bus." },
        [SETTING_BUS_CALLS_MAX] = { "bus-calls-max", SETTING_TYPE_INT, "2048", 16, 65536, "calls",
                .help = "Calls of all callers that may be in work or waiting; one more gets the error Busy." },
        [SETTING_BUS_CALLS_PER_CALLER] = { "bus-calls-per-caller", SETTING_TYPE_INT, "512", 1, 65536, "calls",
                .help = "The same for one caller." },
        [SETTING_FAIL2BAN_SOCKET] = { "fail2ban-socket", SETTING_TYPE_PATH, "/run/fail2ban/fail2ban.sock",
                .max = SOCKET_PATH_MAX,
                .help = "fail2ban's socket." },
        [SETTING_FAIL2BAN_CONFIGURATION] = { "fail2ban-configuration", SETTING_TYPE_PATH, "/etc/fail2ban",
                .help = "fail2ban's configuration folder." },
        [SETTING_FAIL2BAN_CLIENT] = { "fail2ban-client", SETTING_TYPE_PATH, "/usr/bin/fail2ban-client",
                .help = "The program fail2ban-client." },
        [SETTING_FAIL2BAN_REGEX] = { "fail2ban-regex", SETTING_TYPE_PATH, "/usr/bin/fail2ban-regex",
                .help = "The program fail2ban-regex." },
        [SETTING_FAIL2BAN_START_COMMAND] = { "fail2ban-start-command", SETTING_TYPE_COMMAND,
                "systemctl start fail2ban.service",
                .help = "Starts fail2ban. Split into words as a shell does, but run without one." },
        [SETTING_FAIL2BAN_RESTART_COMMAND] = { "fail2ban-restart-command", SETTING_TYPE_COMMAND,
                "systemctl restart fail2ban.service",
                .help = "Restarts fail2ban; split in the same way." },
        [SETTING_FAIL2BAN_LOG_FOLDERS] = { "fail2ban-log-folders", SETTING_TYPE_FOLDERS, "/var/log",
                .help = "Folders below which a log target and a jail's log files may lie." },
        [SETTING_FAIL2BAN_PROBE_INTERVAL] = { "fail2ban-probe-interval", SETTING_TYPE_INT, "30", 5, 3600, "seconds",
                .help = "Time between two comparisons of what we know with fail2ban's counters." },
        [SETTING_FAIL2BAN_READ_TIMEOUT] = { "fail2ban-read-timeout", SETTING_TYPE_INT, "10", 1, 300, "seconds",
                .help = "How long fail2ban may take to answer a question." },
        [SETTING_FAIL2BAN_ACTION_TIMEOUT] = { "fail2ban-action-timeout", SETTING_TYPE_INT, "180", 10, 3600, "seconds",
                .help = "How long fail2ban may take for what runs actions: bans, stopping a jail, a reload." },
        [SETTING_STORE_FOLDER] = { "store-folder", SETTING_TYPE_PATH, "/var/lib/bangui",
                .help = "Folder of our database and of the lock file." },
        [SETTING_STORE_AUDIT_DAYS] = { "store-audit-days", SETTING_TYPE_INT, "365", 1, 36500, "days",
                .help = "How long the audit is kept." },
        [SETTING_LOG_LEVEL] = { "log-level", SETTING_TYPE_CHOICE, "notice", .choices = log_levels,
                .help = "What is logged: this level and all more serious ones." },
        [SETTING_GUARD_LOCKOUT] = { "guard-lockout", SETTING_TYPE_BOOL, "true",
                .help = "Refuse a ban that would hit the caller or this host, unless it is forced." },
};
/* clang-format on */

G_STATIC_ASSERT(G_N_ELEMENTS(table) == _SETTING_MAX);

typedef struct Value {
        char *text;
        char *origin;
        gint64 number; /* integers and booleans */
} Value;

struct Settings {
        Value values[_SETTING_MAX];
};

const SettingSpec *setting_spec(Setting key) {
        g_assert((guint) key < _SETTING_MAX);
        return &table[key];
}

const char *settings_origin(const Settings *self, Setting key) {
        return self->values[key].origin;
}

static const char *nearest_key(const char *name) {
        const char *names[_SETTING_MAX + 1] = { NULL };

        for (guint i = 0; i < _SETTING_MAX; i++)
                names[i] = table[i].key;
        return text_nearest(name, names);
}

static gboolean find_key(const char *name, Setting *ret) {
        for (guint i = 0; i < _SETTING_MAX; i++)
                if (g_str_equal(table[i].key, name)) {
                        *ret = (Setting) i;
                        return TRUE;
                }
        return FALSE;
}

static gboolean parse_bool(const char *text, gint64 *ret) {
        static const char *const yes[] = { "true", "yes", "on", "1", NULL };
        static const char *const no[] = { "false", "no", "off", "0", NULL };

        *ret = g_strv_contains(yes, text);
        return *ret || g_strv_contains(no, text);
}

static gboolean folders_are_valid(const char *text) {
        g_auto(GStrv) folders = g_strsplit(text, ":", -1);
        guint n = 0;

        for (guint i = 0; folders[i]; i++) {
                if (folders[i][0] == '\0')
                        continue;
                if (!g_path_is_absolute(folders[i]))
                        return FALSE;
                n++;
        }
        return n > 0;
}

static gboolean command_is_valid(const char *text) {
        g_auto(GStrv) words = NULL;

        return g_shell_parse_argv(text, NULL, &words, NULL) && words[0][0] != '\0';
}

static gboolean value_is_valid(const SettingSpec *spec, const char *text, gint64 *ret_number) {
        if (!text_is_plain(text))
                return FALSE;

        switch (spec->type) {
        case SETTING_TYPE_BUS:
                return text[0] == '\0' || (g_ascii_isalpha(text[0]) && strchr(text, ':'));
        case SETTING_TYPE_INT:
                return g_ascii_string_to_signed(text, 10, spec->min, spec->max, ret_number, NULL);
        case SETTING_TYPE_BOOL:
                return parse_bool(text, ret_number);
        case SETTING_TYPE_PATH:
                return g_path_is_absolute(text) && (spec->max == 0 || (gint64) strlen(text) <= spec->max);
        case SETTING_TYPE_FOLDERS:
                return folders_are_valid(text);
        case SETTING_TYPE_COMMAND:
                return command_is_valid(text);
        case SETTING_TYPE_CHOICE:
                return g_strv_contains(spec->choices, text);
        }
        g_assert_not_reached();
}

/* `where` is for the message, `origin` for the table of --print-settings. */
static gboolean settings_set(Settings *self, Setting key, const char *text, const char *where, const char *origin,
                             GError **error) {
        Value *value = &self->values[key];
        gint64 number = 0;

        if (!value_is_valid(&table[key], text, &number)) {
                g_autofree char *quoted = text_quote(text), *allowed = setting_allowed(key);

                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT,
                            "%s: setting '%s' has the value %s; it must be %s", where, table[key].key, quoted, allowed);
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
                if (!settings_set(self, (Setting) i, table[i].fallback, "defaults", "default", error))
                        return FALSE;
        return TRUE;
}

static gboolean load_key(Settings *self, GKeyFile *keys, const char *file, const char *name, GError **error) {
        g_autoptr(GError) local = NULL;
        g_autofree char *text = NULL;
        Setting key;

        if (!find_key(name, &key))
                return fail_unknown(file, "setting", name, nearest_key(name), error);

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
                g_autofree char *variable = variable_of(table[i].key);

                if (g_str_equal(variable, name)) {
                        *ret = (Setting) i;
                        return TRUE;
                }
        }
        return FALSE;
}

static gboolean fail_variable(const char *name, GError **error) {
        g_autofree char *key = g_ascii_strdown(name + strlen(ENVIRONMENT_PREFIX), -1), *variable = NULL;
        const char *nearest = nearest_key(g_strdelimit(key, "_", '-'));

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
        if (!find_key(name, &key))
                return fail_unknown("command line", "setting", name, nearest_key(name), error);
        return settings_set(self, key, equals + 1, "command line", "command line", error);
}

Settings *settings_load(const char *file, const char *const *environment, const char *const *overrides,
                        GError **error) {
        g_autoptr(Settings) self = g_new0(Settings, 1);

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
        g_free(self);
}

const char *settings_text(const Settings *self, Setting key) {
        return self->values[key].text;
}

gint64 settings_int(const Settings *self, Setting key) {
        g_assert(table[key].type == SETTING_TYPE_INT);
        return self->values[key].number;
}

gboolean settings_bool(const Settings *self, Setting key) {
        g_assert(table[key].type == SETTING_TYPE_BOOL);
        return self->values[key].number != 0;
}

char **settings_list(const Settings *self, Setting key) {
        g_auto(GStrv) parts = g_strsplit(self->values[key].text, ":", -1);
        g_autoptr(GStrvBuilder) list = g_strv_builder_new();

        for (guint i = 0; parts[i]; i++)
                if (parts[i][0] != '\0')
                        g_strv_builder_add(list, parts[i]);
        return g_strv_builder_end(list);
}
