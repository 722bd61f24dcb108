/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "bus/callers.h"

#include <string.h>

typedef struct Waiting {
        CallersReadyFunc ready;
        gpointer userdata;
} Waiting;

struct Callers {
        sd_bus *bus;
        GHashTable *peers; /* name -> Peer */
        CallersGoneFunc gone;
        gpointer userdata;
};

Peer *peer_ref(Peer *self) {
        self->refs++;
        return self;
}

void peer_unref(Peer *self) {
        if (!self || --self->refs > 0)
                return;
        sd_bus_slot_unref(self->watch);
        sd_bus_slot_unref(self->query);
        g_clear_pointer(&self->caller, caller_free);
        g_ptr_array_unref(self->waiting);
        g_free(self->name);
        g_free(self);
}

Callers *callers_new(sd_bus *bus, CallersGoneFunc gone, gpointer userdata) {
        Callers *self = g_new0(Callers, 1);

        self->bus = sd_bus_ref(bus);
        self->gone = gone;
        self->userdata = userdata;
        self->peers = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify) peer_unref);
        return self;
}

static void answer_waiting(Peer *peer) {
        g_autoptr(GPtrArray) waiting = g_steal_pointer(&peer->waiting);

        peer->waiting = g_ptr_array_new_with_free_func(g_free);
        for (guint i = 0; i < waiting->len; i++) {
                Waiting *w = waiting->pdata[i];

                w->ready(peer, peer->caller != NULL, w->userdata);
        }
}

void callers_free(Callers *self) {
        GHashTableIter iter;
        gpointer peer;

        if (!self)
                return;
        /* whoever still waits has cancelled, and is told so that he can go */
        g_hash_table_iter_init(&iter, self->peers);
        while (g_hash_table_iter_next(&iter, NULL, &peer))
                answer_waiting(peer);
        g_hash_table_unref(self->peers);
        sd_bus_unref(self->bus);
        g_free(self);
}

/* The connection of this name ended: NameOwnerChanged with an empty new owner. */
static int on_name_gone(sd_bus_message *message, void *userdata, sd_bus_error *ret_error) {
        Peer *peer = peer_ref(userdata);
        Callers *self = peer->callers;

        peer->gone = TRUE;
        g_hash_table_remove(self->peers, peer->name);
        self->gone(peer, self->userdata);
        answer_waiting(peer);
        peer_unref(peer);
        return 0;
}

static void watch_name(Peer *peer) {
        g_autofree char *match =
                g_strdup_printf("type='signal',sender='org.freedesktop.DBus',path='/org/freedesktop/DBus',"
                                "interface='org.freedesktop.DBus',member='NameOwnerChanged',arg0='%s',arg2=''",
                                peer->name);

        sd_bus_add_match_async(peer->callers->bus, &peer->watch, match, on_name_gone, NULL, peer);
}

Peer *callers_peer(Callers *self, const char *name) {
        Peer *peer = g_hash_table_lookup(self->peers, name);

        if (peer)
                return peer;
        peer = g_new0(Peer, 1);
        peer->refs = 1;
        peer->callers = self;
        peer->name = g_strdup(name);
        peer->waiting = g_ptr_array_new_with_free_func(g_free);
        g_hash_table_insert(self->peers, peer->name, peer);
        watch_name(peer);
        return peer;
}

/* GetConnectionCredentials answers a{sv}; the entries are optional by the D-Bus specification. */
static Caller *read_credentials(sd_bus_message *reply, const char *name) {
        guint32 uid = G_MAXUINT32, pid = 0;

        if (sd_bus_message_enter_container(reply, 'a', "{sv}") <= 0)
                return NULL;
        while (sd_bus_message_enter_container(reply, 'e', "sv") > 0) {
                const char *key;

                if (sd_bus_message_read(reply, "s", &key) < 0)
                        return NULL;
                if (strcmp(key, "UnixUserID") == 0)
                        sd_bus_message_read(reply, "v", "u", &uid);
                else if (strcmp(key, "ProcessID") == 0)
                        sd_bus_message_read(reply, "v", "u", &pid);
                else
                        sd_bus_message_skip(reply, "v");
                if (sd_bus_message_exit_container(reply) < 0)
                        return NULL;
        }
        return uid == G_MAXUINT32 ? NULL : caller_new(name, uid, (gint32) pid);
}

static int on_credentials(sd_bus_message *reply, void *userdata, sd_bus_error *ret_error) {
        Peer *peer = peer_ref(userdata);

        g_clear_pointer(&peer->query, sd_bus_slot_unref);
        if (!sd_bus_message_is_method_error(reply, NULL))
                peer->caller = read_credentials(reply, peer->name);
        answer_waiting(peer);
        peer_unref(peer);
        return 0;
}

void callers_resolve(Callers *self, Peer *peer, CallersReadyFunc ready, gpointer userdata) {
        Waiting *waiting;

        if (peer->caller || peer->gone) {
                ready(peer, peer->caller != NULL, userdata);
                return;
        }
        if (!peer->query &&
            sd_bus_call_method_async(self->bus, &peer->query, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                     "org.freedesktop.DBus", "GetConnectionCredentials", on_credentials, peer, "s",
                                     peer->name) < 0) {
                ready(peer, FALSE, userdata);
                return;
        }
        waiting = g_new(Waiting, 1);
        waiting->ready = ready;
        waiting->userdata = userdata;
        g_ptr_array_add(peer->waiting, waiting);
}

void callers_forget_answers(Callers *self) {
        GHashTableIter iter;
        gpointer peer;

        g_hash_table_iter_init(&iter, self->peers);
        while (g_hash_table_iter_next(&iter, NULL, &peer))
                ((Peer *) peer)->read_until = 0;
}
