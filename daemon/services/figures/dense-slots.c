/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "services/figures/dense-slots.h"

#define ROOM_MIN 1024

guint64 dense_secret(void) {
        return (guint64) g_random_int() << 32 | g_random_int() | 1;
}

static void put(DenseSlots *self, guint64 hash, guint32 number) {
        guint32 *slots = self->slots.data;
        guint32 at = dense_slots_start(self, hash);

        while (slots[at] != 0)
                at = (at + 1) & (self->room - 1);
        slots[at] = number + 1;
        self->used++;
}

static void grow(DenseSlots *self, DenseHashFunc hash_of, gpointer userdata) {
        DenseSlots next = { .room = MAX(self->room * 2, ROOM_MIN) };
        const guint32 *slots = self->slots.data;

        pages_reserve(&next.slots, next.room * sizeof(guint32));
        for (guint32 i = 0; i < self->room; i++)
                if (slots[i] != 0)
                        put(&next, hash_of(slots[i] - 1, userdata), slots[i] - 1);
        dense_slots_clear(self);
        *self = next;
}

void dense_slots_put(DenseSlots *self, guint64 hash, guint32 number, DenseHashFunc hash_of, gpointer userdata) {
        if (self->used >= self->room / 4 * 3)
                grow(self, hash_of, userdata);
        put(self, hash, number);
}

void dense_slots_clear(DenseSlots *self) {
        pages_clear(&self->slots);
        *self = (DenseSlots) { 0 };
}
