/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A connection to the daemon
 *
 * One connection, one call at a time, straight on. A call that fails leaves its error in the client: the name on
 * the bus, a message for people, and the exit status that goes with it.
 */

#pragma once

#include <systemd/sd-bus.h>

#include "client/lib/value.h"

#define BANGUI_NAME "org.bangui.BanGUI1"
#define BANGUI_PATH "/org/bangui/BanGUI1"
#define BANGUI_JAIL_PATH BANGUI_PATH "/jail"
#define BANGUI_MANAGER BANGUI_NAME ".Manager"
#define BANGUI_SERVER BANGUI_NAME ".Server"
#define BANGUI_BANS BANGUI_NAME ".Bans"
#define BANGUI_JAIL BANGUI_NAME ".Jail"
#define BANGUI_OPERATION BANGUI_NAME ".Operation"
#define BANGUI_ALLOW_LIST BANGUI_NAME ".AllowList"
#define BANGUI_HISTORY BANGUI_NAME ".History"
#define BANGUI_STATS BANGUI_NAME ".Stats"
#define BANGUI_GEO BANGUI_NAME ".Geo"
#define BANGUI_JOBS BANGUI_NAME ".Jobs"
#define BANGUI_SETTINGS BANGUI_NAME ".Settings"

#define CLIENT_TIMEOUT_USEC (30 * UINT64_C(1000000))

typedef struct ClientError {
        char *name;
        char *message;
        int status;
} ClientError;

typedef struct Client {
        sd_bus *bus;
        uint64_t timeout_usec; /* of a call */
        ClientError error;
} Client;

/* Where the daemon is: on the bus of that address, of that host (through ssh), or on this host's system bus. */
typedef struct ClientTarget {
        const char *address;
        const char *host;
        bool ask; /* polkit may ask the person who sits here */
} ClientTarget;

/* Returns 0, or -1 with the error set. */
int client_open(Client *self, const ClientTarget *target);
void client_done(Client *self);

void client_set_error(Client *self, const char *name, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Sets the error for a negative errno of sd-bus, while DOING something. */
void client_set_errno(Client *self, int r, const char *doing);

/*
 * Calls a method of the daemon and waits. ARGUMENTS has a letter for each argument that follows: s a string, b an int
 * as boolean, h a descriptor (which stays the caller's), l a list of strings (as), m a map (a{sv}), d a map of strings
 * (a{ss}). Returns the reply, or NULL with the error set.
 */
sd_bus_message *client_call(Client *self, const char *path, const char *interface, const char *member,
                            const char *arguments, ...);

/* The next argument of a reply, or NULL with the error set. */
Value *client_read(Client *self, sd_bus_message *reply);

/* All properties of an interface as a map, or NULL with the error set. */
Value *client_get_all(Client *self, const char *path, const char *interface);

static inline void auto_message_release(sd_bus_message **slot) {
        (void) sd_bus_message_unref(*slot);
}

static inline void auto_slot_release(sd_bus_slot **slot) {
        (void) sd_bus_slot_unref(*slot);
}

#define auto_message auto_with(auto_message_release)
#define auto_slot auto_with(auto_slot_release)
