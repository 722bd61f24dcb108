/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What stands on the bus
 *
 * An object is a path with interfaces; each interface has its vtable from the XML and a value for every property.
 * Services hand properties over as one dictionary; which of them changed is found here, and told once per turn of the
 * loop. Reading a property, introspection and GetManagedObjects are answered from these values without asking anybody.
 * Main thread.
 */

#pragma once

#include "bus/interface.h"

#define BUS_NAME "org.bangui.BanGUI1"
#define BUS_ROOT "/org/bangui/BanGUI1"
#define BUS_JAILS BUS_ROOT "/jail"
#define BUS_JOBS BUS_ROOT "/job"
#define BUS_OPERATIONS BUS_ROOT "/operation"

typedef struct Objects Objects;

/* A method call on one of the objects; `group` is the interface's ("Bans"). Returns as an sd-bus handler does. */
typedef int (*ObjectsMethodFunc)(sd_bus_message *message, const char *group, gpointer userdata);

Objects *objects_new(sd_bus *bus, ObjectsMethodFunc method, gpointer userdata);
void objects_free(Objects *self); /* withdraws everything without signals */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Objects, objects_free)

/* Loads the interface of a group; its introspection data are borrowed. */
const BusInterface *objects_define(Objects *self, const char *group);

/* Puts an interface on a path. properties: a{sv}, NULL for none; what is left out has its type's zero value.
 * Negative errno. */
int objects_publish(Objects *self, const char *path, const char *group, GVariant *properties);

/* InterfacesAdded for a path; after all of its interfaces were published. */
void objects_announce(Objects *self, const char *path);

/* New values; those left out stay. Returns the names of the properties that changed, as a NULL-terminated list to
 * be freed with g_free (the names are borrowed). */
const char **objects_update(Objects *self, const char *path, const char *group, GVariant *properties);

/* InterfacesRemoved, and the path is gone. */
void objects_withdraw(Objects *self, const char *path);

gboolean objects_has(Objects *self, const char *path);

/* Broadcasts a signal; args: a tuple, sunk. */
void objects_signal(Objects *self, const char *path, const char *group, const char *member, GVariant *args);
