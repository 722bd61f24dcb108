/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * How many bans were in force, and how many failures fail2ban counted, over time
 *
 * fail2ban counts failures for each jail from when it or the jail was started. What a counter grew by is counted, and a
 * counter that went back began anew at zero. The first sample after a start of the daemon knows nothing to compare
 * with, and has no failures.
 */

#include "services/figures/activity.h"

#include "services/figures/figures-private.h"

struct Activity {
        ActivityStore *store;
        Model *model;
        BanTable *bans;
        GMutex mutex;
        GHashTable *counted; /* jail -> failures at the last sample; NULL = there was none */
};

Activity *activity_new(ActivityStore *store, Model *model, BanTable *bans) {
        Activity *self = g_new0(Activity, 1);

        self->store = store;
        self->model = model;
        self->bans = bans;
        g_mutex_init(&self->mutex);
        return self;
}

void activity_free(Activity *self) {
        if (!self)
                return;
        g_clear_pointer(&self->counted, g_hash_table_unref);
        g_mutex_clear(&self->mutex);
        g_free(self);
}

static GHashTable *count_failures(Activity *self) {
        GHashTable *counted = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        g_auto(GStrv) jails = model_jails(self->model);

        for (guint i = 0; jails[i]; i++) {
                g_autoptr(GVariant) jail = model_jail(self->model, jails[i]);
                guint32 failures;

                if (jail && g_variant_lookup(jail, "TotalFailed", "u", &failures))
                        g_hash_table_insert(counted, g_strdup(jails[i]), GUINT_TO_POINTER(failures));
        }
        return counted;
}

static guint64 growth(GHashTable *before, GHashTable *now) {
        GHashTableIter iter;
        gpointer jail, value;
        guint64 grown = 0;

        g_hash_table_iter_init(&iter, now);
        while (before && g_hash_table_iter_next(&iter, &jail, &value)) {
                guint failures = GPOINTER_TO_UINT(value);
                guint old = GPOINTER_TO_UINT(g_hash_table_lookup(before, jail));

                grown += failures >= old ? failures - old : failures;
        }
        return grown;
}

static void report(Operation *operation, const ActivitySample *sample) {
        g_autofree char *text =
                g_strdup_printf("bans in force: %u, failures: %" G_GUINT64_FORMAT, sample->active, sample->failures);

        operation_report(operation, 1, text);
}

gboolean activity_sample(Activity *self, gint64 now, Operation *operation, GError **error) {
        g_autoptr(GMutexLocker) mutex = g_mutex_locker_new(&self->mutex);
        g_autoptr(GHashTable) counted = NULL;
        ActivitySample sample = { .at = now };

        if (!model_is_online(self->model)) {
                operation_report(operation, 1, "fail2ban is offline");
                return TRUE;
        }
        counted = count_failures(self);
        sample.active = ban_table_size(self->bans);
        sample.failures = growth(self->counted, counted);
        if (!activity_store_add(self->store, &sample, error))
                return FALSE;
        g_clear_pointer(&self->counted, g_hash_table_unref);
        self->counted = g_steal_pointer(&counted);
        report(operation, &sample);
        return TRUE;
}

/* Without a beginning, it is the first sample's. */
static gboolean choose_window(Activity *self, const FigureQuery *query, gint64 *ret_first, Window *ret,
                              GError **error) {
        Window window = query->filter.window;

        if (!activity_store_first_at(self->store, ret_first, error))
                return FALSE;
        window.until = MIN(window.until, query->now + 1);
        if (window.since == 0)
                window.since = *ret_first > 0 ? *ret_first : query->now;
        *ret = window;
        return TRUE;
}

/* The buckets, of which the first and the last count what is in the window alone. */
static GArray *make_bounds(const GArray *buckets, const Window *window) {
        GArray *bounds = g_array_sized_new(FALSE, FALSE, sizeof(gint64), buckets->len);

        for (guint i = 0; i < buckets->len; i++) {
                gint64 at = CLAMP(g_array_index(buckets, gint64, i), window->since, MAX(window->since, window->until));

                g_array_append_val(bounds, at);
        }
        return bounds;
}

static GVariant *make_rows(const GArray *buckets, const ActivityBucket *found, guint n, guint64 *ret_failures) {
        GVariantBuilder rows;

        *ret_failures = 0;
        g_variant_builder_init(&rows, G_VARIANT_TYPE("aa{sv}"));
        for (guint i = 0; i < n; i++) {
                g_variant_builder_open(&rows, G_VARIANT_TYPE_VARDICT);
                figure_put_number(&rows, "at", g_array_index(buckets, gint64, i));
                if (found[i].active >= 0)
                        figure_put(&rows, "active", g_variant_new_uint32((guint32) found[i].active));
                figure_put(&rows, "failures", g_variant_new_uint64(found[i].failures));
                g_variant_builder_close(&rows);
                *ret_failures += found[i].failures;
        }
        return g_variant_builder_end(&rows);
}

/* Known when samples were taken from its beginning on. */
static gboolean put_before(Activity *self, const FigureQuery *query, gint64 first_at, GVariantBuilder *answer,
                           GError **error) {
        ActivityBucket found;
        Window before;

        if (first_at == 0 || !window_before(&query->filter.window, query->now, &before) ||
            first_at > before.since + ACTIVITY_INTERVAL_S + WINDOW_SLACK_S)
                return TRUE;
        if (!activity_store_read(self->store, (const gint64[]) { before.since, before.until }, 1, &found, error))
                return FALSE;
        figure_put(answer, "before_failures", g_variant_new_uint64(found.failures));
        return TRUE;
}

static void put_bucket(const FigureQuery *query, const Bucket *bucket, GVariantBuilder *answer) {
        const char *timezone = query->timezone;

        figure_put(answer, "bucket", g_variant_new_string(bucket_name(bucket->size)));
        figure_put_number(answer, "bucket_seconds", bucket_seconds(bucket));
        figure_put(answer, "timezone", g_variant_new_string(timezone && timezone[0] ? timezone : "UTC"));
}

GVariant *activity_figure(Activity *self, const FigureQuery *query, GError **error) {
        g_autoptr(LocalClock) clock = local_clock_new(query->timezone, error);
        g_autoptr(GArray) buckets = NULL, bounds = NULL;
        g_autofree ActivityBucket *found = NULL;
        g_auto(GVariantBuilder) answer = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);
        Bucket bucket = query->bucket;
        guint64 failures;
        gint64 first_at;
        Window window;

        if (!clock || !choose_window(self, query, &first_at, &window, error))
                return NULL;
        bucket_choose(&bucket, window.until - window.since);
        buckets = buckets_new(&bucket, clock, &window, error);
        if (!buckets)
                return NULL;
        bounds = make_bounds(buckets, &window);
        found = g_new(ActivityBucket, buckets->len);
        if (!activity_store_read(self->store, &g_array_index(bounds, gint64, 0), buckets->len - 1, found, error))
                return NULL;
        figure_put(&answer, "rows", make_rows(buckets, found, buckets->len - 1, &failures));
        figure_put(&answer, "failures", g_variant_new_uint64(failures));
        if (!put_before(self, query, first_at, &answer, error))
                return NULL;
        figure_put_window(&answer, &window, query->now);
        put_bucket(query, &bucket, &answer);
        return g_variant_builder_end(&answer);
}
