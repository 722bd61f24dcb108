/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "geo-fixture.h"
#include "geo/cache.h"

#define NOW G_GINT64_CONSTANT(1700000000)

static GeoKnown known_of(const char *text, guint32 network) {
        return (GeoKnown) { .address = geo_fixture_address(text), .network = network, .found_at = NOW, .seen_at = NOW };
}

static void put(GeoCache *cache, const char *text, guint32 network) {
        GeoKnown known = known_of(text, network);

        geo_cache_put(cache, &known);
}

/* 0: nothing is to be known. */
static void assert_known(GeoCache *cache, const char *text, gint64 now, guint32 network) {
        Address address = geo_fixture_address(text);
        GeoKnown known = { 0 };

        g_assert_cmpint(geo_cache_find(cache, &address, now, &known), ==, network != 0);
        g_assert_cmpuint(known.network, ==, network);
        geo_known_clear(&known);
}

static GeoCacheCounts counts_of(GeoCache *cache) {
        GeoCacheCounts counts;

        geo_cache_counts(cache, &counts);
        return counts;
}

static void test_least_recently_used_goes(void) {
        g_autoptr(GeoCache) cache = geo_cache_new(3);
        GArray *taken;

        put(cache, "1.0.0.1", 1);
        put(cache, "1.0.0.2", 2);
        put(cache, "1.0.0.3", 3);
        taken = geo_cache_take(cache);
        g_assert_cmpuint(taken->len, ==, 3);
        geo_cache_flushed(cache, taken, TRUE);
        assert_known(cache, "1.0.0.1", NOW, 1);
        put(cache, "1.0.0.4", 4);
        assert_known(cache, "1.0.0.2", NOW, 0);
        assert_known(cache, "1.0.0.1", NOW, 1);
        assert_known(cache, "1.0.0.4", NOW, 4);
        g_assert_cmpuint(counts_of(cache).evicted, ==, 1);
        g_assert_cmpuint(counts_of(cache).addresses, ==, 3);
}

/* What is not stored yet stays as long as something else can go. */
static void test_unsaved_stay(void) {
        g_autoptr(GeoCache) cache = geo_cache_new(2);
        GeoKnown loaded = known_of("1.0.0.9", 9);

        put(cache, "1.0.0.1", 1);
        g_assert_true(geo_cache_load(cache, &loaded));
        g_assert_false(geo_cache_load(cache, &(GeoKnown) { .address = geo_fixture_address("1.0.0.8"), .network = 8 }));
        assert_known(cache, "1.0.0.9", NOW, 9);
        put(cache, "1.0.0.2", 2);
        assert_known(cache, "1.0.0.9", NOW, 0);
        assert_known(cache, "1.0.0.1", NOW, 1);
        put(cache, "1.0.0.3", 3);
        g_assert_cmpuint(counts_of(cache).addresses, ==, 2);
}

static void test_negative(void) {
        g_autoptr(GeoCache) cache = geo_cache_new(10);
        Address address = geo_fixture_address("1.0.0.1");

        g_assert_false(geo_cache_is_negative(cache, &address, NOW));
        put(cache, "1.0.0.1", 0);
        assert_known(cache, "1.0.0.1", NOW, 0);
        g_assert_true(geo_cache_is_negative(cache, &address, NOW + GEO_CACHE_NEGATIVE_S - 1));
        g_assert_null(geo_cache_take(cache));
        g_assert_cmpuint(counts_of(cache).negative, ==, 1);
        g_assert_false(geo_cache_is_negative(cache, &address, NOW + GEO_CACHE_NEGATIVE_S));
        g_assert_cmpuint(counts_of(cache).addresses, ==, 0);

        /* also when the clock was set back */
        put(cache, "1.0.0.1", 0);
        g_assert_false(geo_cache_is_negative(cache, &address, NOW - 1));

        /* a good answer takes its place, and is not wiped out by a bad one */
        put(cache, "1.0.0.1", 0);
        put(cache, "1.0.0.1", 1);
        put(cache, "1.0.0.1", 0);
        assert_known(cache, "1.0.0.1", NOW, 1);
        g_assert_cmpuint(counts_of(cache).negative, ==, 0);
}

static void test_flush(void) {
        g_autoptr(GeoCache) cache = geo_cache_new(10);
        GArray *taken;

        g_assert_null(geo_cache_take(cache));
        put(cache, "1.0.0.1", 1);
        put(cache, "1.0.0.2", 2);
        taken = geo_cache_take(cache);
        g_assert_cmpuint(taken->len, ==, 2);
        g_assert_null(geo_cache_take(cache)); /* they are out */
        put(cache, "1.0.0.2", 22);            /* and this one is another now */
        geo_cache_flushed(cache, taken, TRUE);
        taken = geo_cache_take(cache);
        g_assert_cmpuint(taken->len, ==, 1);
        g_assert_cmpuint(g_array_index(taken, GeoKnown, 0).network, ==, 22);
        geo_cache_flushed(cache, taken, FALSE); /* the disk is full */
        g_assert_cmpuint(counts_of(cache).unsaved, ==, 1);
        taken = geo_cache_take(cache);
        g_assert_cmpuint(taken->len, ==, 1);
        geo_cache_flushed(cache, taken, TRUE);
        g_assert_null(geo_cache_take(cache));
}

/* Being asked for is written once a day. */
static void test_seen(void) {
        g_autoptr(GeoCache) cache = geo_cache_new(10);
        GeoKnown loaded = known_of("1.0.0.1", 1);
        GArray *taken;

        g_assert_true(geo_cache_load(cache, &loaded));
        assert_known(cache, "1.0.0.1", NOW + GEO_CACHE_SEEN_S - 1, 1);
        g_assert_null(geo_cache_take(cache));
        assert_known(cache, "1.0.0.1", NOW + GEO_CACHE_SEEN_S, 1);
        assert_known(cache, "1.0.0.1", NOW + GEO_CACHE_SEEN_S + 1, 1);
        taken = geo_cache_take(cache);
        g_assert_cmpuint(taken->len, ==, 1);
        g_assert_cmpint(g_array_index(taken, GeoKnown, 0).seen_at, ==, NOW + GEO_CACHE_SEEN_S);
        geo_cache_flushed(cache, taken, TRUE);
        g_assert_cmpuint(counts_of(cache).hits, ==, 3);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/geo/cache/least-recently-used-goes", test_least_recently_used_goes);
        g_test_add_func("/geo/cache/unsaved-stay", test_unsaved_stay);
        g_test_add_func("/geo/cache/negative", test_negative);
        g_test_add_func("/geo/cache/flush", test_flush);
        g_test_add_func("/geo/cache/seen", test_seen);
        return g_test_run();
}
