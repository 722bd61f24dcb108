/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "geo-fixture.h"
#include "store/archive-store.h"
#include "store/place-store.h"

#include "folder.h"

#define NOW G_GINT64_CONSTANT(1700000000)

typedef struct Fixture {
        char *folder;
        Store *store;
        PlaceStore *places;
} Fixture;

static void open_store(Fixture *self) {
        g_autoptr(GError) error = NULL;

        self->store = store_open(self->folder, &error);
        g_assert_no_error(error);
        self->places = place_store_new(self->store);
}

static void close_store(Fixture *self) {
        place_store_free(self->places);
        store_close(self->store);
}

static void setup(Fixture *self, gconstpointer data) {
        self->folder = g_dir_make_tmp("bangui-places-XXXXXX", NULL);
        open_store(self);
}

static void teardown(Fixture *self, gconstpointer data) {
        close_store(self);
        folder_remove(self->folder);
        g_free(self->folder);
}

static PlaceRow row_of(const char *text, guint32 network, gint64 seen_at) {
        return (PlaceRow) { .address = geo_fixture_address(text),
                            .country = 'D' << 8 | 'E',
                            .network = network,
                            .organisation = "Example AG",
                            .found_at = NOW,
                            .seen_at = seen_at };
}

static void put(Fixture *self, const char *text, guint32 network, gint64 seen_at) {
        g_autoptr(GError) error = NULL;
        PlaceRow row = row_of(text, network, seen_at);

        g_assert_true(place_store_put(self->places, &row, 1, &error));
        g_assert_no_error(error);
}

static gboolean add_line(const PlaceRow *row, gpointer userdata) {
        char text[ADDRESS_TEXT_MAX];

        g_string_append_printf(userdata, "%s %u %s %d;", address_format(&row->address, text), row->network,
                               row->organisation, (int) (row->seen_at - NOW));
        return TRUE;
}

static void assert_rows(Fixture *self, guint limit, const char *expected) {
        g_autoptr(GString) lines = g_string_new(NULL);

        g_assert_true(place_store_read(self->places, limit, add_line, lines, NULL));
        g_assert_cmpstr(lines->str, ==, expected);
}

static void test_kept(Fixture *self, gconstpointer data) {
        PlaceRow rows[] = { row_of("192.0.2.1", 64500, NOW), row_of("2001:db8::1", 64501, NOW + 5) };
        Address address = geo_fixture_address("2001:db8::1"), other = geo_fixture_address("2001:db8::2");
        g_autoptr(GString) found = g_string_new(NULL);
        guint64 n = 0;

        g_assert_true(place_store_put(self->places, rows, G_N_ELEMENTS(rows), NULL));
        g_assert_true(place_store_put(self->places, NULL, 0, NULL));
        put(self, "192.0.2.1", 64502, NOW + 9); /* another answer takes the place of the first */
        close_store(self);
        open_store(self);
        assert_rows(self, 10, "192.0.2.1 64502 Example AG 9;2001:db8::1 64501 Example AG 5;");
        assert_rows(self, 1, "192.0.2.1 64502 Example AG 9;");
        g_assert_true(place_store_count(self->places, &n, NULL));
        g_assert_cmpuint(n, ==, 2);

        g_assert_true(place_store_find(self->places, &other, add_line, found, NULL));
        g_assert_cmpstr(found->str, ==, "");
        g_assert_true(place_store_find(self->places, &address, add_line, found, NULL));
        g_assert_cmpstr(found->str, ==, "2001:db8::1 64501 Example AG 5;");
}

static void test_purge(Fixture *self, gconstpointer data) {
        guint removed = 0;

        put(self, "192.0.2.1", 1, NOW - 1);
        put(self, "192.0.2.2", 2, NOW);
        g_assert_true(place_store_purge(self->places, NOW, &removed, NULL));
        g_assert_cmpuint(removed, ==, 1);
        assert_rows(self, 10, "192.0.2.2 2 Example AG 0;");
        g_assert_true(place_store_purge(self->places, NOW, &removed, NULL));
        g_assert_cmpuint(removed, ==, 0);
}

static void test_generation(Fixture *self, gconstpointer data) {
        guint64 generation = 1;

        g_assert_true(place_store_generation(self->places, &generation, NULL));
        g_assert_cmpuint(generation, ==, 0);
        g_assert_true(place_store_set_generation(self->places, G_MAXUINT64 - 7, NOW, NULL));
        g_assert_true(place_store_set_generation(self->places, G_MAXUINT64 - 6, NOW, NULL));
        g_assert_true(place_store_generation(self->places, &generation, NULL));
        g_assert_cmpuint(generation, ==, G_MAXUINT64 - 6);
}

typedef struct Seen {
        GString *text;
        guint left;
} Seen;

static gboolean add_address(const Address *address, gpointer userdata) {
        Seen *seen = userdata;
        char text[ADDRESS_TEXT_MAX];

        g_string_append_printf(seen->text, "%s;", address_format(address, text));
        return --seen->left > 0;
}

static void assert_unresolved(Fixture *self, gint64 since, guint limit, const char *expected) {
        Seen seen = { g_string_new(NULL), limit };

        g_assert_true(place_store_unresolved(self->places, since, add_address, &seen, NULL));
        g_assert_cmpstr(seen.text->str, ==, expected);
        g_string_free(seen.text, TRUE);
}

static void archive(Fixture *self, const char *text, gint64 at, guint16 country) {
        g_autoptr(GError) error = NULL;
        g_autoptr(ArchiveStore) store = archive_store_new(self->store, &error);
        g_autoptr(GArray) added = NULL;
        ArchiveEvent event = { .kind = ARCHIVE_EVENT_BAN, .jail = "sshd", .at = at, .bantime = 60, .country = country };
        const ArchiveBatch batch = {
                .source = ARCHIVE_SOURCE_DATABASE, .events = &event, .n = 1, .blocklist_jail = "list", .now = NOW
        };
        ArchiveTally tally = { 0 };
        gboolean moved;

        if (!address_try_parse(text, &event.address))
                event.text = text;
        g_assert_true(archive_store_add(store, &batch, &tally, &added, &moved, &error));
        g_assert_no_error(error);
}

/* Of the archive's bans: those without a country, the last first, each once, and no texts. */
static void test_unresolved(Fixture *self, gconstpointer data) {
        archive(self, "9.1.1.1", NOW - 500, 0);
        archive(self, "9.1.1.2", NOW - 400, 'D' << 8 | 'E');
        archive(self, "session-7", NOW - 300, 0);
        archive(self, "2a00::/32", NOW - 200, 0);
        archive(self, "9.1.1.1", NOW - 100, 0);
        assert_unresolved(self, 0, 10, "9.1.1.1;2a00::/32;");
        assert_unresolved(self, 0, 1, "9.1.1.1;");
        assert_unresolved(self, NOW - 150, 10, "9.1.1.1;");
        assert_unresolved(self, NOW, 10, "");
}

#define ADD(path, func) g_test_add("/store/place-store/" path, Fixture, NULL, setup, func, teardown)

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        ADD("kept", test_kept);
        ADD("purge", test_purge);
        ADD("generation", test_generation);
        ADD("unresolved", test_unresolved);
        return g_test_run();
}
