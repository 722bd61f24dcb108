/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * An interface, made from its introspection XML
 *
 * The XML files of interfaces/ are compiled into the program; the tables that sd-bus wants are made from them at
 * start. So what stands on the bus is what the contract says, argument names and annotations included.
 */

#pragma once

#include <gio/gio.h>

#include "interfaces/bus-source.h"

typedef struct BusInterface {
        GDBusInterfaceInfo *info;
        const char *name;   /* "org.bangui.BanGUI1.Bans" */
        guint n_properties; /* info->properties */
        sd_bus_vtable *vtable;
        GPtrArray *texts; /* what the vtable points to */
} BusInterface;

/* `group`: "Bans". method and property are the callbacks of every member. A missing or broken XML is a
 * fault of the build: the program aborts. */
BusInterface *bus_interface_new(const char *group, sd_bus_message_handler_t method, sd_bus_property_get_t property);
void bus_interface_free(BusInterface *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BusInterface, bus_interface_free)

/* Index in info->properties, or -1. */
int bus_interface_property_index(const BusInterface *self, const char *name);

/* The signature of a method's arguments in one text. Free with g_free. */
char *bus_interface_signature(GDBusArgInfo **args);
