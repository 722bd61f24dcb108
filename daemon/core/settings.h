/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Settings
 *
 * One table says every key with type, range, default, unit and help (settings-table.c). Values come, each later one
 * winning, from: default, file (GKeyFile), what was set at run time, environment (BANGUI_<KEY>, upper case, '-' as
 * '_'), command line (--set KEY=VALUE, and the options that main.c gives short names). Every value knows its origin.
 * Any thread may ask. A row of the table says whether its value may change while the daemon runs (`runtime`): such a
 * value is read where it is used, each time anew, never kept in a copy.
 *
 * A variable BANGUI_* that is no key is an error, since it is most likely a slip. The exceptions are the names that
 * our other programs read: BANGUI_BUS (banguictl) and all that begin with BANGUI_TEST_ (the test suite).
 */

#pragma once

#include <glib.h>

#define SETTINGS_FILE_DEFAULT "/etc/bangui/bangui.conf"

/* The key is the name in lower case with '-' for '_': "bus-address", in the file's only group [bangui]. The enum's
 * order is the table's order. */
typedef enum Setting {
        SETTING_BUS_ADDRESS,              /* text; "" = the system bus (DBUS_SYSTEM_BUS_ADDRESS is honoured) */
        SETTING_BUS_CALLS_MAX,            /* int 16..65536, 2048: calls in work or waiting, all callers */
        SETTING_BUS_CALLS_PER_CALLER,     /* int 1..65536, 512 */
        SETTING_FAIL2BAN_SOCKET,          /* path; /run/fail2ban/fail2ban.sock */
        SETTING_FAIL2BAN_CONFIGURATION,   /* path; /etc/fail2ban */
        SETTING_FAIL2BAN_CLIENT,          /* path of fail2ban-client; /usr/bin/fail2ban-client */
        SETTING_FAIL2BAN_REGEX,           /* path of fail2ban-regex; /usr/bin/fail2ban-regex */
        SETTING_FAIL2BAN_START_COMMAND,   /* command line; systemctl start fail2ban.service */
        SETTING_FAIL2BAN_RESTART_COMMAND, /* command line; systemctl restart fail2ban.service */
        SETTING_FAIL2BAN_LOG_FOLDERS,     /* list of absolute folders, ':' between; /var/log : where a log
                                            target and a jail's log path may lie */
        SETTING_FAIL2BAN_PROBE_INTERVAL,  /* seconds 5..3600, 30 */
        SETTING_FAIL2BAN_READ_TIMEOUT,    /* seconds 1..300, 10 */
        SETTING_FAIL2BAN_ACTION_TIMEOUT,  /* seconds 10..3600, 180 */
        SETTING_STORE_FOLDER,             /* path; /var/lib/bangui : our database, the lock file */
        SETTING_STORE_AUDIT_DAYS,         /* days 1..36500, 365: how long the audit is kept */
        SETTING_ARCHIVE_DAYS,             /* days 0..36500, 365: how long bans are kept; 0 = for ever */
        SETTING_ARCHIVE_SYNC_INTERVAL,    /* seconds 10..86400, 300 */
        SETTING_BLOCKLIST_JAIL,           /* name; bangui-blocklist: bans there come from a list */
        SETTING_GEO_COUNTRY_FILE,         /* path; "" = country.mmdb in geo-folder */
        SETTING_GEO_NETWORK_FILE,         /* path; "" = none */
        SETTING_GEO_FOLDER,               /* path; /usr/share/bangui/geo : what comes with BanGUI */
        SETTING_GEO_OUTSIDE,              /* bool, false: addresses may be looked up outside */
        SETTING_GEO_OUTSIDE_URL,          /* url of ip-api.com's batch form */
        SETTING_LOG_LEVEL,                /* error warning notice info debug; notice */
        SETTING_ALLOW_RESOLVE_INTERVAL,   /* seconds 60..86400, 300: host names of the allow list */
        SETTING_GUARD_LOCKOUT,            /* bool, true: refuse a ban of the caller and of this host */
        SETTING_MAP_THRESHOLD_LOW,        /* bans 1..1000000, 20; each threshold is less than the next */
        SETTING_MAP_THRESHOLD_MEDIUM,     /* 50 */
        SETTING_MAP_THRESHOLD_HIGH,       /* 100 */
        _SETTING_MAX,
} Setting;

typedef struct Settings Settings;

/* Where a value comes from; each wins over those before it. */
typedef enum SettingLayer {
        SETTING_LAYER_DEFAULT,
        SETTING_LAYER_FILE,
        SETTING_LAYER_STORED, /* set at run time, kept in our database */
        SETTING_LAYER_ENVIRONMENT,
        SETTING_LAYER_COMMAND_LINE,
        _SETTING_LAYER_MAX,
} SettingLayer;

/* "default", "file", "stored", "environment", "command line". */
const char *setting_layer_name(SettingLayer layer);

/* A set of keys. */
typedef guint64 SettingMask;
#define SETTING_BIT(key) (G_GUINT64_CONSTANT(1) << (key))
#define SETTING_MASK_ALL G_MAXUINT64

G_STATIC_ASSERT(_SETTING_MAX <= 64);

/* `file`: NULL = SETTINGS_FILE_DEFAULT, which may be absent; a file named must be there. `environment`: as from
 * g_get_environ(). `overrides`: "key=value" texts of the command line, NULL-terminated, may be NULL.
 * Fails with INVALID_ARGUMENT naming origin, key, value and what is allowed; an unknown key is an error, and so is a
 * rule over several keys that is broken. */
Settings *settings_load(const char *file, const char *const *environment, const char *const *overrides, GError **error);
void settings_free(Settings *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Settings, settings_free)

/* Also paths, choices and lists, as written. settings_text(): only of a key that needs a restart; borrowed. */
const char *settings_text(const Settings *self, Setting key);
char *settings_dup_text(const Settings *self, Setting key);
gint64 settings_int(const Settings *self, Setting key);
gboolean settings_bool(const Settings *self, Setting key);
char **settings_list(const Settings *self, Setting key); /* split at ':', empty ones dropped; free with g_strfreev */

/* `changed`: those of the keys asked for whose value or origin changed. Called on the main thread. */
typedef void (*SettingsFunc)(const Settings *settings, SettingMask changed, gpointer userdata);

/* Main thread, and not from within a SettingsFunc. */
guint settings_watch(Settings *self, SettingMask keys, SettingsFunc func, gpointer userdata);
void settings_unwatch(Settings *self, guint id);

/* A value and where it comes from, as one. */
typedef struct SettingView {
        char *text;
        gint64 number; /* integers and booleans */
        SettingLayer layer;
        char *where; /* the file's path, the variable's name, "--set KEY"; else "" */
} SettingView;

void settings_view(const Settings *self, Setting key, SettingView *ret);
void setting_view_clear(SettingView *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(SettingView, setting_view_clear)

/* The path of the settings file. */
const char *settings_file(const Settings *self);

typedef enum SettingProblemKind {
        SETTING_PROBLEM_FILE,    /* the file as a whole */
        SETTING_PROBLEM_VALUE,   /* no such key, or a value that is not allowed */
        SETTING_PROBLEM_ORDER,   /* a rule over several keys */
        SETTING_PROBLEM_RESTART, /* the key needs a restart */
} SettingProblemKind;

/* Why something of a source does not count. */
typedef struct SettingProblem {
        SettingProblemKind kind;
        char *key; /* as written; "" when it is of none */
        char *message;
} SettingProblem;

SettingProblem *setting_problem_new(SettingProblemKind kind, const char *key, const char *message);
void setting_problem_free(SettingProblem *self);

/* Changing is two steps: a copy of what each source says is changed and judged (core/settings-layers.h), and then takes
 * the place of the old one. One at a time: whoever changes settings has a lock for it. Any thread. */
typedef struct SettingLayers SettingLayers;

SettingLayers *settings_copy_layers(const Settings *self);

/* Takes the layers over; the keys whose value or origin changed. */
SettingMask settings_apply(Settings *self, SettingLayers *layers);

/* Reads the file again. What cannot be applied keeps the value that it had, and is added to the problems
 * (SettingProblem). The same as to changing. */
SettingMask settings_reload(Settings *self, GPtrArray *problems);

/* The table of --print-settings: key, value, origin, default, allowed, help; one line each. */
char *settings_to_text(const Settings *self);

/* The commented default file, made from the table (a build step writes data's bangui.conf with it). */
char *settings_default_file(void);
