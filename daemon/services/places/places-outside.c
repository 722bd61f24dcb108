/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Asking a service outside. */

#include "core/error.h"
#include "core/log.h"
#include "geo/public.h"
#include "services/places/places-private.h"

#define RETRY_MAX 1000 /* addresses of one run of the job */

static GArray *new_answers(void) {
        GArray *answers = g_array_new(FALSE, FALSE, sizeof(GeoKnown));

        g_array_set_clear_func(answers, (GDestroyNotify) geo_known_clear);
        return answers;
}

static Address single(const Address *address) {
        Address first = *address;

        first.prefix = first.version == 4 ? 32 : 128;
        return first;
}

/* In pieces, so that an operation can be cancelled between two. What was answered is in the cache, whatever the end. */
static gboolean ask(Places *self, const Address *addresses, guint n, Operation *operation, gint64 now, guint *answered,
                    guint *found, GError **error) {
        g_autofree char *url = settings_dup_text(self->parts.settings, SETTING_GEO_OUTSIDE_URL);
        gboolean ok = TRUE;

        for (guint i = 0; i < n && ok; i += GEO_OUTSIDE_BATCH) {
                g_autoptr(GArray) answers = new_answers();

                operation_report(operation, (double) i / n, "asking the service outside");
                ok = operation_check(operation, error) &&
                     geo_outside_ask(self->parts.outside, url, addresses + i, MIN(n - i, GEO_OUTSIDE_BATCH), now,
                                     self->stopping, answers, error);
                for (guint j = 0; j < answers->len; j++) {
                        const GeoKnown *known = &g_array_index(answers, GeoKnown, j);

                        geo_cache_put(self->parts.cache, known);
                        *found += known->country != 0 || known->network != 0;
                }
                *answered += answers->len;
        }
        return ok;
}

static gboolean check_on(Places *self, GError **error) {
        if (settings_bool(self->parts.settings, SETTING_GEO_OUTSIDE))
                return TRUE;
        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_OUTSIDE_OFF,
                    "no address leaves this machine: the setting geo-outside is false");
        return FALSE;
}

/* LookupOutside */

typedef struct Stored {
        GeoCache *cache;
        gint64 now;
        gboolean found;
} Stored;

static gboolean take_stored(const PlaceRow *row, gpointer userdata) {
        Stored *stored = userdata;
        GeoKnown known = places_known(row);

        known.seen_at = stored->now;
        geo_cache_put(stored->cache, &known);
        geo_known_clear(&known);
        stored->found = TRUE;
        return FALSE;
}

/* From memory, else from the store. */
static gboolean is_known(Places *self, const Address *address, gint64 now, gboolean *ret, GError **error) {
        Stored stored = { .cache = self->parts.cache, .now = now };

        *ret = TRUE;
        if (geo_cache_find(self->parts.cache, address, now, NULL) ||
            geo_cache_is_negative(self->parts.cache, address, now))
                return TRUE;
        if (!place_store_find(self->parts.store, address, take_stored, &stored, error))
                return FALSE;
        *ret = stored.found;
        return TRUE;
}

/* Those that have to be asked about, each once; NULL on error. */
static GArray *pick_open(Places *self, GArray *addresses, gint64 now, GError **error) {
        g_autoptr(GArray) open = g_array_new(FALSE, FALSE, sizeof(Address));
        g_autoptr(GHashTable) seen = g_hash_table_new_full(address_hash, address_equal, g_free, NULL);

        for (guint i = 0; i < addresses->len; i++) {
                Address address = single(&g_array_index(addresses, Address, i));
                gboolean known;

                if (!geo_is_public(&address) || !g_hash_table_add(seen, g_memdup2(&address, sizeof(address))))
                        continue;
                if (!is_known(self, &address, now, &known, error))
                        return NULL;
                if (!known)
                        g_array_append_val(open, address);
        }
        return g_steal_pointer(&open);
}

static GVariant *outside_row(Places *self, const Address *address, gint64 now) {
        Address first = single(address);
        GeoKnown known = { 0 };
        gboolean found = geo_cache_find(self->parts.cache, &first, now, &known);
        const GeoPlace place = { known.country, known.network };
        const char *state = found                                                   ? "found"
                            : !geo_is_public(&first)                                ? "private"
                            : geo_cache_is_negative(self->parts.cache, &first, now) ? "unknown"
                                                                                    : "open";
        GVariantBuilder builder;

        g_variant_builder_init(&builder, G_VARIANT_TYPE_VARDICT);
        places_add_place(&builder, address, &place, known.organisation ? known.organisation : "");
        g_variant_builder_add(&builder, "{sv}", "state", g_variant_new_string(state));
        geo_known_clear(&known);
        return g_variant_builder_end(&builder);
}

static GVariant *outside_result(Places *self, GArray *addresses, guint asked, guint answered, const GError *problem,
                                gint64 now) {
        GVariantBuilder builder, rows;

        g_variant_builder_init(&rows, G_VARIANT_TYPE("aa{sv}"));
        for (guint i = 0; i < addresses->len; i++)
                g_variant_builder_add_value(&rows, outside_row(self, &g_array_index(addresses, Address, i), now));
        g_variant_builder_init(&builder, G_VARIANT_TYPE_VARDICT);
        g_variant_builder_add(&builder, "{sv}", "rows", g_variant_builder_end(&rows));
        g_variant_builder_add(&builder, "{sv}", "asked", g_variant_new_uint32(asked));
        g_variant_builder_add(&builder, "{sv}", "answered", g_variant_new_uint32(answered));
        if (problem)
                g_variant_builder_add(&builder, "{sv}", "problem", g_variant_new_string(problem->message));
        return g_variant_builder_end(&builder);
}

GVariant *places_lookup_outside(Places *self, const char *const *addresses, Operation *operation, gint64 now,
                                GError **error) {
        g_autoptr(GArray) parsed = NULL, open = NULL;
        g_autoptr(GError) problem = NULL;
        guint answered = 0, found = 0;

        if (!check_on(self, error) || !places_load(self, error))
                return NULL;
        parsed = places_parse(addresses, error);
        open = parsed ? pick_open(self, parsed, now, error) : NULL;
        if (!open)
                return NULL;
        if (!ask(self, (const Address *) (gpointer) open->data, open->len, operation, now, &answered, &found,
                 &problem) &&
            (answered == 0 || g_error_matches(problem, BANGUI_ERROR, BANGUI_ERROR_CANCELLED))) {
                g_propagate_error(error, g_steal_pointer(&problem));
                return NULL;
        }
        return outside_result(self, parsed, open->len, answered, problem, now);
}

/* The job */

typedef struct Unresolved {
        Places *self;
        GArray *addresses;
        guint known; /* rows of the archive whose country was found meanwhile, by a look-up by hand */
        gint64 now;
} Unresolved;

static gboolean collect(const Address *address, gpointer userdata) {
        Unresolved *unresolved = userdata;
        const PlacesParts *parts = &unresolved->self->parts;
        Address first = single(address);
        GeoPlace place;

        if (geo_find(parts->geo, &first, &place) && place.country != 0)
                unresolved->known++;
        else if (geo_is_public(&first) && !geo_cache_is_negative(parts->cache, &first, unresolved->now))
                g_array_append_val(unresolved->addresses, first);
        return unresolved->addresses->len < RETRY_MAX;
}

static gboolean use_found(Places *self, guint found, Operation *operation, GError **error) {
        guint64 changed = 0;

        if (found == 0)
                return TRUE;
        if (self->parts.table)
                ban_table_place(self->parts.table);
        return places_flush(self, NULL, error) &&
               (!self->parts.archive || archive_place(self->parts.archive, operation, &changed, error));
}

gboolean places_retry(Places *self, Operation *operation, GError **error) {
        gint64 now = places_now();
        g_autoptr(GArray) addresses = g_array_new(FALSE, FALSE, sizeof(Address));
        Unresolved unresolved = { .self = self, .addresses = addresses, .now = now };
        g_autoptr(GError) problem = NULL;
        g_autofree char *message = NULL;
        guint answered = 0, found = 0;
        gboolean ok;

        if (!settings_bool(self->parts.settings, SETTING_GEO_OUTSIDE)) {
                operation_report(operation, 1, "the look-up outside is switched off");
                return TRUE;
        }
        if (!places_load(self, error) ||
            !place_store_unresolved(self->parts.store, now - (gint64) PLACES_UNSEEN_DAYS * 86400, collect, &unresolved,
                                    error))
                return FALSE;
        ok = ask(self, (const Address *) (gpointer) addresses->data, addresses->len, operation, now, &answered, &found,
                 &problem);
        if (!use_found(self, found + unresolved.known, operation, error))
                return FALSE;
        message = g_strdup_printf("%u addresses without a country, %u found", addresses->len, found);
        operation_report(operation, 1, message);
        if (!ok)
                g_propagate_error(error, g_steal_pointer(&problem));
        return ok;
}
