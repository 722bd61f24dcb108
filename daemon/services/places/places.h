/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Where addresses are: the rules of it
 *
 * Files are read anew when they are others, which the part "geo" and its findings tell of; a change of them resolves
 * the archive anew. A service outside is asked by a job about archived addresses of no country, and by LookupOutside:
 * never by anything that only reads, and not at all unless the setting geo-outside says so, which a finding warns of.
 * Blocking, thread-safe.
 */

#pragma once

#include "core/settings.h"
#include "geo/geo.h"
#include "geo/outside.h"
#include "services/archive/archive.h"
#include "services/bans/ban-table.h"
#include "services/events.h"
#include "services/findings.h"
#include "services/job-table.h"
#include "services/operation.h"
#include "store/place-store.h"

#define PLACES_MANY_MAX 1000 /* addresses of one call */
#define PLACES_UNSEEN_DAYS 90

/* The jobs, by the names that they are to have: places_files() asks for a run of JOB_RESOLVE. */
#define PLACES_JOB_FILES "geo-files"
#define PLACES_JOB_RESOLVE "geo-resolve"
#define PLACES_JOB_FLUSH "geo-flush"
#define PLACES_JOB_RETRY "geo-retry"
#define PLACES_JOB_CLEAN "geo-clean"

typedef struct Places Places;

/* All borrowed; archive, table, sink and jobs may be NULL. */
typedef struct PlacesParts {
        Geo *geo;
        GeoCache *cache; /* of geo */
        GeoOutside *outside;
        PlaceStore *store;
        Archive *archive;
        BanTable *table;
        const Settings *settings;
        Findings *findings;
        const EventSink *sink; /* EVENT_GEO */
        JobTable *jobs;
} PlacesParts;

/* Says to geo which files the settings name; reads none. */
Places *places_new(const PlacesParts *parts);
void places_free(Places *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Places, places_free)

/* What waits for a service outside ends, and nobody is asked any more. */
void places_stop(Places *self);

/* a{sv}: address, country, country_name, network u, organisation, source ("file", "outside", "" = nothing is known),
 * public b. ADDRESS_INVALID. Of several: aa{sv}, in the order of the question; at most PLACES_MANY_MAX. */
GVariant *places_lookup(Places *self, const char *address, GError **error);
GVariant *places_lookup_many(Places *self, const char *const *addresses, GError **error);

/* Asks the service about those that were not asked about before. a{sv}: rows aa{sv} (address, country, country_name,
 * network u, organisation, state: "found", "unknown", "private" = not asked because it is not public, "open" = no
 * answer), asked u, answered u, and problem s when the service failed half-way. OUTSIDE_OFF, ADDRESS_INVALID, BUSY,
 * TIMEOUT, OUTSIDE_FAILED when nothing came back at all. */
GVariant *places_lookup_outside(Places *self, const char *const *addresses, Operation *operation, gint64 now,
                                GError **error);

GVariant *places_state(Places *self); /* a{sv}: the properties of org.bangui.BanGUI1.Geo. Not floating */
GVariant *places_statistics(Places *self, GError **error); /* a{sv}: as the method Statistics has it */

/* The work of the jobs. */
gboolean places_files(Places *self, Operation *operation, GError **error);   /* files: read anew what is another */
gboolean places_resolve(Places *self, Operation *operation, GError **error); /* archive: country and network anew */
gboolean places_flush(Places *self, Operation *operation, GError **error);   /* cache: store what is new, if any */
gboolean places_retry(Places *self, Operation *operation, GError **error);   /* archive: ask about the unresolved */
gboolean places_clean(Places *self, Operation *operation, GError **error);   /* store: remove the unseen */

/* At the end, when no job runs any more: stores what the last minute found. */
void places_end(Places *self);

/* Fills the cache from the store, once; places_flush() and the others do it when nobody did. */
gboolean places_load(Places *self, GError **error);
