/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "bus/objects.h"

#include <string.h>

#include "bus/codec.h"
#include "core/log.h"

/* One interface on one path. */
typedef struct Export {
        Objects *objects;
        char *path;
        const BusInterface *interface;
        const char *group; /* key of Objects.interfaces */
        sd_bus_slot *slot;
        GVariant **values; /* interface->n_properties */
        gboolean *changed; /* the same; by the update at work */
        gboolean *untold;  /* the same; since the last signal */
} Export;

struct Objects {
        sd_bus *bus;
        sd_bus_slot *manager_slot;
        ObjectsMethodFunc method;
        gpointer userdata;
        GHashTable *interfaces; /* group -> BusInterface */
        GHashTable *paths;      /* path -> GPtrArray of Export */
        GPtrArray *dirty;       /* Export, borrowed: something changed */
        GSource *flush;
};

static void export_free(Export *self) {
        if (!self)
                return;
        g_ptr_array_remove(self->objects->dirty, self);
        sd_bus_slot_unref(self->slot);
        for (guint i = 0; i < self->interface->n_properties; i++)
                g_variant_unref(self->values[i]);
        g_free(self->values);
        g_free(self->changed);
        g_free(self->untold);
        g_free(self->path);
        g_free(self);
}

static int on_method(sd_bus_message *message, void *userdata, sd_bus_error *ret_error) {
        Export *export = userdata;

        return export->objects->method(message, export->group, export->objects->userdata);
}

static int on_get_property(sd_bus *bus, const char *path, const char *interface, const char *property,
                           sd_bus_message *reply, void *userdata, sd_bus_error *ret_error) {
        Export *export = userdata;
        int index = bus_interface_property_index(export->interface, property);

        return index < 0 ? -ENOENT : codec_append(reply, export->values[index], -1);
}

Objects *objects_new(sd_bus *bus, ObjectsMethodFunc method, gpointer userdata) {
        Objects *self = g_new0(Objects, 1);

        self->bus = sd_bus_ref(bus);
        self->method = method;
        self->userdata = userdata;
        self->interfaces = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify) bus_interface_free);
        self->paths = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
        self->dirty = g_ptr_array_new();
        if (sd_bus_add_object_manager(bus, &self->manager_slot, BUS_ROOT) < 0)
                g_error("%s: the object manager cannot be added", BUS_ROOT);
        return self;
}

static void clear_flush(Objects *self) {
        if (!self->flush)
                return;
        g_source_destroy(self->flush);
        g_clear_pointer(&self->flush, g_source_unref);
}

void objects_free(Objects *self) {
        if (!self)
                return;
        clear_flush(self);
        g_hash_table_unref(self->paths);
        sd_bus_slot_unref(self->manager_slot);
        g_hash_table_unref(self->interfaces);
        g_ptr_array_unref(self->dirty);
        sd_bus_unref(self->bus);
        g_free(self);
}

const BusInterface *objects_define(Objects *self, const char *group) {
        BusInterface *interface = bus_interface_new(group, on_method, on_get_property);

        /* the key lives as long as the value: behind the last '.' of the interface's own name */
        g_hash_table_insert(self->interfaces, strrchr(interface->info->name, '.') + 1, interface);
        return interface;
}

static GVariant *zero_value(const char *type) {
        return g_variant_ref_sink(g_variant_new_from_data(G_VARIANT_TYPE(type), NULL, 0, FALSE, NULL, NULL));
}

/* Every property that is in the dictionary with its type; a wrong one is a fault of the service and is told in the
 * log. */
static guint export_take(Export *self, GVariant *properties) {
        GVariantIter iter;
        const char *name;
        GVariant *value;
        guint n = 0;

        g_variant_iter_init(&iter, properties);
        while (g_variant_iter_next(&iter, "{&sv}", &name, &value)) {
                int i = bus_interface_property_index(self->interface, name);

                if (i < 0 ||
                    !g_variant_is_of_type(value, G_VARIANT_TYPE(self->interface->info->properties[i]->signature))) {
                        log_event(LOG_PRIORITY_ERROR, "bus.property", "a property does not fit its interface",
                                  "INTERFACE", self->interface->name, "PROPERTY", name, NULL);
                        g_variant_unref(value);
                        continue;
                }
                if (g_variant_equal(self->values[i], value)) {
                        g_variant_unref(value);
                        continue;
                }
                g_variant_unref(self->values[i]);
                self->values[i] = value;
                self->changed[i] = TRUE;
                n++;
        }
        return n;
}

static GPtrArray *exports_of(Objects *self, const char *path) {
        GPtrArray *exports = g_hash_table_lookup(self->paths, path);

        if (!exports) {
                exports = g_ptr_array_new_with_free_func((GDestroyNotify) export_free);
                g_hash_table_insert(self->paths, g_strdup(path), exports);
        }
        return exports;
}

int objects_publish(Objects *self, const char *path, const char *group, GVariant *properties) {
        gpointer key, interface;
        Export *export;
        int r;

        if (!g_hash_table_lookup_extended(self->interfaces, group, &key, &interface))
                return -ENOENT;
        export = g_new0(Export, 1);
        export->objects = self;
        export->path = g_strdup(path);
        export->interface = interface;
        export->group = key;
        export->values = g_new0(GVariant *, export->interface->n_properties + 1);
        export->changed = g_new0(gboolean, export->interface->n_properties + 1);
        export->untold = g_new0(gboolean, export->interface->n_properties + 1);
        for (guint i = 0; i < export->interface->n_properties; i++)
                export->values[i] = zero_value(export->interface->info->properties[i]->signature);
        if (properties && export_take(export, properties) > 0)
                memset(export->changed, 0, export->interface->n_properties * sizeof(gboolean));
        r = sd_bus_add_object_vtable(self->bus, &export->slot, path, export->interface->name, export->interface->vtable,
                                     export);
        if (r < 0) {
                export_free(export);
                return r;
        }
        g_ptr_array_add(exports_of(self, path), export);
        return 0;
}

void objects_announce(Objects *self, const char *path) {
        sd_bus_emit_object_added(self->bus, path);
}

static void export_tell(Export *self) {
        g_autofree char **names = g_new0(char *, self->interface->n_properties + 1);
        guint n = 0;

        for (guint i = 0; i < self->interface->n_properties; i++) {
                if (!self->untold[i])
                        continue;
                self->untold[i] = FALSE;
                names[n++] = self->interface->info->properties[i]->name;
        }
        if (n > 0)
                sd_bus_emit_properties_changed_strv(self->objects->bus, self->path, self->interface->name, names);
}

static gboolean on_flush(gpointer userdata) {
        Objects *self = userdata;

        for (guint i = 0; i < self->dirty->len; i++)
                export_tell(self->dirty->pdata[i]);
        g_ptr_array_set_size(self->dirty, 0);
        g_clear_pointer(&self->flush, g_source_unref);
        return G_SOURCE_REMOVE;
}

static void mark_dirty(Objects *self, Export *export) {
        if (!g_ptr_array_find(self->dirty, export, NULL))
                g_ptr_array_add(self->dirty, export);
        if (self->flush)
                return;
        self->flush = g_idle_source_new();
        g_source_set_priority(self->flush, G_PRIORITY_DEFAULT);
        g_source_set_callback(self->flush, on_flush, self, NULL);
        g_source_attach(self->flush, NULL);
}

static Export *find(Objects *self, const char *path, const char *group) {
        GPtrArray *exports = g_hash_table_lookup(self->paths, path);

        for (guint i = 0; exports && i < exports->len; i++) {
                Export *export = exports->pdata[i];

                if (strcmp(export->group, group) == 0)
                        return export;
        }
        return NULL;
}

const char **objects_update(Objects *self, const char *path, const char *group, GVariant *properties) {
        Export *export = find(self, path, group);
        const char **names;
        guint n = 0;

        if (!export)
                return g_new0(const char *, 1);
        if (export_take(export, properties) > 0)
                mark_dirty(self, export);
        names = g_new0(const char *, export->interface->n_properties + 1);
        for (guint i = 0; i < export->interface->n_properties; i++) {
                if (!export->changed[i])
                        continue;
                export->changed[i] = FALSE;
                export->untold[i] = TRUE;
                names[n++] = export->interface->info->properties[i]->name;
        }
        return names;
}

void objects_withdraw(Objects *self, const char *path) {
        if (!g_hash_table_contains(self->paths, path))
                return;
        sd_bus_emit_object_removed(self->bus, path);
        g_hash_table_remove(self->paths, path);
}

gboolean objects_has(Objects *self, const char *path) {
        return g_hash_table_contains(self->paths, path);
}

void objects_signal(Objects *self, const char *path, const char *group, const char *member, GVariant *args) {
        g_autoptr(GVariant) sunk = g_variant_ref_sink(args);
        g_autoptr(sd_bus_message) message = NULL;
        g_autofree char *interface = g_strconcat("org.bangui.BanGUI1.", group, NULL);

        if (sd_bus_message_new_signal(self->bus, &message, path, interface, member) < 0 ||
            codec_append_tuple(message, sunk, -1) < 0 || sd_bus_send(self->bus, message, NULL) < 0)
                log_event(LOG_PRIORITY_ERROR, "bus.signal", "a signal could not be sent", "SIGNAL", member, NULL);
}
