/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Where an address is: country and network
 *
 * From MMDB files first (country or city file, ASN file; both optional), then from what the look-up outside has found.
 * geo_find() and geo_describe() never wait for anybody: no network, no SQL. Thread-safe.
 */

#pragma once

#include "core/address.h"

typedef struct Geo Geo;

typedef struct GeoPlace {
        guint16 country; /* two letters as a number: first << 8 | second; 0 = not known */
        guint32 network; /* autonomous system, 0 = not known */
} GeoPlace;

/* About 0.2 microseconds. A network is found by its first address. FALSE: nothing is known. */
gboolean geo_find(Geo *self, const Address *address, GeoPlace *ret);

typedef struct GeoDetails {
        GeoPlace place;
        char *country_name; /* English; "" */
        char *organisation; /* of the network; "" */
} GeoDetails;

gboolean geo_describe(Geo *self, const Address *address, GeoDetails *ret);
void geo_details_clear(GeoDetails *self);

/* "DE" <-> number. "" for 0; FALSE when the text is no two letters. */
const char *geo_country_text(guint16 country, char buffer[3]);
gboolean geo_country_read(const char *text, guint16 *ret);

/* Another number than before: answers may be others (a file was replaced, something was found outside). */
guint64 geo_generation(Geo *self);
