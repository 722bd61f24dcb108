/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A stretch of time, as figures and lists are asked for
 *
 * Computed anew for each call from the clock, in UTC seconds. A named range begins SLACK earlier than its length says,
 * so that a row of the very start is not lost between asking and answering.
 */

#pragma once

#include <glib.h>

#define WINDOW_SLACK_S 60

typedef struct Window {
        gint64 since; /* first second; 0 = from the beginning */
        gint64 until; /* first second behind it; G_MAXINT64 = no end */
} Window;

/* The names of ranges, NULL-terminated: "24h", "7d", "30d", "365d", "all". */
extern const char *const window_ranges[];

/* range: one of the names, or NULL; since, until: seconds, or -1 = not given. A range together with since or until is
 * refused, as is since at or behind until; nothing given is "24h" when `fallback` says so. INVALID_ARGUMENT names what
 * was given and what is allowed. */
gboolean window_read(const char *range, gint64 since, gint64 until, const char *fallback, gint64 now, Window *ret,
                     GError **error);

/* The window of the same length right before; FALSE when this one has no beginning. `now` stands for an open end. */
gboolean window_before(const Window *self, gint64 now, Window *ret);
