/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the files of places share. Nobody else includes this. */

#pragma once

#include "geo/cache.h"
#include "services/places/places.h"

struct Places {
        PlacesParts parts;
        GCancellable *stopping;
        GMutex lock; /* one at a time reads files, flushes, loads */
        gboolean loaded;
        GVariant *told; /* the state that was told last; NULL = none */
};

/* Address, country, country_name, network, organisation; the builder is a VARDICT. */
void places_add_place(GVariantBuilder *builder, const Address *address, const GeoPlace *place,
                      const char *organisation);

/* Each text an address; NULL with ADDRESS_INVALID, or INVALID_ARGUMENT when they are too many. Array of Address. */
GArray *places_parse(const char *const *texts, GError **error);

/* To be cleared. */
GeoKnown places_known(const PlaceRow *row);

gint64 places_now(void);
