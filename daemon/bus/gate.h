/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The gate before properties
 *
 * sd-bus answers Properties and ObjectManager calls itself, from values in memory. They show what the action `read`
 * guards, so such a message is looked at first: a caller who may read is let through, anybody else's message waits for
 * polkit's answer and is then put back into the queue, or refused. Introspection and Ping are open. Main thread.
 */

#pragma once

#include "bus/authorizer.h"

typedef struct Gate Gate;

Gate *gate_new(sd_bus *bus, Authorizer *authorizer, guint per_caller_max);
void gate_free(Gate *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Gate, gate_free)

/* Drops what waits for a caller that is gone. */
void gate_peer_gone(Gate *self, Peer *peer);
