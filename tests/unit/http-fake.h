/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* An HTTP server that says what it is told to, right or wrong: a thread that serves one connection after the other,
 * with one request each. */

#pragma once

#include <glib.h>

typedef struct HttpFake HttpFake;

/* number: which request it is, 0 = first. What is given is sent as it is and the connection closed; NULL: at once. */
typedef char *(*HttpFakeServe)(HttpFake *self, guint number, const char *request);

struct HttpFake {
        guint16 port;
        char *url; /* http://127.0.0.1:PORT/batch */
        HttpFakeServe serve;
        gboolean hold; /* the next answer is not followed by the end: the client has to go */
        gpointer userdata;
        int fd;
        GThread *thread;
        guint n_requests;
        gint stopping; /* atomic */
};

HttpFake *http_fake_start(HttpFakeServe serve, gpointer userdata);
guint http_fake_requests(HttpFake *self);
void http_fake_free(HttpFake *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HttpFake, http_fake_free)

/* A whole answer. headers: lines with their ends, or "". */
char *http_fake_answer(guint status, const char *headers, const char *body);

/* What ip-api.com would say about the addresses of the request: all in one country. */
char *http_fake_places(const char *request, const char *country);
