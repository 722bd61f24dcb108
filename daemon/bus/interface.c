/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "bus/interface.h"

#include <string.h>

#define RESOURCE_PREFIX "/org/bangui/BanGUI1/"

char *bus_interface_signature(GDBusArgInfo **args) {
        GString *signature = g_string_new(NULL);

        for (guint i = 0; args && args[i]; i++)
                g_string_append(signature, args[i]->signature);
        return g_string_free(signature, FALSE);
}

static const char *keep(BusInterface *self, char *text) {
        g_ptr_array_add(self->texts, text);
        return text;
}

/* sd-bus takes the names of all arguments as one text, a NUL after each and one more at the end. */
static const char *keep_names(BusInterface *self, GDBusArgInfo **in, GDBusArgInfo **out) {
        GString *names = g_string_new(NULL);

        for (guint i = 0; in && in[i]; i++)
                g_string_append_len(names, in[i]->name, (gssize) strlen(in[i]->name) + 1);
        for (guint i = 0; out && out[i]; i++)
                g_string_append_len(names, out[i]->name, (gssize) strlen(out[i]->name) + 1);
        return keep(self, g_string_free(names, FALSE));
}

static uint64_t property_flags(GDBusPropertyInfo *property) {
        const char *emits = g_dbus_annotation_info_lookup(property->annotations,
                                                          "org.freedesktop.DBus.Property.EmitsChangedSignal");

        if (g_strcmp0(emits, "const") == 0)
                return SD_BUS_VTABLE_PROPERTY_CONST;
        if (g_strcmp0(emits, "invalidates") == 0)
                return SD_BUS_VTABLE_PROPERTY_EMITS_INVALIDATION;
        return g_strcmp0(emits, "false") == 0 ? 0 : SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE;
}

static guint count(gpointer *items) {
        guint n = 0;

        while (items && items[n])
                n++;
        return n;
}

static void fill_vtable(BusInterface *self, sd_bus_message_handler_t method, sd_bus_property_get_t property) {
        GDBusInterfaceInfo *info = self->info;
        sd_bus_vtable *row = self->vtable;

        *row++ = (sd_bus_vtable) SD_BUS_VTABLE_START(0);
        for (guint i = 0; info->methods && info->methods[i]; i++) {
                GDBusMethodInfo *m = info->methods[i];
                const char *in = keep(self, bus_interface_signature(m->in_args));
                const char *out = keep(self, bus_interface_signature(m->out_args));
                const char *names = keep_names(self, m->in_args, m->out_args);

                *row++ = (sd_bus_vtable) SD_BUS_METHOD_WITH_NAMES(m->name, in, names, out, , method,
                                                                  SD_BUS_VTABLE_UNPRIVILEGED);
        }
        for (guint i = 0; i < self->n_properties; i++) {
                GDBusPropertyInfo *p = info->properties[i];

                *row++ = (sd_bus_vtable) SD_BUS_PROPERTY(p->name, p->signature, property, 0, property_flags(p));
        }
        for (guint i = 0; info->signals && info->signals[i]; i++) {
                GDBusSignalInfo *s = info->signals[i];
                const char *signature = keep(self, bus_interface_signature(s->args));
                const char *names = keep_names(self, s->args, NULL);

                *row++ = (sd_bus_vtable) SD_BUS_SIGNAL_WITH_NAMES(s->name, signature, names, 0);
        }
        *row = (sd_bus_vtable) SD_BUS_VTABLE_END;
}

static GDBusInterfaceInfo *load(const char *group) {
        g_autofree char *path = g_strconcat(RESOURCE_PREFIX "org.bangui.BanGUI1.", group, ".xml", NULL);
        g_autofree char *name = g_strconcat("org.bangui.BanGUI1.", group, NULL);
        g_autoptr(GError) error = NULL;
        g_autoptr(GBytes) xml = g_resources_lookup_data(path, 0, &error);
        g_autoptr(GDBusNodeInfo) node = NULL;
        GDBusInterfaceInfo *info;

        if (xml)
                node = g_dbus_node_info_new_for_xml(g_bytes_get_data(xml, NULL), &error);
        info = node ? g_dbus_node_info_lookup_interface(node, name) : NULL;
        if (!info)
                g_error("%s: %s", path, error ? error->message : "the interface is not in it");
        return g_dbus_interface_info_ref(info);
}

BusInterface *bus_interface_new(const char *group, sd_bus_message_handler_t method, sd_bus_property_get_t property) {
        BusInterface *self = g_new0(BusInterface, 1);
        guint members;

        self->info = load(group);
        self->name = self->info->name;
        self->texts = g_ptr_array_new_with_free_func(g_free);
        self->n_properties = count((gpointer *) self->info->properties);
        members =
                count((gpointer *) self->info->methods) + self->n_properties + count((gpointer *) self->info->signals);
        self->vtable = g_new0(sd_bus_vtable, members + 2);
        fill_vtable(self, method, property);
        return self;
}

void bus_interface_free(BusInterface *self) {
        g_free(self->vtable);
        g_ptr_array_unref(self->texts);
        g_dbus_interface_info_unref(self->info);
        g_free(self);
}

int bus_interface_property_index(const BusInterface *self, const char *name) {
        for (guint i = 0; i < self->n_properties; i++)
                if (strcmp(self->info->properties[i]->name, name) == 0)
                        return (int) i;
        return -1;
}
