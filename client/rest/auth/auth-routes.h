/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The handlers of setup and auth; what they take and answer is described at their rows in api/routes.c. */

#pragma once

#include "client/rest/api/route.h"

void auth_get_setup(Bridge *bridge, RestRequest *request, const RouteMatch *match);
void auth_post_setup(Bridge *bridge, RestRequest *request, const RouteMatch *match);
void auth_post_login(Bridge *bridge, RestRequest *request, const RouteMatch *match);
void auth_post_logout(Bridge *bridge, RestRequest *request, const RouteMatch *match);
void auth_get_session(Bridge *bridge, RestRequest *request, const RouteMatch *match);
void auth_post_password(Bridge *bridge, RestRequest *request, const RouteMatch *match);
void auth_post_strength(Bridge *bridge, RestRequest *request, const RouteMatch *match);
void auth_list_sessions(Bridge *bridge, RestRequest *request, const RouteMatch *match);
void auth_end_sessions(Bridge *bridge, RestRequest *request, const RouteMatch *match);
void auth_end_session(Bridge *bridge, RestRequest *request, const RouteMatch *match);
void auth_list_tokens(Bridge *bridge, RestRequest *request, const RouteMatch *match);
void auth_post_token(Bridge *bridge, RestRequest *request, const RouteMatch *match);
void auth_end_token(Bridge *bridge, RestRequest *request, const RouteMatch *match);
