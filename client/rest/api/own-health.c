/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* GET health, health/live and health/ready: whether the bridge, the daemon and fail2ban are well. */

#include "client/rest/api/json.h"
#include "client/rest/api/own-routes.h"
#include "client/rest/bridge.h"

typedef struct Look {
        Bridge *bridge;
        RestRequest *request;
        gboolean ready; /* it was asked whether we are ready */
} Look;

static void look_free(Look *self) {
        rest_request_unref(self->request);
        g_free(self);
}

static void write_bridge(const Look *self, gboolean all, GString *text) {
        const Bridge *bridge = self->bridge;

        json_key(text, "bridge");
        g_string_append_c(text, '{');
        json_key(text, "state");
        json_string(text, "running");
        if (all) {
                json_key(text, "host");
                json_string(text, g_get_host_name());
                json_key(text, "version");
                json_string(text, BANGUI_VERSION);
                json_key(text, "uptime");
                json_int64(text, g_get_real_time() / G_USEC_PER_SEC - rest_metrics_started_at(bridge->metrics));
                json_key(text, "connections");
                json_uint64(text, rest_server_connections(bridge->server));
                json_key(text, "listeners");
                json_uint64(text, rest_events_listeners(bridge->events));
        }
        g_string_append_c(text, '}');
}

static void write_daemon(GVariant *status, gboolean all, GString *text) {
        const char *state = "", *version = "";

        json_key(text, "daemon");
        g_string_append_c(text, '{');
        json_key(text, "online");
        json_boolean(text, status != NULL);
        if (status && g_variant_lookup(status, "state", "&s", &state)) {
                json_key(text, "state");
                json_string(text, state);
        }
        if (status && all && g_variant_lookup(status, "version", "&s", &version)) {
                json_key(text, "version");
                json_string(text, version);
        }
        g_string_append_c(text, '}');
}

static void write_fail2ban(GVariant *status, gboolean all, GString *text) {
        const char *reason = "", *version = "";
        gboolean online = FALSE;

        if (!status)
                return;
        g_variant_lookup(status, "online", "b", &online);
        json_key(text, "fail2ban");
        g_string_append_c(text, '{');
        json_key(text, "online");
        json_boolean(text, online);
        if (all && g_variant_lookup(status, "offline_reason", "&s", &reason)) {
                json_key(text, "reason");
                json_string(text, reason);
        }
        if (all && g_variant_lookup(status, "fail2ban_version", "&s", &version)) {
                json_key(text, "version");
                json_string(text, version);
        }
        g_string_append_c(text, '}');
}

/* Those of the daemon by name and state; why one is not well is for who is signed in. */
static void write_parts(GVariant *status, gboolean all, GString *text) {
        g_autoptr(GVariantIter) parts = NULL;
        GVariant *part;

        if (!status || !g_variant_lookup(status, "parts", "aa{sv}", &parts))
                return;
        json_key(text, "parts");
        g_string_append_c(text, '[');
        for (gsize i = 0; g_variant_iter_loop(parts, "@a{sv}", &part); i++) {
                static const char *const keys[] = { "name", "state", "detail" };

                g_string_append(text, i > 0 ? ",{" : "{");
                for (gsize j = 0; j < (all ? 3 : 2); j++) {
                        const char *value = "";

                        g_variant_lookup(part, keys[j], "&s", &value);
                        json_key(text, keys[j]);
                        json_string(text, value);
                }
                g_string_append_c(text, '}');
        }
        g_string_append_c(text, ']');
}

static const char *judge(GVariant *status) {
        const char *state = "";
        gboolean online = FALSE;

        if (!status)
                return "offline";
        g_variant_lookup(status, "state", "&s", &state);
        g_variant_lookup(status, "online", "b", &online);
        return online && g_str_equal(state, "running") ? "ok" : "degraded";
}

static void on_status(sd_bus_message *reply, const GError *error, gpointer userdata) {
        Look *self = userdata;
        g_autoptr(GVariant) answer = reply ? rest_bus_read(reply, "a{sv}", NULL) : NULL;
        g_autoptr(GVariant) status = answer ? g_variant_get_child_value(answer, 0) : NULL;
        gboolean all = self->request->identity.scope >= REST_SCOPE_READ;
        GString *text = g_string_new("{");

        json_key(text, "status");
        json_string(text, judge(status));
        write_bridge(self, all, text);
        write_daemon(status, all, text);
        write_fail2ban(status, all, text);
        write_parts(status, all, text);
        g_string_append_c(text, '}');
        if (self->ready && !status)
                rest_request_header(self->request, "Retry-After", "5");
        rest_request_reply_json(self->request,
                                self->ready && !status ? SOUP_STATUS_SERVICE_UNAVAILABLE : SOUP_STATUS_OK,
                                g_string_free(text, FALSE));
        look_free(self);
}

static void look(Bridge *bridge, RestRequest *request, gboolean ready) {
        Look *self = g_new0(Look, 1);

        self->bridge = bridge;
        self->request = rest_request_ref(request);
        self->ready = ready;
        rest_bus_call(bridge->bus, BANGUI_PATH, BANGUI_NAME ".Manager", "GetStatus", NULL, -1, NULL, on_status, self);
}

void own_get_health(Bridge *bridge, RestRequest *request, const RouteMatch *match) {
        look(bridge, request, FALSE);
}

void own_get_live(Bridge *bridge, RestRequest *request, const RouteMatch *match) {
        rest_request_reply_json(request, SOUP_STATUS_OK, g_strdup("{\"status\":\"live\"}"));
}

/* Without fail2ban we are of use; without the daemon there is nothing that we could do. */
void own_get_ready(Bridge *bridge, RestRequest *request, const RouteMatch *match) {
        look(bridge, request, TRUE);
}
