/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Seeing that fail2ban's ignore lists are to be looked at
 *
 * A jail that comes, or whose list changed (it was reloaded, somebody took an entry away), may lack what is allowed.
 * Made before the model, which tells of both.
 */

#pragma once

#include "services/events.h"

typedef struct AllowWatch AllowWatch;

/* poke: something is to be looked at soon; any thread, must not block. */
AllowWatch *allow_watch_new(void (*poke)(gpointer userdata), gpointer userdata);
void allow_watch_free(AllowWatch *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AllowWatch, allow_watch_free)

EventSink allow_watch_sink(AllowWatch *self);
