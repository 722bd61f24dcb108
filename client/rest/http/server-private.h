/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the modules of http/ ask of the server. */

#pragma once

#include "client/rest/http/server.h"

const RestSettings *rest_server_settings(const RestServer *self);

/* A request was answered: it is counted, and its connection has a deadline for taking the answer. */
void rest_server_answered(RestServer *self, const RestRequest *request, guint status);

/* For a 304: the headers that the client keeps with what it has stand, and are not said again (RFC 9110, 15.4.5). */
void rest_server_leave_out_security(const RestRequest *request);
