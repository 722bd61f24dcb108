/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <glib/gstdio.h>

#include "folder.h"

#include "geo-fixture.h"
#include "geo/cache.h"
#include "geo/geo.h"
#include "geo/public.h"

typedef struct Fixture {
        char *folder, *country, *network;
        GeoCache *cache;
        Geo *geo;
} Fixture;

static void setup(Fixture *self, gconstpointer data) {
        self->folder = g_dir_make_tmp("bangui-geo-XXXXXX", NULL);
        self->country = g_build_filename(self->folder, "country.mmdb", NULL);
        self->network = g_build_filename(self->folder, "network.mmdb", NULL);
        self->cache = geo_cache_new(100);
        self->geo = geo_new(self->folder, self->cache);
}

static void teardown(Fixture *self, gconstpointer data) {
        geo_free(self->geo);
        geo_cache_free(self->cache);
        folder_remove(self->folder);
        g_free(self->country);
        g_free(self->network);
        g_free(self->folder);
}

static void use_country(Fixture *self, const char *name) {
        geo_fixture_replace(name, self->country);
        geo_set_file(self->geo, GEO_FILE_COUNTRY, self->country);
}

static void assert_found(Fixture *self, const char *text, const char *country, guint32 network) {
        Address address = geo_fixture_address(text);
        GeoPlace place;
        char code[3];

        g_assert_cmpint(geo_find(self->geo, &address, &place), ==, country[0] != '\0' || network != 0);
        g_assert_cmpstr(geo_country_text(place.country, code), ==, country);
        g_assert_cmpuint(place.network, ==, network);
}

static void assert_state(Fixture *self, GeoFile which, const char *type, const char *problem) {
        GeoFileState state;

        geo_file_state(self->geo, which, &state);
        g_assert_cmpstr(state.type, ==, type);
        if (problem[0] == '\0')
                g_assert_cmpstr(state.problem, ==, "");
        else
                g_assert_nonnull(strstr(state.problem, problem));
        g_assert_cmpint(state.loaded_at > 0, ==, type[0] != '\0');
        geo_file_state_clear(&state);
}

static void test_no_file(Fixture *self, gconstpointer data) {
        assert_found(self, "1.2.3.4", "", 0);
        assert_state(self, GEO_FILE_COUNTRY, "", "");
        g_assert_cmpuint(geo_generation(self->geo), !=, 0);
        g_assert_false(geo_refresh(self->geo));
}

/* The first who asks reads the files. */
static void test_first_look_up_reads(Fixture *self, gconstpointer data) {
        use_country(self, "country.mmdb");
        assert_state(self, GEO_FILE_COUNTRY, "", "");
        assert_found(self, "1.2.3.4", "DE", 0);
        assert_state(self, GEO_FILE_COUNTRY, "GeoLite2-Country", "");
        g_assert_false(geo_refresh(self->geo));
}

static void test_two_files(Fixture *self, gconstpointer data) {
        Address address = geo_fixture_address("1.2.3.4");
        GeoDetails details;

        use_country(self, "ipinfo-lite.mmdb");
        assert_found(self, "1.2.3.4", "DE", 64501); /* one file knows both */
        geo_fixture_replace("asn.mmdb", self->network);
        geo_set_file(self->geo, GEO_FILE_NETWORK, self->network);
        g_assert_true(geo_refresh(self->geo));
        assert_found(self, "1.2.3.4", "DE", 64500); /* the file that is there for it counts */
        assert_found(self, "1.2.9.9", "", 64500);

        g_assert_true(geo_describe(self->geo, &address, &details));
        g_assert_cmpstr(details.country_name, ==, "Germany");
        g_assert_cmpstr(details.organisation, ==, "Example AG");
        g_assert_false(details.outside);
        geo_details_clear(&details);

        geo_set_file(self->geo, GEO_FILE_NETWORK, "");
        g_assert_true(geo_refresh(self->geo));
        assert_found(self, "1.2.3.4", "DE", 64501);
}

static void test_replaced(Fixture *self, gconstpointer data) {
        g_autofree char *bytes = NULL;
        guint64 first, second;
        gsize length;

        use_country(self, "country.mmdb");
        g_assert_true(geo_refresh(self->geo));
        first = geo_generation(self->geo);
        g_assert_false(geo_refresh(self->geo));

        geo_fixture_replace("other.mmdb", self->country);
        assert_found(self, "1.2.3.4", "DE", 0);
        g_assert_true(geo_refresh(self->geo));
        assert_found(self, "1.2.3.4", "SE", 0);
        second = geo_generation(self->geo);
        g_assert_cmpuint(first, !=, second);

        /* written over, in place */
        geo_fixture_read("country.mmdb", &bytes, &length);
        geo_fixture_overwrite(self->country, bytes, length);
        g_assert_true(geo_refresh(self->geo));
        assert_found(self, "1.2.3.4", "DE", 0);
        g_assert_cmpuint(geo_generation(self->geo), ==, first);
}

/* What is broken is refused, once, and the old one stays; so it does when the file goes. */
static void test_broken_keeps_the_old_one(Fixture *self, gconstpointer data) {
        g_autofree char *bytes = NULL;
        gsize length;

        use_country(self, "country.mmdb");
        g_assert_true(geo_refresh(self->geo));

        geo_fixture_read("other.mmdb", &bytes, &length);
        geo_fixture_overwrite(self->country, bytes, length / 2);
        g_assert_false(geo_refresh(self->geo));
        g_assert_false(geo_refresh(self->geo));
        assert_found(self, "1.2.3.4", "DE", 0);
        assert_state(self, GEO_FILE_COUNTRY, "GeoLite2-Country", self->country);

        geo_fixture_replace("asn.mmdb", self->country);
        g_assert_false(geo_refresh(self->geo));
        assert_state(self, GEO_FILE_COUNTRY, "GeoLite2-Country", "knows no countries");

        g_assert_cmpint(g_unlink(self->country), ==, 0);
        g_assert_false(geo_refresh(self->geo));
        assert_found(self, "1.2.3.4", "DE", 0);

        geo_fixture_replace("other.mmdb", self->country);
        g_assert_true(geo_refresh(self->geo));
        assert_state(self, GEO_FILE_COUNTRY, "DBIP-Country-Lite", "");
        assert_found(self, "1.2.3.4", "SE", 0);
}

typedef struct Load {
        Geo *geo;
        gint stop;  /* atomic */
        gint wrong; /* atomic: answers that neither file gives */
        gint asked; /* atomic */
} Load;

static gpointer look_up(gpointer data) {
        Load *load = data;
        Address address = geo_fixture_address("1.2.3.4");
        const guint16 germany = 'D' << 8 | 'E', sweden = 'S' << 8 | 'E';

        while (!g_atomic_int_get(&load->stop)) {
                GeoDetails details;
                GeoPlace place;

                if (!geo_find(load->geo, &address, &place) || (place.country != germany && place.country != sweden))
                        g_atomic_int_inc(&load->wrong);
                geo_describe(load->geo, &address, &details);
                geo_details_clear(&details);
                g_atomic_int_inc(&load->asked);
        }
        return NULL;
}

/* By renaming, by writing over it and by cutting it short, while others look up. */
static void test_replaced_under_load(Fixture *self, gconstpointer data) {
        Load load = { .geo = self->geo };
        GThread *threads[3];
        g_autofree char *bytes = NULL;
        gsize length;

        geo_fixture_read("country.mmdb", &bytes, &length);
        use_country(self, "country.mmdb");
        g_assert_true(geo_refresh(self->geo));
        for (guint i = 0; i < G_N_ELEMENTS(threads); i++)
                threads[i] = g_thread_new("look-up", look_up, &load);
        for (guint i = 0; i < 60; i++) {
                if (i % 3 == 0)
                        geo_fixture_replace("other.mmdb", self->country);
                else if (i % 3 == 1)
                        geo_fixture_overwrite(self->country, bytes, length);
                else
                        geo_fixture_overwrite(self->country, bytes, length / 3);
                g_assert_cmpint(geo_refresh(self->geo), ==, i % 3 != 2);
                geo_relax(self->geo);
                while (g_atomic_int_get(&load.asked) < (gint) i * 10)
                        g_thread_yield();
        }
        g_atomic_int_set(&load.stop, TRUE);
        for (guint i = 0; i < G_N_ELEMENTS(threads); i++)
                g_thread_join(threads[i]);
        g_assert_cmpint(load.wrong, ==, 0);
}

/* What local files do not know comes from outside; what they know does not. */
static void test_outside(Fixture *self, gconstpointer data) {
        GeoKnown known = { .address = geo_fixture_address("1.2.3.4"),
                           .country = 'F' << 8 | 'R',
                           .network = 64999,
                           .organisation = g_ref_string_new_intern("Outside SA"),
                           .found_at = 1,
                           .seen_at = 1 };
        GeoDetails details;

        geo_cache_put(self->cache, &known);
        assert_found(self, "1.2.3.4", "FR", 64999);
        assert_found(self, "1.2.3.4/32", "FR", 64999);
        use_country(self, "country.mmdb");
        g_assert_true(geo_refresh(self->geo));
        assert_found(self, "1.2.3.4", "DE", 64999);

        g_assert_true(geo_describe(self->geo, &known.address, &details));
        g_assert_cmpstr(details.country_name, ==, "Germany");
        g_assert_cmpstr(details.organisation, ==, "Outside SA");
        g_assert_true(details.outside);
        geo_details_clear(&details);
        geo_known_clear(&known);
}

static void test_countries(void) {
        char buffer[3];
        guint16 country;

        g_assert_true(geo_country_read("de", &country));
        g_assert_cmpstr(geo_country_text(country, buffer), ==, "DE");
        g_assert_cmpstr(geo_country_name(country), ==, "Germany");
        g_assert_cmpstr(geo_country_text(0, buffer), ==, "");
        g_assert_cmpstr(geo_country_name(0), ==, "");
        g_assert_true(geo_country_read("ad", &country));
        g_assert_cmpstr(geo_country_name(country), ==, "Andorra");
        g_assert_true(geo_country_read("ZW", &country));
        g_assert_cmpstr(geo_country_name(country), ==, "Zimbabwe");
        g_assert_true(geo_country_read("ZZ", &country));
        g_assert_cmpstr(geo_country_name(country), ==, "");
        g_assert_false(geo_country_read("", &country));
        g_assert_false(geo_country_read("D", &country));
        g_assert_false(geo_country_read("DEU", &country));
        g_assert_false(geo_country_read("D1", &country));
}

static void test_public(void) {
        static const char *const public[] = { "8.8.8.8", "100.63.255.255", "172.32.0.1", "2a00::1", "2001:4860::1" };
        static const char *const private[] = { "10.1.2.3",    "127.0.0.1",   "192.168.1.1", "172.31.9.9", "100.64.0.1",
                                               "169.254.1.1", "192.0.2.77",  "224.0.0.1",   "fe80::1",    "fd00::1",
                                               "::1",         "2001:db8::1", "10.0.0.0/9" };

        for (guint i = 0; i < G_N_ELEMENTS(public); i++) {
                Address address = geo_fixture_address(public[i]);

                g_assert_true(geo_is_public(&address));
        }
        for (guint i = 0; i < G_N_ELEMENTS(private); i++) {
                Address address = geo_fixture_address(private[i]);

                g_assert_false(geo_is_public(&address));
        }
}

#define ADD(path, func) g_test_add("/geo/geo/" path, Fixture, NULL, setup, func, teardown)

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        ADD("no-file", test_no_file);
        ADD("first-look-up-reads", test_first_look_up_reads);
        ADD("two-files", test_two_files);
        ADD("replaced", test_replaced);
        ADD("broken-keeps-the-old-one", test_broken_keeps_the_old_one);
        ADD("replaced-under-load", test_replaced_under_load);
        ADD("outside", test_outside);
        g_test_add_func("/geo/geo/countries", test_countries);
        g_test_add_func("/geo/geo/public", test_public);
        return g_test_run();
}
