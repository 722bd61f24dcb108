/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the kinds of routes share: a request on its way to the bus and back. */

#pragma once

#include "client/rest/api/route.h"
#include "client/rest/bridge.h"

/* A request whose answer depends on a call. */
typedef struct Pending {
        Bridge *bridge;
        RestRequest *request; /* a reference */
        const Route *route;
        const GDBusMethodInfo *method; /* NULL: properties or objects */
        char *object;                  /* the object's path on the bus */
        char *label;                   /* what the object is called: "sshd"; NULL: the root object */
        char *cache_key;               /* NULL: the answer is not kept */
        guint64 generation;            /* with cache_key: of the bus when it was asked */
} Pending;

/* NULL: the answer comes out of the cache of what was read, now or later. */
Pending *pending_new(Bridge *bridge, RestRequest *request, const RouteMatch *match);
void pending_free(Pending *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Pending, pending_free)

/* What the caller gave for the method; NULL: the request was answered with what is wrong with it, and freed. */
GVariant *pending_arguments(Pending *self, const RouteMatch *match);

/* For what takes no arguments at all; FALSE: there were some, the request was answered with that, and freed. */
gboolean pending_takes_nothing(Pending *self);

/* Answer, and free. `json` is taken over; NULL: the daemon's answer could not be read. */
void pending_answer(Pending *self, char *json);
void pending_fail(Pending *self, const GError *error);

/* A RestBusReplyFunc with the Pending as its userdata: answers with what the call of the row's method came to, and
 * frees; an operation is 202 with where it is. */
void pending_on_reply(sd_bus_message *reply, const GError *error, gpointer self);

/* The operation (an object's path) that a reply tells of, borrowed; NULL: it is a result. */
const char *pending_find_operation(sd_bus_message *reply);
