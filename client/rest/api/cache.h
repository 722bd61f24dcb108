/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Answers that need not be asked for again
 *
 * A GET answer of the daemon stays good while the bus's generation is the same and it is younger than
 * REST_CACHE_AGE_USEC (figures have a window that moves with the clock). Who asks the same while a call of the present
 * generation is on its way waits for that call. An answer keeps its ETag and, once somebody wanted it, its compressed
 * form. Bounded: REST_CACHE_BYTES_MAX, the oldest go first.
 */

#pragma once

#include "client/rest/http/request.h"

#define REST_CACHE_AGE_USEC (1 * G_USEC_PER_SEC)
#define REST_CACHE_BYTES_MAX (2 * 1024 * 1024)

typedef struct RestCache RestCache;

RestCache *rest_cache_new(void);
void rest_cache_free(RestCache *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RestCache, rest_cache_free)

/* TRUE: the request is or will be answered from the cache. FALSE: the caller has to get the answer and to call
 * rest_cache_answer() or rest_cache_fail() with the same key and generation; others may wait for it. */
gboolean rest_cache_serve(RestCache *self, const char *key, guint64 generation, RestRequest *request);

/* The answer, a JSON text that is taken over; the request and all that wait are answered. */
void rest_cache_answer(RestCache *self, const char *key, guint64 generation, char *json);
void rest_cache_fail(RestCache *self, const char *key, guint64 generation, const GError *error);

/* How often rest_cache_serve() said TRUE and FALSE. */
void rest_cache_count(const RestCache *self, guint64 *ret_hits, guint64 *ret_misses);
