/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "services/bans/ban.h"

#include "geo/geo.h"

void ban_clear(Ban *self) {
        g_clear_pointer(&self->jail, g_free);
        g_clear_pointer(&self->id, g_free);
}

gint64 ban_remaining(const Ban *self, gint64 now) {
        /* fail2ban rounds the time of a ban, which may so lie a second ahead: no ban lasts longer than it is long */
        return self->ends_at < 0 ? -1 : CLAMP(self->ends_at - now, 0, MAX(self->ends_at - self->banned_at, 0));
}

typedef enum Key {
        KEY_JAIL,
        KEY_ADDRESS,
        KEY_BANNED_AT,
        KEY_ENDS_AT,
        KEY_REMAINING,
        KEY_FAILURES,
        KEY_COUNT,
        KEY_COUNTRY,
        KEY_NETWORK,
        KEY_CAUSE,
        N_KEYS
} Key;

static const char *const key_names[N_KEYS] = { "jail",     "address", "banned_at", "ends_at", "remaining",
                                               "failures", "count",   "country",   "network", "cause" };

/* Thousands of rows at a time: put together directly and of keys that are made once, which takes half of what a builder
 * does. */
static GVariant *row_entry(Key key, GVariant *value) {
        static GVariant *keys[N_KEYS];
        static gsize made = 0;

        if (g_once_init_enter(&made)) {
                for (guint i = 0; i < N_KEYS; i++)
                        keys[i] = g_variant_ref_sink(g_variant_new_string(key_names[i]));
                g_once_init_leave(&made, 1);
        }
        return g_variant_new_dict_entry(keys[key], g_variant_new_variant(value));
}

GVariant *ban_to_variant_ended(const Ban *self, gint64 now, const char *cause) {
        char country[3];
        GVariant *entries[N_KEYS] = {
                row_entry(KEY_JAIL, g_variant_new_string(self->jail)),
                row_entry(KEY_ADDRESS, g_variant_new_string(self->id)),
                row_entry(KEY_BANNED_AT, g_variant_new_int64(self->banned_at)),
                row_entry(KEY_ENDS_AT, g_variant_new_int64(self->ends_at)),
                row_entry(KEY_REMAINING, g_variant_new_int64(ban_remaining(self, now))),
                row_entry(KEY_FAILURES, g_variant_new_uint32(self->failures)),
                row_entry(KEY_COUNT, g_variant_new_uint32(self->count)),
                row_entry(KEY_COUNTRY, g_variant_new_string(geo_country_text(self->country, country))),
                row_entry(KEY_NETWORK, g_variant_new_uint32(self->network)),
                cause ? row_entry(KEY_CAUSE, g_variant_new_string(cause)) : NULL,
        };

        return g_variant_new_array(G_VARIANT_TYPE("{sv}"), entries, cause ? N_KEYS : KEY_CAUSE);
}

GVariant *ban_to_variant(const Ban *self, gint64 now) {
        return ban_to_variant_ended(self, now, NULL);
}
