/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One call in work
 *
 * States: authorising (waits for the bus or polkit), working (waits for a worker or runs), finished (the worker
 * handed it back). The message belongs to the main thread; a worker sees `bound`, `plain`, `about`, `reason`,
 * `correlation`, and writes `result` and `error`. The message is answered once - by the result, by the time-out,
 * by the Operation's path - or not at all when the caller is gone; the call itself lives until the worker has
 * handed it back.
 */

#pragma once

#include "bus/authorizer.h"
#include "bus/method.h"

typedef struct BoundMethod {
        const Method *method;
        char *full_name; /* "Bans.Ban" */
        char *signature; /* of all arguments */
} BoundMethod;

typedef struct Call {
        const BoundMethod *bound;
        gpointer owner;          /* the dispatcher */
        sd_bus_message *message; /* NULL: answered */
        Peer *peer;
        AuthorizerCheck *check;
        GList link;           /* in the dispatcher's list of its state */
        gint64 came_at;       /* seconds since 1970 */
        gint64 deadline;      /* monotonic, microseconds */
        GSource *wait;        /* LANE_LONG: when it becomes an Operation */
        char *operation_path; /* it did */

        MethodCall plain;
        MethodAbout about;
        char *object;
        Caller *caller;
        char *reason;
        char *correlation;
        GVariant *result;
        GError *error;
        gint dropped; /* atomic: the caller is gone or had his answer: do not start it */
} Call;

/* Decodes the message. On error nothing is kept. `fallback_correlation` is taken when the caller gave none. */
Call *call_new(gpointer owner, const BoundMethod *bound, sd_bus_message *message, Peer *peer,
               const char *fallback_correlation, GError **error);
void call_free(Call *self);

/* The action to ask polkit for, without prefix, NULL = open; and its details, to be taken over. */
const char *call_action(const Call *self);
GVariant *call_details(const Call *self);

/* Worker: runs the method, unless it was dropped or refused (error is set then), and writes the audit. */
void call_run(Call *self, const Services *services);
