/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Times and durations as people write and read them. */

#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "client/lib/buffer.h"

#define DURATION_PERMANENT (-1)
#define CLOCK_QUARTERS 512
#define CLOCK_HOUR_LENGTH 14

/*
 * How times are shown: in the zone of this host or in UTC. What all times in a quarter of an hour have in common is
 * kept, because working it out for each of many thousand times is slow; no zone changes inside a quarter.
 */
typedef struct Clock {
        bool utc;
        struct {
                int64_t number; /* since 1970, plus 1: 0 = not used */
                int32_t offset;
                char hour[CLOCK_HOUR_LENGTH]; /* "2026-11-21 14:" */
        } quarters[CLOCK_QUARTERS];
} Clock;

int64_t clock_now(void);

/* "2026-11-21 14:03:05", with a Z behind it in UTC; "-" for what is before the second day of 1970 or past 9999. */
void clock_add_time(Clock *self, Buffer *buffer, int64_t at);

/* "45s", "12m 05s", "2h 05m", "3d 04h"; "permanent" for -1. */
void duration_add(Buffer *buffer, int64_t seconds);

/* "600", "10m", "1h30m", "2d 4h", "permanent" or "-1". Returns 0 or -EINVAL. */
int duration_parse(const char *text, int64_t *ret_seconds);

/* "2026-11-21", "2026-11-21 14:03", "2026-11-21 14:03:05", "@SECONDS", or a duration before NOW. */
int clock_parse(const Clock *self, const char *text, int64_t now, int64_t *ret_at);

/*
 * The zone in which times are shown, for the daemon to count days in, to be freed: its name, as in "Europe/Berlin", or
 * what it is off UTC now, as in "+05:45", when it has no name.
 */
char *clock_zone(const Clock *self);
