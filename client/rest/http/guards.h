/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Guards: whose request it is, and whether a browser was tricked into it
 *
 * All judge a request by its headers alone, before any body is read.
 */

#pragma once

#include "client/rest/http/connections.h"
#include "client/rest/http/request.h"

#define GUARDS_HEADERS_MAX 100
#define GUARDS_HEADER_BYTES_MAX (32 * 1024)

/* Sets request->client and request->secure, of a trusted proxy from X-Forwarded-For (its rightmost address that is no
 * proxy) and X-Forwarded-Proto. */
void guards_set_client(RestRequest *request, const Connection *connection, const Networks *proxies);

/* HEADERS_TOO_LARGE, or BAD_REQUEST for two hosts or two lengths of the body. */
gboolean guards_check_headers(const RestRequest *request, GError **error);

/* WRONG_HOST: a name that nobody gave this server, as a rebound name has it. */
gboolean guards_check_host(const RestRequest *request, const RestSettings *settings, const Connections *connections,
                           Connection *connection, GError **error);

/* Whether a page of that origin may use us by the setting cors-origins. */
gboolean guards_cors_allows(const RestSettings *settings, const char *origin);

/* CROSS_SITE: something is changed, by cookie or by nobody, and the browser says that another site asked for it; or
 * a cookie came without the header X-BanGUI, which no form can send. To be called when the identity is known. */
gboolean guards_check_site(const RestRequest *request, const RestSettings *settings, GError **error);
