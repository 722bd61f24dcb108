/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/rest/api/own-routes.h"

#include "client/rest/bridge.h"

/* Put into the program by its build, beside this library (docs/openapi.py). */
#define OPENAPI_RESOURCE "/org/bangui/rest/openapi.json"

void own_get_events(Bridge *bridge, RestRequest *request, const RouteMatch *match) {
        rest_events_listen(bridge->events, request);
}

void own_get_openapi(Bridge *bridge, RestRequest *request, const RouteMatch *match) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GBytes) document = g_resources_lookup_data(OPENAPI_RESOURCE, G_RESOURCE_LOOKUP_FLAGS_NONE, &error);
        g_autofree char *etag = NULL;

        if (!document) {
                rest_request_reply_error(request, error);
                return;
        }
        etag = g_compute_checksum_for_bytes(G_CHECKSUM_SHA1, document);
        rest_request_header(request, "Cache-Control", "no-cache");
        rest_request_reply(request, SOUP_STATUS_OK, "application/json", document, etag);
}
