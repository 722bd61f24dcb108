/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A route's call on the bus, from request to answer. */

#pragma once

#include "client/rest/api/route.h"

/* Answers the request, now or later, as the row says; any kind of row but ROUTE_OWN. */
void route_call(Bridge *bridge, RestRequest *request, const RouteMatch *match);
