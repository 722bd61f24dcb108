/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The bridge's connection to banguid
 *
 * One sd-bus connection on the main loop, calls pipelined: at most REST_BUS_PENDING_MAX in flight (a broker answers no
 * more than 128 at once for a connection), the others wait in a queue of REST_BUS_WAITING_MAX; beyond that Overloaded.
 * While the bus or the daemon is away a call fails with DaemonOffline (at the start it waits until that is known); the
 * connection comes back by itself. Main loop only, and so are the messages.
 */

#pragma once

#include <gio/gio.h>

#include "interfaces/bus-source.h"

#define BANGUI_NAME "org.bangui.BanGUI1"
#define BANGUI_PATH "/org/bangui/BanGUI1"
#define REST_BUS_PENDING_MAX 96
#define REST_BUS_WAITING_MAX 1024
#define REST_BUS_TIMEOUT_MS 30000

typedef struct RestBus RestBus;

/* Connects in the background. `address`: of a bus; NULL or empty: the system bus. */
RestBus *rest_bus_new(const char *address);
/* Calls under way end with an error before it returns. */
void rest_bus_free(RestBus *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RestBus, rest_bus_free)

/* Whether the daemon owns its name. */
gboolean rest_bus_online(const RestBus *self);

/* Goes up by one with every signal of the daemon, when it comes or goes, and by rest_bus_bump(): what was read under
 * another generation may be old. */
guint64 rest_bus_generation(const RestBus *self);

/* A change was made through us. NULL: nothing happens. */
void rest_bus_bump(RestBus *self);

/* How a call ended: the daemon's reply, or NULL and why. Both are borrowed. The error is the daemon's or the bus's
 * (rest_error_name()), or one of REST_ERROR. */
typedef void (*RestBusReplyFunc)(sd_bus_message *reply, const GError *error, gpointer userdata);

/* `interface` in full. `arguments` is a tuple that is sunk; NULL: none. `descriptor` is what its handle stands for and
 * is taken over; -1: none. `cancellable` may be NULL. `func` comes on the main loop, once, after this returned. That
 * of a call that was cancelled comes when the daemon has answered: until then it has work for us. */
void rest_bus_call(RestBus *self, const char *object, const char *interface, const char *member, GVariant *arguments,
                   int descriptor, GCancellable *cancellable, RestBusReplyFunc func, gpointer userdata);

/* The whole body of a reply as a tuple, to be unreferenced; NULL with REST_ERROR_INTERNAL: it has not the signature, or
 * has a descriptor in it. */
GVariant *rest_bus_read(sd_bus_message *reply, const char *signature, GError **error);

/* A signal of the daemon: interface without prefix ("Bans"), its name, the object's path, and its arguments. With
 * interface "ObjectManager" and "Properties" those of D-Bus itself. "Bridge" with "Online" or "Offline" and no
 * arguments: the daemon came or went. */
typedef void (*RestBusSignalFunc)(const char *interface, const char *name, const char *object, GVariant *arguments,
                                  gpointer userdata);
void rest_bus_listen(RestBus *self, RestBusSignalFunc func, gpointer userdata);
