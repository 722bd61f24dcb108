/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Workers: a queue and a bounded number of threads that serve it in order
 *
 * Threads are started when work waits and nobody is free, and stay. (GThreadPool would do, but wakes a worker while it
 * holds the lock that the worker then waits for: that is half of what a short call costs.)
 */

#pragma once

#include <glib.h>

typedef struct Lane Lane;

typedef void (*LaneFunc)(gpointer item, gpointer userdata);

Lane *lane_new(const char *name, guint threads_max, LaneFunc func, gpointer userdata);

/* Serves what waits, then ends the threads and waits for them. */
void lane_free(Lane *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Lane, lane_free)

void lane_push(Lane *self, gpointer item);
