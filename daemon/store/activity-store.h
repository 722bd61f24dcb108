/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * How much there was to do, sampled every few minutes: what the archive of bans does not tell
 *
 * Blocking, thread-safe.
 */

#pragma once

#include "store/store.h"

typedef struct ActivityStore ActivityStore;

ActivityStore *activity_store_new(Store *store);
void activity_store_free(ActivityStore *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ActivityStore, activity_store_free)

typedef struct ActivitySample {
        gint64 at;
        guint32 active;   /* bans in force */
        guint64 failures; /* since the sample before */
} ActivitySample;

/* Of two samples of one second there is the later, with the failures of both. */
gboolean activity_store_add(ActivityStore *self, const ActivitySample *sample, GError **error);

/* 0: there is none. */
gboolean activity_store_first_at(ActivityStore *self, gint64 *ret, GError **error);

typedef struct ActivityBucket {
        gint64 active; /* of the last sample; -1 = there is none */
        guint64 failures;
} ActivityBucket;

/* bounds: n + 1 times in order; ret: n buckets, each from one of them up to and without the next. One snapshot. */
gboolean activity_store_read(ActivityStore *self, const gint64 *bounds, guint n, ActivityBucket *ret, GError **error);

/* Removes samples from before `before_at`, at most 10,000 in one transaction; ret_more: call again. */
gboolean activity_store_purge(ActivityStore *self, gint64 before_at, gboolean *ret_more, GError **error);
