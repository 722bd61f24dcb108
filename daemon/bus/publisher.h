/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What the services tell, as objects, properties and signals
 *
 * Events come in on any thread and wait in one queue for the main loop. It takes them out only as fast as the bus takes
 * the signals, so that a storm of bans does not pile up in the daemon or in the broker; states (server, jails, health,
 * counts) replace each other while they wait. When more bans wait than the queue may hold, they are dropped and
 * one signal Bans.Reset says so.
 */

#pragma once

#include "bus/objects.h"
#include "services/events.h"

typedef struct Publisher Publisher;

Publisher *publisher_new(void);
void publisher_free(Publisher *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Publisher, publisher_free)

/* Where services tell; good before the bus is there: events wait. */
EventSink publisher_sink(Publisher *self);

/* From now on the events go to the bus; NULL: no more. Main thread. */
void publisher_connect(Publisher *self, sd_bus *bus, Objects *objects);

/* The path of a jail's object; free with g_free. */
char *publisher_jail_path(const char *name);
