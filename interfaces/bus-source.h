/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* An sd-bus connection on the GLib main loop. */

#pragma once

#include <glib.h>
#include <systemd/sd-bus.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC(sd_bus, sd_bus_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(sd_bus_slot, sd_bus_slot_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(sd_bus_message, sd_bus_message_unref)

/* Begins to connect to the bus of this address; NULL or empty: the system bus. Negative errno. */
int bus_open(const char *address, sd_bus **ret);

/* Called once, on the main loop, when the connection has ended; errnum is positive. */
typedef void (*BusClosedFunc)(int errnum, gpointer userdata);

/* The source holds a reference to bus. Attach it, and destroy it before the last unref of the bus. */
GSource *bus_source_new(sd_bus *bus, BusClosedFunc closed, gpointer userdata);
