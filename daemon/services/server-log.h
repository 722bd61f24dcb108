/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * fail2ban's own log: the last lines, and following it
 *
 * From the file that its log target names (only below one of the log folders), or from the journal
 * (_SYSTEMD_UNIT=fail2ban.service or SYSLOG_IDENTIFIER=fail2ban) when the target is SYSLOG, SYSTEMD-JOURNAL or STDOUT.
 */

#pragma once

#include <glib.h>

#include "services/model.h"

typedef struct ServerLogQuery {
        guint lines;          /* 1..5000 */
        const char *contains; /* NULL = all; without regard to case */
        const char *level;    /* NULL = all; at least this one: "CRITICAL" "ERROR" "WARNING" "NOTICE" "INFO" "DEBUG" */
        const char *jail;     /* NULL = all; lines of this jail */
} ServerLogQuery;

/* aa{sv}, oldest first: at x, level s, component s, jail s, message s, line s (as it stands). Reads backwards from the end, at most 16 MiB. */
GVariant *server_log_read(Model *model, const char *const *log_folders, const ServerLogQuery *query, GError **error);

/* A descriptor to read: JSON lines with the same keys as they come, starting with the query's last lines. A thread of its
 * own feeds it until the reader closes; rotation and truncation are followed. At most 16 at once (BUSY). -1 on error. */
int server_log_follow(Model *model, const char *const *log_folders, const ServerLogQuery *query, GError **error);

/* Ends all followers; for the orderly end. */
void server_log_stop(void);
