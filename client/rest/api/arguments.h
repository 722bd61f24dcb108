/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Arguments of a bus method out of a request
 *
 * By name: from the path, the row's own (`fixed`, `defaults`), the query and the JSON body. What is no argument is an
 * option of the type that the contract says. Here the shape is checked; whether a value makes sense the daemon says.
 */

#pragma once

#include "client/rest/api/contract.h"
#include "client/rest/api/route.h"

/* The tuple for the method, floating. A handle (h) is 0, the first of the call's handles. NULL with InvalidArgument or
 * REST_ERROR_BAD_REQUEST, whose message names the input and what would be right. */
GVariant *arguments_of(const RestRequest *request, const RouteMatch *match, const GDBusMethodInfo *method,
                       GError **error);

/* An error as the daemon would answer it: `name` is one of interfaces/errors.h. */
GError *arguments_error(const char *name, const char *format, ...) G_GNUC_PRINTF(2, 3);
