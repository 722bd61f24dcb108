/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/rest/api/call.h"

#include "client/rest/api/descriptors.h"
#include "client/rest/api/objects.h"
#include "client/rest/api/pending.h"

static void call_method(Pending *pending, const RouteMatch *match) {
        g_autofree char *interface = g_strconcat(BANGUI_NAME ".", pending->route->interface, NULL);
        g_autoptr(GVariant) arguments = pending_arguments(pending, match);

        if (!arguments)
                return;
        g_variant_ref_sink(arguments);
        rest_bus_call(pending->bridge->bus, pending->object, interface, pending->route->member, arguments, -1, NULL,
                      pending_on_reply, pending);
}

void route_call(Bridge *bridge, RestRequest *request, const RouteMatch *match) {
        Pending *pending = pending_new(bridge, request, match);

        if (!pending)
                return;
        switch (match->route->kind) {
        case ROUTE_METHOD:
                call_method(pending, match);
                return;
        case ROUTE_PROPERTIES:
                objects_get_one(pending);
                return;
        case ROUTE_OBJECTS:
                objects_get_all(pending);
                return;
        case ROUTE_DOWNLOAD:
                descriptors_download(pending, match);
                return;
        case ROUTE_LINES:
                descriptors_lines(pending, match);
                return;
        case ROUTE_UPLOAD:
                descriptors_upload(pending, match);
                return;
        default:
                g_assert_not_reached();
        }
}
