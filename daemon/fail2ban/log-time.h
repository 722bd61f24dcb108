/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The times at the beginning of log lines, as seconds since 1970. For log-lines.c. */

#pragma once

#include <glib.h>

/* Two readings of a local time, when the clocks were put back that night; else the same twice. */
typedef struct LogInstant {
        gint64 first, second;
} LogInstant;

typedef struct LogClock {
        GTimeZone *zone;
        gint64 written_at;
        gint64 last_at; /* the line before; 0 = none */
        gint64 minute;  /* that `instant` is of, as seconds of local time; lines of one minute follow each other */
        LogInstant instant;
} LogClock;

void log_clock_init(LogClock *self, GTimeZone *zone, gint64 written_at);

typedef enum LogTimeForm {
        LOG_TIME_NONE,
        LOG_TIME_PLAIN,  /* "2026-01-31 23:59:59,123": fail2ban's own */
        LOG_TIME_SYSLOG, /* "Jan 31 23:59:59" or "2026-01-31T23:59:59.123456+01:00" */
} LogTimeForm;

/* *text moves behind the time. It is not yet the line's: a second time may follow. */
LogTimeForm log_clock_read(LogClock *self, const char **text, gint64 *ret_at);

/* What was read is the line's time: the next is not expected to be earlier. */
void log_clock_settle(LogClock *self, gint64 at);
