/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "folder.h"

#include "core/error.h"
#include "geo-fixture.h"
#include "geo/geo.h"
#include "geo/mmdb-check.h"
#include "geo/mmdb.h"

/* libmaxminddb 1.7 does not free all of a description that it refuses. */
const char *__lsan_default_suppressions(void);

const char *__lsan_default_suppressions(void) {
        return "leak:libmaxminddb";
}

static char *folder;

static Mmdb *opened(const char *name) {
        g_autofree char *path = geo_fixture_file(name);
        g_autoptr(GError) error = NULL;
        Mmdb *mmdb = mmdb_open(path, folder, &error);

        g_assert_no_error(error);
        return mmdb;
}

/* NULL, 0: nothing is known. */
static void assert_place(const Mmdb *mmdb, const char *text, const char *country, guint32 network) {
        Address address = geo_fixture_address(text);
        guint32 entry;
        char code[3] = "";

        if (!mmdb_find(mmdb, &address, &entry)) {
                g_assert_null(country);
                g_assert_cmpuint(network, ==, 0);
                return;
        }
        /* the second answer comes from what is remembered */
        for (guint i = 0; i < 2; i++) {
                g_assert_cmpstr(geo_country_text(mmdb_country(mmdb, entry), code), ==, country ? country : "");
                g_assert_cmpuint(mmdb_network(mmdb, entry), ==, network);
        }
}

static void assert_organisation(const Mmdb *mmdb, const char *text, const char *expected) {
        Address address = geo_fixture_address(text);
        g_autofree char *organisation = NULL;
        guint32 entry;

        g_assert_true(mmdb_find(mmdb, &address, &entry));
        organisation = mmdb_organisation(mmdb, entry);
        g_assert_cmpstr(organisation, ==, expected);
}

static void test_country(void) {
        g_autoptr(Mmdb) mmdb = opened("country.mmdb");

        g_assert_cmpstr(mmdb_type(mmdb), ==, "GeoLite2-Country");
        g_assert_cmpint(mmdb_built_at(mmdb), ==, 1700000000);
        g_assert_cmpuint(mmdb_entries(mmdb), ==, 4);
        g_assert_true(mmdb_has_countries(mmdb));
        g_assert_false(mmdb_has_networks(mmdb));
        assert_place(mmdb, "1.2.3.4", "DE", 0);
        assert_place(mmdb, "1.2.3.0/24", "DE", 0);
        assert_place(mmdb, "1.2.4.4", NULL, 0);
        assert_place(mmdb, "5.6.7.1", "SE", 0); /* where it is registered */
        assert_place(mmdb, "5.6.8.1", NULL, 0);
        assert_place(mmdb, "20.0.7.200", "DE", 0);
        assert_place(mmdb, "20.3.230.9", "SE", 0);
        assert_place(mmdb, "2a00::1", "SE", 0);
        assert_place(mmdb, "2b00::1", NULL, 0);
        assert_organisation(mmdb, "1.2.3.4", NULL);
        mmdb_relax(mmdb);
        assert_place(mmdb, "1.2.3.4", "DE", 0);
}

static void test_city(void) {
        g_autoptr(Mmdb) mmdb = opened("city.mmdb");

        g_assert_true(mmdb_has_countries(mmdb));
        assert_place(mmdb, "1.2.3.4", "DE", 0);
        assert_place(mmdb, "1.2.4.4", NULL, 0);
}

static void test_networks(void) {
        g_autoptr(Mmdb) mmdb = opened("asn.mmdb");

        g_assert_false(mmdb_has_countries(mmdb));
        g_assert_true(mmdb_has_networks(mmdb));
        assert_place(mmdb, "1.2.200.4", NULL, 64500);
        assert_place(mmdb, "2a00:1::1", NULL, 4200000000u);
        assert_organisation(mmdb, "1.2.3.4", "Example AG");
}

static void test_ipinfo(void) {
        g_autoptr(Mmdb) lite = opened("ipinfo-lite.mmdb"), country = opened("ipinfo-country.mmdb");

        g_assert_true(mmdb_has_countries(lite) && mmdb_has_networks(lite));
        assert_place(lite, "1.2.3.4", "DE", 64501);
        assert_organisation(lite, "1.2.3.4", "Flat GmbH");
        assert_place(lite, "9.9.9.9", NULL, 0);
        assert_organisation(lite, "9.9.9.9", NULL);
        assert_place(country, "1.2.3.4", "DE", 0);
}

static void test_version_4_only(void) {
        g_autoptr(Mmdb) mmdb = opened("v4.mmdb");

        assert_place(mmdb, "1.2.3.4", "DE", 0);
        assert_place(mmdb, "2a00::1", NULL, 0);
}

static void assert_refused(const char *path, BanguiError code, const char *words) {
        g_autoptr(GError) error = NULL;

        g_assert_null(mmdb_open(path, folder, &error));
        g_assert_error(error, BANGUI_ERROR, (int) code);
        g_assert_nonnull(strstr(error->message, path));
        g_assert_nonnull(strstr(error->message, words));
}

static void test_no_such_file(void) {
        g_autofree char *path = g_build_filename(folder, "none.mmdb", NULL);
        g_autofree char *neither = geo_fixture_file("neither.mmdb");

        assert_refused(path, BANGUI_ERROR_FILE_NOT_FOUND, "cannot be opened");
        assert_refused(folder, BANGUI_ERROR_DATABASE_CORRUPTED, "no regular file");
        assert_refused(neither, BANGUI_ERROR_DATABASE_CORRUPTED, "neither countries nor networks");
        geo_fixture_overwrite(path, "", 0);
        assert_refused(path, BANGUI_ERROR_DATABASE_CORRUPTED, "empty");
        geo_fixture_overwrite(path, "this is no such file", 20);
        assert_refused(path, BANGUI_ERROR_DATABASE_CORRUPTED, "MMDB");
        g_assert_cmpint(g_unlink(path), ==, 0);
        g_assert_cmpint(mkfifo(path, 0600), ==, 0);
        assert_refused(path, BANGUI_ERROR_DATABASE_CORRUPTED, "no regular file");
        g_assert_cmpint(g_unlink(path), ==, 0);
}

/* Wherever it is cut, it is refused. */
static void test_truncated(void) {
        g_autofree char *path = g_build_filename(folder, "cut.mmdb", NULL), *data = NULL;
        gsize length;

        geo_fixture_read("country.mmdb", &data, &length);
        for (gsize cut = 0; cut < length; cut += 13) {
                geo_fixture_overwrite(path, data, cut);
                g_assert_null(mmdb_open(path, folder, NULL));
        }
        g_assert_cmpint(g_unlink(path), ==, 0);
}

/* Asks about addresses of all parts of a file that may be damaged. */
static void ask_around(const Mmdb *mmdb) {
        for (guint i = 0; i < 64; i++) {
                Address address = { .bytes = { 20, (guint8) (i / 16), (guint8) (i * 31), 1 },
                                    .version = 4,
                                    .prefix = 32 };
                guint32 entry;

                if (!mmdb_find(mmdb, &address, &entry))
                        continue;
                (void) mmdb_country(mmdb, entry);
                (void) mmdb_network(mmdb, entry);
                g_free(mmdb_organisation(mmdb, entry));
        }
}

/* Any byte may be another: the file is refused, or answers something, and nothing outside of it is touched. */
static void test_damaged(void) {
        static const guint8 damages[] = { 0x01, 0x80, 0xff };
        g_autofree char *path = g_build_filename(folder, "damaged.mmdb", NULL), *data = NULL;
        gsize length;

        geo_fixture_read("ipinfo-lite.mmdb", &data, &length);
        for (gsize i = 0; i < length; i++)
                for (guint j = 0; j < G_N_ELEMENTS(damages); j++) {
                        g_autoptr(Mmdb) mmdb = NULL;

                        data[i] ^= (char) damages[j];
                        geo_fixture_overwrite(path, data, length);
                        data[i] ^= (char) damages[j];
                        mmdb = mmdb_open(path, folder, NULL);
                        if (mmdb)
                                ask_around(mmdb);
                }
        g_assert_cmpint(g_unlink(path), ==, 0);
}

/* The file that is looked up in is not the one that is cut short meanwhile. */
static void test_cut_while_open(void) {
        g_autofree char *path = g_build_filename(folder, "open.mmdb", NULL);
        g_autoptr(Mmdb) mmdb = NULL;

        geo_fixture_replace("country.mmdb", path);
        mmdb = mmdb_open(path, folder, NULL);
        g_assert_nonnull(mmdb);
        g_assert_cmpint(truncate(path, 0), ==, 0);
        mmdb_relax(mmdb);
        assert_place(mmdb, "1.2.3.4", "DE", 0);
        assert_place(mmdb, "2a00::1", "SE", 0);
        g_assert_cmpint(g_unlink(path), ==, 0);
}

static gboolean check(const guint8 *data, gsize length) {
        return mmdb_check_entry(data, (guint32) length, 0);
}

#define CHECK(...) check((const guint8[]) { __VA_ARGS__ }, sizeof((const guint8[]) { __VA_ARGS__ }))

static void test_entries(void) {
        guint8 deep[256];

        g_assert_true(CHECK(0xe0));                       /* {} */
        g_assert_true(CHECK(0xe1, 0x41, 'a', 0x41, 'b')); /* {a: b} */
        g_assert_false(CHECK(0xe1, 0x41, 'a', 0x42, 'b'));
        g_assert_false(CHECK(0xe1, 0x41, 'a'));
        g_assert_true(CHECK(0x02, 0x04, 0xa0, 0xa0));                       /* [0, 0] */
        g_assert_true(CHECK(0x01, 0x07));                                   /* true */
        g_assert_true(CHECK(0xe1, 0x41, 'a', 0x20, 0x06, 0x00, 0x41, 'b')); /* {a: -> b} */
        g_assert_false(CHECK(0xe1, 0x41, 'a', 0x20, 0x00));                 /* {a: -> itself} */
        g_assert_false(CHECK(0x20, 0x02, 0x20, 0x00));                      /* -> a pointer */
        g_assert_false(CHECK(0x38, 0x7f, 0xff, 0xff, 0xff));                /* -> far away */
        g_assert_false(CHECK(0xff, 0xff, 0xff, 0xff));                      /* a map without end */
        g_assert_false(CHECK(0x00));
        g_assert_false(check((const guint8 *) "", 0));
        memset(deep, 0xe1, sizeof(deep));
        g_assert_false(check(deep, sizeof(deep)));
}

int main(int argc, char **argv) {
        int status;

        g_test_init(&argc, &argv, NULL);
        folder = g_dir_make_tmp("bangui-mmdb-XXXXXX", NULL);
        g_test_add_func("/geo/mmdb/country", test_country);
        g_test_add_func("/geo/mmdb/city", test_city);
        g_test_add_func("/geo/mmdb/networks", test_networks);
        g_test_add_func("/geo/mmdb/ipinfo", test_ipinfo);
        g_test_add_func("/geo/mmdb/version-4-only", test_version_4_only);
        g_test_add_func("/geo/mmdb/no-such-file", test_no_such_file);
        g_test_add_func("/geo/mmdb/truncated", test_truncated);
        g_test_add_func("/geo/mmdb/damaged", test_damaged);
        g_test_add_func("/geo/mmdb/cut-while-open", test_cut_while_open);
        g_test_add_func("/geo/mmdb/entries", test_entries);
        status = g_test_run();
        folder_remove(folder);
        g_free(folder);
        return status;
}
