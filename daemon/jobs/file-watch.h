/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Two files that come and go: fail2ban's database and its socket
 *
 * One inotify descriptor on the main context. The database is watched itself (it is written to in place); the socket's
 * folder, or while that is missing the nearest folder above, tells when the socket is made. GFileMonitor is not used:
 * it brings a thread of its own and holds changes back.
 */

#pragma once

#include <glib.h>

typedef struct FileWatch FileWatch;

typedef enum FileWatchEvent {
        FILE_WATCH_DATABASE = 1 << 0, /* it was written to, or is another file now */
        FILE_WATCH_SOCKET = 1 << 1,   /* it was made or removed */
} FileWatchEvent;

typedef void (*FileWatchFunc)(guint events, gpointer userdata);

/* NULL when the system gives no inotify descriptor: the probe interval must do then. */
FileWatch *file_watch_new(const char *socket_path, FileWatchFunc func, gpointer userdata);
void file_watch_free(FileWatch *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FileWatch, file_watch_free)

/* path NULL = none. Call it again after each look: a file that was replaced or missing is found then. */
void file_watch_set_database(FileWatch *self, const char *path);

/* Nothing is told while it is held; the system keeps the events. */
void file_watch_hold(FileWatch *self, gboolean hold);
