/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Times and durations as people write and read them. */

#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "client/lib/buffer.h"

#define DURATION_PERMANENT (-1)
#define CLOCK_OFFSETS 512
#define CLOCK_DATE_LENGTH 10

/*
 * How times are shown: in the zone of this host or in UTC. The zone's offset is kept for quarters of an hour, inside
 * which no zone changes it, and the date that was written last, because working them out for each of many thousand
 * times is slow.
 */
typedef struct Clock {
        bool utc;
        int64_t day; /* of the date, once there is one */
        char date[CLOCK_DATE_LENGTH];
        struct {
                int64_t quarter;
                int32_t offset;
                bool known;
        } offsets[CLOCK_OFFSETS];
} Clock;

int64_t clock_now(void);

/* "2026-11-21 14:03:05", with a Z behind it in UTC; "-" for what is before 1970 or past the year 9999. */
void clock_add_time(Clock *self, Buffer *buffer, int64_t at);

/* "45s", "12m 05s", "2h 05m", "3d 04h"; "permanent" for -1. */
void duration_add(Buffer *buffer, int64_t seconds);

/* "600", "10m", "1h30m", "2d 4h", "permanent" or "-1". Returns 0 or -EINVAL. */
int duration_parse(const char *text, int64_t *ret_seconds);

/* "2026-11-21", "2026-11-21 14:03", "2026-11-21 14:03:05", "@SECONDS", or a duration before NOW. */
int clock_parse(const Clock *self, const char *text, int64_t now, int64_t *ret_at);
