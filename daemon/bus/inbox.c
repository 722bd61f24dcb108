/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "bus/inbox.h"

#include <glib-unix.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct Inbox {
        GAsyncQueue *items;
        int fd;
        GSource *source;
        InboxFunc func;
        gpointer userdata;
};

static void deliver(Inbox *self) {
        gpointer item;

        while ((item = g_async_queue_try_pop(self->items)))
                self->func(item, self->userdata);
}

static gboolean on_readable(gint fd, GIOCondition condition, gpointer userdata) {
        Inbox *self = userdata;
        eventfd_t count;

        (void) eventfd_read(fd, &count);
        deliver(self);
        return G_SOURCE_CONTINUE;
}

Inbox *inbox_new(InboxFunc func, gpointer userdata) {
        Inbox *self = g_new0(Inbox, 1);

        self->items = g_async_queue_new();
        self->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        if (self->fd < 0)
                g_error("no eventfd can be made");
        self->func = func;
        self->userdata = userdata;
        self->source = g_unix_fd_source_new(self->fd, G_IO_IN);
        g_source_set_callback(self->source, G_SOURCE_FUNC(on_readable), self, NULL);
        g_source_set_can_recurse(self->source, TRUE); /* no loop runs within it: spares GLib two wake-ups a turn */
        g_source_attach(self->source, NULL);
        return self;
}

void inbox_free(Inbox *self) {
        if (!self)
                return;
        g_source_destroy(self->source);
        g_source_unref(self->source);
        deliver(self);
        close(self->fd);
        g_async_queue_unref(self->items);
        g_free(self);
}

void inbox_push(Inbox *self, gpointer item) {
        g_async_queue_push(self->items, item);
        (void) eventfd_write(self->fd, 1);
}
