/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The HTTP server
 *
 * Listens, counts connections, ends those that are idle, slow or too many, bounds headers and bodies, sets the
 * security headers, refuses foreign hosts and sites, and hands a whole request on: below <base>/api/v1, /metrics and
 * /health to the handler, everything else to the static files of the page.
 */

#pragma once

#include "client/rest/http/request.h"
#include "client/rest/settings.h"

/* Asked when a request's headers are there and the server's own guards let it pass, before any body is read: how
 * many bytes of body it may have, 0 = none. -1 with an error: it is refused, and its body is thrown away; -1 without
 * one: it was answered. */
typedef gint64 (*RestServerAdmit)(RestRequest *request, gpointer userdata, GError **error);

/* Called with an admitted request when it is whole; has to answer it, now or later. */
typedef void (*RestServerHandler)(RestRequest *request, gpointer userdata);

/* Told of each answer. */
typedef void (*RestServerAnswered)(const RestRequest *request, guint status, gpointer userdata);

typedef struct RestServerCalls {
        RestServerAdmit admit;
        RestServerHandler handler;
        RestServerAnswered answered; /* may be NULL */
} RestServerCalls;

/* `settings` stays the caller's and lives longer. Listens at once; NULL with an error that names the address. */
RestServer *rest_server_new(const RestSettings *settings, const RestServerCalls *calls, gpointer userdata,
                            GError **error);
void rest_server_free(RestServer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RestServer, rest_server_free)

/* The addresses that it listens on, as URLs ("http://127.0.0.1:8470/"); to be freed with g_strfreev(). */
char **rest_server_urls(const RestServer *self);

guint rest_server_connections(const RestServer *self);

/* Ends the streams of a session or token that has ended; of one that would be a part of something, as broken. */
void rest_server_end_streams(RestServer *self, RestCredential credential, gint64 id);

/* Reads the TLS certificate again; new connections get it. On an error the old one stays. */
gboolean rest_server_reload_certificate(RestServer *self, GError **error);

/* A body that is sent piece by piece (events, downloads): headers go out at once with the first piece. `closed` is
 * called once when the client is gone or the stream was ended; after it no function may be called. */
typedef struct RestStream RestStream;
typedef void (*RestStreamClosed)(gpointer userdata);
RestStream *rest_stream_new(RestRequest *request, guint status, const char *content_type, RestStreamClosed closed,
                            gpointer userdata);
void rest_stream_write(RestStream *self, GBytes *piece);
/* Bytes that the client has not taken yet. */
gsize rest_stream_pending(const RestStream *self);
/* Called once, when what was pending is below the mark again. */
void rest_stream_when_below(RestStream *self, gsize mark, GSourceFunc func, gpointer userdata);
/* It goes on until somebody ends it, and is whole wherever that is. */
void rest_stream_set_endless(RestStream *self);
/* The orderly end; or, with `broken`, the connection is cut so that the client sees that something is missing. */
void rest_stream_end(RestStream *self, gboolean broken);
