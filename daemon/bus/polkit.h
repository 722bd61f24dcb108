/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Asking polkit
 *
 * Over the same connection, asynchronously: nobody else waits for a polkit that hangs or for a person who types.
 * polkit may be restarted (a question that got lost is asked once more) or not be there at all (then the answer
 * is no, with the reason). Main thread.
 */

#pragma once

#include "interfaces/bus-source.h"

#define POLKIT_ACTION_PREFIX "org.bangui.BanGUI1."

typedef enum PolkitAnswer {
        POLKIT_YES,
        POLKIT_NO,
        POLKIT_CHALLENGE, /* yes, were the person asked and known */
        POLKIT_ABSENT,    /* polkit is not there or does not answer */
} PolkitAnswer;

typedef struct Polkit Polkit;
typedef struct PolkitQuery PolkitQuery;

/* `changed`: polkit's rules or its presence changed, so answers that were remembered count no more. */
typedef void (*PolkitChangedFunc)(gboolean present, gpointer userdata);

Polkit *polkit_new(sd_bus *bus, PolkitChangedFunc changed, gpointer userdata);
void polkit_free(Polkit *self); /* queries must have been cancelled */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Polkit, polkit_free)

/* `sender`: the caller's unique name; action without prefix; details a{ss}, NULL for none. The answer comes once, never
 * before this returns, and not after polkit_query_cancel(). The query is gone when its answer was given. */
typedef void (*PolkitFunc)(PolkitAnswer answer, gpointer userdata);
PolkitQuery *polkit_check(Polkit *self, const char *sender, const char *action, GVariant *details, gboolean interactive,
                          PolkitFunc func, gpointer userdata);

/* Also at polkit, so that a question does not stay on somebody's screen. */
void polkit_query_cancel(PolkitQuery *query);
