/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Server-sent events: every signal of the daemon
 *
 * GET events?types=Bans.Banned,Server.*: an event has the type Interface.Signal ("Bans.Banned"), an id, and as data an
 * object with the signal's arguments by name and `object` (the object's path below the root object, when it is not the
 * root). PropertiesChanged is "Jail.Properties" with {object, changed: {snake_case: value}, invalidated: []}; objects that
 * come and go are "Jail.Added" and "Jail.Removed"; "Bridge.Online" and "Bridge.Offline" tell about the daemon,
 * "Bridge.Reset" that events were lost (a Last-Event-ID that is too old, a listener that was too slow is dropped). The first
 * event of each stream is "Bridge.Hello" with {online, version}. A comment every 15 s keeps the connection.
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

/* Ends the streams of a session or token that has ended. */
void rest_events_end(RestEvents *self, RestCredential credential, gint64 id);
