/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Numbers for people who want to know how it works. */

#include "services/places/places-private.h"

static void add_u(GVariantBuilder *builder, const char *name, guint value) {
        g_variant_builder_add(builder, "{sv}", name, g_variant_new_uint32(value));
}

static void add_t(GVariantBuilder *builder, const char *name, guint64 value) {
        g_variant_builder_add(builder, "{sv}", name, g_variant_new_uint64(value));
}

static void add_x(GVariantBuilder *builder, const char *name, gint64 value) {
        g_variant_builder_add(builder, "{sv}", name, g_variant_new_int64(value));
}

static void add_file(Places *self, GVariantBuilder *builder, GeoFile which, const char *entries, const char *bytes) {
        GeoFileState file;

        geo_file_state(self->parts.geo, which, &file);
        add_u(builder, entries, file.entries);
        add_x(builder, bytes, file.bytes);
        geo_file_state_clear(&file);
}

static void add_cache(Places *self, GVariantBuilder *builder) {
        GeoCacheCounts counts;

        geo_cache_counts(self->parts.cache, &counts);
        add_u(builder, "cached", counts.addresses - counts.negative);
        add_u(builder, "cached_max", counts.addresses_max);
        add_u(builder, "negative", counts.negative);
        add_u(builder, "unsaved", counts.unsaved);
        add_t(builder, "hits", counts.hits);
        add_t(builder, "misses", counts.misses);
        add_t(builder, "evicted", counts.evicted);
}

static void add_outside(Places *self, GVariantBuilder *builder) {
        GeoOutsideCounts counts;

        geo_outside_counts(self->parts.outside, &counts);
        add_t(builder, "requests", counts.requests);
        add_t(builder, "failures", counts.failures);
        add_t(builder, "asked", counts.asked);
        add_t(builder, "answered", counts.answered);
        add_x(builder, "quiet_until_at", counts.quiet_until);
}

GVariant *places_statistics(Places *self, GError **error) {
        GVariantBuilder builder;
        guint64 stored = 0;

        if (!place_store_count(self->parts.store, &stored, error))
                return NULL;
        g_variant_builder_init(&builder, G_VARIANT_TYPE_VARDICT);
        add_file(self, &builder, GEO_FILE_COUNTRY, "country_entries", "country_bytes");
        add_file(self, &builder, GEO_FILE_NETWORK, "network_entries", "network_bytes");
        add_cache(self, &builder);
        add_t(&builder, "stored", stored);
        add_outside(self, &builder);
        return g_variant_builder_end(&builder);
}
