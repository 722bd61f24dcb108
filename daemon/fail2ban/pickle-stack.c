/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fail2ban/pickle-stack.h"

#include <string.h>

void pickle_stack_init(PickleStack *self, gpointer *room, gsize capacity, gsize limit, ValuePages kind) {
        *self = (PickleStack) { .items = room, .capacity = capacity, .limit = limit, .kind = kind };
}

void pickle_stack_clear(PickleStack *self) {
        if (self->reserved)
                value_pages_free(self->items, self->capacity * sizeof(gpointer));
        *self = (PickleStack) { 0 };
}

gboolean pickle_stack_grow(PickleStack *self, gsize length) {
        gpointer *pages;

        if (length <= self->capacity)
                return TRUE;
        if (self->reserved || length > self->limit)
                return FALSE;

        pages = value_pages_reserve(self->limit * sizeof(gpointer), self->kind);
        memcpy(pages, self->items, self->length * sizeof(gpointer));
        self->items = pages;
        self->capacity = self->limit;
        self->reserved = TRUE;
        return TRUE;
}
