/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Signals of the daemon as events; what an event looks like is described in events.h. */

#pragma once

#include "client/rest/api/contract.h"

/* `data`: a JSON text in one line. */
typedef void (*EventFunc)(const char *type, const char *data, gpointer userdata);

/* Calls `func` for each event that the signal is: interfaces that come or go with an object are one each.
 * Arguments as RestBusSignalFunc has them. A signal that is no event, or not what it should be, is none. */
void event_from_signal(const Contract *contract, const char *interface, const char *name, const char *object,
                       GVariant *arguments, EventFunc func, gpointer userdata);

/* "/org/bangui/BanGUI1/jail/my_2djail" -> "jail/my-jail", as in the bridge's paths; NULL: the root object, or none
 * of the daemon's. To be freed. */
char *event_object(const char *object);
