/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A timer on the wall clock
 *
 * GLib's timers follow a clock that stands still while the machine sleeps, and do not notice that the wall clock was
 * set. This one is told by the kernel of both. Made, freed and told on the main loop.
 */

#pragma once

#include <glib.h>

typedef struct Alarm Alarm;

/* func: at the time that was set or soon after, and whenever the wall clock was set; it sets the alarm anew. */
Alarm *alarm_new(void (*func)(gpointer userdata), gpointer userdata);
void alarm_free(Alarm *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Alarm, alarm_free)

/* Microseconds since 1970; -1 = only when the clock is set. The last time that was set counts. Any thread. */
void alarm_set(Alarm *self, gint64 at);
