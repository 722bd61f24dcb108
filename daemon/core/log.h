/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The structured log
 *
 * Each event is written once, where it is given up or done: to the journal with fields when stderr is
 * connected to it, as plain text when stderr is a terminal, else as one JSON object a line on stderr.
 * Fields carry what a program wants to select by; the message is for people. Secrets never go in.
 *
 *     log_event(LOG_PRIORITY_NOTICE, "ban.added", "banned 192.0.2.1 in sshd", "JAIL", jail, "ADDRESS", text, NULL);
 *
 * Everything that GLib logs takes the same way. Before log_setup() (unit tests) notices and worse are written
 * to stderr.
 */

#pragma once

#include <glib.h>

typedef enum LogPriority {
        LOG_PRIORITY_ERROR,
        LOG_PRIORITY_WARNING,
        LOG_PRIORITY_NOTICE,
        LOG_PRIORITY_INFO,
        LOG_PRIORITY_DEBUG,
} LogPriority;

/* Installs the writer for the whole process; called once by main before anything logs. */
void log_setup(LogPriority level);

/* At run time; from any thread. */
void log_set_level(LogPriority level);

/* "error", "warning", "notice", "info", "debug". */
gboolean log_level_from_text(const char *text, LogPriority *ret);

/* `event` is a stable lower-case name "topic.what" (field BANGUI_EVENT); then pairs of field name (upper
 * case, journal rules; written with the prefix BANGUI_) and text, ended by NULL. A NULL text is left out. */
void log_event(LogPriority priority, const char *event, const char *message, ...) G_GNUC_NULL_TERMINATED;

/* As log_event() for an error: "message: error's message", with the field ERROR, the short name of its code. */
void log_error(LogPriority priority, const char *event, const char *message, const GError *error);

/* The correlation id of the call that this thread works for; NULL ends it. Added to each entry. The text is
 * copied; what log_get_correlation() gave is good until the next set on the same thread. */
void log_set_correlation(const char *id);
const char *log_get_correlation(void);
