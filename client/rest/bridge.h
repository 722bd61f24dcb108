/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The parts of the bridge; bridge.c builds and joins them, handlers of routes are given it. */

#pragma once

#include "client/rest/api/cache.h"
#include "client/rest/api/contract.h"
#include "client/rest/api/events.h"
#include "client/rest/api/metrics.h"
#include "client/rest/auth/auth.h"
#include "client/rest/bus/bus.h"
#include "client/rest/http/limits.h"
#include "client/rest/http/server.h"
#include "client/rest/settings.h"

typedef struct Bridge {
        const RestSettings *settings;
        Contract *contract; /* the interfaces: signatures and types of options */
        RestBus *bus;
        RestCache *cache;
        RestEvents *events;
        RestMetrics *metrics;
        RestAuth *auth;
        Limits *limits;
        RestServer *server;
} Bridge;

/* Builds all and listens. `settings` stays the caller's and lives longer. */
Bridge *bridge_new(const RestSettings *settings, GError **error);
void bridge_free(Bridge *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Bridge, bridge_free)
