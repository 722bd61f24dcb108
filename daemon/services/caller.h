/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Who asks: plain values, copied from the bus, so that a service can be called by a job or a test too. */

#pragma once

#include <glib.h>

typedef struct Caller {
        char *name; /* unique bus name, "job:NAME" or "signal:HUP" */
        guint32 uid;
        gint32 pid; /* 0 = not known */
} Caller;

Caller *caller_new(const char *name, guint32 uid, gint32 pid);
Caller *caller_copy(const Caller *self);
void caller_free(Caller *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Caller, caller_free)

/* logind session and systemd unit of the caller's process, NULL when it has none; reads /proc: not on the main
 * thread. Free with g_free. */
char *caller_session(const Caller *self);
char *caller_unit(const Caller *self);

/* The name of a user, "" when he has none; asks the system's user database. Free with g_free. */
char *caller_user_name(guint32 uid);
