/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "bus/gate.h"

#include <string.h>

#include "bus/reply.h"
#include "core/error.h"

struct Gate {
        sd_bus *bus;
        sd_bus_slot *filter;
        Authorizer *authorizer;
        guint per_caller_max;
        GPtrArray *held; /* of Held */
};

/* A message that waits for the answer. */
typedef struct Held {
        Gate *gate;
        sd_bus_message *message;
        Peer *peer;
        AuthorizerCheck *check;
        gboolean passed; /* answered before it was put into the list */
} Held;

static void held_free(Held *self) {
        self->peer->calls--;
        peer_unref(self->peer);
        sd_bus_message_unref(self->message);
        g_free(self);
}

static gboolean is_guarded(sd_bus_message *message) {
        const char *interface = sd_bus_message_get_interface(message);
        const char *path = sd_bus_message_get_path(message);
        uint8_t type;

        return sd_bus_message_get_type(message, &type) >= 0 && type == SD_BUS_MESSAGE_METHOD_CALL && path &&
               g_str_has_prefix(path, "/org/bangui/BanGUI1") &&
               (g_strcmp0(interface, "org.freedesktop.DBus.Properties") == 0 ||
                g_strcmp0(interface, "org.freedesktop.DBus.ObjectManager") == 0);
}

static void on_answer(const GError *error, gpointer userdata) {
        Held *held = userdata;
        Gate *self = held->gate;

        if (error)
                reply_error(held->message, error);
        else if (!held->check)
                held->passed = TRUE;
        else
                sd_bus_enqueue_for_read(self->bus, held->message);
        if (held->check)
                g_ptr_array_remove_fast(self->held, held);
}

static int hold(Gate *self, sd_bus_message *message, Peer *peer) {
        Held *held = g_new0(Held, 1);
        gboolean passed;

        held->gate = self;
        held->message = sd_bus_message_ref(message);
        held->peer = peer_ref(peer);
        peer->calls++;
        held->check = authorizer_check(
                self->authorizer,
                &(AuthorizerQuestion) { .peer = peer,
                                        .action = "read",
                                        .interactive =
                                                sd_bus_message_get_allow_interactive_authorization(message) > 0 },
                on_answer, held);
        if (held->check) {
                g_ptr_array_add(self->held, held);
                return 1;
        }
        passed = held->passed;
        held_free(held);
        return passed ? 0 : 1;
}

static int on_message(sd_bus_message *message, void *userdata, sd_bus_error *ret_error) {
        Gate *self = userdata;
        const char *sender = sd_bus_message_get_sender(message);
        Peer *peer;

        if (!sender || !is_guarded(message))
                return 0;
        peer = authorizer_peer(self->authorizer, sender);
        if (authorizer_lets_read(self->authorizer, peer))
                return 0;
        if (peer->calls < self->per_caller_max)
                return hold(self, message, peer);
        reply_busy(message);
        return 1;
}

Gate *gate_new(sd_bus *bus, Authorizer *authorizer, guint per_caller_max) {
        Gate *self = g_new0(Gate, 1);

        self->bus = sd_bus_ref(bus);
        self->authorizer = authorizer;
        self->per_caller_max = per_caller_max;
        self->held = g_ptr_array_new_with_free_func((GDestroyNotify) held_free);
        sd_bus_add_filter(bus, &self->filter, on_message, self);
        return self;
}

void gate_peer_gone(Gate *self, Peer *peer) {
        for (guint i = self->held->len; i > 0; i--) {
                Held *held = self->held->pdata[i - 1];

                if (held->peer != peer)
                        continue;
                authorizer_check_cancel(held->check);
                g_ptr_array_remove_index_fast(self->held, i - 1);
        }
}

void gate_free(Gate *self) {
        if (!self)
                return;
        for (guint i = 0; i < self->held->len; i++)
                authorizer_check_cancel(((Held *) self->held->pdata[i])->check);
        g_ptr_array_unref(self->held);
        sd_bus_slot_unref(self->filter);
        sd_bus_unref(self->bus);
        g_free(self);
}
