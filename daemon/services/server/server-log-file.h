/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* fail2ban's log as a file: reading its end backwards, and following it through rotation and truncation. */

#pragma once

#include <glib.h>

#include "services/server/server-log-entry.h"

#define LOG_FILE_READ_MAX (16 * 1024 * 1024)

/* A regular file below one of the folders, links resolved before they are compared; else FILE_NOT_FOUND. */
int log_file_open(const char *path, const char *const *folders, GError **error);

/* Entries from the newest to the oldest, until `each` has enough, the file ends or LOG_FILE_READ_MAX is reached.
 * ret_end (may be NULL): the offset behind the last whole line, where following goes on. */
gboolean log_file_tail(int fd, LogEntryFunc each, gpointer userdata, goffset *ret_end, GError **error);

typedef struct LogFile LogFile;

/* Takes fd, also on failure. */
LogFile *log_file_follow_new(int fd, goffset from, const char *const *folders, GError **error);
void log_file_free(LogFile *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LogFile, log_file_free)

/* Readable when log_file_read() may have something. */
int log_file_fd(LogFile *self);

/* New entries, oldest first. The last one may get further lines and is kept back, for which *ret_kept is set, until the
 * next one comes or log_file_flush() is called. FALSE: `each` said so. */
gboolean log_file_read(LogFile *self, LogEntryFunc each, gpointer userdata, gboolean *ret_kept);
gboolean log_file_flush(LogFile *self, LogEntryFunc each, gpointer userdata);
