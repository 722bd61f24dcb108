/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * How many requests somebody may make in any minute (to 10 s)
 *
 * A table of counters that holds at most LIMITS_ENTRIES_MAX; beyond that the one that was asked for longest ago is
 * forgotten. A key is an address or a session, so that nobody uses up what is another's.
 */

#pragma once

#include <glib.h>

#define LIMITS_ENTRIES_MAX 4096
#define LIMITS_WINDOW_SECONDS 60

typedef struct Limits Limits;

Limits *limits_new(void);
void limits_free(Limits *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Limits, limits_free)

/* Counts one. 0: it is within the limit; else the seconds until it would be again. `limit` 0: always within. */
guint limits_count(Limits *self, const char *key, gint64 limit, gint64 now_usec);
