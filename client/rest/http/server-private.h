/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the modules of http/ ask of the server. */

#pragma once

#include "client/rest/http/server.h"

const RestSettings *rest_server_settings(const RestServer *self);

/* A request was answered: the rest of the security headers is set, it is counted, and its connection has a deadline for
 * taking the answer. */
void rest_server_answered(RestServer *self, const RestRequest *request, guint status);

gboolean rest_stream_is_endless(const RestStream *self);
