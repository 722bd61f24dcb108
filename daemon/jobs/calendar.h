/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A time of the day, each day or on one day of the week, in local time. */

#pragma once

#include <glib.h>

typedef struct Calendar {
        guint8 hour;    /* 0..23 */
        guint8 minute;  /* 0..59 */
        guint8 weekday; /* 1 Monday .. 7 Sunday; 0 = each day */
} Calendar;

/* The first such time after `after`, in seconds since 1970. A time that daylight saving skips is the moment of the
 * skip, one that comes twice is taken once. */
gint64 calendar_next(const Calendar *self, GTimeZone *zone, gint64 after);

/* "daily 03:25", "Mondays 03:25"; free with g_free. */
char *calendar_text(const Calendar *self);
