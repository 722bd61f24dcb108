/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "jobs/due.h"

#define SECOND ((gint64) G_USEC_PER_SEC)
#define PAUSE (SECOND / 4) /* between two runs that were asked for */
#define RETRY_FIRST (60 * SECOND)
#define RETRY_MAX (60 * RETRY_FIRST)
#define SLACK_MAX (10 * SECOND)

static gint64 retry_first(const Due *self) {
        return self->interval > 0 ? MIN(self->interval, RETRY_FIRST) : RETRY_FIRST;
}

/* Twice as long after each failure. A shift that would run over has passed any limit long before. */
static gint64 retry_at(const Due *self) {
        gint64 wait = retry_first(self) << MIN(self->failed - 1, 20);

        return self->ended + MIN(wait, MAX(self->interval, RETRY_MAX));
}

static gint64 by_interval(const Due *self) {
        if (self->ran)
                return self->started + self->interval;
        return self->began + (self->later ? self->interval : 0);
}

/*
 * The first time after the last run's start. A clock that was set back puts that start into the future: a day's run
 * that was made is not made again, but a clock set back by more must not stop the job until the old time comes back.
 */
static gint64 by_calendar(const Due *self, gint64 elapsed, gint64 wall) {
        gint64 period = (gint64) (self->calendar->weekday ? 7 * 24 + 1 : 24 + 1) * 60 * 60 * SECOND;
        gint64 after = self->ran ? self->started_wall : self->began_wall;
        gint64 at;

        if (!self->ran && !self->later)
                return self->began;
        at = calendar_next(self->calendar, self->zone, after / SECOND) * SECOND;
        if (at > wall + period)
                at = calendar_next(self->calendar, self->zone, wall / SECOND) * SECOND;
        return elapsed + (at - wall);
}

gint64 due_at(const Due *self, gint64 elapsed, gint64 wall) {
        gint64 at = DUE_NEVER;

        if (self->failed > 0)
                return self->poked ? MIN(retry_at(self), self->ended + retry_first(self)) : retry_at(self);

        if (self->interval > 0)
                at = by_interval(self);
        else if (self->calendar)
                at = by_calendar(self, elapsed, wall);
        return self->poked ? MIN(at, self->ran ? self->ended + PAUSE : elapsed) : at;
}

gint64 due_slack(const Due *self) {
        if (self->poked || self->failed > 0 || !self->ran)
                return 0;
        return MIN(self->interval / 10, SLACK_MAX);
}
