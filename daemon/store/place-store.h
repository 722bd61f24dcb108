/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Where addresses are, as a service outside said
 *
 * What local files know is never stored, as looking it up there is quicker than reading it here. Blocking, thread-safe.
 */

#pragma once

#include "core/address.h"
#include "store/store.h"

typedef struct PlaceStore PlaceStore;

PlaceStore *place_store_new(Store *store);
void place_store_free(PlaceStore *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PlaceStore, place_store_free)

typedef struct PlaceRow {
        Address address;
        guint16 country;          /* two letters as a number; 0 = not known */
        guint32 network;          /* autonomous system; 0 = not known */
        const char *organisation; /* "" = not known */
        gint64 found_at;
        gint64 seen_at; /* when it was asked for last */
} PlaceRow;

/* New ones, and others in place of what was there; one transaction. */
gboolean place_store_put(PlaceStore *self, const PlaceRow *rows, guint n, GError **error);

/* The row is good for the call; FALSE: enough. */
typedef gboolean (*PlaceFunc)(const PlaceRow *row, gpointer userdata);

/* Those seen last first, at most `limit`. */
gboolean place_store_read(PlaceStore *self, guint limit, PlaceFunc each, gpointer userdata, GError **error);

/* `each` is called at most once. */
gboolean place_store_find(PlaceStore *self, const Address *address, PlaceFunc each, gpointer userdata, GError **error);

gboolean place_store_count(PlaceStore *self, guint64 *ret, GError **error);

/* Those seen last before this time, at most a thousand; *ret_removed less than that: there are no more. */
gboolean place_store_purge(PlaceStore *self, gint64 before_at, guint *ret_removed, GError **error);

#define PLACE_STORE_PURGE_STEP 1000

/* Addresses and networks of archived bans without a country, those banned last first, each once. */
typedef gboolean (*PlaceAddressFunc)(const Address *address, gpointer userdata);
gboolean place_store_unresolved(PlaceStore *self, gint64 since, PlaceAddressFunc each, gpointer userdata,
                                GError **error);

/* What the archive's countries and networks were taken from: geo_generation() of then; 0 = not known. */
gboolean place_store_generation(PlaceStore *self, guint64 *ret, GError **error);
gboolean place_store_set_generation(PlaceStore *self, guint64 generation, gint64 now, GError **error);
