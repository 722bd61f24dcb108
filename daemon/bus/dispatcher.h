/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The way of a call: message, decode, authorise, run on a worker, answer
 *
 * One dispatcher serves all methods of all objects. Main thread.
 */

#pragma once

#include "bus/authorizer.h"
#include "bus/method.h"
#include "bus/objects.h"

typedef struct Dispatcher Dispatcher;

typedef struct DispatcherLimits {
        guint calls_max;
        guint calls_per_caller;
} DispatcherLimits;

/* Borrows everything but limits. */
Dispatcher *dispatcher_new(Objects *objects, Authorizer *authorizer, const Services *services,
                           const DispatcherLimits *limits);
void dispatcher_free(Dispatcher *self); /* nothing may be in work any more */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Dispatcher, dispatcher_free)

/* Binds a group's methods to the members of its interface. A method without function or a function without method is a
 * fault of the build: the program aborts. */
void dispatcher_bind(Dispatcher *self, const MethodGroup *group, const GDBusInterfaceInfo *info);

/* For Objects: 1, or a negative errno. */
int dispatcher_call(Dispatcher *self, sd_bus_message *message, const char *group);

/* Drops what waits for a caller that is gone; work that began goes on. */
void dispatcher_peer_gone(Dispatcher *self, Peer *peer);

/* No new calls from now on; `drained` is told when the last one ended, perhaps at once. */
void dispatcher_drain(Dispatcher *self, void (*drained)(gpointer userdata), gpointer userdata);

/* Asks what runs to end at its next step. */
void dispatcher_cancel_all(Dispatcher *self);
