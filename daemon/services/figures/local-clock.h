/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What clocks show in a time zone, and when they were put forward or back. Not thread-safe. */

#pragma once

#include <glib.h>

typedef struct LocalClock LocalClock;

/* timezone: "Europe/Berlin", "+02:00"; NULL or "" = UTC. INVALID_ARGUMENT names it. */
LocalClock *local_clock_new(const char *timezone, GError **error);
void local_clock_free(LocalClock *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LocalClock, local_clock_free)

/* Seconds to be added to UTC at this time; *ret_until: up to which time this holds, G_MAXINT64 = for ever. Cheap
 * while the answers are the same. */
gint64 local_clock_offset(LocalClock *self, gint64 at, gint64 *ret_until);

/* When clocks first show `local` or more; local = seconds since 1970 as the clock shows them. */
gint64 local_clock_when(LocalClock *self, gint64 local);
