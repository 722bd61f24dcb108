/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* fail2ban's log in the journal. An object belongs to the thread that opened it (sd-journal(3)). */

#pragma once

#include <glib.h>

#include "services/server/server-log-entry.h"

#define LOG_JOURNAL_READ_MAX (16 * 1024 * 1024) /* bytes of messages */

typedef struct LogJournal LogJournal;

/* folder: of journal files; NULL = this host's. */
LogJournal *log_journal_open(const char *folder, GError **error);
void log_journal_free(LogJournal *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LogJournal, log_journal_free)

/* Entries from the newest to the oldest, until `each` has enough or LOG_JOURNAL_READ_MAX is reached. Following goes on
 * behind the newest that was there. */
gboolean log_journal_tail(LogJournal *self, LogEntryFunc each, gpointer userdata, GError **error);

/* What to poll, and for how many milliseconds at most (-1 = no limit). */
int log_journal_fd(LogJournal *self, short *ret_events, int *ret_timeout_ms);

/* As log_file_read() and log_file_flush(). */
gboolean log_journal_read(LogJournal *self, LogEntryFunc each, gpointer userdata, gboolean *ret_kept);
gboolean log_journal_flush(LogJournal *self, LogEntryFunc each, gpointer userdata);
