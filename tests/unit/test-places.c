/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <glib/gstdio.h>
#include <string.h>

#include "folder.h"

#include "core/error.h"
#include "geo-fixture.h"
#include "geo/cache.h"
#include "http-fake.h"
#include "services/places/places.h"

#define DAY G_GINT64_CONSTANT(86400)

typedef struct Fixture {
        char *folder, *country;
        HttpFake *server;
        Settings *settings;
        Store *store;
        Findings *findings;
        GeoCache *cache;
        GeoOutside *outside;
        Geo *geo;
        PlacesParts parts;
        Places *places;
        guint told;
        EventSink sink;
        gint64 now;
} Fixture;

static void on_event(EventType type, const char *name, const char *address, GVariant *properties, gpointer userdata) {
        Fixture *self = userdata;

        self->told += type == EVENT_GEO;
}

static char *serve_places(HttpFake *self, guint number, const char *request) {
        g_autofree char *places = http_fake_places(request, "FR");

        return http_fake_answer(200, "", places);
}

static void load_settings(Fixture *self, const char *outside) {
        g_autofree char *file = g_strconcat("geo-country-file=", self->country, NULL);
        g_autofree char *url = g_strconcat("geo-outside-url=", self->server->url, NULL);
        const char *const overrides[] = { file, url, outside, NULL };
        g_autofree char *none = g_build_filename(self->folder, "bangui.conf", NULL);
        g_autoptr(GError) error = NULL;

        g_assert_true(g_file_set_contents(none, "", 0, NULL));
        self->settings = settings_load(none, NULL, overrides, &error);
        g_assert_no_error(error);
}

/* What a daemon makes at its start, of what it finds in its folder. */
static void start(Fixture *self, const char *outside) {
        g_autoptr(GError) error = NULL;

        load_settings(self, outside);
        self->store = store_open(self->folder, &error);
        g_assert_no_error(error);
        self->findings = findings_new(&self->sink);
        self->cache = geo_cache_new(100);
        self->geo = geo_new(self->folder, self->cache);
        self->outside = geo_outside_new(
                &(GeoOutsideOptions) { .timeout_ms = 2000, .tries = 1, .pause_ms = 1, .patience_ms = 1 });
        self->parts = (PlacesParts) { .geo = self->geo,
                                      .cache = self->cache,
                                      .outside = self->outside,
                                      .store = place_store_new(self->store),
                                      .settings = self->settings,
                                      .findings = self->findings,
                                      .sink = &self->sink };
        self->places = places_new(&self->parts);
}

static void stop(Fixture *self) {
        places_free(self->places);
        place_store_free(self->parts.store);
        geo_outside_free(self->outside);
        geo_free(self->geo);
        geo_cache_free(self->cache);
        findings_free(self->findings);
        store_close(self->store);
        settings_free(self->settings);
}

static void restart(Fixture *self, const char *outside) {
        stop(self);
        start(self, outside);
}

static void setup(Fixture *self, gconstpointer data) {
        self->folder = g_dir_make_tmp("bangui-places-XXXXXX", NULL);
        self->country = g_build_filename(self->folder, "country.mmdb", NULL);
        self->now = g_get_real_time() / G_USEC_PER_SEC;
        self->sink = (EventSink) { on_event, self };
        self->server = http_fake_start(serve_places, NULL);
        geo_fixture_replace("country.mmdb", self->country);
        start(self, "geo-outside=true");
}

static void teardown(Fixture *self, gconstpointer data) {
        stop(self);
        http_fake_free(self->server);
        folder_remove(self->folder);
        g_free(self->country);
        g_free(self->folder);
}

static GVariant *ask(Fixture *self, const char *const *addresses, int code) {
        g_autoptr(GError) error = NULL;
        GVariant *result = places_lookup_outside(self->places, addresses, NULL, self->now, &error);

        if (code < 0)
                g_assert_no_error(error);
        else
                g_assert_error(error, BANGUI_ERROR, code);
        return result ? g_variant_ref_sink(result) : NULL;
}

static void assert_asked(Fixture *self, const char *const *addresses, guint32 expected) {
        g_autoptr(GVariant) result = ask(self, addresses, -1);
        guint32 asked = G_MAXUINT32;

        g_assert_true(g_variant_lookup(result, "asked", "u", &asked));
        g_assert_cmpuint(asked, ==, expected);
}

#define WORDS(...) ((const char *const[]) { __VA_ARGS__, NULL })

static void run(Fixture *self, gboolean (*job)(Places *places, Operation *operation, GError **error)) {
        g_autoptr(GError) error = NULL;

        g_assert_true(job(self->places, NULL, &error));
        g_assert_no_error(error);
}

static guint64 stored(Fixture *self) {
        guint64 n = 0;

        g_assert_true(place_store_count(self->parts.store, &n, NULL));
        return n;
}

static gboolean has_finding(Fixture *self, const char *kind) {
        g_autoptr(GVariant) health = findings_health(self->findings);
        g_autofree char *text = g_variant_print(health, FALSE), *quoted = g_strdup_printf("'%s'", kind);

        return strstr(text, quoted) != NULL;
}

static void test_asked_once(Fixture *self, gconstpointer data) {
        assert_asked(self, WORDS("9.1.1.1", "9.1.1.1", "9.1.1.2/31", "10.0.0.1"), 2);
        assert_asked(self, WORDS("9.1.1.1", "9.1.1.2"), 0);
        g_assert_cmpuint(http_fake_requests(self->server), ==, 1);
        g_assert_cmpuint(stored(self), ==, 0);
        run(self, places_flush);
        g_assert_cmpuint(stored(self), ==, 2);
        run(self, places_flush);
        restart(self, "geo-outside=true");
        assert_asked(self, WORDS("9.1.1.1", "9.1.1.2"), 0);
        g_assert_cmpuint(http_fake_requests(self->server), ==, 1);
}

static void test_bad_words(Fixture *self, gconstpointer data) {
        g_autofree const char **many = g_new0(const char *, PLACES_MANY_MAX + 2);

        for (guint i = 0; i <= PLACES_MANY_MAX; i++)
                many[i] = "9.1.1.1";
        g_assert_null(ask(self, many, BANGUI_ERROR_TOO_LARGE));
        g_assert_null(ask(self, WORDS("9.1.1.1", "9.1.1"), BANGUI_ERROR_ADDRESS_INVALID));
        assert_asked(self, (const char *const[]) { NULL }, 0);
        g_assert_cmpuint(http_fake_requests(self->server), ==, 0);
}

static void test_off(Fixture *self, gconstpointer data) {
        restart(self, "geo-outside=false");
        g_assert_null(ask(self, WORDS("9.1.1.1"), BANGUI_ERROR_OUTSIDE_OFF));
        run(self, places_retry);
        run(self, places_files);
        g_assert_false(has_finding(self, "geo-outside"));
        g_assert_cmpuint(http_fake_requests(self->server), ==, 0);
}

static void test_stopped(Fixture *self, gconstpointer data) {
        places_stop(self->places);
        g_assert_null(ask(self, WORDS("9.1.1.1"), BANGUI_ERROR_CANCELLED));
        g_assert_cmpuint(http_fake_requests(self->server), ==, 0);
}

/* What nobody asked for in ninety days goes; what was asked for lately stays, also when only memory knows that. */
static void test_clean(Fixture *self, gconstpointer data) {
        PlaceRow rows[3];

        for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
                rows[i] = (PlaceRow) { .address = { .bytes = { 9, 1, 1, (guint8) i }, .version = 4, .prefix = 32 },
                                       .country = 'F' << 8 | 'R',
                                       .organisation = "",
                                       .found_at = 1,
                                       .seen_at = self->now - (i == 0 ? 89 : 91) * DAY };
        g_assert_true(place_store_put(self->parts.store, rows, G_N_ELEMENTS(rows), NULL));
        g_assert_true(places_load(self->places, NULL));
        g_assert_true(geo_cache_find(self->cache, &rows[2].address, self->now, NULL));
        run(self, places_clean);
        g_assert_cmpuint(stored(self), ==, 2);
        restart(self, "geo-outside=true");
        assert_asked(self, WORDS("9.1.1.0", "9.1.1.2"), 0);
        assert_asked(self, WORDS("9.1.1.1"), 1);
}

static void test_files(Fixture *self, gconstpointer data) {
        guint64 generation = 0;

        run(self, places_files);
        g_assert_cmpuint(self->told, ==, 1);
        g_assert_true(has_finding(self, "geo-outside"));
        g_assert_false(has_finding(self, "geo-file"));
        run(self, places_files);
        g_assert_cmpuint(self->told, ==, 1);

        run(self, places_resolve);
        g_assert_true(place_store_generation(self->parts.store, &generation, NULL));
        g_assert_cmpuint(generation, ==, geo_generation(self->geo));

        g_assert_cmpint(g_unlink(self->country), ==, 0);
        run(self, places_files);
        g_assert_cmpuint(self->told, ==, 2);
        g_assert_true(has_finding(self, "geo-file"));
        geo_fixture_replace("other.mmdb", self->country);
        run(self, places_files);
        g_assert_false(has_finding(self, "geo-file"));
        g_assert_cmpuint(generation, !=, geo_generation(self->geo));
}

#define ADD(path, func) g_test_add("/services/places/" path, Fixture, NULL, setup, func, teardown)

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        ADD("asked-once", test_asked_once);
        ADD("bad-words", test_bad_words);
        ADD("off", test_off);
        ADD("stopped", test_stopped);
        ADD("clean", test_clean);
        ADD("files", test_files);
        return g_test_run();
}
