/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "bus-pair.h"

#include <string.h>
#include <sys/socket.h>

#include "bus/codec.h"

static const char *without_prefix(const char *interface) {
        static const char *const prefixes[] = { "org.bangui.BanGUI1.", "org.freedesktop.DBus." };

        for (guint i = 0; i < G_N_ELEMENTS(prefixes); i++)
                if (g_str_has_prefix(interface, prefixes[i]))
                        return interface + strlen(prefixes[i]);
        return interface;
}

static int on_message(sd_bus_message *message, void *userdata, sd_bus_error *ret_error) {
        BusPair *self = userdata;
        g_autoptr(GVariant) body = NULL;
        g_autofree char *text = NULL;

        if (sd_bus_message_is_signal(message, NULL, NULL) <= 0)
                return 0;
        body = codec_read(message, sd_bus_message_get_signature(message, 1), NULL, NULL);
        g_assert_nonnull(body);
        g_variant_ref_sink(body);
        text = g_variant_print(body, FALSE);
        g_ptr_array_add(self->signals,
                        g_strdup_printf("%s.%s %s %s", without_prefix(sd_bus_message_get_interface(message)),
                                        sd_bus_message_get_member(message), sd_bus_message_get_path(message), text));
        return 1;
}

static void on_closed(int errnum, gpointer userdata) {
        g_error("the connection ended: %s", g_strerror(errnum));
}

static GSource *attach(sd_bus *bus) {
        GSource *source = bus_source_new(bus, on_closed, NULL);

        g_source_attach(source, NULL);
        return source;
}

void bus_pair_open(BusPair *self) {
        int fds[2];
        sd_id128_t id;

        g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), ==, 0);
        g_assert_cmpint(sd_id128_randomize(&id), >=, 0);
        g_assert_cmpint(sd_bus_new(&self->client), >=, 0);
        g_assert_cmpint(sd_bus_set_fd(self->client, fds[0], fds[0]), >=, 0);
        g_assert_cmpint(sd_bus_start(self->client), >=, 0);
        g_assert_cmpint(sd_bus_new(&self->server), >=, 0);
        g_assert_cmpint(sd_bus_set_fd(self->server, fds[1], fds[1]), >=, 0);
        g_assert_cmpint(sd_bus_set_server(self->server, 1, id), >=, 0);
        g_assert_cmpint(sd_bus_start(self->server), >=, 0);
        self->signals = g_ptr_array_new_with_free_func(g_free);
        g_assert_cmpint(sd_bus_add_filter(self->client, NULL, on_message, self), >=, 0);
        self->sources[0] = attach(self->client);
        self->sources[1] = attach(self->server);
}

void bus_pair_close(BusPair *self) {
        for (guint i = 0; i < G_N_ELEMENTS(self->sources); i++) {
                g_source_destroy(self->sources[i]);
                g_source_unref(self->sources[i]);
        }
        sd_bus_close_unref(self->client);
        sd_bus_close_unref(self->server);
        g_ptr_array_unref(self->signals);
}

void bus_pair_settle(BusPair *self) {
        while (g_main_context_iteration(NULL, FALSE))
                ;
}

void bus_pair_wait_signals(BusPair *self, guint n) {
        while (self->signals->len < n)
                g_main_context_iteration(NULL, TRUE);
}

sd_bus_message *bus_pair_call_new(BusPair *self, const char *path, const char *interface, const char *member) {
        sd_bus_message *call = NULL;

        g_assert_cmpint(sd_bus_message_new_method_call(self->client, &call, NULL, path, interface, member), >=, 0);
        return call;
}

static int on_reply(sd_bus_message *reply, void *userdata, sd_bus_error *ret_error) {
        sd_bus_message **ret = userdata;

        *ret = sd_bus_message_ref(reply);
        return 1;
}

sd_bus_message *bus_pair_call(BusPair *self, sd_bus_message *call) {
        g_autoptr(sd_bus_message) taken = call;
        sd_bus_message *reply = NULL;

        g_assert_cmpint(sd_bus_call_async(self->client, NULL, taken, on_reply, &reply, 0), >=, 0);
        while (!reply)
                g_main_context_iteration(NULL, TRUE);
        return reply;
}

char *bus_pair_take_signals(BusPair *self) {
        char *lines;

        bus_pair_settle(self);
        g_ptr_array_add(self->signals, NULL);
        lines = g_strjoinv("\n", (char **) self->signals->pdata);
        g_ptr_array_set_size(self->signals, 0);
        return lines;
}
