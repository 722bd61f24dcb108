/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Two ends of one connection, both on this program's main loop
 *
 * What the server end sends has arrived, and what the client end asks is answered, when bus_pair_settle() returns:
 * nothing else is in between. Signals that arrive are noted as lines.
 */

#pragma once

#include "interfaces/bus-source.h"

typedef struct BusPair {
        sd_bus *client;
        sd_bus *server;
        GSource *sources[2];
        GPtrArray *signals; /* "INTERFACE-WITHOUT-PREFIX.MEMBER PATH ARGUMENTS" */
} BusPair;

void bus_pair_open(BusPair *self);
void bus_pair_close(BusPair *self);

/* Runs the main loop until nothing is left to do. */
void bus_pair_settle(BusPair *self);

/* Runs the main loop until so many signals are noted. */
void bus_pair_wait_signals(BusPair *self, guint n);

/* A method call of the client's, to be filled. */
sd_bus_message *bus_pair_call_new(BusPair *self, const char *path, const char *interface, const char *member);

/* Sends the call and gives the answer, which may be an error; takes the call over. */
sd_bus_message *bus_pair_call(BusPair *self, sd_bus_message *call);

/* Settles, gives what was noted, one signal a line, and forgets it. Free with g_free. */
char *bus_pair_take_signals(BusPair *self);
