/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "bus/bus.h"

#include <unistd.h>

#include "bus/authorizer.h"
#include "bus/dispatcher.h"
#include "bus/gate.h"
#include "core/error.h"
#include "core/log.h"

struct Bus {
        BusConfig config;
        sd_bus *bus;
        GSource *source;
        sd_bus_slot *name_slot;
        sd_bus_slot *lost_slot;
        Objects *objects;
        Authorizer *authorizer;
        Gate *gate;
        Dispatcher *dispatcher;
};

static int on_method(sd_bus_message *message, const char *group, gpointer userdata) {
        Bus *self = userdata;

        return dispatcher_call(self->dispatcher, message, group);
}

static void on_peer_gone(Peer *peer, gpointer userdata) {
        Bus *self = userdata;

        gate_peer_gone(self->gate, peer);
        dispatcher_peer_gone(self->dispatcher, peer);
}

static void on_polkit_presence(gboolean present, gpointer userdata) {
        Bus *self = userdata;
        gint64 now = g_get_real_time() / G_USEC_PER_SEC;

        if (present)
                findings_set_part(self->config.services->findings, "authorization", "ok", "polkit answers", now);
        else
                findings_set_part(self->config.services->findings, "authorization", "off",
                                  "polkit does not run: only root and the daemon's own user may call, until it starts",
                                  now);
}

static void on_closed(int errnum, gpointer userdata) {
        Bus *self = userdata;

        self->config.ended(g_strerror(errnum), self->config.userdata);
}

static gboolean fail(GError **error, const char *what, int r) {
        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_INTERNAL, "%s: %s", what, g_strerror(-r));
        return FALSE;
}

static gboolean publish_root(Bus *self, GError **error) {
        g_autoptr(GVariant) health = findings_health(self->config.services->findings);
        g_autoptr(GVariant) server = model_server(self->config.services->model);
        g_autoptr(GVariant) allow = allow_state(self->config.services->allow);
        g_autoptr(GVariant) geo = places_state(self->config.services->places);
        g_autoptr(GVariant) history = g_variant_ref_sink(archive_state(self->config.services->archive));
        GVariantDict manager;
        int r;

        g_variant_dict_init(&manager, health);
        g_variant_dict_insert(&manager, "Version", "s", BANGUI_VERSION);
        {
                g_autoptr(GVariant) properties = g_variant_ref_sink(g_variant_dict_end(&manager));

                r = objects_publish(self->objects, BUS_ROOT, "Manager", properties);
        }
        if (r >= 0)
                r = objects_publish(self->objects, BUS_ROOT, "Server", server);
        if (r >= 0)
                r = objects_publish(self->objects, BUS_ROOT, "Bans", NULL);
        if (r >= 0)
                r = objects_publish(self->objects, BUS_ROOT, "Geo", geo);
        if (r >= 0)
                r = objects_publish(self->objects, BUS_ROOT, "AllowList", allow);
        if (r >= 0)
                r = objects_publish(self->objects, BUS_ROOT, "Settings", NULL);
        if (r >= 0)
                r = objects_publish(self->objects, BUS_ROOT, "Jobs", NULL);
        if (r >= 0)
                r = objects_publish(self->objects, BUS_ROOT, "Stats", NULL);
        if (r >= 0)
                r = objects_publish(self->objects, BUS_ROOT, "History", history);
        return r >= 0 || fail(error, BUS_ROOT, r);
}

static void bind(Bus *self, const MethodGroup *group) {
        dispatcher_bind(self->dispatcher, group, objects_define(self->objects, group->group)->info);
}

static gboolean make_parts(Bus *self, GError **error) {
        const AuthorizerEvents events = { .gone = on_peer_gone, .presence = on_polkit_presence, .userdata = self };
        const DispatcherLimits limits = { self->config.calls_max, self->config.calls_per_caller };

        self->objects = objects_new(self->bus, on_method, self);
        self->authorizer = authorizer_new(self->bus, &events);
        self->gate = gate_new(self->bus, self->authorizer, limits.calls_per_caller);
        self->dispatcher = dispatcher_new(self->objects, self->authorizer, self->config.services, &limits);
        bind(self, &manager_methods);
        bind(self, &server_methods);
        bind(self, &bans_methods);
        bind(self, &geo_methods);
        bind(self, &jail_methods);
        bind(self, &jobs_methods);
        bind(self, &job_methods);
        bind(self, &operation_methods);
        bind(self, &settings_methods);
        bind(self, &history_methods);
        bind(self, &stats_methods);
        bind(self, &allow_list_methods);
        if (!publish_root(self, error))
                return FALSE;
        publisher_connect(self->config.publisher, self->bus, self->objects);
        return TRUE;
}

Bus *bus_new(const BusConfig *config, GError **error) {
        g_autoptr(Bus) self = g_new0(Bus, 1);
        int r;

        self->config = *config;
        r = bus_open(config->address, &self->bus);
        if (r < 0) {
                fail(error, config->address[0] ? config->address : "the system bus", r);
                return NULL;
        }
        self->source = bus_source_new(self->bus, on_closed, self);
        g_source_attach(self->source, NULL);
        if (!make_parts(self, error))
                return NULL;
        return g_steal_pointer(&self);
}

static int on_name_reply(sd_bus_message *reply, void *userdata, sd_bus_error *ret_error) {
        Bus *self = userdata;
        const sd_bus_error *error = sd_bus_message_get_error(reply);
        uint32_t outcome = 0;

        if (error)
                self->config.ended(error->message, self->config.userdata);
        else if (sd_bus_message_read(reply, "u", &outcome) < 0 ||
                 outcome != 1) /* DBUS_REQUEST_NAME_REPLY_PRIMARY_OWNER */
                self->config.ended("another banguid owns the name " BUS_NAME, self->config.userdata);
        else
                self->config.owned(self->config.userdata);
        return 1;
}

static int on_name_lost(sd_bus_message *message, void *userdata, sd_bus_error *ret_error) {
        Bus *self = userdata;
        const char *name;

        if (sd_bus_message_read(message, "s", &name) >= 0 && g_strcmp0(name, BUS_NAME) == 0)
                self->config.ended("the name " BUS_NAME " was taken away", self->config.userdata);
        return 0;
}

gboolean bus_request_name(Bus *self, GError **error) {
        int r = sd_bus_match_signal_async(self->bus, &self->lost_slot, "org.freedesktop.DBus", NULL,
                                          "org.freedesktop.DBus", "NameLost", on_name_lost, NULL, self);

        if (r >= 0)
                r = sd_bus_request_name_async(self->bus, &self->name_slot, BUS_NAME, 0, on_name_reply, self);
        return r >= 0 || fail(error, BUS_NAME, r);
}

void bus_set_stages(Bus *self, GVariant *stages) {
        GVariantDict properties;
        g_autoptr(GVariant) dictionary = NULL;

        g_variant_dict_init(&properties, NULL);
        g_variant_dict_insert_value(&properties, "Stages", stages);
        dictionary = g_variant_ref_sink(g_variant_dict_end(&properties));
        g_free(objects_update(self->objects, BUS_ROOT, "Manager", dictionary));
}

void bus_drain(Bus *self, void (*drained)(gpointer userdata), gpointer userdata) {
        dispatcher_drain(self->dispatcher, drained, userdata);
}

void bus_cancel_all(Bus *self) {
        dispatcher_cancel_all(self->dispatcher);
}

void bus_free(Bus *self) {
        if (!self)
                return;
        publisher_connect(self->config.publisher, NULL, NULL);
        dispatcher_free(self->dispatcher);
        gate_free(self->gate);
        authorizer_free(self->authorizer);
        objects_free(self->objects);
        sd_bus_slot_unref(self->name_slot);
        sd_bus_slot_unref(self->lost_slot);
        if (self->source) {
                g_source_destroy(self->source);
                g_source_unref(self->source);
        }
        sd_bus_flush_close_unref(self->bus);
        g_free(self);
}
