/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One entry of fail2ban's log: telling where it starts, taking it apart, choosing and showing it. No state. */

#pragma once

#include <glib.h>

#include "services/server/server-log.h"

#define LOG_ENTRY_SIZE_MAX (64u * 1024) /* bytes; more lines without a start than that are cut into several entries */

typedef struct LogEntry {
        gint64 at;                                       /* seconds since 1970; 0 = not told */
        char *level, *component, *jail, *message, *line; /* valid UTF-8, never NULL, "" = not told */
} LogEntry;

void log_entry_clear(LogEntry *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LogEntry, log_entry_clear)

/* Whether a line (without its newline) starts an entry; else it belongs to the one before. */
gboolean log_entry_is_start(const char *line, gsize length);

/* One or more lines, as the log has them: times are local, bytes that are no UTF-8 become U+FFFD. */
void log_entry_parse(const char *text, gsize length, LogEntry *ret);

gboolean log_entry_level_is_known(const char *level);
gboolean log_entry_matches(const LogEntry *self, const ServerLogQuery *query);

/* FALSE: no more, please. */
typedef gboolean (*LogEntryFunc)(const LogEntry *entry, gpointer userdata);

/* a{sv} with the keys of a row of server_log_read(); floating. */
GVariant *log_entry_to_variant(const LogEntry *self);
