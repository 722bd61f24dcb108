/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * fail2ban's own log, line by line
 *
 * Knows the file formats of 0.8 to 1.1 (with and without milliseconds, process number, thread and level columns),
 * what syslog and journalctl put before them, and the lines about bans. A line in which such text only stands in the
 * middle, as when fail2ban logs what an attacker wrote, is none of them. Times without a zone are of the zone given;
 * of two hours with the same name the one that fits the lines before is taken. Used by one thread at a time.
 */

#pragma once

#include <glib.h>

typedef struct Fail2banLogReader Fail2banLogReader;

/* zone: borrowed while the reader lives. written_at: when the file was last written (or now); lines of syslog name no
 * year, and are of the last one in which they are not newer than that. */
Fail2banLogReader *fail2ban_log_reader_new(GTimeZone *zone, gint64 written_at);
void fail2ban_log_reader_free(Fail2banLogReader *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Fail2banLogReader, fail2ban_log_reader_free)

typedef enum Fail2banLogKind {
        FAIL2BAN_LOG_FOREIGN,    /* no line of a log: it does not begin with a time */
        FAIL2BAN_LOG_OTHER,      /* a line of a log that is not about a ban */
        FAIL2BAN_LOG_UNREADABLE, /* about a ban, but a part of it makes no sense */
        FAIL2BAN_LOG_BAN,
        FAIL2BAN_LOG_RESTORED,  /* "Restore Ban": in force again after a restart */
        FAIL2BAN_LOG_PROLONGED, /* "Increase Ban" */
        FAIL2BAN_LOG_UNBAN,
        FAIL2BAN_LOG_REPEALED, /* "Repeal Ban": its jail stopped */
} Fail2banLogKind;

typedef struct Fail2banLogLine {
        gint64 at;        /* seconds since 1970 */
        const char *jail; /* in the line */
        const char *id;   /* in the line: address text, or what a filter took for an id; valid UTF-8 */
        gint64 bantime;   /* PROLONGED: seconds, rounded by fail2ban when long, -1 permanent; else -2 */
        gint64 ends_at;   /* PROLONGED: exactly; 0 = not known or never */
        guint count;      /* PROLONGED: which ban of this address in this jail; else 0 */
} Fail2banLogLine;

#define FAIL2BAN_LOG_LINE_MAX 65536 /* bytes; longer ones are about something else */

/* `line`: `length` bytes without the newline and a byte for a NUL behind them; it is cut into pieces. ret is set for
 * lines about bans, and borrows from it. */
Fail2banLogKind fail2ban_log_read(Fail2banLogReader *self, char *line, gsize length, Fail2banLogLine *ret);
