/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * From any thread to the main loop
 *
 * Items are handed to `func` on the main loop in the order in which they were pushed. One wake-up of the loop serves
 * all that wait (an eventfd of its own: GLib's own wake-up would cost several system calls an item).
 */

#pragma once

#include <glib.h>

typedef struct Inbox Inbox;

typedef void (*InboxFunc)(gpointer item, gpointer userdata);

Inbox *inbox_new(InboxFunc func, gpointer userdata);

/* Nobody may push any more. What still waits is handed to `func`. */
void inbox_free(Inbox *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Inbox, inbox_free)

void inbox_push(Inbox *self, gpointer item);
