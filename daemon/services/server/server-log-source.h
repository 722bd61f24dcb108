/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Where fail2ban's log is, file or journal, as one thing. Belongs to the thread that opened it. */

#pragma once

#include <glib.h>

#include "services/server/server-log-entry.h"

typedef struct LogSource LogSource;

/* path: "" = the journal. */
LogSource *log_source_open(const char *path, const char *const *folders, GError **error);
void log_source_free(LogSource *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LogSource, log_source_free)

/* Entries from the newest to the oldest until `each` has enough, within bounds. Once. */
gboolean log_source_tail(LogSource *self, LogEntryFunc each, gpointer userdata, GError **error);

/* After log_source_tail(): from here on log_source_read() gives what came since. */
gboolean log_source_follow(LogSource *self, GError **error);

/* What to poll, and for how many milliseconds at most (-1 = no limit). */
int log_source_fd(LogSource *self, short *ret_events, int *ret_timeout_ms);

/* New entries, oldest first. The last one may get further lines and is kept back, for which *ret_kept is set, until the
 * next one comes or log_source_flush() is called. FALSE: `each` said so. */
gboolean log_source_read(LogSource *self, LogEntryFunc each, gpointer userdata, gboolean *ret_kept);
gboolean log_source_flush(LogSource *self, LogEntryFunc each, gpointer userdata);
