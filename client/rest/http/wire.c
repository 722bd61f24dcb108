/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The stream that libsoup is given of a connection */

#include "client/rest/http/wire.h"

#include "client/rest/http/framing.h"

#define ANNOUNCEMENT 'x'

#define WIRE_TYPE_INPUT (wire_input_get_type())
G_DECLARE_FINAL_TYPE(WireInput, wire_input, WIRE, INPUT, GFilterInputStream)

struct _WireInput {
        GFilterInputStream parent;
        gboolean between;
        gboolean announced;
        gboolean broken;
        Framing framing;
};

struct _Wire {
        GIOStream parent;
        GIOStream *base;
        WireInput *input;
};

static void wire_input_pollable_init(GPollableInputStreamInterface *interface);

G_DEFINE_FINAL_TYPE_WITH_CODE(WireInput, wire_input, G_TYPE_FILTER_INPUT_STREAM,
                              G_IMPLEMENT_INTERFACE(G_TYPE_POLLABLE_INPUT_STREAM, wire_input_pollable_init))
G_DEFINE_FINAL_TYPE(Wire, wire, G_TYPE_IO_STREAM)

static GPollableInputStream *base_of(gpointer self) {
        return G_POLLABLE_INPUT_STREAM(g_filter_input_stream_get_base_stream(G_FILTER_INPUT_STREAM(self)));
}

static gboolean is_readable(GPollableInputStream *stream) {
        return g_pollable_input_stream_is_readable(base_of(stream));
}

/* libsoup gives the source a callback of its own and takes no notice of its argument. */
static GSource *create_source(GPollableInputStream *stream, GCancellable *cancellable) {
        return g_pollable_input_stream_create_source(base_of(stream), cancellable);
}

/* What libsoup may see. */
static gssize read_checked(WireInput *self, void *buffer, gsize count, GError **error) {
        gssize n = 0;

        if (!self->broken)
                n = g_pollable_input_stream_read_nonblocking(base_of(self), buffer, count, NULL, error);
        if (n <= 0 || framing_feed(&self->framing, buffer, (gsize) n))
                return n;
        self->broken = TRUE;
        return 0;
}

static gssize read_nonblocking(GPollableInputStream *stream, void *buffer, gsize count, GError **error) {
        WireInput *self = WIRE_INPUT(stream);
        GError *failure = NULL;
        gssize n = read_checked(self, buffer, count, &failure);
        gboolean ends = n == 0 || (n < 0 && !g_error_matches(failure, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK));

        if (ends && self->between && !self->announced) {
                g_clear_error(&failure);
                self->announced = TRUE;
                *(char *) buffer = ANNOUNCEMENT;
                return 1;
        }
        if (failure)
                g_propagate_error(error, failure);
        return n;
}

static void wire_input_pollable_init(GPollableInputStreamInterface *interface) {
        interface->is_readable = is_readable;
        interface->create_source = create_source;
        interface->read_nonblocking = read_nonblocking;
}

static void wire_input_class_init(WireInputClass *klass) {
}

static void wire_input_init(WireInput *self) {
}

static GInputStream *get_input(GIOStream *stream) {
        return G_INPUT_STREAM(WIRE_WIRE(stream)->input);
}

static GOutputStream *get_output(GIOStream *stream) {
        return g_io_stream_get_output_stream(WIRE_WIRE(stream)->base);
}

static gboolean close_base(GIOStream *stream, GCancellable *cancellable, GError **error) {
        return g_io_stream_close(WIRE_WIRE(stream)->base, cancellable, error);
}

static void wire_dispose(GObject *object) {
        Wire *self = WIRE_WIRE(object);

        /* the parent closes what is open, by way of the base */
        G_OBJECT_CLASS(wire_parent_class)->dispose(object);
        g_clear_object(&self->input);
        g_clear_object(&self->base);
}

static void wire_class_init(WireClass *klass) {
        GIOStreamClass *stream = G_IO_STREAM_CLASS(klass);

        G_OBJECT_CLASS(klass)->dispose = wire_dispose;
        stream->get_input_stream = get_input;
        stream->get_output_stream = get_output;
        stream->close_fn = close_base;
}

static void wire_init(Wire *self) {
}

Wire *wire_new(GIOStream *base) {
        Wire *self = g_object_new(WIRE_TYPE, NULL);

        self->base = g_object_ref(base);
        self->input = g_object_new(WIRE_TYPE_INPUT, "base-stream", g_io_stream_get_input_stream(base),
                                   "close-base-stream", FALSE, NULL);
        return self;
}

void wire_set_between(Wire *self, gboolean between) {
        self->input->between = between;
}
