/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * When a job is due
 *
 * Nothing but arithmetic: what happened to the job and two clocks in, a time out. `elapsed` counts what passes, sleep
 * included; `wall` is the time of the day, which may be set. Microseconds.
 */

#pragma once

#include "jobs/calendar.h"

#define DUE_NEVER G_MAXINT64

typedef struct Due {
        gint64 interval;          /* 0 = none */
        const Calendar *calendar; /* NULL = none */
        GTimeZone *zone;          /* the calendar's */
        gboolean later;           /* the first run is not at the start */
        gint64 began, began_wall; /* the scheduler */

        gboolean poked; /* somebody asked for a run */
        gboolean ran;   /* what follows is known */
        guint failed;   /* so many times in a row */
        gint64 started; /* elapsed, as the next two are of the last run */
        gint64 ended;   /* elapsed */
        gint64 started_wall;
} Due;

/* In elapsed time; DUE_NEVER. What was missed is due at once, and is one run. */
gint64 due_at(const Due *self, gint64 elapsed, gint64 wall);

/* How much earlier it may be done when the daemon is awake anyway. */
gint64 due_slack(const Due *self);
