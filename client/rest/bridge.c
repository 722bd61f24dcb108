/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The parts of the bridge, joined
 *
 * A request is admitted by its headers: who asks, whether it is too often, whether another site is behind it, which
 * route it is, and whether that is allowed. The daemon decides everything else.
 */

#include "client/rest/bridge.h"

#include <string.h>

#include "client/rest/api/call.h"
#include "client/rest/api/own-routes.h"
#include "client/rest/errors.h"
#include "client/rest/http/guards.h"
#include "client/rest/http/networks.h"

#define API "/api/v1"
#define OWN_BODY_MAX 16384 /* two passwords with each byte escaped */

/* What stands outside of the API, where its callers look for it. */
static const Route outside[] = {
        { "GET", "/metrics", REST_SCOPE_NONE, ROUTE_OWN, .handler = own_get_metrics },
        { "GET", "/health/live", REST_SCOPE_NONE, ROUTE_OWN, .handler = own_get_live },
        { "GET", "/health/ready", REST_SCOPE_NONE, ROUTE_OWN, .handler = own_get_ready },
};

static void match_free(gpointer match) {
        route_match_clear(match);
        g_free(match);
}

static gboolean find_outside(const RestRequest *request, RouteMatch *ret) {
        for (guint i = 0; i < G_N_ELEMENTS(outside); i++)
                if (g_str_equal(request->method, outside[i].method) && g_str_equal(request->path, outside[i].path)) {
                        ret->route = &outside[i];
                        ret->parameters = g_hash_table_new(g_str_hash, g_str_equal);
                        return TRUE;
                }
        return FALSE;
}

static gboolean find_route(RestRequest *request, RouteMatch *ret, char **ret_allow, GError **error) {
        const char *path = request->path;

        if (find_outside(request, ret))
                return TRUE;
        if (g_str_has_prefix(path, API "/"))
                path += strlen(API);
        return route_find(request->method, path == request->path ? "" : path, ret, ret_allow, error);
}

static gboolean check_scope(Bridge *self, const RestRequest *request, const Route *route, GError **error) {
        if (request->identity.scope >= route->scope)
                return TRUE;
        if (request->identity.credential != REST_CREDENTIAL_NONE)
                g_set_error(error, REST_ERROR, REST_ERROR_SCOPE, "%s %s needs a greater scope than this token has",
                            request->method, route->path);
        else if (rest_auth_is_set_up(self->auth))
                g_set_error_literal(error, REST_ERROR, REST_ERROR_NOT_SIGNED_IN,
                                    "nobody is signed in: send a session's cookie or a token");
        else
                g_set_error_literal(error, REST_ERROR, REST_ERROR_SETUP_NEEDED,
                                    "no password is set yet: open the page, or POST setup");
        return FALSE;
}

/* Who is not signed in counts by address, everybody else for himself. */
static gboolean count(Bridge *self, RestRequest *request, GError **error) {
        const RestIdentity *identity = &request->identity;
        gboolean known = identity->credential != REST_CREDENTIAL_NONE;
        gint64 limit = known ? self->settings->request_limit_signed_in : self->settings->request_limit;
        g_autofree char *key = NULL;
        g_autofree char *text = NULL;
        guint wait;

        if (limit == 0)
                return TRUE;
        key = known ? g_strdup_printf("%d:%" G_GINT64_FORMAT, identity->credential, identity->id)
                    : networks_counting_key_of_text(request->client);
        wait = limits_count(self->limits, key, limit, request->started_usec);
        if (wait == 0)
                return TRUE;
        text = g_strdup_printf("%u", wait);
        rest_request_header(request, "Retry-After", text);
        g_set_error(error, REST_ERROR, REST_ERROR_TOO_MANY,
                    "more than %" G_GINT64_FORMAT " requests in %d s; come again in %u s", limit, LIMITS_WINDOW_SECONDS,
                    wait);
        return FALSE;
}

/* A credential that is no good is counted as nobody's, and is no obstacle where none is needed: to sign in anew. */
static gboolean identify(Bridge *self, RestRequest *request, const Route *route, GError **error) {
        g_autoptr(GError) failure = NULL;

        (void) rest_auth_identify(self->auth, request, &failure);
        if (!count(self, request, error))
                return FALSE;
        if (!failure || route->scope == REST_SCOPE_NONE)
                return TRUE;
        g_propagate_error(error, g_steal_pointer(&failure));
        return FALSE;
}

static gint64 body_limit(const Bridge *self, const Route *route) {
        if (route->kind == ROUTE_UPLOAD)
                return self->settings->upload_max;
        if (g_str_equal(route->method, "GET"))
                return 0;
        return route->kind == ROUTE_OWN ? MIN(self->settings->body_max, OWN_BODY_MAX) : self->settings->body_max;
}

/* What a path can be asked for, without asking. */
static gboolean answer_options(RestRequest *request, const char *allow) {
        g_autofree char *more = NULL;

        if (!allow || !g_str_equal(request->method, "OPTIONS"))
                return FALSE;
        more = g_strconcat(allow, strstr(allow, "GET") ? ", HEAD" : "", ", OPTIONS", NULL);
        rest_request_header(request, "Allow", more);
        rest_request_reply(request, SOUP_STATUS_NO_CONTENT, NULL, request->body, NULL);
        return TRUE;
}

static gint64 on_admit(RestRequest *request, gpointer userdata, GError **error) {
        Bridge *self = userdata;
        RouteMatch *match = g_new0(RouteMatch, 1);
        g_autofree char *allow = NULL;

        request->admitted = match;
        request->admitted_free = match_free;
        if (!find_route(request, match, &allow, error)) {
                if (answer_options(request, allow))
                        g_clear_error(error);
                else if (allow)
                        rest_request_header(request, "Allow", allow);
                return -1;
        }
        request->route = match->route->path;
        request->upload = match->route->kind == ROUTE_UPLOAD;
        if (!identify(self, request, match->route, error) || !guards_check_site(request, self->settings, error) ||
            !check_scope(self, request, match->route, error))
                return -1;
        return body_limit(self, match->route);
}

static void on_request(RestRequest *request, gpointer userdata) {
        Bridge *self = userdata;
        const RouteMatch *match = request->admitted;

        if (match->route->kind == ROUTE_OWN)
                match->route->handler(self, request, match);
        else
                route_call(self, request, match);
}

static void on_answered(const RestRequest *request, guint status, gpointer userdata) {
        Bridge *self = userdata;

        rest_metrics_count(self->metrics, request, status);
}

static void on_ended(RestCredential credential, gint64 id, gpointer userdata) {
        Bridge *self = userdata;

        if (self->server)
                rest_server_end_streams(self->server, credential, id);
}

Bridge *bridge_new(const RestSettings *settings, GError **error) {
        static const RestServerCalls calls = { on_admit, on_request, on_answered };
        g_autoptr(Bridge) self = g_new0(Bridge, 1);

        self->settings = settings;
        self->limits = limits_new();
        self->metrics = rest_metrics_new();
        self->cache = rest_cache_new();
        self->contract = contract_new();
        self->auth = rest_auth_new(settings, on_ended, self, error);
        if (!self->auth)
                return NULL;
        self->bus = rest_bus_new(settings->bus_address);
        self->events = rest_events_new(self->contract, self->bus, (guint) settings->event_listeners_max);
        self->server = rest_server_new(settings, &calls, self, error);
        return self->server ? g_steal_pointer(&self) : NULL;
}

/* The server first: it ends all streams and requests, so that nobody waits for what goes after it. */
void bridge_free(Bridge *self) {
        g_clear_pointer(&self->server, rest_server_free);
        g_clear_pointer(&self->events, rest_events_free);
        g_clear_pointer(&self->bus, rest_bus_free);
        g_clear_pointer(&self->auth, rest_auth_free);
        g_clear_pointer(&self->contract, contract_free);
        g_clear_pointer(&self->cache, rest_cache_free);
        g_clear_pointer(&self->metrics, rest_metrics_free);
        g_clear_pointer(&self->limits, limits_free);
        g_free(self);
}
