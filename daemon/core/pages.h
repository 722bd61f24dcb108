/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Large arrays outside the heap
 *
 * Whole pages of the kernel: they grow in place or by moving the mapping, never by a second copy, and what is given
 * back leaves the process at once, where a heap would keep it. New bytes are zero and cost nothing until they are
 * touched. A failed allocation aborts, as in GLib.
 */

#pragma once

#include <glib.h>

typedef struct Pages {
        gpointer data; /* NULL = none */
        gsize bytes;   /* room */
} Pages;

/* At least `bytes`; moves data. Grows by an eighth more than asked, so that appending is cheap. */
void pages_reserve(Pages *self, gsize bytes);

/* Down to what holds `bytes`. */
void pages_trim(Pages *self, gsize bytes);

void pages_clear(Pages *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Pages, pages_clear)
