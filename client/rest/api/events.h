/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Server-sent events: every signal of the daemon
 *
 * GET events?types=Bans.Banned,Server.*: an event has the type Interface.Signal ("Bans.Banned"), an id, and as
 * data an object with the signal's arguments by name and `object` (the object's path below the root object,
 * decoded as in the bridge's paths: "jail/my-jail"; left out for the root). PropertiesChanged is "Jail.Properties"
 * with {object, changed: {snake_case: value}, invalidated: []}; objects that come and go are "Jail.Added" with
 * {object, properties} and "Jail.Removed" with {object}; "Bridge.Online" and "Bridge.Offline" tell about the
 * daemon. Data of more than 32 KiB is {omitted: true}: who needs it has to read it. The first event of each stream
 * is "Bridge.Hello" with {online, version}; what begins with "Bridge." is told whatever the types are.
 *
 * Who comes back with Last-Event-ID gets what he missed. A listener keeps no queue of its own: it reads the last
 * events, which are there once, as fast as it takes them, and gets "Bridge.Reset" where it was too slow for that
 * or was away for too long: it has to read anew what it shows. A comment every 15 s keeps the connection; who took
 * nothing since the last one is dropped.
 */

#pragma once

#include "client/rest/api/contract.h"
#include "client/rest/bus/bus.h"
#include "client/rest/http/request.h"

typedef struct RestEvents RestEvents;

RestEvents *rest_events_new(const Contract *contract, RestBus *bus, guint listeners_max);
void rest_events_free(RestEvents *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RestEvents, rest_events_free)

/* Makes the request a listener. */
void rest_events_listen(RestEvents *self, RestRequest *request);
guint rest_events_listeners(const RestEvents *self);
