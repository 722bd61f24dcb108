/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/rest/api/flow.h"

#include <errno.h>
#include <glib-unix.h>
#include <unistd.h>

#include "client/rest/errors.h"

#define PIECE (64 * 1024)
#define PENDING_HIGH (256 * 1024)
#define PENDING_LOW (64 * 1024)
#define STATE_INTERVAL_MS 200
#define ALIVE_INTERVAL_S 15

struct Flow {
        RestBus *bus;
        Pending *pending; /* NULL: it was answered with an error */
        const char *content_type;
        char *disposition;
        RestStream *stream; /* NULL before the first byte and after the end */
        GCancellable *cancellable;
        int descriptor;
        guint reading, alive, asking; /* sources */
        guint calls;                  /* under way: each has us as its userdata */
        gboolean wrote;               /* something since the last look */
        gboolean succeeded, at_end, over;
        char *operation;
        GError *error;
};

RestBus *flow_bus(const Flow *self) {
        return self->bus;
}

static void stop_reading(Flow *self) {
        g_clear_handle_id(&self->reading, g_source_remove);
        if (self->descriptor >= 0)
                (void) close(self->descriptor);
        self->descriptor = -1;
}

/* Nothing goes to the client any more; we stay until the last call came back. */
static void end(Flow *self) {
        self->over = TRUE;
        stop_reading(self);
        g_clear_handle_id(&self->alive, g_source_remove);
        g_clear_handle_id(&self->asking, g_source_remove);
        g_cancellable_cancel(self->cancellable);
        if (self->calls > 0)
                return;
        g_object_unref(self->cancellable);
        g_clear_pointer(&self->pending, pending_free);
        g_clear_error(&self->error);
        g_free(self->operation);
        g_free(self->disposition);
        g_free(self);
}

static void on_closed(gpointer userdata) {
        Flow *self = userdata;

        self->stream = NULL;
        end(self);
}

static void start_stream(Flow *self) {
        RestRequest *request = self->pending->request;

        if (self->stream)
                return;
        rest_request_header(request, "Cache-Control", "no-store");
        if (self->disposition)
                rest_request_header(request, "Content-Disposition", self->disposition);
        self->stream = rest_stream_new(request, 200, self->content_type, on_closed, self);
}

/* Answers an error where that is still possible. */
static void end_badly(Flow *self) {
        if (self->stream) {
                rest_stream_end(self->stream, TRUE);
                return;
        }
        pending_fail(g_steal_pointer(&self->pending), self->error);
        end(self);
}

static void ask_state(Flow *self);
static gboolean on_readable(int descriptor, GIOCondition condition, gpointer userdata);

static void settle(Flow *self) {
        if (self->over)
                return;
        if (self->error) {
                end_badly(self);
                return;
        }
        if (!self->succeeded || !self->at_end)
                return;
        if (self->operation) {
                ask_state(self);
                return;
        }
        start_stream(self);
        rest_stream_end(self->stream, FALSE);
}

static gboolean on_ask(gpointer userdata) {
        Flow *self = userdata;

        self->asking = 0;
        ask_state(self);
        return G_SOURCE_REMOVE;
}

/* TRUE: the call's own end is all that there was left to wait for. */
static gboolean call_ended(Flow *self) {
        self->calls--;
        if (!self->over)
                return FALSE;
        end(self);
        return TRUE;
}

static void judge(Flow *self, GVariant *properties) {
        const char *state = "", *error = "", *message = "";

        (void) g_variant_lookup(properties, "State", "&s", &state);
        (void) g_variant_lookup(properties, "Error", "&s", &error);
        (void) g_variant_lookup(properties, "Message", "&s", &message);
        if (g_str_equal(state, "running")) {
                self->asking = g_timeout_add(STATE_INTERVAL_MS, on_ask, self);
                return;
        }
        g_clear_pointer(&self->operation, g_free);
        if (!g_str_equal(state, "done"))
                self->error = rest_error_new_named(*error ? error : BANGUI_NAME ".Error.Cancelled", message);
        settle(self);
}

static void on_state(sd_bus_message *reply, const GError *error, gpointer userdata) {
        Flow *self = userdata;
        g_autoptr(GError) own = NULL;
        g_autoptr(GVariant) body = reply ? rest_bus_read(reply, "a{sv}", &own) : NULL, properties = NULL;

        if (call_ended(self))
                return;
        if (!body) {
                self->error = g_error_copy(error ? error : own);
                settle(self);
                return;
        }
        properties = g_variant_get_child_value(body, 0);
        judge(self, properties);
}

/* The descriptor is at its end: was that the end of the work too? */
static void ask_state(Flow *self) {
        rest_bus_call(self->bus, self->operation, "org.freedesktop.DBus.Properties", "GetAll",
                      g_variant_new("(s)", BANGUI_NAME ".Operation"), -1, flow_begin_call(self), on_state, self);
}

static void watch(Flow *self) {
        if (self->descriptor >= 0 && !self->reading && !self->over)
                self->reading = g_unix_fd_add(self->descriptor, G_IO_IN | G_IO_HUP | G_IO_ERR, on_readable, self);
}

static gboolean on_taken(gpointer userdata) {
        watch(userdata);
        return G_SOURCE_REMOVE;
}

static void send_piece(Flow *self, gpointer data, gsize length) {
        g_autoptr(GBytes) piece = g_bytes_new_take(data, length);

        start_stream(self);
        self->wrote = TRUE;
        rest_stream_write(self->stream, piece);
}

static gboolean on_readable(int descriptor, GIOCondition condition, gpointer userdata) {
        Flow *self = userdata;
        g_autofree char *data = g_malloc(PIECE);
        ssize_t n = read(descriptor, data, PIECE);

        if (n < 0 && (errno == EAGAIN || errno == EINTR))
                return G_SOURCE_CONTINUE;
        if (n <= 0) {
                self->reading = 0;
                self->at_end = TRUE;
                settle(self);
                return G_SOURCE_REMOVE;
        }
        send_piece(self, g_realloc(g_steal_pointer(&data), (gsize) n), (gsize) n);
        if (rest_stream_pending(self->stream) <= PENDING_HIGH)
                return G_SOURCE_CONTINUE;
        self->reading = 0;
        rest_stream_when_below(self->stream, PENDING_LOW, on_taken, self);
        return G_SOURCE_REMOVE;
}

static gboolean on_alive(gpointer userdata) {
        Flow *self = userdata;

        if (!self->wrote)
                send_piece(self, g_strdup("\n"), 1);
        self->wrote = FALSE;
        return G_SOURCE_CONTINUE;
}

Flow *flow_new(Pending *pending, int descriptor, const char *content_type, char *disposition) {
        Flow *self = g_new0(Flow, 1);

        self->bus = pending->bridge->bus;
        self->pending = pending;
        self->disposition = disposition;
        self->content_type = content_type;
        self->cancellable = g_cancellable_new();
        self->descriptor = descriptor;
        watch(self);
        return self;
}

GCancellable *flow_begin_call(Flow *self) {
        self->calls++;
        return self->cancellable;
}

void flow_succeed(Flow *self, const char *operation) {
        if (call_ended(self))
                return;
        self->succeeded = TRUE;
        self->operation = g_strdup(operation);
        settle(self);
}

void flow_open(Flow *self, int descriptor, gboolean quiet) {
        self->descriptor = descriptor;
        if (call_ended(self))
                return;
        self->succeeded = TRUE;
        if (quiet) {
                /* an empty line, so that the headers go out and proxies see that somebody lives */
                (void) on_alive(self);
                rest_stream_set_endless(self->stream);
                self->alive = g_timeout_add_seconds(ALIVE_INTERVAL_S, on_alive, self);
        }
        watch(self);
}

void flow_fail(Flow *self, const GError *error) {
        if (call_ended(self))
                return;
        self->error = g_error_copy(error);
        settle(self);
}
