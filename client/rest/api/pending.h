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

/* Answer, and free. `json` is taken over. */
void pending_answer(Pending *self, char *json);
void pending_fail(Pending *self, const GError *error);

/* Answers 202 with the operation (an object's path), and frees. */
void pending_operation(Pending *self, const char *operation);

/* The operation that a reply's tuple tells of; NULL: it is a result. Borrowed. */
const char *pending_find_operation(GVariant *reply);

/* The JSON of a reply's tuple. */
char *pending_json(const GDBusMethodInfo *method, GVariant *reply);
