/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/rest/api/contract.h"

#include <string.h>

#include "client/rest/api/json.h"
#include "client/rest/bus/bus.h"
#include "interfaces/interfaces.h"

#define RESOURCE_FOLDER "/org/bangui/BanGUI1"
#define OPTIONS_ANNOTATION BANGUI_NAME ".Options"

struct Contract {
        GHashTable *interfaces; /* name without prefix -> GDBusInterfaceInfo; the key is the interface's */
};

/* A file that cannot be read is a fault of the build. */
static void load(Contract *self, const char *file) {
        g_autofree char *path = g_strconcat(RESOURCE_FOLDER "/", file, NULL);
        g_autoptr(GError) error = NULL;
        g_autoptr(GBytes) xml = g_resource_lookup_data(interfaces_get_resource(), path, 0, &error);
        g_autoptr(GDBusNodeInfo) node = NULL;

        if (xml)
                node = g_dbus_node_info_new_for_xml(g_bytes_get_data(xml, NULL), &error);
        if (!node)
                g_error("%s: %s", path, error->message);
        for (GDBusInterfaceInfo **info = node->interfaces; *info; info++) {
                g_assert(g_str_has_prefix((*info)->name, BANGUI_NAME "."));
                g_dbus_interface_info_cache_build(*info);
                g_hash_table_insert(self->interfaces, (*info)->name + strlen(BANGUI_NAME "."),
                                    g_dbus_interface_info_ref(*info));
        }
}

static void interface_free(gpointer info) {
        g_dbus_interface_info_cache_release(info);
        g_dbus_interface_info_unref(info);
}

Contract *contract_new(void) {
        Contract *self = g_new0(Contract, 1);
        g_auto(GStrv) files = g_resource_enumerate_children(interfaces_get_resource(), RESOURCE_FOLDER, 0, NULL);

        self->interfaces = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, interface_free);
        for (char **file = files; *file; file++)
                load(self, *file);
        return self;
}

void contract_free(Contract *self) {
        if (!self)
                return;
        g_hash_table_unref(self->interfaces);
        g_free(self);
}

const GDBusInterfaceInfo *contract_interface(const Contract *self, const char *interface) {
        return g_hash_table_lookup(self->interfaces, interface);
}

const GDBusMethodInfo *contract_method(const Contract *self, const char *interface, const char *method) {
        GDBusInterfaceInfo *info = g_hash_table_lookup(self->interfaces, interface);

        return info ? g_dbus_interface_info_lookup_method(info, method) : NULL;
}

/* Which types there are, so that the answer can be static. */
static const char *type_of(const char *text, gsize length) {
        static const char *const types[] = { "s", "x", "b", "d", "u", "t", "as", "v", "a{sv}" };

        for (guint i = 0; i < G_N_ELEMENTS(types); i++)
                if (strlen(types[i]) == length && memcmp(types[i], text, length) == 0)
                        return types[i];
        return NULL;
}

const char *contract_options(const GDBusMethodInfo *method) {
        return g_dbus_annotation_info_lookup(method->annotations, OPTIONS_ANNOTATION);
}

const char *contract_option_type(const GDBusMethodInfo *method, const char *option) {
        const char *at = contract_options(method);
        gsize length = strlen(option);

        if (!at)
                return NULL;
        if (g_str_equal(option, "correlation_id"))
                return "s";
        for (; *at; at += strcspn(at, " \n")) {
                at += strspn(at, " \n");
                if (strncmp(at, option, length) == 0 && at[length] == ':')
                        return type_of(at + length + 1, strcspn(at + length + 1, " \n"));
        }
        return NULL;
}

char *contract_snake_case(const char *name) {
        GString *text = g_string_new(NULL);

        json_snake_case(text, name);
        return g_string_free(text, FALSE);
}
