/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The handlers of routes that the bridge answers by itself, besides those of auth/auth-routes.h. */

#pragma once

#include "client/rest/api/route.h"

void own_get_health(Bridge *bridge, RestRequest *request, const RouteMatch *match);
void own_get_live(Bridge *bridge, RestRequest *request, const RouteMatch *match);
void own_get_ready(Bridge *bridge, RestRequest *request, const RouteMatch *match);
void own_get_metrics(Bridge *bridge, RestRequest *request, const RouteMatch *match);
void own_get_events(Bridge *bridge, RestRequest *request, const RouteMatch *match);
void own_get_thresholds(Bridge *bridge, RestRequest *request, const RouteMatch *match);
void own_put_thresholds(Bridge *bridge, RestRequest *request, const RouteMatch *match);
void own_get_openapi(Bridge *bridge, RestRequest *request, const RouteMatch *match);
