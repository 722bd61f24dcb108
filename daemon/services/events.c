/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "services/events.h"

static void on_event(EventType type, const char *name, const char *address, GVariant *properties, gpointer userdata) {
        const EventTee *self = userdata;

        event_emit(&self->first, type, name, address, properties);
        event_emit(&self->second, type, name, address, properties);
}

EventSink event_tee_sink(EventTee *self) {
        return (EventSink) { .func = on_event, .userdata = self };
}
