/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Stretches of time that bans are counted in: the buckets of a trend, the hours of a week. */

#pragma once

#include "core/window.h"
#include "services/figures/column-set.h"
#include "services/figures/figure-pass.h"
#include "services/figures/local-clock.h"

#define BUCKETS_MAX 5000
#define HOURS_OF_WEEK (7 * 24)

typedef enum BucketSize {
        BUCKET_AUTO,    /* by the length of the window */
        BUCKET_HOUR,    /* of the local clock, as all that are named */
        BUCKET_6_HOURS, /* 0, 6, 12 and 18 h */
        BUCKET_DAY,
        BUCKET_WEEK, /* from Monday */
        BUCKET_MONTH,
        BUCKET_SECONDS, /* counted from 1970 in UTC */
        _BUCKET_MAX,
} BucketSize;

typedef struct Bucket {
        BucketSize size;
        gint64 seconds; /* BUCKET_SECONDS */
} Bucket;

/* "hour", "6h", "day", "week", "month"; "auto", "seconds". Static. */
const char *bucket_name(BucketSize size);
gboolean bucket_read(const char *name, BucketSize *ret, GError **error);

/* How long one is: of those that vary, the usual length. */
gint64 bucket_seconds(const Bucket *self);

/* Puts the size for a window of this length in the place of BUCKET_AUTO. */
void bucket_choose(Bucket *self, gint64 length_s);

/* The beginnings (gint64) of all buckets that the window touches, and the end of the last. INVALID_ARGUMENT when there
 * are more than BUCKETS_MAX. The window has an end. */
GArray *buckets_new(const Bucket *self, LocalClock *clock, const Window *window, GError **error);

/* PassSpan for rows [from, to), none of which is before the buckets: the slot is the bucket's index; rows behind the
 * last bucket get the slot behind the last. */
GArray *buckets_spans(const GArray *buckets, const ColumnView *view, guint32 from, guint32 to);

/* The same by the hour of the week, 0 = Monday from 0 to 1 h. */
GArray *hours_spans(LocalClock *clock, const ColumnView *view, guint32 from, guint32 to);
