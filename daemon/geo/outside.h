/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The look-up outside: asking a service where addresses are
 *
 * The batch form of ip-api.com: a POST of a JSON list of at most 100 addresses, answered by a list of objects. The
 * service says how many requests are left (X-Rl) and for how long (X-Ttl); at 0, and after 429, it is left alone for as
 * long as it says. 429, 5xx and what does not arrive are tried again after a pause that grows. Blocking; one call at a
 * time is in work, others wait.
 */

#pragma once

#include <gio/gio.h>

#include "geo/cache.h"

#define GEO_OUTSIDE_BATCH 100

typedef struct GeoOutsideOptions {
        guint timeout_ms;  /* for each request, 10000 */
        guint tries;       /* of each request, 4 */
        guint pause_ms;    /* before the second try; doubled before each further one, 1000 */
        guint patience_ms; /* longer pauses are not waited for, 10000 */
} GeoOutsideOptions;

typedef struct GeoOutside GeoOutside;

/* options: NULL = the values above. */
GeoOutside *geo_outside_new(const GeoOutsideOptions *options);
void geo_outside_free(GeoOutside *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GeoOutside, geo_outside_free)

/* Appends to `answers` (GeoKnown; neither country nor network = the service knows nothing of the address) what was
 * answered, also when a later batch fails: what is missing was not answered. BUSY: the service wants to be left alone,
 * the message says for how long. TIMEOUT, TOO_LARGE, OUTSIDE_FAILED, CANCELLED. */
gboolean geo_outside_ask(GeoOutside *self, const char *url, const Address *addresses, guint n, gint64 now,
                         GCancellable *cancellable, GArray *answers, GError **error);

typedef struct GeoOutsideCounts {
        guint64 requests; /* with each try */
        guint64 failures; /* tries that brought nothing */
        guint64 asked, answered;
        gint64 quiet_until; /* seconds since 1970 until which the service is left alone; 0 = it is not */
} GeoOutsideCounts;

void geo_outside_counts(GeoOutside *self, GeoOutsideCounts *ret);
