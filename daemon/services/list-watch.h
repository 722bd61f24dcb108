/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Seeing that a list of the jails is to be looked at
 *
 * A jail that comes, or whose list changed (it was reloaded, somebody took an entry away), may lack what is allowed, or
 * have lost a log. Made before the model, which tells of both.
 */

#pragma once

#include "services/events.h"

typedef struct ListWatch ListWatch;

/* property: a list of texts of Jail ("LogPaths"), static. poke: something is to be looked at soon; any thread, must not
 * block. */
ListWatch *list_watch_new(const char *property, void (*poke)(gpointer userdata), gpointer userdata);
void list_watch_free(ListWatch *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ListWatch, list_watch_free)

EventSink list_watch_sink(ListWatch *self);
