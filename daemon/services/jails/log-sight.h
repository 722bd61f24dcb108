/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A look at a log file from outside: is it there, may fail2ban read it, when was it last written
 *
 * Nothing of its content is read. Blocking.
 */

#pragma once

#include "fail2ban/reader.h"

typedef enum LogState {
        LOG_OK,
        LOG_MISSING,    /* also: a link that leads to nothing */
        LOG_UNREADABLE, /* fail2ban may not read it */
        LOG_NO_FILE,    /* a folder or a device */
        LOG_UNKNOWN,    /* the daemon itself may not look there; fail2ban may well */
        LOG_DROPPED,    /* fail2ban gave it up: it was missing for too long */
} LogState;

typedef struct LogSight {
        LogState state;
        gint64 size;
        gint64 modified_at; /* 0 = not known */
        char *problem;      /* NULL with LOG_OK */
} LogSight;

void log_sight_clear(LogSight *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LogSight, log_sight_clear)

/* "ok", "missing", "unreadable", "no-file", "unknown", "dropped". */
const char *log_state_name(LogState state);

/* Whether what is written there reaches nobody, as far as is known. */
gboolean log_state_is_sick(LogState state);

void log_sight_take(const char *path, const Fail2banReader *reader, LogSight *ret);

/* What was taken is of a file that fail2ban does not have any more. */
void log_sight_drop(LogSight *self);
