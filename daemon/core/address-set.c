/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A set of addresses and networks, sorted
 *
 * Two networks overlap only when one holds the other. Those that hold an address are found by cutting it to each prefix
 * length that occurs in the set; those inside it stand together, right behind the place where it would stand itself.
 */

#include "core/address-set.h"

#include <string.h>

#define PREFIX_MAX 128

typedef struct Entry {
        Address address;
        guint tag;
        guint order; /* as it was added */
} Entry;

struct AddressSet {
        GArray *entries; /* of Entry */
        gboolean sorted;
        gboolean used[2][PREFIX_MAX + 1]; /* prefix lengths of IPv4 and IPv6 */
};

AddressSet *address_set_new(void) {
        AddressSet *self = g_new0(AddressSet, 1);

        self->entries = g_array_new(FALSE, FALSE, sizeof(Entry));
        return self;
}

void address_set_free(AddressSet *self) {
        if (!self)
                return;
        g_array_unref(self->entries);
        g_free(self);
}

void address_set_add(AddressSet *self, const Address *address, guint tag) {
        const Entry entry = { .address = *address, .tag = tag, .order = self->entries->len };

        g_array_append_val(self->entries, entry);
        self->used[address->version == 6][address->prefix] = TRUE;
        self->sorted = FALSE;
}

static int compare_entries(gconstpointer a, gconstpointer b) {
        const Entry *first = a, *second = b;
        int order = address_compare(&first->address, &second->address);

        if (order != 0)
                return order;
        return first->order < second->order ? -1 : 1;
}

/* The index of the first entry that does not stand before `address`. */
static guint find_place(AddressSet *self, const Address *address) {
        guint low = 0, high = self->entries->len;

        if (!self->sorted)
                g_array_sort(self->entries, compare_entries);
        self->sorted = TRUE;
        while (low < high) {
                guint middle = low + (high - low) / 2;

                if (address_compare(&g_array_index(self->entries, Entry, middle).address, address) < 0)
                        low = middle + 1;
                else
                        high = middle;
        }
        return low;
}

static Address cut(const Address *address, guint prefix) {
        Address network = *address;
        guint whole = prefix / 8;

        if (whole < sizeof(network.bytes)) {
                network.bytes[whole] &= (guint8) (0xff00 >> prefix % 8);
                memset(network.bytes + whole + 1, 0, sizeof(network.bytes) - whole - 1);
        }
        network.prefix = (guint8) prefix;
        return network;
}

static gboolean take(AddressSet *self, guint index, Address *ret, guint *ret_tag) {
        const Entry *entry = &g_array_index(self->entries, Entry, index);

        *ret = entry->address;
        *ret_tag = entry->tag;
        return TRUE;
}

gboolean address_set_overlap(AddressSet *self, const Address *address, Address *ret, guint *ret_tag) {
        const gboolean *used = self->used[address->version == 6];
        guint place;

        for (guint prefix = 0; prefix <= address->prefix; prefix++) {
                Address network;

                if (!used[prefix])
                        continue;
                network = cut(address, prefix);
                place = find_place(self, &network);
                if (place < self->entries->len &&
                    address_equal(&g_array_index(self->entries, Entry, place).address, &network))
                        return take(self, place, ret, ret_tag);
        }

        place = find_place(self, address);
        if (place < self->entries->len &&
            address_contains(address, &g_array_index(self->entries, Entry, place).address))
                return take(self, place, ret, ret_tag);
        return FALSE;
}
