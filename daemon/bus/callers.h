/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Who calls
 *
 * The user and process behind a unique bus name are asked of the bus once, asynchronously, and remembered until
 * the name goes. Main thread.
 */

#pragma once

#include "interfaces/bus-source.h"
#include "services/caller.h"

typedef struct Callers Callers;
typedef struct Peer Peer;

/* What is known of one connection. Reference counted. */
struct Peer {
        guint refs;
        Caller *caller; /* NULL until the bus has answered */
        gboolean gone;
        guint calls;       /* in work or waiting; the dispatcher counts */
        gint64 read_until; /* monotonic, microseconds: polkit's yes to `read` is remembered so long */
        sd_bus_slot *watch;
        sd_bus_slot *query;
        GPtrArray *waiting; /* of Waiting: who asked while the bus was asked */
        Callers *callers;
        char *name;
};

Peer *peer_ref(Peer *self);
void peer_unref(Peer *self);

/* `gone` is told once for a peer whose connection ended. */
typedef void (*CallersGoneFunc)(Peer *peer, gpointer userdata);

Callers *callers_new(sd_bus *bus, CallersGoneFunc gone, gpointer userdata);
void callers_free(Callers *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Callers, callers_free)

/* The peer of a name, made when it is new; borrowed. */
Peer *callers_peer(Callers *self, const char *name);

/* Calls `ready` at once when the caller is known, else when the bus has answered; known: peer->caller is set. */
typedef void (*CallersReadyFunc)(Peer *peer, gboolean known, gpointer userdata);
void callers_resolve(Callers *self, Peer *peer, CallersReadyFunc ready, gpointer userdata);

/* Forgets what polkit said. */
void callers_forget_answers(Callers *self);
