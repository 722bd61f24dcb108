/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "store/archive-pages.h"

#include <string.h>

#include "archive-fixture.h"

#define FIRST_AT 1700000000
#define N_EVENTS 3000

typedef struct World {
        ArchiveFixture f;
        GRand *random;
} World;

/* A row as it is compared. */
typedef struct Copy {
        gboolean is_unban;
        ArchiveBan ban;
        char *text;
        char *data;
} Copy;

static void copy_clear(gpointer data) {
        Copy *self = data;

        g_free(self->text);
        g_free(self->data);
}

static gboolean copy_row(const ArchiveRow *row, gpointer userdata) {
        Copy copy = {
                .is_unban = row->is_unban,
                .ban = row->ban,
                .text = g_strdup(row->ban.text),
                .data = g_strdup(row->ban.data),
        };

        g_array_append_val((GArray *) userdata, copy);
        return TRUE;
}

/* All pages, as many rows in each. */
static GArray *walk(World *w, const ArchiveChoice *choice, guint limit) {
        GArray *rows = g_array_new(FALSE, FALSE, sizeof(Copy));
        ArchivePage page = {
                .choice = *choice,
                .key = ARCHIVE_KEY_NEWEST,
                .limit = limit,
                .data = TRUE,
                .each = copy_row,
                .userdata = rows,
        };
        gboolean more = TRUE;

        g_array_set_clear_func(rows, copy_clear);
        while (more) {
                g_autoptr(GError) error = NULL;
                guint before = rows->len;

                g_assert_true(archive_store_page(w->f.rows, &page, &page.key, &more, &error));
                g_assert_no_error(error);
                g_assert_cmpuint(rows->len - before, <=, limit);
                g_assert_true(!more || rows->len - before == limit);
        }
        return rows;
}

static const ArchiveChoice everything = {
        .bans = TRUE,
        .unbans = TRUE,
        .until = G_MAXINT64,
        .country = -1,
        .network = -1,
        .origin = -1,
};

static char *random_who(World *w) {
        switch (g_rand_int_range(w->random, 0, 8)) {
        case 0:
                return g_strdup_printf("2001:db8:%x::%x", g_rand_int_range(w->random, 0, 4),
                                       g_rand_int_range(w->random, 1, 9));
        case 1:
                return g_strdup_printf("198.51.%d.0/%d", g_rand_int_range(w->random, 98, 103),
                                       g_rand_int_range(w->random, 16, 31));
        case 2:
                return g_strdup_printf("2001:db8:%x::/%d", g_rand_int_range(w->random, 0, 4),
                                       g_rand_int_range(w->random, 20, 80));
        case 3:
                return g_strdup_printf("user%d", g_rand_int_range(w->random, 0, 5));
        default:
                return g_strdup_printf("198.51.%d.%d", g_rand_int_range(w->random, 98, 103),
                                       g_rand_int_range(w->random, 0, 10));
        }
}

static void fill(World *w) {
        static const char *const jails[] = { "sshd", "a jail ü", "rare", "bangui-blocklist" };
        g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
        g_autoptr(GArray) events = g_array_new(FALSE, FALSE, sizeof(ArchiveEvent));
        gint64 at = FIRST_AT;

        for (guint i = 0; i < N_EVENTS; i++) {
                char *who = random_who(w);
                ArchiveEvent event;

                at += g_rand_int_range(w->random, 0, 3) * 400; /* several in a second */
                event = archive_fixture_ban(jails[g_rand_int_range(w->random, 0, 40) % 5 % 4], who, at);
                event.data = i % 3 ? NULL : "{\"captured\":{},\"matches\":[\"a line\"]}";
                if (g_rand_boolean(w->random)) {
                        event.kind = ARCHIVE_EVENT_UNBAN;
                        event.bantime = -2;
                }
                g_array_append_val(events, event);
                g_ptr_array_add(texts, who);
        }
        (void) archive_fixture_add(&w->f, ARCHIVE_SOURCE_LIVE, (ArchiveEvent *) events->data, events->len);
}

static void set_up(World *w, gconstpointer data) {
        archive_fixture_open(&w->f);
        w->random = g_rand_new_with_seed(g_test_rand_int());
        if (data)
                fill(w);
}

static void tear_down(World *w, gconstpointer data) {
        g_rand_free(w->random);
        archive_fixture_close(&w->f);
}

/* The rule in plain words, beside the statements. */
static gboolean matches(const ArchiveChoice *choice, const Copy *row) {
        gint64 at = ARCHIVE_ID_TIME(row->ban.id);

        if (!(row->is_unban ? choice->unbans : choice->bans) || at < choice->since || at >= choice->until)
                return FALSE;
        if (choice->jail && row->ban.jail != choice->jail)
                return FALSE;
        if (choice->text && g_strcmp0(choice->text, row->text) != 0)
                return FALSE;
        if (choice->within && (row->text || !address_contains(choice->within, &row->ban.address) ||
                               (choice->exact && !address_equal(choice->within, &row->ban.address))))
                return FALSE;
        return (choice->country < 0 || row->ban.country == choice->country) &&
               (choice->network < 0 || row->ban.network == choice->network) &&
               (choice->origin < 0 || (gint) row->ban.origin == choice->origin);
}

static ArchiveChoice random_choice(World *w, const GArray *all, Address *within) {
        const Copy *row = &g_array_index(all, Copy, g_rand_int_range(w->random, 0, (gint32) all->len));
        ArchiveChoice choice = everything;
        guint bits = g_rand_int(w->random);

        choice.bans = !(bits & 1) || !(bits & 2);
        choice.unbans = !(bits & 1) || (bits & 2);
        if (bits & 4)
                choice.since = ARCHIVE_ID_TIME(row->ban.id) - 50000;
        if (bits & 8)
                choice.until = ARCHIVE_ID_TIME(row->ban.id) + 50000;
        if (bits & 16)
                choice.jail = row->ban.jail;
        if (bits & 32 && row->text) {
                choice.text = row->text;
        } else if (bits & 32) {
                char buffer[ADDRESS_TEXT_MAX], *slash;
                g_autofree char *network = NULL;

                (void) address_format(&row->ban.address, buffer);
                slash = strchr(buffer, '/');
                if (slash)
                        *slash = '\0';
                network = g_strdup_printf("%s/%d", buffer,
                                          g_rand_int_range(w->random, 0, row->ban.address.version == 4 ? 33 : 129));
                g_assert_true(address_try_parse(network, within));
                choice.within = within;
                choice.exact = (bits & 64) != 0;
        }
        if (bits & 128)
                choice.country = bits & 256 ? 0 : 'D' << 8 | 'E';
        if (bits & 512)
                choice.network = bits & 1024 ? 0 : 64500;
        if (bits & 2048)
                choice.origin = (gint) (bits >> 12) % _ARCHIVE_ORIGIN_MAX;
        return choice;
}

static void assert_same(const Copy *a, const Copy *b) {
        g_assert_cmpint(a->is_unban, ==, b->is_unban);
        g_assert_cmpint(a->ban.id, ==, b->ban.id);
        g_assert_cmpstr(a->data, ==, b->data);
}

/* Whatever is asked for, in pages of whatever length: what matches, in the order of the whole. */
static void test_any_mix(World *w, gconstpointer data) {
        g_autoptr(GArray) all = walk(w, &everything, 500);

        g_assert_cmpuint(all->len, >, N_EVENTS / 2);
        for (guint round = 0; round < 400; round++) {
                Address within;
                ArchiveChoice choice = random_choice(w, all, &within);
                g_autoptr(GArray) got = walk(w, &choice, (guint) g_rand_int_range(w->random, 1, 200));
                g_autoptr(GError) error = NULL;
                guint64 count = 0;
                guint n = 0;

                for (guint i = 0; i < all->len; i++) {
                        const Copy *row = &g_array_index(all, Copy, i);

                        if (!matches(&choice, row))
                                continue;
                        g_assert_cmpuint(n, <, got->len);
                        assert_same(&g_array_index(got, Copy, n++), row);
                }
                g_assert_cmpuint(n, ==, got->len);
                g_assert_true(archive_store_count(w->f.rows, &choice, &count, &error));
                g_assert_cmpuint(count, ==, n);
        }
}

/* The newest first; with equal ids the end of a ban stands before a ban. */
static void test_order(World *w, gconstpointer data) {
        g_autoptr(GArray) all = walk(w, &everything, 7);

        for (guint i = 1; i < all->len; i++) {
                const Copy *newer = &g_array_index(all, Copy, i - 1), *older = &g_array_index(all, Copy, i);

                g_assert_true(newer->ban.id > older->ban.id ||
                              (newer->ban.id == older->ban.id && newer->is_unban && !older->is_unban));
        }
}

/* What comes while somebody turns pages moves nothing behind his key. */
static void test_new_rows(World *w, gconstpointer data) {
        g_autoptr(GArray) before = walk(w, &everything, 500), rows = g_array_new(FALSE, FALSE, sizeof(Copy));
        ArchiveEvent newer = archive_fixture_ban("sshd", "203.0.113.9", FIRST_AT + 100000000);
        ArchivePage page = {
                .choice = everything,
                .key = ARCHIVE_KEY_NEWEST,
                .limit = 10,
                .each = copy_row,
                .userdata = rows,
        };
        gboolean more;

        g_array_set_clear_func(rows, copy_clear);
        g_assert_true(archive_store_page(w->f.rows, &page, &page.key, &more, NULL));
        g_assert_cmpuint(archive_fixture_add(&w->f, ARCHIVE_SOURCE_LIVE, &newer, 1).bans, ==, 1);
        g_assert_true(archive_store_page(w->f.rows, &page, &page.key, &more, NULL));
        g_assert_cmpuint(rows->len, ==, 20);
        for (guint i = 0; i < rows->len; i++)
                g_assert_cmpint(g_array_index(rows, Copy, i).ban.id, ==, g_array_index(before, Copy, i).ban.id);
}

static gboolean stop_at_once(const ArchiveRow *row, gpointer userdata) {
        (*(guint *) userdata)++;
        return FALSE;
}

static void test_ended_by_caller(World *w, gconstpointer data) {
        guint rows = 0;
        ArchivePage page = {
                .choice = everything,
                .key = ARCHIVE_KEY_NEWEST,
                .limit = 10,
                .each = stop_at_once,
                .userdata = &rows,
        };
        ArchiveKey next;
        gboolean more = FALSE;

        g_assert_true(archive_store_page(w->f.rows, &page, &next, &more, NULL));
        g_assert_cmpuint(rows, ==, 1);
        g_assert_true(more);
        g_assert_cmpint(next.id, <, G_MAXINT64);
}

static void test_empty(World *w, gconstpointer data) {
        g_autoptr(GArray) none = walk(w, &everything, 100);
        guint64 count = 1;

        g_assert_cmpuint(none->len, ==, 0);
        g_assert_true(archive_store_count(w->f.rows, &everything, &count, NULL));
        g_assert_cmpuint(count, ==, 0);
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);
        g_test_add("/store/archive-pages/any-mix", World, "fill", set_up, test_any_mix, tear_down);
        g_test_add("/store/archive-pages/order", World, "fill", set_up, test_order, tear_down);
        g_test_add("/store/archive-pages/new-rows", World, "fill", set_up, test_new_rows, tear_down);
        g_test_add("/store/archive-pages/ended-by-caller", World, "fill", set_up, test_ended_by_caller, tear_down);
        g_test_add("/store/archive-pages/empty", World, NULL, set_up, test_empty, tear_down);
        return g_test_run();
}
