/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Settings
 *
 * One table says every key with type, range, default, unit and help (settings-table.c). Values come, each later one
 * winning, from: default, file (GKeyFile), environment (BANGUI_<KEY>, upper case, '-' as '_'), command line
 * (--set KEY=VALUE, and the options that main.c gives short names). Every value knows its origin.
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
        SETTING_LOG_LEVEL,                /* error warning notice info debug; notice */
        SETTING_GUARD_LOCKOUT,            /* bool, true: refuse a ban of the caller and of this host */
        _SETTING_MAX,
} Setting;

typedef struct Settings Settings;

/* `file`: NULL = SETTINGS_FILE_DEFAULT, which may be absent; a file named must be there. `environment`: as from
 * g_get_environ(). `overrides`: "key=value" texts of the command line, NULL-terminated, may be NULL.
 * Fails with INVALID_ARGUMENT naming origin, key, value and what is allowed; an unknown key is an error. */
Settings *settings_load(const char *file, const char *const *environment, const char *const *overrides, GError **error);
void settings_free(Settings *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Settings, settings_free)

/* Also paths, choices and lists, as written. settings_text(): only of a key that needs a restart; borrowed. */
const char *settings_text(const Settings *self, Setting key);
char *settings_dup_text(const Settings *self, Setting key);
gint64 settings_int(const Settings *self, Setting key);
gboolean settings_bool(const Settings *self, Setting key);
char **settings_list(const Settings *self, Setting key); /* split at ':', empty ones dropped; free with g_strfreev */

/* The table of --print-settings: key, value, origin, default, allowed, help; one line each. */
char *settings_to_text(const Settings *self);

/* The commented default file, made from the table (a build step writes data's bangui.conf with it). */
char *settings_default_file(void);
