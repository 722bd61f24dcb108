/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A request on its way through the bridge
 *
 * Made by the server when the whole request is there and the guards have let it pass; handed to the handler of its
 * route, which answers it exactly once, now or later: the message is paused until then. Main loop only.
 */

#pragma once

#include <gio/gio.h>
#include <libsoup/soup.h>

/* What a caller may do; each holds those before it. */
typedef enum RestScope {
        REST_SCOPE_NONE,  /* nobody is signed in; of a route: open to everybody */
        REST_SCOPE_READ,  /* read, matched lines too */
        REST_SCOPE_BAN,   /* ban, unban and allow as well */
        REST_SCOPE_ADMIN, /* everything */
} RestScope;

typedef enum RestCredential {
        REST_CREDENTIAL_NONE,
        REST_CREDENTIAL_SESSION, /* a cookie: what changes needs the cross-site guard */
        REST_CREDENTIAL_TOKEN,   /* an Authorization header */
} RestCredential;

/* Who asks. */
typedef struct RestIdentity {
        RestCredential credential;
        RestScope scope;
        gint64 id; /* of the session or token; 0 = none */
} RestIdentity;

typedef struct RestServer RestServer;

typedef struct RestRequest {
        gatomicrefcount references;
        SoupServerMessage *message;
        RestServer *server;
        const char *method; /* "GET"; of a HEAD request too */
        char *path;         /* below the base path, decoded, begins with "/" */
        GHashTable *query;  /* text -> GPtrArray of text (a name may stand there more than once); never NULL */
        GBytes *body;       /* never NULL; complete when the handler is called */
        int body_fd;        /* of a large upload: a nameless file that holds the body; else -1. The request's */
        gboolean upload;    /* set by who admits it: the body need not be JSON */
        gpointer admitted;  /* of who admits it: what it found out, for the handler */
        GDestroyNotify admitted_free;
        char *client;    /* the client's address, what trusted proxies say taken into account; "unix" on a socket */
        gboolean secure; /* it came over TLS, to us or to a trusted proxy */
        char *correlation_id;  /* of the header X-Correlation-ID when that is good, else made */
        RestIdentity identity; /* set before the handler is called */
        gint64 started_usec;   /* monotonic */
        const char *route;     /* the template of the route for the metrics, static; NULL: none */
        gboolean answered;
        gboolean paused;     /* of the server: the handler has returned, the answer comes later */
        gboolean gone;       /* the message is over; an answer would reach nobody */
        GList link;          /* of the server: all that are not gone */
        GDestroyNotify left; /* of a stream: called with it when the message is over */
        gpointer stream;
} RestRequest;

/* For a message whose headers are there; the server sets the rest. */
RestRequest *rest_request_new(RestServer *server, SoupServerMessage *message);
RestRequest *rest_request_ref(RestRequest *self);
void rest_request_unref(RestRequest *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RestRequest, rest_request_unref)

/* "a=1&b=%20&a=2" as RestRequest.query has it; `text` may be NULL. To be unreferenced. */
GHashTable *rest_query_parse(const char *text);

/* A header of the request; NULL: absent. */
const char *rest_request_get_header(const RestRequest *self, const char *name);

/* The first value of a query parameter; NULL: absent. */
const char *rest_request_query(const RestRequest *self, const char *name);

/* Sets a header of the answer. */
void rest_request_header(RestRequest *self, const char *name, const char *value);

/* Answers. ETag, If-None-Match, gzip (from 1 kB on, text types only) and HEAD are taken care of here: a body that is
 * the same as the caller has becomes a 304. `etag` may be NULL (none), without quotation marks otherwise.
 * Cache-Control, unless it was set: "private, no-cache" with an ETag, "no-store" without. */
void rest_request_reply(RestRequest *self, guint status, const char *content_type, GBytes *body, const char *etag);

/* The same with a body that is there compressed too; `packed` may be NULL: it is sent to nobody compressed. */
void rest_request_reply_packed(RestRequest *self, guint status, const char *content_type, GBytes *body, GBytes *packed,
                               const char *etag);

/* Answers with a JSON text; `json` is taken over. Cache-Control is "no-store" unless it was set. */
void rest_request_reply_json(RestRequest *self, guint status, char *json);

/* Answers with {error_code, message, details, correlation_id}: an error of the daemon (by its name on the bus, or
 * of the domain REST_ERROR) with its table's status; Retry-After on 429 and 503 unless it was set. */
void rest_request_reply_error(RestRequest *self, const GError *error);
/* The same with `details`, the text of a JSON object, which stays the caller's. */
void rest_request_reply_error_details(RestRequest *self, const GError *error, const char *details);

/* `data` as gzip has it. To be freed. */
GBytes *rest_gzip(GBytes *data, int level);
