/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * When to look at fail2ban
 *
 * Lives on the main loop and asks nothing itself: it starts the probe's functions on a worker thread, never two at
 * once. What makes it look: a write to fail2ban's database or log (inotify), the end of a ban (one timer for the next
 * end), the connection ending, fail2ban's socket appearing in its folder (inotify), and the probe interval. At rest it
 * wakes once per interval. Only when fail2ban has no database does it ask the counters every 1.5 s.
 */

#pragma once

#include "services/probe/probe.h"

typedef struct Watcher Watcher;

/* Who is told of each probe, on the main loop; error: NULL when it was good. Any may be NULL. */
typedef struct WatcherObserver {
        void (*begun)(gpointer userdata);
        void (*ended)(const GError *error, gpointer userdata);
        void (*written)(gpointer userdata); /* fail2ban's database; many writes are told as one */
        gpointer userdata;
} WatcherObserver;

Watcher *watcher_new(Probe *probe, const char *socket_path, guint interval_s);

/* Before the start. */
void watcher_set_observer(Watcher *self, const WatcherObserver *observer);

/* Starts looking, at once. */
void watcher_start(Watcher *self);

/* Counts from the last probe on. Main thread. */
void watcher_set_interval(Watcher *self, guint interval_s);

/* Looks again soon (after a command of ours). Main thread. */
void watcher_poke(Watcher *self);

/* Stops and waits for the running probe (fail2ban_client_stop() ends it early). */
void watcher_free(Watcher *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Watcher, watcher_free)
