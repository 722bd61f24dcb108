/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "http/http.h"

#include <libsoup/soup.h>

#include "core/error.h"

#define CHUNK_BYTES 16384

typedef struct Exchange {
        const HttpRequest *request;
        SoupMessage *message;
        GCancellable *cancellable; /* ours: ended by the time, by the caller and by too much data */
        GInputStream *stream;
        GByteArray *body;
        gboolean late, large, done;
        GError *error;
} Exchange;

static void end(Exchange *self, GError *error) {
        self->error = error;
        self->done = TRUE;
}

static void read_on(Exchange *self);

static void on_read(GObject *source, GAsyncResult *result, gpointer userdata) {
        Exchange *self = userdata;
        GError *error = NULL;
        g_autoptr(GBytes) bytes = g_input_stream_read_bytes_finish(G_INPUT_STREAM(source), result, &error);
        gsize length = 0;
        const guint8 *data = bytes ? g_bytes_get_data(bytes, &length) : NULL;

        if (!bytes || length == 0) {
                end(self, error);
                return;
        }
        if (length > self->request->bytes_max - self->body->len) {
                self->large = TRUE;
                end(self, NULL);
                return;
        }
        g_byte_array_append(self->body, data, (guint) length);
        read_on(self);
}

static void read_on(Exchange *self) {
        g_input_stream_read_bytes_async(self->stream, CHUNK_BYTES, G_PRIORITY_DEFAULT, self->cancellable, on_read,
                                        self);
}

static void on_sent(GObject *source, GAsyncResult *result, gpointer userdata) {
        Exchange *self = userdata;
        GError *error = NULL;

        self->stream = soup_session_send_finish(SOUP_SESSION(source), result, &error);
        if (self->stream)
                read_on(self);
        else
                end(self, error);
}

static gboolean on_late(gpointer userdata) {
        Exchange *self = userdata;

        self->late = TRUE;
        g_cancellable_cancel(self->cancellable);
        return G_SOURCE_REMOVE;
}

static void on_cancelled(GCancellable *cancellable, gpointer userdata) {
        g_cancellable_cancel(userdata);
}

static SoupSession *new_session(void) {
        SoupSession *session = soup_session_new();

        soup_session_set_user_agent(session, "BanGUI/" BANGUI_VERSION);
        soup_session_set_timeout(session, 0);
        soup_session_set_proxy_resolver(session, NULL);
        return session;
}

/* Until it is done, and until everything that was begun for it in this context has ended. */
static void run(Exchange *self, GMainContext *context) {
        g_autoptr(SoupSession) session = new_session();
        g_autoptr(GSource) timer = g_timeout_source_new(self->request->timeout_ms);

        g_source_set_callback(timer, on_late, self, NULL);
        g_source_attach(timer, context);
        soup_session_send_async(session, self->message, G_PRIORITY_DEFAULT, self->cancellable, on_sent, self);
        while (!self->done)
                g_main_context_iteration(context, TRUE);

        g_source_destroy(timer);
        g_clear_object(&self->stream);
        soup_session_abort(session);
        while (g_main_context_iteration(context, FALSE))
                continue;
}

static void add_header(const char *name, const char *value, gpointer userdata) {
        g_hash_table_replace(userdata, g_ascii_strdown(name, -1), g_strdup(value));
}

static void fill_reply(Exchange *self, HttpReply *ret) {
        GHashTable *headers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);

        soup_message_headers_foreach(soup_message_get_response_headers(self->message), add_header, headers);
        *ret = (HttpReply) {
                .status = soup_message_get_status(self->message),
                .body = g_byte_array_free_to_bytes(g_steal_pointer(&self->body)),
                .headers = headers,
        };
}

static gboolean judge(const Exchange *self, GError **error) {
        const char *host = g_uri_get_host(soup_message_get_uri(self->message));

        if (self->late)
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_TIMEOUT, "%s did not answer within %u ms", host,
                            self->request->timeout_ms);
        else if (self->large)
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_TOO_LARGE, "%s sends more than %" G_GSIZE_FORMAT " bytes",
                            host, self->request->bytes_max);
        else if (g_cancellable_is_cancelled(self->cancellable))
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_CANCELLED, "asking %s was cancelled", host);
        else if (self->error)
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_OUTSIDE_FAILED, "%s: %s", host, self->error->message);
        else
                return TRUE;
        return FALSE;
}

static SoupMessage *new_message(const HttpRequest *request, GError **error) {
        g_autoptr(GUri) uri = g_uri_parse(request->url, SOUP_HTTP_URI_FLAGS, NULL);
        const char *scheme = uri ? g_uri_get_scheme(uri) : "", *host = uri ? g_uri_get_host(uri) : NULL;
        SoupMessage *message;

        if (!host || host[0] == '\0' || (!g_str_equal(scheme, "http") && !g_str_equal(scheme, "https"))) {
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT,
                            "the address of the server must be http://HOST/... or https://HOST/...");
                return NULL;
        }
        message = soup_message_new_from_uri(request->method, uri);
        soup_message_set_flags(message, SOUP_MESSAGE_NO_REDIRECT);
        if (request->body)
                soup_message_set_request_body_from_bytes(message, request->type, request->body);
        return message;
}

static void exchange_clear(Exchange *self) {
        g_clear_object(&self->message);
        g_clear_object(&self->cancellable);
        g_clear_object(&self->stream);
        g_clear_pointer(&self->body, g_byte_array_unref);
        g_clear_error(&self->error);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Exchange, exchange_clear)

gboolean http_send(const HttpRequest *request, GCancellable *cancellable, HttpReply *ret, GError **error) {
        g_auto(Exchange) exchange = { .request = request, .message = new_message(request, error) };
        g_autoptr(GMainContext) context = NULL;
        gulong handler = 0;

        if (!exchange.message)
                return FALSE;
        exchange.cancellable = g_cancellable_new();
        exchange.body = g_byte_array_new();
        if (cancellable)
                handler = g_cancellable_connect(cancellable, G_CALLBACK(on_cancelled), exchange.cancellable, NULL);

        context = g_main_context_new();
        g_main_context_push_thread_default(context);
        run(&exchange, context);
        g_main_context_pop_thread_default(context);
        if (cancellable)
                g_cancellable_disconnect(cancellable, handler);

        if (!judge(&exchange, error))
                return FALSE;
        fill_reply(&exchange, ret);
        return TRUE;
}

void http_reply_clear(HttpReply *self) {
        g_clear_pointer(&self->body, g_bytes_unref);
        g_clear_pointer(&self->headers, g_hash_table_unref);
}

const char *http_reply_header(const HttpReply *self, const char *name) {
        g_autofree char *lower = g_ascii_strdown(name, -1);

        return g_hash_table_lookup(self->headers, lower);
}
