/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * An array of pointers for the reader: its stack, its marks, its memo
 *
 * Starts in room of the caller's, so that a short reply costs no allocation, and goes on in reserved pages which
 * have room for `limit` entries: it never moves a second time, and is given back at once.
 */

#pragma once

#include <glib.h>

#include "fail2ban/value-private.h"

typedef struct PickleStack {
        gpointer *items;
        gsize length;
        gsize capacity;
        gsize limit; /* entries */
        ValuePages kind;
        gboolean reserved;
} PickleStack;

void pickle_stack_init(PickleStack *self, gpointer *room, gsize capacity, gsize limit, ValuePages kind);
void pickle_stack_clear(PickleStack *self);

/* Room for `length` entries in all; FALSE when that is beyond the limit. */
gboolean pickle_stack_grow(PickleStack *self, gsize length);

static inline gboolean pickle_stack_push(PickleStack *self, gconstpointer item) {
        if (G_UNLIKELY(self->length == self->capacity) && !pickle_stack_grow(self, self->length + 1))
                return FALSE;
        self->items[self->length++] = (gpointer) item;
        return TRUE;
}
