/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The text agent of polkit
 *
 * Lets polkit ask for a password at a terminal: pkttyagent runs beside us from before the first call that may need
 * it until we end. A desktop session may have an agent of its own, behind which pkttyagent then stays.
 */

#pragma once

#include <sys/types.h>

typedef struct Agent {
        pid_t pid; /* 0 = none */
} Agent;

/* Starts it and waits until polkit knows it. BUS_ADDRESS: NULL = the system bus. */
void agent_open(Agent *self, const char *bus_address);
void agent_close(Agent *self);
