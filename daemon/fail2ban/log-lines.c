/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * fail2ban's own log, line by line
 *
 * A line is a time, a header of a few words that are known by their form (host, program, process, thread, level), and
 * the message. Only a header that is known from its first word to its last leads to a message, so that no text inside
 * of another message is taken for one. The message is "[JAIL] VERB WHO"; the first verb counts, because a jail's name
 * is the administrator's and WHO may be the attacker's.
 */

#include "fail2ban/log-lines.h"

#include <string.h>

#include "fail2ban/log-time.h"

#define HEADER_WORDS_MAX 8
#define THREAD_DIGITS_MIN 4
#define JAIL_MAX 255
#define ID_MAX 1024

struct Fail2banLogReader {
        LogClock clock;
};

Fail2banLogReader *fail2ban_log_reader_new(GTimeZone *zone, gint64 written_at) {
        Fail2banLogReader *self = g_new0(Fail2banLogReader, 1);

        log_clock_init(&self->clock, zone, written_at);
        return self;
}

void fail2ban_log_reader_free(Fail2banLogReader *self) {
        g_free(self);
}

typedef struct Header {
        LogTimeForm form;
        gint64 at;
        gboolean host, program, level;
} Header;

/* Levels at which bans are logged; the longest formats cut the names to five letters. */
static gboolean is_level(const char *word, gsize length) {
        static const char *const levels[] = { "NOTICE", "NOTIC", "WARNING", "WARNI" };

        for (guint i = 0; i < G_N_ELEMENTS(levels); i++)
                if (strlen(levels[i]) == length && memcmp(levels[i], word, length) == 0)
                        return TRUE;
        return FALSE;
}

static gboolean is_thread(const char *word, gsize length) {
        for (gsize i = 0; i < length; i++)
                if (!g_ascii_isxdigit(word[i]))
                        return FALSE;
        return length >= THREAD_DIGITS_MIN;
}

/* "[4711]:"; a jail's name is not followed by a colon. */
static const char *skip_process(const char *text) {
        const char *p = text + 1;

        while (g_ascii_isdigit(*p))
                p++;
        return p > text + 1 && p[0] == ']' && p[1] == ':' ? p + 2 : NULL;
}

/* "| actions        -25: __checkBan          |" */
static const char *skip_place(const char *text) {
        const char *end = strchr(text + 1, '|');

        return end ? end + 1 : NULL;
}

/* A word that is a known part of a header, at a place where it may be. */
static gboolean take_word(Header *header, const char *word, gsize length) {
        if (header->level)
                return FALSE;
        if (g_str_has_prefix(word, "fail2ban")) {
                header->program = TRUE;
                return TRUE;
        }
        if (is_level(word, length)) {
                header->level = TRUE;
                return TRUE;
        }
        if (header->form == LOG_TIME_SYSLOG && !header->host && !header->program) {
                header->host = TRUE;
                return TRUE;
        }
        return !header->host && is_thread(word, length);
}

/* Who else writes to syslog may name a level too, but not a program that is called fail2ban. */
static gboolean is_complete(const Header *header) {
        return header->program || (header->level && !header->host);
}

/* One part of the header; NULL: it is none. *ret_message: the message begins here. */
static const char *skip_part(Fail2banLogReader *self, Header *header, const char *p, gboolean *ret_message) {
        gsize length = strcspn(p, " ");

        if (*p == '[') {
                const char *behind = skip_process(p);

                *ret_message = !behind && is_complete(header);
                return *ret_message ? p : behind;
        }
        if (*p == '|')
                return header->level ? skip_place(p) : NULL;
        /* journalctl's time, and then the one that fail2ban wrote to its standard output */
        if (header->form == LOG_TIME_SYSLOG && header->program && g_ascii_isdigit(*p))
                return log_clock_read(&self->clock, &p, &header->at) == LOG_TIME_PLAIN ? p : NULL;
        return length > 0 && take_word(header, p, length) ? p + length : NULL;
}

/* NULL: not a line about a ban. */
static const char *find_message(Fail2banLogReader *self, Header *header, const char *p) {
        gboolean message = FALSE;

        for (guint i = 0; i < HEADER_WORDS_MAX; i++) {
                while (*p == ' ')
                        p++;
                p = skip_part(self, header, p, &message);
                if (!p || message)
                        return p;
        }
        return NULL;
}

typedef struct Verb {
        const char *text;
        Fail2banLogKind kind;
} Verb;

static const Verb *verb_at(const char *text) {
        static const Verb verbs[] = {
                { "Ban ", FAIL2BAN_LOG_BAN },
                { "Unban ", FAIL2BAN_LOG_UNBAN },
                { "Restore Ban ", FAIL2BAN_LOG_RESTORED },
                { "Increase Ban ", FAIL2BAN_LOG_PROLONGED },
                { "Repeal Ban ", FAIL2BAN_LOG_REPEALED },
        };

        for (guint i = 0; i < G_N_ELEMENTS(verbs); i++)
                if (g_str_has_prefix(text, verbs[i].text))
                        return &verbs[i];
        return NULL;
}

/* "[JAIL] VERB WHO" into its pieces. */
static const Verb *split(char *message, Fail2banLogLine *ret) {
        for (char *end = strstr(message, "] "); end; end = strstr(end + 1, "] ")) {
                const Verb *verb = verb_at(end + 2);

                if (!verb)
                        continue;
                *end = '\0';
                ret->jail = message + 1;
                ret->id = end + 2 + strlen(verb->text);
                return verb;
        }
        return NULL;
}

/* "1w 2d 3h", as fail2ban writes durations; -1 for "permanent". */
static gboolean read_duration(const char *text, gint64 *ret) {
        static const char units[] = "ywdhms";
        static const gint64 seconds[] = { 365 * 86400, 7 * 86400, 86400, 3600, 60, 1 };
        gint64 sum = 0;

        if (g_str_equal(text, "permanent")) {
                *ret = -1;
                return TRUE;
        }
        while (*text) {
                char *end;
                guint64 number = g_ascii_strtoull(text, &end, 10);
                const char *unit = *end ? strchr(units, *end) : NULL;

                if (end == text || !unit || number > G_MAXINT32)
                        return FALSE;
                sum += (gint64) number * seconds[unit - units];
                text = end + 1;
                while (*text == ' ')
                        text++;
        }
        *ret = sum;
        return sum > 0;
}

/* "192.0.2.1 (3 # 1h -> 2026-01-31 12:00:00)": what stands behind the address is taken off. */
static gboolean read_increase(Fail2banLogReader *self, char *text, Fail2banLogLine *ret) {
        char *open = g_strrstr(text, " ("), *number = open ? strstr(open, " # ") : NULL;
        char *arrow = number ? strstr(number, " -> ") : NULL, *end;
        const char *until;
        guint64 count;

        if (!arrow || !g_str_has_suffix(arrow, ")"))
                return FALSE;
        *open = *number = *arrow = '\0';
        count = g_ascii_strtoull(open + 2, &end, 10);
        if (*end != '\0' || count > G_MAXINT32 || !read_duration(number + strlen(" # "), &ret->bantime))
                return FALSE;
        ret->count = (guint) count;
        until = arrow + strlen(" -> ");
        if (ret->bantime > 0 && log_clock_read(&self->clock, &until, &ret->ends_at) == LOG_TIME_NONE)
                ret->ends_at = 0;
        return TRUE;
}

static gboolean is_name(const char *text, gsize max) {
        gsize length = strlen(text);

        return length > 0 && length <= max && g_utf8_validate(text, (gssize) length, NULL);
}

static Fail2banLogKind read_message(Fail2banLogReader *self, char *message, Fail2banLogLine *ret) {
        const Verb *verb = split(message, ret);

        if (!verb)
                return FAIL2BAN_LOG_OTHER;
        g_strchomp((char *) ret->id);
        if ((verb->kind == FAIL2BAN_LOG_PROLONGED && !read_increase(self, (char *) ret->id, ret)) ||
            !is_name(ret->jail, JAIL_MAX) || !is_name(ret->id, ID_MAX))
                return FAIL2BAN_LOG_UNREADABLE;
        return verb->kind;
}

Fail2banLogKind fail2ban_log_read(Fail2banLogReader *self, char *line, gsize length, Fail2banLogLine *ret) {
        Header header = {};
        const char *p = line;

        if (length > FAIL2BAN_LOG_LINE_MAX || memchr(line, '\0', length))
                return FAIL2BAN_LOG_FOREIGN;
        line[length] = '\0';
        while (*p == ' ') /* the formats for debugging begin with one */
                p++;
        header.form = log_clock_read(&self->clock, &p, &header.at);
        if (header.form == LOG_TIME_NONE)
                return FAIL2BAN_LOG_FOREIGN;

        p = find_message(self, &header, p);
        log_clock_settle(&self->clock, header.at);
        if (!p)
                return FAIL2BAN_LOG_OTHER;
        *ret = (Fail2banLogLine) { .at = header.at, .bantime = -2 };
        return read_message(self, line + (p - line), ret);
}
