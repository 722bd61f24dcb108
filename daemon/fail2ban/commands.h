/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * fail2ban's commands with types
 *
 * Each function sends one command and reads its reply strictly: a shape that was not expected is
 * FAIL2BAN_PROTOCOL and the message says what was expected. Labels of status lists are matched by text and
 * unknown ones ignored, as fail2ban's authors ask. Every text that goes out was checked first against what it
 * must be: fail2ban evaluates some of them as Python. Blocking.
 * Source for all shapes: docs/fail2ban-protocol.md.
 */

#pragma once

#include "core/address.h"
#include "fail2ban/client.h"

#define FAIL2BAN_JAIL_NAME_MAX 255 /* bytes */
#define FAIL2BAN_REGEX_MAX 16384   /* bytes */

typedef struct Fail2banCounters {
        guint currently_failed;
        guint total_failed;
        guint currently_banned;
        guint total_banned;
} Fail2banCounters;

/* A jail's name as a caller gave it: 1 to 255 bytes of UTF-8 without control characters, not "--all", not
 * starting with '-', no end marker. INVALID_ARGUMENT. */
gboolean fail2ban_check_jail_name(const char *name, GError **error);

char *fail2ban_version(Fail2banClient *client, GError **error);

/* Reads the value of `status J` or `status J short`, of any flavour. */
gboolean fail2ban_parse_counters(const Value *status, Fail2banCounters *ret, GError **error);

/* Names of the running jails, sorted as fail2ban sorts them. "Jail list" is joined with ", " and a name may
 * hold that: when the number does not fit, the exact names are asked another way. */
GStrv fail2ban_jails(Fail2banClient *client, GError **error);

/* `status J short`: 0.05 ms however many are banned. */
gboolean fail2ban_counters(Fail2banClient *client, const char *jail, Fail2banCounters *ret, GError **error);

/* The counters of all running jails, jails sorted by name: one `stats` where the server has it, else `status` and
 * a `status J short` for each; a jail that stops in between is left out. Nothing is handed out on failure. */
typedef void (*Fail2banCountersFunc)(const char *jail, const Fail2banCounters *counters, gpointer userdata);
gboolean fail2ban_all_counters(Fail2banClient *client, Fail2banCountersFunc each, gpointer userdata, GError **error);

/* Every getter of one jail as a{sv}, keys and types as the properties of org.bangui.BanGUI1.Jail but
 * the counters and Idle, which fail2ban does not tell (about 30 short commands, each below 0.1 ms; others are
 * served in between). A getter that this server does not know is left out. */
GVariant *fail2ban_jail_settings(Fail2banClient *client, const char *jail, GError **error);

/* The properties of one of a jail's actions as a{ss} (getters that fail are left out); ACTION_NOT_FOUND. */
GVariant *fail2ban_action_properties(Fail2banClient *client, const char *jail, const char *action, GError **error);

/* The server's own settings as a{sv}: log_level, log_target, syslog_socket, database_file (empty = none),
 * database_purge_age (seconds x), database_max_matches (x). */
GVariant *fail2ban_server_settings(Fail2banClient *client, GError **error);

/* Server-wide setters, key as above, value of its type; database_file "None" = no database. A file must lie below
 * one of log_folders. fail2ban_server_option_check() finds a bad key or value without asking fail2ban.
 * fail2ban_server_set() checks too, and gives the new value as fail2ban tells it. */
gboolean fail2ban_server_option_check(const char *key, GVariant *value, const char *const *log_folders, GError **error);
GVariant *fail2ban_server_set(Fail2banClient *client, const char *key, GVariant *value, const char *const *log_folders,
                              GError **error);

gboolean fail2ban_flush_logs(Fail2banClient *client, GError **error);

/* A jail's run-time options; key and type as the property in lower snake_case ("bantime", "findtime", "maxretry",
 * "maxmatches", "maxlines", "usedns", "ignoreself", "prefregex", "datepattern", "log_encoding", "log_timezone",
 * "bantime_increment", "bantime_maxtime", "bantime_rndtime", "bantime_multipliers", "bantime_overalljails").
 * fail2ban_jail_option_check() finds a bad key or value without asking fail2ban: all are checked before the
 * first is set. Formula, factor, ignorecommand and actions are not offered: fail2ban runs them as code. */
gboolean fail2ban_jail_option_check(const char *key, GVariant *value, GError **error);
gboolean fail2ban_jail_option_set(Fail2banClient *client, const char *jail, const char *key, GVariant *value,
                                  GError **error);
const char *const *fail2ban_jail_option_names(void);

/* The lists of a jail that can be added to and taken from at run time. */
typedef enum Fail2banList {
        FAIL2BAN_LIST_LOG_PATH,  /* add: existing absolute file below one of the log folders */
        FAIL2BAN_LIST_IGNORE_IP, /* address, network or host name */
        FAIL2BAN_LIST_FAILREGEX, /* remove: by its text as the list shows it, or its index as digits */
        FAIL2BAN_LIST_IGNOREREGEX,
        FAIL2BAN_LIST_JOURNAL_MATCH, /* one match, its words separated by blanks */
} Fail2banList;

gboolean fail2ban_list_add(Fail2banClient *client, const char *jail, Fail2banList list, const char *entry,
                           gboolean from_tail, const char *const *log_folders, GError **error);
/* An entry that is not there is INVALID_ARGUMENT and says so. */
gboolean fail2ban_list_remove(Fail2banClient *client, const char *jail, Fail2banList list, const char *entry,
                              GError **error);

/* The entries as the jail has them now. */
GStrv fail2ban_list_read(Fail2banClient *client, const char *jail, Fail2banList list, GError **error);

/* One command that puts `n` addresses or networks, at most 100, into the list of what the jail ignores. */
gboolean fail2ban_ignore(Fail2banClient *client, const char *jail, const char *const *addresses, guint n,
                         GError **error);

/* Nothing tells whether a jail is idle: who sets it must remember. */
gboolean fail2ban_jail_idle(Fail2banClient *client, const char *jail, gboolean idle, GError **error);
gboolean fail2ban_jail_stop(Fail2banClient *client, const char *jail, GError **error);

/* One command. `texts` are canonical addresses (or, for unban, any id that a list showed).
 * ret_count: newly banned, or really unbanned. */
gboolean fail2ban_ban(Fail2banClient *client, const char *jail, const char *const *texts, guint n, guint *ret_count,
                      GError **error);
gboolean fail2ban_unban(Fail2banClient *client, const char *jail, const char *const *texts, guint n, guint *ret_count,
                        GError **error);
gboolean fail2ban_unban_all(Fail2banClient *client, guint *ret_count, GError **error);

/* Whether each of `texts` is banned in the jail now; ret_banned has n entries. */
gboolean fail2ban_banned(Fail2banClient *client, const char *jail, const char *const *texts, guint n,
                         gboolean *ret_banned, GError **error);

/* The full list; 0.1 s of fail2ban's only thread at 100,000 bans: asked when counters disagree, never to show a
 * page. Each id is handed to `each`; times are fail2ban's local wall clock turned into seconds since 1970 when
 * with_times (end -1 = permanent), else 0. with_times costs fail2ban four times as much. After a failure some may
 * have been handed out. */
typedef void (*Fail2banBanFunc)(const char *id, gsize length, gint64 banned_at, gint64 ends_at, gpointer userdata);
gboolean fail2ban_ban_list(Fail2banClient *client, const char *jail, gboolean with_times, Fail2banBanFunc each,
                           gpointer userdata, GError **error);
