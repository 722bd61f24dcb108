/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Asking servers outside, over HTTP
 *
 * Blocking, for workers: each call has a session and a main context of its own, so that it can be cut off at its time
 * and by its caller. No redirection is followed. Whatever the server sends, no more than `bytes_max` is kept.
 */

#pragma once

#include <gio/gio.h>

typedef struct HttpRequest {
        const char *method; /* "GET", "POST" */
        const char *url;    /* http or https */
        const char *type;   /* of the body; NULL = there is none */
        GBytes *body;
        guint timeout_ms; /* for all of it: name, connection, answer */
        gsize bytes_max;  /* of the answer's body, unpacked */
} HttpRequest;

typedef struct HttpReply {
        guint status; /* 200, 404, ... : an answer, so no error */
        GBytes *body;
        GHashTable *headers; /* names in lower case -> text */
} HttpReply;

/* INVALID_ARGUMENT for a bad address, TIMEOUT, TOO_LARGE, CANCELLED, OUTSIDE_FAILED for all else; messages name the
 * host and never more of the address, which may hold a key. */
gboolean http_send(const HttpRequest *request, GCancellable *cancellable, HttpReply *ret, GError **error);
void http_reply_clear(HttpReply *self);

/* NULL: it is not there. */
const char *http_reply_header(const HttpReply *self, const char *name);
