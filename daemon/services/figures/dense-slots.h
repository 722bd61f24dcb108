/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Where a key's dense number is found: open addressing, linear probing
 *
 * Holds numbers alone. The keys, their hash and whether two are the same are the owner's; a hash must have a secret,
 * since attackers choose what ends in our tables. Nothing is ever taken out.
 */

#pragma once

#include "core/pages.h"

typedef struct DenseSlots {
        Pages slots;  /* guint32: number + 1, 0 = empty */
        guint32 room; /* a power of two, or 0 */
        guint32 used;
} DenseSlots;

typedef guint64 (*DenseHashFunc)(guint32 number, gpointer userdata);

/* An odd secret for hashes. */
guint64 dense_secret(void);

/* `hash_of` gives the hash of a number that is in already. */
void dense_slots_put(DenseSlots *self, guint64 hash, guint32 number, DenseHashFunc hash_of, gpointer userdata);
void dense_slots_clear(DenseSlots *self);

/* Where to look first, and then one after the other; FALSE when the key is in none. */

static inline guint32 dense_slots_start(const DenseSlots *self, guint64 hash) {
        return (guint32) (hash >> 32) & (self->room - 1);
}

static inline void dense_slots_expect(const DenseSlots *self, guint64 hash) {
        if (self->room > 0)
                __builtin_prefetch((const guint32 *) self->slots.data + dense_slots_start(self, hash));
}

static inline gboolean dense_slots_next(const DenseSlots *self, guint32 *at, guint32 *ret_number) {
        guint32 slot;

        if (self->room == 0)
                return FALSE;
        slot = ((const guint32 *) self->slots.data)[*at];
        *at = (*at + 1) & (self->room - 1);
        *ret_number = slot - 1;
        return slot != 0;
}
