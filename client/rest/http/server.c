/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The HTTP server
 *
 * A request's way: on_started (content policy) -> on_headers_read (RestRequest, guards, admission: what is refused
 * is refused here, before its body) -> on_chunk (counted) -> on_request (whole: the page's files or the handler) ->
 * the answer, at once or later while the message is paused -> on_over.
 */

#include "client/rest/http/server-private.h"

#include <string.h>

#include "client/rest/errors.h"
#include "client/rest/http/body.h"
#include "client/rest/http/connections.h"
#include "client/rest/http/guards.h"
#include "client/rest/http/pages.h"

#define MEBIBYTE (1024 * 1024)
#define YIELD_BYTES (256 * 1024)  /* of a body that are read in one go */
#define SLOWEST_BYTES (64 * 1024) /* of an answer that have to be taken in each body-timeout */
#define METHODS "GET, HEAD, POST, PUT, DELETE"

struct RestServer {
        const RestSettings *settings;
        RestServerCalls calls;
        gpointer userdata;
        SoupServer *soup;
        Networks *proxies;
        Connections *connections;
        Pages *pages;
        GQueue requests; /* RestRequest, those that are not over */
};

#define CSP "Content-Security-Policy"
#define CORP "Cross-Origin-Resource-Policy"

/* The one that even an answer of libsoup's own has, for what it cannot parse. */
static const char content_policy[] =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "font-src 'self'; manifest-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

/* On every answer but a 304: that has no content, and fields that it does not have stay as the client keeps them with
 * the content (RFC 9110, 15.4.5; RFC 9111, 3.2). */
static const struct {
        const char *name, *value;
} security_headers[] = {
        { "X-Content-Type-Options", "nosniff" },
        { "Referrer-Policy", "no-referrer" },
        { "X-Frame-Options", "DENY" },
        { "Cross-Origin-Opener-Policy", "same-origin" },
        { "Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()" },
};

static GQuark request_quark(void) {
        static GQuark quark; /* looking for it takes longer than what it is for */

        return quark ? quark : (quark = g_quark_from_static_string("rest-request"));
}

static GQuark body_quark(void) {
        static GQuark quark;

        return quark ? quark : (quark = g_quark_from_static_string("rest-body"));
}

static RestRequest *request_of(SoupServerMessage *message) {
        return g_object_get_qdata(G_OBJECT(message), request_quark());
}

const RestSettings *rest_server_settings(const RestServer *self) {
        return self->settings;
}

/* Answers */

static void add_security_headers(RestServer *self, const RestRequest *request) {
        SoupMessageHeaders *headers = soup_server_message_get_response_headers(request->message);
        gboolean shared = *self->settings->cors_origins &&
                          soup_message_headers_get_one(headers, "Access-Control-Allow-Origin") != NULL;

        for (guint i = 0; i < G_N_ELEMENTS(security_headers); i++)
                soup_message_headers_append(headers, security_headers[i].name, security_headers[i].value);
        soup_message_headers_append(headers, CORP, shared ? "cross-origin" : "same-origin");
}

void rest_server_answered(RestServer *self, const RestRequest *request, guint status) {
        SoupMessageBody *body = soup_server_message_get_response_body(request->message);
        Connection *connection = connection_of(request->message);

        if (status != SOUP_STATUS_NOT_MODIFIED)
                add_security_headers(self, request);
        if (connection && connection_phase(connection) != CONNECTION_BODY) {
                connection_enter(connection, CONNECTION_ANSWER, self->settings->body_timeout);
                connection_bound(connection, self->settings->body_timeout * (1 + body->length / SLOWEST_BYTES));
        }
        if (self->calls.answered)
                self->calls.answered(request, status, self->userdata);
}

static void refuse(RestRequest *request, GError *error) {
        rest_request_reply_error(request, error);
        g_error_free(error);
}

/* Paths */

static gboolean is_api(const char *path) {
        return g_str_equal(path, "/api") || g_str_has_prefix(path, "/api/") || g_str_equal(path, "/metrics") ||
               g_str_equal(path, "/health") || g_str_has_prefix(path, "/health/");
}

/* Sets the paths below the base path. FALSE: it was answered, as it lies elsewhere. */
static gboolean set_paths(RestServer *self, RestRequest *request) {
        const char *base = self->settings->base_path;
        const char *sent = g_uri_get_path(soup_server_message_get_uri(request->message));
        gsize length = strlen(base) - 1; /* without the slash at its end */
        g_autoptr(GError) error = NULL;

        if (soup_server_message_is_options_ping(request->message) || !*sent)
                sent = base;
        if (strncmp(sent, base, length) == 0 && sent[length] == '\0' && length > 0) {
                request->path = g_strdup("/");
                rest_request_header(request, "Location", base);
                rest_request_reply(request, SOUP_STATUS_PERMANENT_REDIRECT, NULL, request->body, NULL);
                return FALSE;
        }
        if (strncmp(sent, base, length + 1) == 0) {
                request->path = g_uri_unescape_string(sent + length, NULL);
                if (request->path && g_utf8_validate(request->path, -1, NULL))
                        return TRUE;
                g_set_error_literal(&error, REST_ERROR, REST_ERROR_BAD_REQUEST, "the path is no UTF-8 text");
        } else {
                g_set_error(&error, REST_ERROR, REST_ERROR_ROUTE_NOT_FOUND, "everything here is below %s", base);
        }
        rest_request_reply_error(request, error);
        return FALSE;
}

/* Other origins */

static void add_cors_headers(RestServer *self, RestRequest *request) {
        SoupMessageHeaders *headers = soup_server_message_get_response_headers(request->message);
        const char *origin;

        if (!*self->settings->cors_origins)
                return;
        soup_message_headers_append(headers, "Vary", "Origin");
        origin = rest_request_get_header(request, "Origin");
        if (!origin || !guards_cors_allows(self->settings, origin))
                return;
        soup_message_headers_replace(headers, "Access-Control-Allow-Origin", origin);
        soup_message_headers_replace(headers, "Access-Control-Allow-Credentials", "true");
        soup_message_headers_replace(headers, "Access-Control-Expose-Headers",
                                     "ETag, Location, Retry-After, X-Correlation-ID");
}

/* A browser's question whether it may; a no is an answer without the headers. */
static gboolean answer_preflight(RestServer *self, RestRequest *request) {
        const char *origin = rest_request_get_header(request, "Origin");

        if (!g_str_equal(request->method, "OPTIONS") || !origin ||
            !rest_request_get_header(request, "Access-Control-Request-Method"))
                return FALSE;
        if (guards_cors_allows(self->settings, origin)) {
                rest_request_header(request, "Access-Control-Allow-Methods", METHODS);
                rest_request_header(request, "Access-Control-Allow-Headers",
                                    "Authorization, Content-Type, If-None-Match, X-BanGUI, X-Correlation-ID");
                rest_request_header(request, "Access-Control-Max-Age", "600");
        }
        rest_request_reply(request, SOUP_STATUS_NO_CONTENT, NULL, request->body, NULL);
        return TRUE;
}

/* Bodies */

static gboolean has_body(const RestRequest *request) {
        SoupMessageHeaders *headers = soup_server_message_get_request_headers(request->message);
        SoupEncoding encoding = soup_message_headers_get_encoding(headers);

        return encoding == SOUP_ENCODING_CHUNKED ||
               (encoding == SOUP_ENCODING_CONTENT_LENGTH && soup_message_headers_get_content_length(headers) != 0);
}

static gboolean judge_body(const RestRequest *request, gint64 limit, GError **error) {
        SoupMessageHeaders *headers = soup_server_message_get_request_headers(request->message);
        const char *type = soup_message_headers_get_content_type(headers, NULL);

        if (limit == 0) {
                g_set_error(error, REST_ERROR, REST_ERROR_TOO_LARGE, "%s %s takes no body", request->method,
                            request->path);
                return FALSE;
        }
        if (soup_message_headers_get_content_length(headers) > limit) {
                g_set_error(error, REST_ERROR, REST_ERROR_TOO_LARGE,
                            "the body is larger than %" G_GINT64_FORMAT " bytes", limit);
                return FALSE;
        }
        if (!request->upload && (!type || g_ascii_strcasecmp(type, "application/json") != 0)) {
                g_set_error(error, REST_ERROR, REST_ERROR_MEDIA_TYPE, "the body's type is %s: must be application/json",
                            type ? type : "missing");
                return FALSE;
        }
        return TRUE;
}

/* Lets others in between; what is read in one go does not depend on how fast it is sent. */
static void yield(SoupServerMessage *message) {
        soup_server_message_pause(message);
        soup_server_message_unpause(message);
}

static void on_chunk(SoupServerMessage *message, GBytes *chunk, gpointer userdata) {
        RestServer *self = userdata;
        RestRequest *request = request_of(message);
        Body *body = g_object_get_qdata(G_OBJECT(message), body_quark());
        gint64 before = body_count(body);
        GError *error = NULL;

        if (!body_add(body, chunk, request->answered ? NULL : &error) && error)
                refuse(request, error);
        if (before / MEBIBYTE != body_count(body) / MEBIBYTE)
                connection_enter(connection_of(message), CONNECTION_BODY, self->settings->body_timeout);
        if (before / YIELD_BYTES != body_count(body) / YIELD_BYTES)
                yield(message);
}

static void expect_body(RestServer *self, SoupServerMessage *message, gint64 limit) {
        soup_message_body_set_accumulate(soup_server_message_get_request_body(message), FALSE);
        g_object_set_qdata_full(G_OBJECT(message), body_quark(), body_new(limit, self->settings->store_folder),
                                (GDestroyNotify) body_free);
        g_signal_connect(message, "got-chunk", G_CALLBACK(on_chunk), self);
        connection_enter(connection_of(message), CONNECTION_BODY, self->settings->body_timeout);
}

/* The request's life */

static void on_started(SoupServer *soup, SoupServerMessage *message, gpointer userdata) {
        RestServer *self = userdata;
        SoupMessageHeaders *headers = soup_server_message_get_response_headers(message);
        Connection *connection = connection_of(message);

        soup_message_headers_append(headers, CSP, content_policy);
        /* the first request begins with the connection, a later one with its first bytes; the clock runs already */
        if (connection_phase(connection) == CONNECTION_IDLE)
                connection_enter(connection, CONNECTION_HEADERS, self->settings->header_timeout);
}

/* The limit of its body; -1: it was answered. */
static gint64 admit(RestServer *self, RestRequest *request) {
        GError *error = NULL;
        gint64 limit = 0;

        if (!guards_check_headers(request, &error)) {
                rest_request_header(request, "Connection", "close"); /* who knows where the next request begins */
                refuse(request, error);
                return -1;
        }
        if (!guards_check_host(request, self->settings, self->connections, connection_of(request->message), &error)) {
                refuse(request, error);
                return -1;
        }
        if (!set_paths(self, request))
                return -1;
        add_cors_headers(self, request);
        if (answer_preflight(self, request))
                return -1;
        if (is_api(request->path))
                limit = self->calls.admit(request, self->userdata, &error);
        if (limit >= 0 && has_body(request) && !judge_body(request, limit, &error))
                limit = -1;
        if (error)
                refuse(request, error);
        return limit;
}

/* Not called for what libsoup itself refuses. */
static void on_headers_read(SoupServer *soup, SoupServerMessage *message, const char *path, GHashTable *query,
                            gpointer userdata) {
        RestServer *self = userdata;
        RestRequest *request;
        gint64 limit;

        request = rest_request_new(self, message);
        g_queue_push_tail_link(&self->requests, &request->link);
        g_object_set_qdata(G_OBJECT(message), request_quark(), request);
        guards_set_client(request, connection_of(message), self->proxies);
        soup_message_headers_append(soup_server_message_get_response_headers(message), "X-Correlation-ID",
                                    request->correlation_id);
        if (request->secure)
                rest_request_header(request, "Strict-Transport-Security", "max-age=31536000");
        limit = admit(self, request);
        if (has_body(request))
                expect_body(self, message, MAX(limit, 0));
}

static void on_request(SoupServer *soup, SoupServerMessage *message, const char *path, GHashTable *query,
                       gpointer userdata) {
        RestServer *self = userdata;
        RestRequest *request = request_of(message);
        Body *body = g_object_get_qdata(G_OBJECT(message), body_quark());
        GError *error = NULL;

        if (!request || request->answered)
                return;
        connection_enter(connection_of(message), CONNECTION_WORK, 0);
        if (body && !body_finish(body, request, &error)) {
                refuse(request, error);
                return;
        }
        if (is_api(request->path))
                self->calls.handler(request, self->userdata);
        else
                pages_serve(self->pages, request);
        if (!request->answered) {
                request->paused = TRUE;
                soup_server_message_pause(message);
        }
}

static void request_over(RestServer *self, RestRequest *request) {
        request->gone = TRUE;
        g_queue_unlink(&self->requests, &request->link);
        if (request->left)
                request->left(g_steal_pointer(&request->stream));
        rest_request_unref(request);
}

/* Finished, or broken off; the connection, if it stays, waits for its next request. */
static void on_over(SoupServer *soup, SoupServerMessage *message, gpointer userdata) {
        RestServer *self = userdata;
        RestRequest *request = g_object_steal_qdata(G_OBJECT(message), request_quark());
        Connection *connection = connection_of(message);

        if (connection)
                connection_enter(connection, CONNECTION_IDLE, self->settings->idle_timeout);
        if (request)
                request_over(self, request);
}

void rest_server_end_streams(RestServer *self, RestCredential credential, gint64 id) {
        for (GList *link = self->requests.head; link; link = link->next) {
                const RestRequest *request = link->data;

                if (request->stream && request->identity.credential == credential && request->identity.id == id)
                        rest_stream_end(request->stream, !rest_stream_is_endless(request->stream));
        }
}

/* Coming and going */

static gboolean load_certificate(RestServer *self, GError **error) {
        g_autoptr(GTlsCertificate) certificate = NULL;

        if (!*self->settings->tls_certificate)
                return TRUE;
        certificate = g_tls_certificate_new_from_files(self->settings->tls_certificate, self->settings->tls_key, error);
        if (!certificate) {
                g_prefix_error(error, "tls-certificate %s, tls-key %s: ", self->settings->tls_certificate,
                               self->settings->tls_key);
                return FALSE;
        }
        connections_set_certificate(self->connections, certificate);
        return TRUE;
}

gboolean rest_server_reload_certificate(RestServer *self, GError **error) {
        return load_certificate(self, error);
}

/* "*", which OPTIONS may have, is below no other path. */
static void add_handlers(RestServer *self, const char *path) {
        soup_server_add_early_handler(self->soup, path, on_headers_read, self, NULL);
        soup_server_add_handler(self->soup, path, on_request, self, NULL);
}

RestServer *rest_server_new(const RestSettings *settings, const RestServerCalls *calls, gpointer userdata,
                            GError **error) {
        g_autoptr(RestServer) self = g_new0(RestServer, 1);

        self->settings = settings;
        self->calls = *calls;
        self->userdata = userdata;
        g_queue_init(&self->requests);
        self->soup = g_object_new(SOUP_TYPE_SERVER, "raw-paths", TRUE, "server-header", NULL, NULL);
        add_handlers(self, NULL);
        add_handlers(self, "*");
        g_signal_connect(self->soup, "request-started", G_CALLBACK(on_started), self);
        g_signal_connect(self->soup, "request-finished", G_CALLBACK(on_over), self);
        g_signal_connect(self->soup, "request-aborted", G_CALLBACK(on_over), self);
        self->pages = pages_new(settings->web_folder, settings->base_path);
        self->proxies = networks_new(settings->trusted_proxies, "trusted-proxies", error);
        if (!self->proxies)
                return NULL;
        self->connections = connections_new(settings, self->proxies, self->soup, error);
        if (!self->connections || !load_certificate(self, error))
                return NULL;
        return g_steal_pointer(&self);
}

void rest_server_free(RestServer *self) {
        while (!g_queue_is_empty(&self->requests)) {
                RestRequest *request = self->requests.head->data;

                (void) g_object_steal_qdata(G_OBJECT(request->message), request_quark());
                request_over(self, request);
        }
        soup_server_disconnect(self->soup);
        g_signal_handlers_disconnect_by_data(self->soup, self);
        g_clear_pointer(&self->connections, connections_free);
        g_clear_object(&self->soup);
        g_clear_pointer(&self->proxies, networks_free);
        g_clear_pointer(&self->pages, pages_free);
        g_free(self);
}

char **rest_server_urls(const RestServer *self) {
        return connections_urls(self->connections, self->settings->base_path);
}

guint rest_server_connections(const RestServer *self) {
        return connections_count(self->connections);
}
