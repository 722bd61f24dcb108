/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Where an address is: country and network
 *
 * From MMDB files first (country or city file, ASN file; both optional, and one file may know both), then from what
 * the look-up outside has found (geo/cache.h). geo_find() and geo_describe() ask nobody: no network, no SQL; only the
 * very first of them reads the files, when nobody called geo_refresh() before. Thread-safe.
 */

#pragma once

#include "core/address.h"

typedef struct GeoCache GeoCache;

typedef struct Geo Geo;

typedef enum GeoFile {
        GEO_FILE_COUNTRY,
        GEO_FILE_NETWORK,
        _GEO_FILE_MAX,
} GeoFile;

/* folder: where private copies of the files are kept, without a name; NULL: the place for temporary files.
 * cache: what is known from outside, borrowed; NULL: nothing. */
Geo *geo_new(const char *folder, GeoCache *cache);
void geo_free(Geo *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Geo, geo_free)

/* "" or NULL: none. Takes effect with the next geo_refresh(). */
void geo_set_file(Geo *self, GeoFile which, const char *path);

/* Looks whether the files are others than those in use (replaced, rewritten, named anew) and takes them when they are
 * whole; a broken one is refused and the old one stays. Blocking. TRUE: answers may be others than before. */
gboolean geo_refresh(Geo *self);

/* Gives the memory back that many look-ups have brought in: pages of files, which are read again when needed. */
void geo_relax(Geo *self);

typedef struct GeoFileState {
        char *path;       /* the file that is named; "" = none */
        char *type;       /* what is in use says of itself, e.g. "GeoLite2-Country"; "" = nothing is in use */
        char *problem;    /* why the file that is named is not in use; "" = it is, or none is named */
        gint64 built_at;  /* of what is in use, as it says itself */
        gint64 loaded_at; /* 0 = nothing is in use */
        gint64 bytes;
        guint entries; /* different places in it */
        gboolean countries, networks;
} GeoFileState;

/* Reads no file: before the first refresh nothing is in use. */
void geo_file_state(Geo *self, GeoFile which, GeoFileState *ret);
void geo_file_state_clear(GeoFileState *self);

typedef struct GeoPlace {
        guint16 country; /* two letters as a number: first << 8 | second; 0 = not known */
        guint32 network; /* autonomous system, 0 = not known */
} GeoPlace;

/* About 0.2 microseconds. A network is found by its first address. FALSE: nothing is known. */
gboolean geo_find(Geo *self, const Address *address, GeoPlace *ret);

typedef struct GeoDetails {
        GeoPlace place;
        const char *country_name; /* English; "" ; static */
        char *organisation;       /* of the network; "" */
        gboolean outside;         /* something of it was found outside */
} GeoDetails;

/* `ret` is filled in whatever the answer is. */
gboolean geo_describe(Geo *self, const Address *address, GeoDetails *ret);
void geo_details_clear(GeoDetails *self);

/* "DE" <-> number. "" for 0; FALSE when the text is no two letters. */
const char *geo_country_text(guint16 country, char buffer[3]);
gboolean geo_country_read(const char *text, guint16 *ret);

/* In English; "" when the code is of no country. Static. */
const char *geo_country_name(guint16 country);

/* Stands for the content of the files in use, over restarts too: another number, other answers. What is found outside
 * does not count. Never 0. */
guint64 geo_generation(Geo *self);
