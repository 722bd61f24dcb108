/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A body that is sent piece by piece
 *
 * libsoup notices that a client is gone only when it writes. So the socket is watched for the client's end, and an
 * end is made known to libsoup by writing into what was shut down.
 */

#include <glib-unix.h>
#include <poll.h>

#include "client/rest/http/connections.h"
#include "client/rest/http/server-private.h"
#include "client/rest/http/server.h"

struct RestStream {
        RestRequest *request;
        Connection *connection;
        RestStreamClosed closed;
        gpointer userdata;
        gsize pending;
        gsize mark;
        GSourceFunc below;
        gpointer below_userdata;
        guint below_idle;
        guint hang_up;
        gboolean endless; /* has no end of its own */
        gboolean ended;
};

static SoupMessageBody *body_of(const RestStream *self) {
        return soup_server_message_get_response_body(self->request->message);
}

static void go_on(RestStream *self) {
        self->request->paused = FALSE;
        soup_server_message_unpause(self->request->message);
}

/* A stream without anything to send may rest as long as it likes; one that is not taken may not, nor its end. */
static void set_deadline(RestStream *self) {
        connection_enter(self->connection, CONNECTION_ANSWER,
                         self->pending > 0 || self->ended ? rest_server_settings(self->request->server)->body_timeout
                                                          : 0);
}

static void cut(RestStream *self) {
        static const char nothing[] = "\n";

        connection_cut(self->connection);
        soup_message_body_append(body_of(self), SOUP_MEMORY_STATIC, nothing, 1);
        go_on(self);
}

static gboolean on_hang_up(int fd, GIOCondition condition, gpointer userdata) {
        RestStream *self = userdata;

        self->hang_up = 0;
        cut(self);
        return G_SOURCE_REMOVE;
}

static gboolean on_below(gpointer userdata) {
        RestStream *self = userdata;
        GSourceFunc func = g_steal_pointer(&self->below);

        self->below_idle = 0;
        if (func)
                (void) func(self->below_userdata);
        return G_SOURCE_REMOVE;
}

static void tell_below(RestStream *self) {
        if (self->below && self->pending < self->mark && !self->below_idle)
                self->below_idle = g_idle_add_full(G_PRIORITY_DEFAULT, on_below, self, NULL);
}

static void on_wrote(SoupServerMessage *message, guint count, gpointer userdata) {
        RestStream *self = userdata;

        self->pending -= MIN(count, self->pending);
        set_deadline(self);
        tell_below(self);
}

/* The message is over, in whichever way. */
static void on_left(gpointer stream) {
        RestStream *self = stream;

        g_signal_handlers_disconnect_by_data(self->request->message, self);
        g_clear_handle_id(&self->hang_up, g_source_remove);
        g_clear_handle_id(&self->below_idle, g_source_remove);
        if (self->closed)
                self->closed(self->userdata);
        rest_request_unref(self->request);
        g_free(self);
}

static gboolean on_late(gpointer stream) {
        on_left(stream);
        return G_SOURCE_REMOVE;
}

/* The client left before the stream began: it takes nothing, and is closed as soon as its owner can be told. */
static RestStream *too_late(RestStream *self) {
        self->ended = TRUE;
        (void) g_idle_add(on_late, self);
        return self;
}

RestStream *rest_stream_new(RestRequest *request, guint status, const char *content_type, RestStreamClosed closed,
                            gpointer userdata) {
        SoupMessageHeaders *headers = soup_server_message_get_response_headers(request->message);
        gboolean old = soup_server_message_get_http_version(request->message) == SOUP_HTTP_1_0;
        RestStream *self = g_new0(RestStream, 1);

        request->answered = TRUE;
        self->request = rest_request_ref(request);
        self->closed = closed;
        self->userdata = userdata;
        if (request->gone)
                return too_late(self);
        self->connection = connection_of(request->message);
        request->stream = self;
        request->left = on_left;
        soup_server_message_set_status(request->message, status, NULL);
        soup_message_headers_replace(headers, "Content-Type", content_type);
        if (!soup_message_headers_get_one(headers, "Cache-Control"))
                soup_message_headers_replace(headers, "Cache-Control", "no-store");
        soup_message_headers_set_encoding(headers, old ? SOUP_ENCODING_EOF : SOUP_ENCODING_CHUNKED);
        soup_message_body_set_accumulate(body_of(self), FALSE);
        g_signal_connect(request->message, "wrote-body-data", G_CALLBACK(on_wrote), self);
        self->hang_up = g_unix_fd_add(connection_fd(self->connection), (GIOCondition) (POLLRDHUP | POLLHUP | POLLERR),
                                      on_hang_up, self);
        rest_server_answered(request->server, request, status);
        set_deadline(self);
        return self;
}

void rest_stream_write(RestStream *self, GBytes *piece) {
        gsize size = g_bytes_get_size(piece);

        if (self->ended || size == 0)
                return;
        soup_message_body_append_bytes(body_of(self), piece);
        self->pending += size;
        if (self->pending == size)
                set_deadline(self);
        go_on(self);
}

gsize rest_stream_pending(const RestStream *self) {
        return self->pending;
}

void rest_stream_when_below(RestStream *self, gsize mark, GSourceFunc func, gpointer userdata) {
        self->mark = mark;
        self->below = func;
        self->below_userdata = userdata;
        tell_below(self);
}

void rest_stream_set_endless(RestStream *self) {
        self->endless = TRUE;
}

gboolean rest_stream_is_endless(const RestStream *self) {
        return self->endless;
}

void rest_stream_end(RestStream *self, gboolean broken) {
        if (self->ended)
                return;
        self->ended = TRUE;
        if (broken) {
                cut(self);
                return;
        }
        soup_message_body_complete(body_of(self));
        set_deadline(self);
        go_on(self);
}
