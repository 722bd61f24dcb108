/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* GET metrics: what the bridge counts and what the daemon says, for Prometheus. */

#include "client/rest/api/daemon-metrics.h"
#include "client/rest/api/own-routes.h"
#include "client/rest/api/prometheus.h"
#include "client/rest/bridge.h"
#include "client/rest/errors.h"

typedef struct Scrape {
        Bridge *bridge;
        RestRequest *request;
        DaemonAnswers answers;
        guint calls; /* on their way */
} Scrape;

static void scrape_free(Scrape *self) {
        daemon_answers_clear(&self->answers);
        rest_request_unref(self->request);
        g_free(self);
}

static void write_bridge(const Bridge *bridge, GString *text) {
        guint64 hits, misses;

        rest_cache_count(bridge->cache, &hits, &misses);
        rest_metrics_write(bridge->metrics, text);
        prometheus_single(text, "bangui_rest_cache_hits_total", "counter", "Answers that needed no call of the daemon.",
                          (double) hits);
        prometheus_single(text, "bangui_rest_cache_misses_total", "counter",
                          "Answers that might have been kept and were not.", (double) misses);
        prometheus_single(text, "bangui_rest_connections", "gauge", "Open connections.",
                          rest_server_connections(bridge->server));
        prometheus_single(text, "bangui_rest_event_listeners", "gauge", "Who listens to events.",
                          rest_events_listeners(bridge->events));
}

static void scrape_answer(Scrape *self) {
        GString *text = g_string_sized_new(8192);
        g_autoptr(GBytes) body = NULL;

        daemon_metrics_write(&self->answers, text);
        write_bridge(self->bridge, text);
        body = g_string_free_to_bytes(text);
        rest_request_header(self->request, "Cache-Control", "no-store");
        rest_request_reply(self->request, SOUP_STATUS_OK, PROMETHEUS_TYPE, body, NULL);
        scrape_free(self);
}

/* An answer that does not come is left out: the bridge's own figures are worth having without the daemon's. */
static void take_answer(Scrape *self, GVariant **place, sd_bus_message *reply, const char *signature) {
        *place = reply ? rest_bus_read(reply, signature, NULL) : NULL;
        if (--self->calls == 0)
                scrape_answer(self);
}

static void on_status(sd_bus_message *reply, const GError *error, gpointer userdata) {
        Scrape *self = userdata;

        take_answer(self, &self->answers.status, reply, "a{sv}");
}

static void on_history(sd_bus_message *reply, const GError *error, gpointer userdata) {
        Scrape *self = userdata;

        take_answer(self, &self->answers.history, reply, "a{sv}");
}

static void on_objects(sd_bus_message *reply, const GError *error, gpointer userdata) {
        Scrape *self = userdata;

        take_answer(self, &self->answers.objects, reply, "a{oa{sa{sv}}}");
}

/* FALSE: the request is answered. */
static gboolean check_allowed(const Bridge *bridge, RestRequest *request) {
        g_autoptr(GError) error = NULL;

        if (g_str_equal(bridge->settings->metrics, "off"))
                g_set_error(&error, REST_ERROR, REST_ERROR_ROUTE_NOT_FOUND, "the setting metrics is off");
        else if (g_str_equal(bridge->settings->metrics, "token") && request->identity.scope < REST_SCOPE_READ)
                g_set_error(&error, REST_ERROR, REST_ERROR_NOT_SIGNED_IN,
                            "metrics are for who has a token: \"Authorization: Bearer TOKEN\"");
        if (error)
                rest_request_reply_error(request, error);
        return error == NULL;
}

void own_get_metrics(Bridge *bridge, RestRequest *request, const RouteMatch *match) {
        Scrape *self;

        if (!check_allowed(bridge, request))
                return;
        self = g_new0(Scrape, 1);
        self->bridge = bridge;
        self->request = rest_request_ref(request);
        self->calls = 3;
        rest_bus_call(bridge->bus, BANGUI_PATH, BANGUI_NAME ".Manager", "GetStatus", NULL, -1, NULL, on_status, self);
        rest_bus_call(bridge->bus, BANGUI_PATH, "org.freedesktop.DBus.Properties", "GetAll",
                      g_variant_new("(s)", BANGUI_NAME ".History"), -1, NULL, on_history, self);
        rest_bus_call(bridge->bus, BANGUI_PATH, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects", NULL, -1,
                      NULL, on_objects, self);
}
