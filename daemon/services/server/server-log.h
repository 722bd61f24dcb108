/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * fail2ban's own log: the last entries, and following it
 *
 * From the file that its log target names (only below one of the log folders), or from the journal
 * (_SYSTEMD_UNIT=fail2ban.service or SYSLOG_IDENTIFIER=fail2ban) when the target is SYSLOG, SYSTEMD-JOURNAL, STDOUT,
 * STDERR or SYSOUT. A line that does not start as fail2ban starts its lines (a traceback) belongs to the entry
 * before it. Thread-safe. Model and folders are borrowed.
 */

#pragma once

#include <glib.h>

#include "services/probe/model.h"

#define SERVER_LOG_LINES_MAX 5000
#define SERVER_LOG_FOLLOWERS_MAX 16

typedef struct ServerLog ServerLog;

ServerLog *server_log_new(Model *model, const char *const *log_folders);
void server_log_free(ServerLog *self); /* server_log_stop() first */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ServerLog, server_log_free)

typedef struct ServerLogQuery {
        guint lines;          /* 1..5000; follow: 0 = only what comes */
        const char *contains; /* NULL = all; without regard to case */
        const char *level;    /* NULL = all; at least this one: "CRITICAL" "ERROR" "WARNING" "NOTICE" "INFO" "DEBUG" */
        const char *jail;     /* NULL = all; entries of this jail */
} ServerLogQuery;

/* aa{sv}, oldest first: at x (0 = not told), level s, component s, jail s, message s, line s (as it stands).
 * Reads backwards from the end, at most 16 MiB. Not floating. */
GVariant *server_log_read(ServerLog *self, const ServerLogQuery *query, GError **error);

/* A descriptor to read, which the caller closes: JSON lines with the same keys as they come, starting with the
 * query's last entries. A thread of its own feeds it until the reader closes; rotation and truncation are
 * followed. A reader that takes nothing for 5 s is dropped. At most 16 at once (BUSY). -1 on error. */
int server_log_follow(ServerLog *self, const ServerLogQuery *query, GError **error);

/* Ends all followers and waits for them (below 100 ms); later follows are CANCELLED. For the orderly end. */
void server_log_stop(ServerLog *self);
