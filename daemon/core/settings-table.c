/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Settings: the table
 *
 * What a key is stands in one row of `table`: its type, default, range and help, and whether it may change while the
 * daemon runs. A value is judged here and nowhere else.
 */

#include "core/settings-table.h"

#include <string.h>

#include "core/text.h"

#define SOCKET_PATH_MAX 107 /* sun_path without its NUL */
#define NAME_MAX_BYTES 64
#define GEO_FOLDER BANGUI_DATADIR "/bangui/geo"
#define NAME_CHARACTERS G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-_."

static const char *const log_levels[] = { "error", "warning", "notice", "info", "debug", NULL };

/* clang-format off */
static const SettingSpec table[] = {
        [SETTING_BUS_ADDRESS] = { "bus-address", SETTING_TYPE_BUS, "", .optional = TRUE,
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
                .runtime = TRUE,
                .help = "Time between two comparisons of what we know with fail2ban's counters." },
        [SETTING_FAIL2BAN_READ_TIMEOUT] = { "fail2ban-read-timeout", SETTING_TYPE_INT, "10", 1, 300, "seconds",
                .runtime = TRUE,
                .help = "How long fail2ban may take to answer a question." },
        [SETTING_FAIL2BAN_ACTION_TIMEOUT] = { "fail2ban-action-timeout", SETTING_TYPE_INT, "180", 10, 3600, "seconds",
                .help = "How long fail2ban may take for what runs actions: bans, stopping a jail, a reload." },
        [SETTING_STORE_FOLDER] = { "store-folder", SETTING_TYPE_PATH, "/var/lib/bangui",
                .help = "Folder of our database and of the lock file." },
        [SETTING_STORE_AUDIT_DAYS] = { "store-audit-days", SETTING_TYPE_INT, "365", 1, 36500, "days",
                .runtime = TRUE,
                .help = "How long the audit is kept." },
        [SETTING_ARCHIVE_DAYS] = { "archive-days", SETTING_TYPE_INT, "365", 0, 36500, "days",
                .runtime = TRUE,
                .help = "How long bans are kept in the archive; 0 = for ever. Their daily totals stay." },
        [SETTING_ARCHIVE_SYNC_INTERVAL] = { "archive-sync-interval", SETTING_TYPE_INT, "300", 10, 86400, "seconds",
                .runtime = TRUE,
                .help = "Time between two readings of fail2ban's history when nothing says that it changed." },
        [SETTING_BLOCKLIST_JAIL] = { "blocklist-jail", SETTING_TYPE_NAME, "bangui-blocklist",
                .runtime = TRUE,
                .help = "The jail of the block lists: what is banned there counts as banned by a list." },
        [SETTING_GEO_COUNTRY_FILE] = { "geo-country-file", SETTING_TYPE_PATH, "", .optional = TRUE,
                .runtime = TRUE,
                .help = "MMDB file that knows countries (GeoLite2, DB-IP, IPinfo); empty: the one in geo-folder." },
        [SETTING_GEO_NETWORK_FILE] = { "geo-network-file", SETTING_TYPE_PATH, "", .optional = TRUE,
                .runtime = TRUE,
                .help = "MMDB file that knows networks (autonomous systems); empty: what the country file knows." },
        [SETTING_GEO_FOLDER] = { "geo-folder", SETTING_TYPE_PATH, GEO_FOLDER,
                .help = "Folder of the country file that comes with BanGUI." },
        [SETTING_GEO_OUTSIDE] = { "geo-outside", SETTING_TYPE_BOOL, "false",
                .runtime = TRUE,
                .help = "Ask a service outside about addresses of no country. They leave this machine." },
        [SETTING_GEO_OUTSIDE_URL] = { "geo-outside-url", SETTING_TYPE_URL,
                "http://ip-api.com/batch?fields=status,countryCode,as,query",
                .runtime = TRUE,
                .help = "That service, in the batch form of ip-api.com, which is not encrypted unless it is paid." },
        [SETTING_LOG_LEVEL] = { "log-level", SETTING_TYPE_CHOICE, "notice", .choices = log_levels,
                .runtime = TRUE,
                .help = "What is logged: this level and all more serious ones." },
        [SETTING_ALLOW_RESOLVE_INTERVAL] = { "allow-resolve-interval", SETTING_TYPE_INT, "300", 60, 86400, "seconds",
                .runtime = TRUE,
                .help = "Time between two look-ups of the host names on the allow list." },
        [SETTING_GUARD_LOCKOUT] = { "guard-lockout", SETTING_TYPE_BOOL, "true",
                .runtime = TRUE,
                .help = "Refuse a ban that would hit the caller or this host, unless it is forced." },
        [SETTING_MAP_THRESHOLD_LOW] = { "map-threshold-low", SETTING_TYPE_INT, "20", 1, 1000000, "bans",
                .runtime = TRUE,
                .help = "From so many bans on a country has the low colour on a map; less than map-threshold-medium." },
        [SETTING_MAP_THRESHOLD_MEDIUM] = { "map-threshold-medium", SETTING_TYPE_INT, "50", 1, 1000000, "bans",
                .runtime = TRUE,
                .help = "The same for the medium colour; less than map-threshold-high." },
        [SETTING_MAP_THRESHOLD_HIGH] = { "map-threshold-high", SETTING_TYPE_INT, "100", 1, 1000000, "bans",
                .runtime = TRUE,
                .help = "The same for the high colour." },
};
/* clang-format on */

G_STATIC_ASSERT(G_N_ELEMENTS(table) == _SETTING_MAX);

const SettingSpec *setting_spec(Setting key) {
        g_assert((guint) key < _SETTING_MAX);
        return &table[key];
}

char *setting_variable(Setting key) {
        g_autofree char *upper = g_ascii_strup(setting_spec(key)->key, -1);

        return g_strconcat(SETTING_VARIABLE_PREFIX, g_strdelimit(upper, "-", '_'), NULL);
}

const SettingOrder *setting_orders(guint *ret_n) {
        static const SettingOrder orders[] = {
                { { SETTING_MAP_THRESHOLD_LOW, SETTING_MAP_THRESHOLD_MEDIUM, SETTING_MAP_THRESHOLD_HIGH }, 3 },
        };

        *ret_n = G_N_ELEMENTS(orders);
        return orders;
}

const char *setting_nearest(const char *name) {
        const char *names[_SETTING_MAX + 1] = { NULL };

        for (guint i = 0; i < _SETTING_MAX; i++)
                names[i] = table[i].key;
        return text_nearest(name, names);
}

gboolean setting_find(const char *name, Setting *ret) {
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

static gboolean url_is_valid(const char *text) {
        g_autoptr(GUri) uri = g_uri_parse(text, G_URI_FLAGS_NONE, NULL);
        const char *scheme = uri ? g_uri_get_scheme(uri) : "", *host = uri ? g_uri_get_host(uri) : NULL;

        return (g_str_equal(scheme, "http") || g_str_equal(scheme, "https")) && host && host[0] != '\0';
}

gboolean setting_is_valid(Setting key, const char *text, gint64 *ret_number) {
        const SettingSpec *spec = setting_spec(key);

        *ret_number = 0;
        if (!text_is_plain(text))
                return FALSE;
        if (text[0] == '\0')
                return spec->optional;

        switch (spec->type) {
        case SETTING_TYPE_BUS:
                return g_ascii_isalpha(text[0]) && strchr(text, ':');
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
        case SETTING_TYPE_URL:
                return url_is_valid(text);
        case SETTING_TYPE_NAME:
                return strlen(text) <= NAME_MAX_BYTES && strspn(text, NAME_CHARACTERS) == strlen(text);
        case SETTING_TYPE_CHOICE:
                return g_strv_contains(spec->choices, text);
        }
        g_assert_not_reached();
}
