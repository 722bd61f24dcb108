/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Who was banned, as dense numbers
 *
 * `keys` has one word for each number: the IPv4 address, or, when the number's bit in `wide_bits` is set, the index of
 * its entry in `wides`.
 */

#include "services/figures/who-table.h"

#include <string.h>

#include "core/pages.h"
#include "services/figures/dense-slots.h"

typedef struct Wide {
        Address address; /* version 0: a text, whose pointer stands in bytes */
        guint32 number;
} Wide;

struct WhoTable {
        Pages keys;      /* guint32 */
        Pages wide_bits; /* guint8, 8 numbers in each */
        Pages wides;     /* Wide */
        GStringChunk *texts;
        DenseSlots slots;
        guint32 n;
        guint32 n_wides;
        guint64 secret;
};

WhoTable *who_table_new(void) {
        WhoTable *self = g_new0(WhoTable, 1);

        self->texts = g_string_chunk_new(256);
        self->secret = dense_secret();
        return self;
}

void who_table_free(WhoTable *self) {
        if (!self)
                return;
        dense_slots_clear(&self->slots);
        pages_clear(&self->wides);
        pages_clear(&self->wide_bits);
        pages_clear(&self->keys);
        g_string_chunk_free(self->texts);
        g_free(self);
}

guint32 who_table_size(const WhoTable *self) {
        return self->n;
}

static guint32 key_at(const WhoTable *self, guint32 number) {
        return ((const guint32 *) self->keys.data)[number];
}

static const Wide *wide_at(const WhoTable *self, guint32 number) {
        const guint8 *bits = self->wide_bits.data;

        if (!(bits[number / 8] & 1 << number % 8))
                return NULL;
        return (const Wide *) self->wides.data + key_at(self, number);
}

static const char *wide_text(const Wide *wide) {
        const char *text;

        if (wide->address.version != 0)
                return NULL;
        memcpy(&text, wide->address.bytes, sizeof(text));
        return text;
}

static gboolean is_narrow(const Address *address, const char *text) {
        return !text && address->version == 4 && address->prefix == 32;
}

/* The numeric value, so that a network is a range. */
static guint32 narrow_key(const Address *address) {
        guint32 word;

        memcpy(&word, address->bytes, sizeof(word));
        return GUINT32_FROM_BE(word);
}

static guint64 hash_narrow(const WhoTable *self, guint32 key) {
        return (key + (self->secret >> 7)) * self->secret;
}

static guint64 hash_wide(const WhoTable *self, const Address *address, const char *text) {
        guint64 hash = self->secret;

        if (!text)
                return address_hash(address) * self->secret;
        for (; *text; text++)
                hash = (hash ^ (guint8) *text) * self->secret;
        return hash ^ hash << 32;
}

static guint64 hash_number(guint32 number, gpointer userdata) {
        const WhoTable *self = userdata;
        const Wide *wide = wide_at(self, number);

        return wide ? hash_wide(self, &wide->address, wide_text(wide)) : hash_narrow(self, key_at(self, number));
}

static gboolean find_narrow(const WhoTable *self, guint32 key, guint64 hash, guint32 *ret) {
        guint32 at = dense_slots_start(&self->slots, hash);

        while (dense_slots_next(&self->slots, &at, ret))
                if (key_at(self, *ret) == key && !wide_at(self, *ret))
                        return TRUE;
        return FALSE;
}

static gboolean find_wide(const WhoTable *self, const Address *address, const char *text, guint64 hash, guint32 *ret) {
        guint32 at = dense_slots_start(&self->slots, hash);

        while (dense_slots_next(&self->slots, &at, ret)) {
                const Wide *wide = wide_at(self, *ret);
                const char *other = wide ? wide_text(wide) : NULL;

                if (wide && (text ? g_strcmp0(text, other) == 0 : !other && address_equal(address, &wide->address)))
                        return TRUE;
        }
        return FALSE;
}

static guint32 append(WhoTable *self, guint32 key) {
        pages_reserve(&self->keys, (self->n + 1) * sizeof(guint32));
        pages_reserve(&self->wide_bits, self->n / 8 + 1);
        ((guint32 *) self->keys.data)[self->n] = key;
        return self->n++;
}

static guint32 append_wide(WhoTable *self, const Address *address, const char *text) {
        guint32 number = append(self, self->n_wides);
        Wide *wide;

        pages_reserve(&self->wides, (self->n_wides + 1) * sizeof(Wide));
        wide = (Wide *) self->wides.data + self->n_wides++;
        wide->number = number;
        if (text) {
                const char *own = g_string_chunk_insert(self->texts, text);

                memcpy(wide->address.bytes, &own, sizeof(own));
        } else {
                wide->address = *address;
        }
        ((guint8 *) self->wide_bits.data)[number / 8] |= (guint8) (1 << number % 8);
        return number;
}

guint32 who_table_add(WhoTable *self, const Address *address, const char *text) {
        gboolean narrow = is_narrow(address, text);
        guint32 key = narrow ? narrow_key(address) : 0, number;
        guint64 hash = narrow ? hash_narrow(self, key) : hash_wide(self, address, text);

        if (narrow ? find_narrow(self, key, hash, &number) : find_wide(self, address, text, hash, &number))
                return number;

        number = narrow ? append(self, key) : append_wide(self, address, text);
        dense_slots_put(&self->slots, hash, number, hash_number, self);
        return number;
}

void who_table_expect(const WhoTable *self, const Address *address, const char *text) {
        if (is_narrow(address, text))
                dense_slots_expect(&self->slots, hash_narrow(self, narrow_key(address)));
}

gboolean who_table_find(const WhoTable *self, const Address *address, const char *text, guint32 *ret) {
        if (is_narrow(address, text)) {
                guint32 key = narrow_key(address);

                return find_narrow(self, key, hash_narrow(self, key), ret);
        }
        return find_wide(self, address, text, hash_wide(self, address, text), ret);
}

const char *who_table_get(const WhoTable *self, guint32 number, Address *ret) {
        const Wide *wide = wide_at(self, number);
        guint32 word = GUINT32_TO_BE(key_at(self, number));

        if (wide && wide_text(wide))
                return wide_text(wide);

        if (wide) {
                *ret = wide->address;
        } else {
                *ret = (Address) { .version = 4, .prefix = 32 };
                memcpy(ret->bytes, &word, sizeof(word));
        }
        return NULL;
}

/* The indices of wide entries among the keys are unmarked by the second round, unless they belong. */
void who_table_mark(const WhoTable *self, const Address *within, guint8 *flags) {
        const guint32 *keys = self->keys.data;
        const Wide *wides = self->wides.data;

        if (within->version == 4) {
                guint32 mask = within->prefix == 0 ? 0 : G_MAXUINT32 << (32 - within->prefix);
                guint32 network = narrow_key(within);

                for (guint32 i = 0; i < self->n; i++)
                        flags[i] = (keys[i] & mask) == network;
        }
        for (guint32 i = 0; i < self->n_wides; i++)
                flags[wides[i].number] = wides[i].address.version != 0 && address_contains(within, &wides[i].address);
}
