/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * sd-bus says before every wait which descriptor, which events and which deadline count, and each of them may
 * have changed since: a message that was put back into the queue shows as a deadline in the past with nothing on
 * the socket. So prepare() asks for all three every time, and nothing is kept between prepare() and check().
 */

#include "interfaces/bus-source.h"

#include <limits.h>
#include <poll.h>

/* How many messages one turn of the loop handles, so that a chatty client does not starve timers and results. */
#define MESSAGES_PER_TURN 16

int bus_open(const char *address, sd_bus **ret) {
        g_autoptr(sd_bus) bus = NULL;
        int r;

        if (!address || address[0] == '\0')
                return sd_bus_open_system(ret);
        r = sd_bus_new(&bus);
        if (r >= 0)
                r = sd_bus_set_address(bus, address);
        if (r >= 0)
                r = sd_bus_set_bus_client(bus, 1);
        if (r >= 0)
                r = sd_bus_start(bus);
        if (r >= 0)
                *ret = g_steal_pointer(&bus);
        return r;
}

typedef struct BusSource {
        GSource source;
        sd_bus *bus;
        GPollFD poll; /* fd -1: not registered */
        BusClosedFunc closed;
        gpointer userdata;
} BusSource;

/* GLib sorts its poll records by descriptor: a new one has to be registered anew. */
static void watch_fd(BusSource *self, int fd) {
        if (self->poll.fd == fd)
                return;
        if (self->poll.fd >= 0)
                g_source_remove_poll(&self->source, &self->poll);
        self->poll.fd = fd;
        if (fd >= 0)
                g_source_add_poll(&self->source, &self->poll);
}

static gboolean deadline_passed(BusSource *self, uint64_t deadline) {
        return deadline <= (uint64_t) g_source_get_time(&self->source);
}

static gboolean bus_source_prepare(GSource *source, gint *ret_timeout) {
        BusSource *self = (BusSource *) source;
        uint64_t deadline, left;
        int fd = sd_bus_get_fd(self->bus);
        int events = sd_bus_get_events(self->bus);

        *ret_timeout = -1;
        if (fd < 0 || events < 0 || sd_bus_get_timeout(self->bus, &deadline) < 0) {
                watch_fd(self, -1);
                return TRUE; /* dispatch finds out why */
        }
        watch_fd(self, fd);
        self->poll.events = (gushort) events;
        if (deadline == UINT64_MAX)
                return FALSE;
        if (deadline_passed(self, deadline))
                return TRUE;
        left = deadline - (uint64_t) g_source_get_time(source);
        *ret_timeout = (gint) MIN(left / 1000 + 1, (uint64_t) INT_MAX);
        return FALSE;
}

static gboolean bus_source_check(GSource *source) {
        BusSource *self = (BusSource *) source;
        uint64_t deadline;

        if (self->poll.fd >= 0 && self->poll.revents != 0)
                return TRUE;
        if (sd_bus_get_timeout(self->bus, &deadline) < 0)
                return TRUE;
        return deadline != UINT64_MAX && deadline_passed(self, deadline);
}

static gboolean bus_source_dispatch(GSource *source, GSourceFunc callback, gpointer userdata) {
        BusSource *self = (BusSource *) source;

        for (guint i = 0; i < MESSAGES_PER_TURN; i++) {
                int r = sd_bus_process(self->bus, NULL);

                if (r == 0)
                        break;
                if (r < 0) {
                        self->closed(-r, self->userdata);
                        return G_SOURCE_REMOVE;
                }
        }
        return G_SOURCE_CONTINUE;
}

static void bus_source_finalize(GSource *source) {
        BusSource *self = (BusSource *) source;

        self->bus = sd_bus_unref(self->bus);
}

GSource *bus_source_new(sd_bus *bus, BusClosedFunc closed, gpointer userdata) {
        static GSourceFuncs funcs = {
                .prepare = bus_source_prepare,
                .check = bus_source_check,
                .dispatch = bus_source_dispatch,
                .finalize = bus_source_finalize,
        };
        BusSource *self = (BusSource *) g_source_new(&funcs, sizeof(BusSource));

        g_source_set_static_name(&self->source, "sd-bus");
        g_source_set_can_recurse(&self->source, TRUE); /* no loop runs within it: spares GLib two wake-ups a turn */
        self->bus = sd_bus_ref(bus);
        self->poll.fd = -1;
        self->closed = closed;
        self->userdata = userdata;
        return &self->source;
}
