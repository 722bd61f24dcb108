/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What the look-up outside has found
 *
 * A bounded number of addresses in memory; the one that was asked for longest ago makes room for a new one. What is new
 * since the last flush is handed out for the stored table behind it. That nothing is known of an address is
 * remembered for a short while, and never handed out. Thread-safe; never waits for anybody.
 */

#pragma once

#include "core/address.h"

#define GEO_CACHE_NEGATIVE_S 300
#define GEO_CACHE_SEEN_S 86400 /* that somebody asked is worth a write only after that long */

typedef struct GeoCache GeoCache;

/* max: addresses in memory, negative answers included. */
GeoCache *geo_cache_new(guint max);
void geo_cache_free(GeoCache *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GeoCache, geo_cache_free)

typedef struct GeoKnown {
        Address address;
        guint16 country;    /* two letters as a number; 0 = not known */
        guint32 network;    /* autonomous system; 0 = not known */
        char *organisation; /* GRefString; NULL = not known */
        gint64 found_at;    /* seconds since 1970 */
        gint64 seen_at;     /* when somebody asked for it, not newer than GEO_CACHE_SEEN_S */
} GeoKnown;

void geo_known_clear(GeoKnown *self);

/* What was found just now: goes out with the next flush. Neither country nor network: a negative answer. */
void geo_cache_put(GeoCache *self, const GeoKnown *known);

/* What the stored table says: does not go out again and takes nobody's room. FALSE: there is none. */
gboolean geo_cache_load(GeoCache *self, const GeoKnown *known);

/* FALSE: nothing is known. `ret` is to be cleared; NULL = not wanted. */
gboolean geo_cache_find(GeoCache *self, const Address *address, gint64 now, GeoKnown *ret);

/* It was asked for outside within the last GEO_CACHE_NEGATIVE_S, and nobody knows. */
gboolean geo_cache_is_negative(GeoCache *self, const Address *address, gint64 now);

/* What has to be stored, new and seen again: an array of GeoKnown, NULL = nothing. geo_cache_flushed() takes it back
 * and says how it ended: what could not be stored goes out again. One flush at a time. */
GArray *geo_cache_take(GeoCache *self);
void geo_cache_flushed(GeoCache *self, GArray *taken, gboolean stored);

typedef struct GeoCacheCounts {
        guint addresses, addresses_max;
        guint negative; /* of them */
        guint unsaved;  /* of them */
        guint64 hits, misses, evicted;
} GeoCacheCounts;

void geo_cache_counts(GeoCache *self, GeoCacheCounts *ret);
