/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fail2ban/log-time.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define MINUTE_S 60
#define DAY_S (24 * 60 * 60)
#define BACKWARDS_S 60 /* what lines of several threads may be out of order */
#define LEAP_YEARS_APART 8

void log_clock_init(LogClock *self, GTimeZone *zone, gint64 written_at) {
        *self = (LogClock) { .zone = zone, .written_at = written_at, .minute = -1 };
}

static gboolean read_digits(const char **text, guint n, int *ret) {
        const char *p = *text;
        int value = 0;

        for (guint i = 0; i < n; i++, p++) {
                if (!g_ascii_isdigit(*p))
                        return FALSE;
                value = value * 10 + (*p - '0');
        }
        *text = p;
        *ret = value;
        return TRUE;
}

static gboolean read_sign(const char **text, const char *signs) {
        if (**text == '\0' || !strchr(signs, **text))
                return FALSE;
        (*text)++;
        return TRUE;
}

static gboolean read_hours(const char **text, struct tm *ret) {
        return read_digits(text, 2, &ret->tm_hour) && read_sign(text, ":") && read_digits(text, 2, &ret->tm_min) &&
               read_sign(text, ":") && read_digits(text, 2, &ret->tm_sec) && ret->tm_hour < 24 && ret->tm_min < 60 &&
               ret->tm_sec <= 60;
}

/* Local time as if it were UTC; FALSE for a day that no calendar has. */
static gboolean count_seconds(const struct tm *local, gint64 *ret) {
        struct tm copy = *local;

        *ret = (gint64) timegm(&copy);
        return copy.tm_mon == local->tm_mon && copy.tm_mday == local->tm_mday;
}

static LogInstant look_up(GTimeZone *zone, gint64 local) {
        LogInstant instant;
        gint64 adjusted = local;
        int interval = g_time_zone_adjust_time(zone, G_TIME_TYPE_DAYLIGHT, &adjusted);

        instant.first = adjusted - g_time_zone_get_offset(zone, interval);
        adjusted = local;
        interval = g_time_zone_adjust_time(zone, G_TIME_TYPE_STANDARD, &adjusted);
        instant.second = adjusted - g_time_zone_get_offset(zone, interval);
        return instant;
}

static gint64 to_utc(LogClock *self, gint64 local) {
        gint64 second = local % MINUTE_S, minute = local - second;

        if (minute != self->minute) {
                self->instant = look_up(self->zone, minute);
                self->minute = minute;
        }
        if (self->instant.first + second + BACKWARDS_S >= self->last_at)
                return self->instant.first + second;
        return self->instant.second + second;
}

static void skip_fraction(const char **text) {
        const char *p = *text;

        if ((*p != ',' && *p != '.') || !g_ascii_isdigit(p[1]))
                return;
        for (p++; g_ascii_isdigit(*p); p++)
                ;
        *text = p;
}

/* "Z", "+01:00" or "+0100"; FALSE: there is none. */
static gboolean read_offset(const char **text, gint64 *ret) {
        const char *p = *text;
        int hours, minutes;
        int sign = *p == '-' ? -1 : 1;

        if (*p == 'Z') {
                *text = p + 1;
                *ret = 0;
                return TRUE;
        }
        if (!read_sign(&p, "+-") || !read_digits(&p, 2, &hours))
                return FALSE;
        (void) read_sign(&p, ":");
        if (!read_digits(&p, 2, &minutes))
                return FALSE;
        *text = p;
        *ret = sign * (gint64) (hours * 60 + minutes) * 60;
        return TRUE;
}

static LogTimeForm read_dated(LogClock *self, const char **text, gint64 *ret_at) {
        const char *p = *text;
        struct tm local = {};
        LogTimeForm form;
        gint64 seconds, offset;

        if (!read_digits(&p, 4, &local.tm_year) || !read_sign(&p, "-") || !read_digits(&p, 2, &local.tm_mon) ||
            !read_sign(&p, "-") || !read_digits(&p, 2, &local.tm_mday))
                return LOG_TIME_NONE;
        form = *p == 'T' ? LOG_TIME_SYSLOG : LOG_TIME_PLAIN;
        local.tm_year -= 1900;
        local.tm_mon -= 1;
        if (!read_sign(&p, " T") || !read_hours(&p, &local) || !count_seconds(&local, &seconds))
                return LOG_TIME_NONE;
        skip_fraction(&p);
        *ret_at = read_offset(&p, &offset) ? seconds - offset : to_utc(self, seconds);
        *text = p;
        return form;
}

static gboolean read_month(const char **text, int *ret) {
        static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

        for (int month = 0; month < 12; month++)
                if (strncmp(*text, names + month * 3, 3) == 0) {
                        *text += 3;
                        *ret = month;
                        return TRUE;
                }
        return FALSE;
}

/* The last year in which this is no later than when the file was written; a 29th of February needs some. */
static gboolean find_year(LogClock *self, struct tm *local, gint64 *ret_at) {
        time_t limit = (time_t) (self->written_at + DAY_S);
        struct tm newest;

        if (!gmtime_r(&limit, &newest))
                return FALSE;
        for (int back = 0; back <= LEAP_YEARS_APART; back++) {
                gint64 seconds;

                local->tm_year = newest.tm_year - back;
                if (!count_seconds(local, &seconds))
                        continue;
                *ret_at = to_utc(self, seconds);
                if (*ret_at <= (gint64) limit)
                        return TRUE;
        }
        return FALSE;
}

static LogTimeForm read_yearless(LogClock *self, const char **text, gint64 *ret_at) {
        const char *p = *text;
        struct tm local = {};

        if (!read_month(&p, &local.tm_mon) || !read_sign(&p, " "))
                return LOG_TIME_NONE;
        if (!(*p == ' ' ? read_sign(&p, " ") && read_digits(&p, 1, &local.tm_mday)
                        : read_digits(&p, 2, &local.tm_mday)) ||
            !read_sign(&p, " ") || !read_hours(&p, &local) || !find_year(self, &local, ret_at))
                return LOG_TIME_NONE;
        *text = p;
        return LOG_TIME_SYSLOG;
}

LogTimeForm log_clock_read(LogClock *self, const char **text, gint64 *ret_at) {
        return g_ascii_isdigit(**text) ? read_dated(self, text, ret_at) : read_yearless(self, text, ret_at);
}

void log_clock_settle(LogClock *self, gint64 at) {
        self->last_at = at;
}
