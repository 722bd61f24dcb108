/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Files of fail2ban that come and go: its database, its log and its socket
 *
 * One inotify descriptor on the main context. Database and log are watched themselves (they are written to in place);
 * the socket's folder, or while that is missing the nearest folder above, tells when the socket is made.
 * GFileMonitor is not used: it brings a thread of its own and holds changes back.
 */

#pragma once

#include <glib.h>

typedef struct FileWatch FileWatch;

typedef enum FileWatchEvent {
        FILE_WATCH_DATABASE = 1 << 0, /* it was written to, or is another file now */
        FILE_WATCH_LOG = 1 << 1,      /* the same */
        FILE_WATCH_SOCKET = 1 << 2,   /* it was made or removed */
} FileWatchEvent;

typedef void (*FileWatchFunc)(guint events, gpointer userdata);

/* NULL when the system gives no inotify descriptor: the probe interval must do then. */
FileWatch *file_watch_new(const char *socket_path, FileWatchFunc func, gpointer userdata);
void file_watch_free(FileWatch *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FileWatch, file_watch_free)

/* which: DATABASE or LOG; path NULL = none. Call it again after each look: a file that was replaced or missing is found
 * then. TRUE: it is watched from now on and was not before, so what was written until now may have been missed. */
gboolean file_watch_set(FileWatch *self, FileWatchEvent which, const char *path);

/* Nothing is told while it is held; the system keeps the events. */
void file_watch_hold(FileWatch *self, gboolean hold);
