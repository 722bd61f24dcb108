/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * fail2ban writes its entries in two ways. Normally:
 *
 *     2026-01-02 03:04:05,678 fail2ban.actions        [1234]: NOTICE  [sshd] Ban 192.0.2.1
 *
 * without the time where the receiver adds one (SYSLOG, SYSOUT); and at the levels below DEBUG, with the level's first
 * five letters only and sometimes without time or component:
 *
 *      2026-01-02 03:04:05,678 7F0A12345678 TRACE [sshd] ...
 *      + 1234 7F0A12345678 fail2ban.filter           HEAVY | filter-9 : method | ...
 */

#include "services/server/server-log-entry.h"

#include <string.h>
#include <time.h>

#define TIME "(?<time>\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d)[,.]\\d+"

static const char *const NORMAL = "\\A(?:" TIME " )?(?<component>fail2ban[\\w.-]*) *\\[\\d+\\]: (?<level>[A-Z]+) +";
static const char *const VERBOSE =
        "\\A (?:" TIME " +)?(?:\\+ *\\d+ )?[0-9A-F]{4,16} (?:(?<component>fail2ban[\\w.-]*) +)?(?<level>[A-Z]{4,5}) +";

/* From the least to the most severe. */
static const char *const LEVELS[] = {
        "HEAVYDEBUG", "TRACEDEBUG", "DEBUG", "INFO", "NOTICE", "WARNING", "ERROR", "CRITICAL",
};

static GMatchInfo *match_start(const char *line, gsize length) {
        static GRegex *patterns[2];
        static gsize once;

        if (g_once_init_enter(&once)) {
                patterns[0] = g_regex_new(NORMAL, G_REGEX_RAW | G_REGEX_OPTIMIZE, 0, NULL);
                patterns[1] = g_regex_new(VERBOSE, G_REGEX_RAW | G_REGEX_OPTIMIZE, 0, NULL);
                g_once_init_leave(&once, 1);
        }

        for (guint i = 0; i < G_N_ELEMENTS(patterns); i++) {
                g_autoptr(GMatchInfo) match = NULL;

                if (g_regex_match_full(patterns[i], line, (gssize) length, 0, 0, &match, NULL))
                        return g_steal_pointer(&match);
        }
        return NULL;
}

gboolean log_entry_is_start(const char *line, gsize length) {
        g_autoptr(GMatchInfo) match = match_start(line, length);

        return match != NULL;
}

void log_entry_clear(LogEntry *self) {
        g_clear_pointer(&self->level, g_free);
        g_clear_pointer(&self->component, g_free);
        g_clear_pointer(&self->jail, g_free);
        g_clear_pointer(&self->message, g_free);
        g_clear_pointer(&self->line, g_free);
}

/* -1 = none of fail2ban's levels. "TRACE" and the like are the cut names of the verbose form. */
static int level_rank(const char *level) {
        gsize length = strlen(level);

        for (guint i = 0; length >= 4 && i < G_N_ELEMENTS(LEVELS); i++)
                if (g_str_equal(level, LEVELS[i]) || (length == 5 && g_str_has_prefix(LEVELS[i], level)))
                        return (int) i;
        return -1;
}

gboolean log_entry_level_is_known(const char *level) {
        return level_rank(level) >= 0;
}

static gint64 local_time(const char *text) {
        struct tm parts = { .tm_isdst = -1 };
        const char *end = text ? strptime(text, "%Y-%m-%d %H:%M:%S", &parts) : NULL;

        if (!end || *end)
                return 0;
        /* An hour that the clock skipped or passed twice is taken as mktime() sees fit. */
        parts.tm_isdst = -1;
        return (gint64) mktime(&parts);
}

/* "[sshd] Ban 192.0.2.1" */
static char *jail_of(const char *message) {
        const char *end = *message == '[' ? strstr(message, "] ") : NULL;

        return end && end > message + 1 && !memchr(message, '\n', (gsize) (end - message))
                       ? g_strndup(message + 1, (gsize) (end - message - 1))
                       : g_strdup("");
}

void log_entry_parse(const char *text, gsize length, LogEntry *ret) {
        g_autoptr(GMatchInfo) match = NULL;
        int header = 0;

        while (length > 0 && (text[length - 1] == '\n' || text[length - 1] == '\r'))
                length--;
        length = MIN(length, LOG_ENTRY_SIZE_MAX);

        *ret = (LogEntry) { .line = g_utf8_make_valid(text, (gssize) length) };
        match = match_start(text, length);
        if (match) {
                g_autofree char *time = g_match_info_fetch_named(match, "time");
                g_autofree char *level = g_match_info_fetch_named(match, "level");

                g_match_info_fetch_pos(match, 0, NULL, &header);
                ret->at = local_time(time);
                ret->component = g_match_info_fetch_named(match, "component");
                ret->level = level_rank(level) >= 0 ? g_strdup(LEVELS[level_rank(level)]) : g_steal_pointer(&level);
        }
        if (!ret->level)
                ret->level = g_strdup("");
        if (!ret->component)
                ret->component = g_strdup("");
        ret->message = g_utf8_make_valid(text + header, (gssize) length - header);
        ret->jail = jail_of(ret->message);
}

/* Against the message, so that a name which holds "] " is found too. */
static gboolean is_of_jail(const char *message, const char *jail) {
        gsize length = strlen(jail);

        return *message == '[' && strncmp(message + 1, jail, length) == 0 && message[length + 1] == ']';
}

static gboolean contains_folded(const char *text, const char *part) {
        g_autofree char *folded_text = g_utf8_casefold(text, -1);
        g_autofree char *folded_part = g_utf8_casefold(part, -1);

        return strstr(folded_text, folded_part) != NULL;
}

gboolean log_entry_matches(const LogEntry *self, const ServerLogQuery *query) {
        if (query->level && level_rank(self->level) < level_rank(query->level))
                return FALSE;
        if (query->jail && !is_of_jail(self->message, query->jail))
                return FALSE;
        return !query->contains || contains_folded(self->line, query->contains);
}

GVariant *log_entry_to_variant(const LogEntry *self) {
        GVariantDict row;

        g_variant_dict_init(&row, NULL);
        g_variant_dict_insert(&row, "at", "x", self->at);
        g_variant_dict_insert(&row, "level", "s", self->level);
        g_variant_dict_insert(&row, "component", "s", self->component);
        g_variant_dict_insert(&row, "jail", "s", self->jail);
        g_variant_dict_insert(&row, "message", "s", self->message);
        g_variant_dict_insert(&row, "line", "s", self->line);
        return g_variant_dict_end(&row);
}
