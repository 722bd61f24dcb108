/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The daemon on the bus: connection, objects, authorisation and dispatcher joined
 *
 * Made by startup.c in steps, because the name is asked for only when everything behind it works. Main thread.
 */

#pragma once

#include "bus/method.h"
#include "bus/publisher.h"

typedef struct Bus Bus;

typedef struct BusConfig {
        const char *address; /* "" = the system bus */
        guint calls_max;
        guint calls_per_caller;
        Publisher *publisher;                              /* borrowed */
        const Services *services;                          /* borrowed */
        void (*owned)(gpointer userdata);                  /* the name is ours */
        void (*ended)(const char *why, gpointer userdata); /* the name was refused or lost, or the connection ended */
        gpointer userdata;
} BusConfig;

/* Connects and puts the objects on the bus. */
Bus *bus_new(const BusConfig *config, GError **error);

/* Asks for the name; owned() or ended() is told. */
gboolean bus_request_name(Bus *self, GError **error);

/* Properties of Manager that are not the services': Stages. */
void bus_set_stages(Bus *self, GVariant *stages);

/* No new calls; drained() when the last one ended. */
void bus_drain(Bus *self, void (*drained)(gpointer userdata), gpointer userdata);
void bus_cancel_all(Bus *self);

/* Flushes what is to be sent, gives the name back and closes. Nothing may be in work. */
void bus_free(Bus *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Bus, bus_free)
