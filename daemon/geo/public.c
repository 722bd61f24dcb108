/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "geo/public.h"

static const Address special_v4[] = {
        { .bytes = { 0 }, .version = 4, .prefix = 8 },
        { .bytes = { 10 }, .version = 4, .prefix = 8 },
        { .bytes = { 100, 64 }, .version = 4, .prefix = 10 },
        { .bytes = { 127 }, .version = 4, .prefix = 8 },
        { .bytes = { 169, 254 }, .version = 4, .prefix = 16 },
        { .bytes = { 172, 16 }, .version = 4, .prefix = 12 },
        { .bytes = { 192, 0, 0 }, .version = 4, .prefix = 24 },
        { .bytes = { 192, 0, 2 }, .version = 4, .prefix = 24 },
        { .bytes = { 192, 168 }, .version = 4, .prefix = 16 },
        { .bytes = { 198, 18 }, .version = 4, .prefix = 15 },
        { .bytes = { 198, 51, 100 }, .version = 4, .prefix = 24 },
        { .bytes = { 203, 0, 113 }, .version = 4, .prefix = 24 },
        { .bytes = { 224 }, .version = 4, .prefix = 3 }, /* multicast and what is behind it */
};

/* Within 2000::/3; everything outside of it is special. */
static const Address special_v6[] = {
        { .bytes = { 0x20, 0x01 }, .version = 6, .prefix = 23 },
        { .bytes = { 0x20, 0x01, 0x0d, 0xb8 }, .version = 6, .prefix = 32 },
        { .bytes = { 0x3f, 0xff }, .version = 6, .prefix = 20 },
};

static const Address global_v6 = { .bytes = { 0x20 }, .version = 6, .prefix = 3 };

static gboolean is_in(const Address *networks, guint n, const Address *address) {
        for (guint i = 0; i < n; i++)
                if (address_contains(&networks[i], address))
                        return TRUE;
        return FALSE;
}

gboolean geo_is_public(const Address *address) {
        if (address->version == 4)
                return !is_in(special_v4, G_N_ELEMENTS(special_v4), address);
        return address_contains(&global_v6, address) && !is_in(special_v6, G_N_ELEMENTS(special_v6), address);
}
