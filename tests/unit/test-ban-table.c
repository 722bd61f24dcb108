/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <stdio.h>
#include <string.h>

#include "core/error.h"
#include "geo-fixture.h"
#include "services/bans/ban-table.h"

#define NOW 1700000000

typedef struct World {
        GString *told; /* one line an event */
        BanTable *table;
} World;

static void on_event(EventType type, const char *name, const char *address, GVariant *properties, gpointer userdata) {
        World *world = userdata;
        const char *cause = NULL;
        guint active = 0;
        gint64 remaining = 0;

        (void) g_variant_lookup(properties, "cause", "&s", &cause);
        (void) g_variant_lookup(properties, "Active", "u", &active);
        (void) g_variant_lookup(properties, "remaining", "x", &remaining);

        if (type == EVENT_BANS) {
                g_string_append_printf(world->told, "active %u\n", active);
                /* The sink may ask the table. */
                g_assert_cmpuint(ban_table_size(world->table), ==, active);
        } else {
                g_string_append_printf(world->told, "%s %s %s %" G_GINT64_FORMAT "%s%s\n",
                                       type == EVENT_BANNED     ? "banned"
                                       : type == EVENT_UNBANNED ? "unbanned"
                                                                : "changed",
                                       name, address, remaining, cause ? " " : "", cause ? cause : "");
        }
}

static void world_setup(World *world, gconstpointer data) {
        EventSink sink = { on_event, world };

        world->told = g_string_new("");
        world->table = ban_table_new(&sink);
}

static void world_teardown(World *world, gconstpointer data) {
        ban_table_free(world->table);
        g_string_free(world->told, TRUE);
}

static void assert_told(World *world, const char *expected) {
        g_assert_cmpstr(world->told->str, ==, expected);
        g_string_truncate(world->told, 0);
}

static Ban make_ban(const char *jail, const char *id, gint64 banned_at, gint64 ends_at) {
        Ban ban = { .jail = (char *) jail, .id = (char *) id, .banned_at = banned_at, .ends_at = ends_at, .count = 1 };

        ban.is_address = address_try_parse(id, &ban.address);
        return ban;
}

static void put(World *world, const char *jail, const char *id, gint64 banned_at, gint64 ends_at) {
        Ban ban = make_ban(jail, id, banned_at, ends_at);

        ban_table_put(world->table, &ban, NOW, FALSE);
}

static void put_quietly(World *world, const char *jail, const char *id, gint64 banned_at, gint64 ends_at) {
        Ban ban = make_ban(jail, id, banned_at, ends_at);

        ban_table_put(world->table, &ban, NOW, TRUE);
        g_string_truncate(world->told, 0);
}

static void collect(const Ban *ban, gpointer userdata) {
        g_ptr_array_add(userdata, g_strdup_printf("%s/%s", ban->jail, ban->id));
}

/* All rows of the query as one text; limit 0 and a page each give the same with `step`. */
static char *query_all(World *world, BanQuery query, guint step) {
        g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(g_free);
        g_autofree char *cursor = g_strdup("");

        query.limit = step;
        do {
                g_autoptr(GError) error = NULL;
                g_autofree char *next = NULL;

                query.cursor = cursor;
                g_assert_true(ban_table_query(world->table, &query, collect, rows, &next, NULL, &error));
                g_assert_no_error(error);
                g_free(cursor);
                cursor = g_steal_pointer(&next);
        } while (*cursor);

        g_ptr_array_add(rows, NULL);
        return g_strjoinv(" ", (char **) rows->pdata);
}

static void assert_query(World *world, BanQuery query, const char *expected) {
        const guint steps[] = { 0, 1, 2, 500 };

        for (guint i = 0; i < G_N_ELEMENTS(steps); i++) {
                g_autofree char *rows = query_all(world, query, steps[i]);

                g_assert_cmpstr(rows, ==, expected);
        }
}

static void test_events(World *world, gconstpointer data) {
        put(world, "sshd", "192.0.2.1", NOW, NOW + 600);
        assert_told(world, "banned sshd 192.0.2.1 600\nactive 1\n");

        put(world, "sshd", "192.0.2.1", NOW, NOW + 600);
        assert_told(world, "");
        put(world, "sshd", "192.0.2.1", NOW, NOW + 601);
        assert_told(world, "changed sshd 192.0.2.1 601\n");
        put(world, "sshd", "192.0.2.1", NOW, -1);
        assert_told(world, "changed sshd 192.0.2.1 -1\n");

        put(world, "web", "[2001:DB8::1]", NOW, NOW - 5);
        assert_told(world, "banned web 2001:db8::1 0\nactive 2\n");

        g_assert_true(ban_table_remove(world->table, "web", "2001:db8:0::1", NOW, "expired"));
        assert_told(world, "unbanned web 2001:db8::1 0 expired\nactive 1\n");
        g_assert_false(ban_table_remove(world->table, "web", "2001:db8::1", NOW, "expired"));
        g_assert_false(ban_table_remove(world->table, "nosuch", "192.0.2.1", NOW, "expired"));
        assert_told(world, "");
}

static void test_quiet(World *world, gconstpointer data) {
        Ban ban = make_ban("sshd", "192.0.2.1", NOW, NOW + 600);

        ban_table_put(world->table, &ban, NOW, TRUE);
        assert_told(world, "active 1\n");
}

static void test_batch(World *world, gconstpointer data) {
        ban_table_begin(world->table);
        ban_table_begin(world->table);
        put(world, "sshd", "192.0.2.1", NOW, -1);
        put(world, "sshd", "192.0.2.2", NOW, -1);
        ban_table_end(world->table);
        assert_told(world, "banned sshd 192.0.2.1 -1\nbanned sshd 192.0.2.2 -1\n");
        ban_table_end(world->table);
        assert_told(world, "active 2\n");

        ban_table_begin(world->table);
        g_assert_true(ban_table_remove(world->table, "sshd", "192.0.2.1", NOW, "lost"));
        put(world, "sshd", "192.0.2.1", NOW, -1);
        ban_table_end(world->table);
        assert_told(world, "unbanned sshd 192.0.2.1 -1 lost\nbanned sshd 192.0.2.1 -1\n");
}

static void test_assumed(World *world, gconstpointer data) {
        Ban assumed = make_ban("sshd", "192.0.2.1", NOW, NOW + 600),
            row = make_ban("sshd", "192.0.2.1", NOW + 1, NOW + 601);
        Ban ban;

        assumed.count = 0;
        ban_table_assume(world->table, &assumed, NOW);
        assert_told(world, "banned sshd 192.0.2.1 600\nactive 1\n");

        /* fail2ban's row corrects it without noise; the assumption does not come back over the row. */
        row.failures = 7;
        ban_table_put(world->table, &row, NOW, FALSE);
        ban_table_assume(world->table, &assumed, NOW);
        assert_told(world, "");
        g_assert_true(ban_table_get(world->table, "sshd", "192.0.2.1", &ban));
        g_assert_cmpint(ban.ends_at, ==, NOW + 601);
        g_assert_cmpuint(ban.failures, ==, 7);
        g_assert_cmpuint(ban.count, ==, 1);
        ban_clear(&ban);

        /* fail2ban's list moves the end, but knows neither failures nor count. */
        assumed.ends_at = NOW + 900;
        ban_table_put(world->table, &assumed, NOW, FALSE);
        assert_told(world, "changed sshd 192.0.2.1 900\n");
        g_assert_true(ban_table_get(world->table, "sshd", "192.0.2.1", &ban));
        g_assert_cmpuint(ban.failures, ==, 7);
        ban_clear(&ban);

        /* A later ban of ours replaces what has ended. */
        assumed.banned_at = NOW + 1000;
        assumed.ends_at = NOW + 1600;
        ban_table_assume(world->table, &assumed, NOW + 1000);
        assert_told(world, "changed sshd 192.0.2.1 600\n");
}

static void test_jails(World *world, gconstpointer data) {
        put_quietly(world, "a", "192.0.2.1", NOW, -1);
        put_quietly(world, "b", "192.0.2.1", NOW, -1);
        put_quietly(world, "b", "some body", NOW, -1);
        put_quietly(world, "b", "192.0.2.2", NOW, NOW + 1);

        g_assert_cmpuint(ban_table_count(world->table, "a"), ==, 1);
        g_assert_cmpuint(ban_table_count(world->table, "b"), ==, 3);
        g_assert_cmpuint(ban_table_count(world->table, "c"), ==, 0);

        g_assert_cmpuint(ban_table_remove_jail(world->table, "b", NOW, "jail-stopped"), ==, 3);
        g_assert_nonnull(strstr(world->told->str, "unbanned b some body -1 jail-stopped\n"));
        g_assert_true(g_str_has_suffix(world->told->str, "active 1\n"));
        g_assert_cmpuint(ban_table_count(world->table, "b"), ==, 0);
        g_assert_true(ban_table_has(world->table, "a", "192.0.2.1"));

        /* The number of b is used again, and is not mistaken for b. */
        put_quietly(world, "c", "192.0.2.9", NOW, -1);
        g_assert_false(ban_table_has(world->table, "b", "192.0.2.9"));
        g_assert_cmpuint(ban_table_remove_jail(world->table, "b", NOW, "jail-stopped"), ==, 0);
        g_assert_cmpuint(ban_table_remove_jail(world->table, NULL, NOW, "unbanned"), ==, 2);
        g_assert_cmpuint(ban_table_size(world->table), ==, 0);
        g_assert_cmpint(ban_table_next_end(world->table), ==, G_MAXINT64);
}

static void test_ids(World *world, gconstpointer data) {
        g_auto(GStrv) ids = NULL;
        g_autofree char *joined = NULL;

        put_quietly(world, "a", "user \"x\"", NOW, -1);
        put_quietly(world, "a", "192.0.2.10", NOW, -1);
        put_quietly(world, "a", "192.0.2.0/24", NOW, -1);
        put_quietly(world, "b", "192.0.2.99", NOW, -1);

        ids = ban_table_ids(world->table, "a");
        joined = g_strjoinv(" ", ids);
        g_assert_cmpstr(joined, ==, "192.0.2.0/24 192.0.2.10 user \"x\"");
        g_assert_true(ban_table_has(world->table, "a", "user \"x\""));
        g_assert_true(ban_table_has(world->table, "a", "192.0.2.77/24"));
        g_assert_false(ban_table_has(world->table, "a", "192.0.2.0"));
}

static void on_due(const Ban *ban, gpointer userdata) {
        World *world = userdata;

        g_assert_cmpint(ban->ends_at, <=, NOW);
        g_assert_true(ban_table_remove(world->table, ban->jail, ban->id, NOW, "expired"));
}

static void test_due(World *world, gconstpointer data) {
        for (guint i = 0; i < 5000; i++) {
                g_autofree char *id = g_strdup_printf("10.0.%u.%u", i / 250, i % 250);

                put_quietly(world, "a", id, NOW - 100, i % 5 == 0 ? -1 : NOW - 2500 + (gint64) ((i * 7919) % 5000));
        }

        for (guint left = 0, before = 5001; left != before;) {
                before = ban_table_size(world->table);
                ban_table_due(world->table, NOW, 300, on_due, world);
                left = ban_table_size(world->table);
                g_assert_cmpuint(before - left, <=, 300);
        }

        g_assert_cmpint(ban_table_next_end(world->table), >, NOW);
        g_assert_cmpint(ban_table_next_end(world->table), <, NOW + 10);
        g_assert_cmpuint(ban_table_size(world->table), >, 1000);
}

static void fill_for_query(World *world) {
        put_quietly(world, "web", "192.0.2.9", NOW - 5, NOW + 50);
        put_quietly(world, "ssh", "192.0.2.10", NOW - 4, NOW + 60);
        put_quietly(world, "ssh", "192.0.2.9", NOW - 4, -1);
        put_quietly(world, "ssh", "2001:db8::1", NOW - 3, NOW + 10);
        put_quietly(world, "web", "User", NOW - 2, NOW + 20);
        put_quietly(world, "web", "192.0.0.0/16", NOW - 1, NOW + 30);
}

static void test_sort(World *world, gconstpointer data) {
        fill_for_query(world);

        assert_query(world, (BanQuery) { .sort = BAN_SORT_ADDRESS },
                     "web/192.0.0.0/16 ssh/192.0.2.9 web/192.0.2.9 ssh/192.0.2.10 ssh/2001:db8::1 web/User");
        assert_query(world, (BanQuery) { .sort = BAN_SORT_ADDRESS, .descending = TRUE },
                     "web/User ssh/2001:db8::1 ssh/192.0.2.10 web/192.0.2.9 ssh/192.0.2.9 web/192.0.0.0/16");
        assert_query(world, (BanQuery) { .sort = BAN_SORT_BANNED_AT, .descending = TRUE },
                     "web/192.0.0.0/16 web/User ssh/2001:db8::1 ssh/192.0.2.10 ssh/192.0.2.9 web/192.0.2.9");
        assert_query(world, (BanQuery) { .sort = BAN_SORT_ENDS_AT },
                     "ssh/2001:db8::1 web/User web/192.0.0.0/16 web/192.0.2.9 ssh/192.0.2.10 ssh/192.0.2.9");
        assert_query(world, (BanQuery) { .sort = BAN_SORT_FAILURES },
                     "ssh/192.0.2.9 ssh/192.0.2.10 ssh/2001:db8::1 web/192.0.0.0/16 web/192.0.2.9 web/User");
        assert_query(world, (BanQuery) { .sort = BAN_SORT_JAIL, .descending = TRUE },
                     "web/User web/192.0.2.9 web/192.0.0.0/16 ssh/2001:db8::1 ssh/192.0.2.10 ssh/192.0.2.9");
}

/* Many bans of the same time, some of which even the second key does not tell apart: as pages, which compare. */
static void test_many_ties(World *world, gconstpointer data) {
        const char *const forms[] = { "192.0.%u.1", "2001:db8::%x", "2001:db8::%x:0/112", "user-%u" };

        for (guint i = 0; i < 800; i++) {
                guint number = (i * 7919) % 800 / 4;
                g_autofree char *id = g_strdup_printf(forms[i % 4], number + 1);

                put_quietly(world, i % 3 > 0 ? "b" : "a", id, NOW - (gint64) (i % 2), -1);
        }

        for (guint i = 0; i <= BAN_SORT_JAIL; i++)
                for (gboolean descending = FALSE; descending <= TRUE; descending++) {
                        BanQuery query = { .sort = (BanSort) i, .descending = descending };
                        g_autofree char *whole = query_all(world, query, 0), *pages = query_all(world, query, 90);

                        g_assert_cmpstr(whole, ==, pages);
                }
}

static void test_filter(World *world, gconstpointer data) {
        Address network, address;

        fill_for_query(world);
        g_assert_true(address_try_parse("192.0.2.8/30", &network));
        g_assert_true(address_try_parse("192.0.2.9", &address));

        assert_query(world, (BanQuery) { .jail = "ssh", .sort = BAN_SORT_ADDRESS },
                     "ssh/192.0.2.9 ssh/192.0.2.10 ssh/2001:db8::1");
        assert_query(world, (BanQuery) { .jail = "nosuch" }, "");
        assert_query(world, (BanQuery) { .within = &network, .sort = BAN_SORT_ADDRESS },
                     "ssh/192.0.2.9 web/192.0.2.9 ssh/192.0.2.10");
        assert_query(world, (BanQuery) { .covering = &address, .jail = "web", .sort = BAN_SORT_ADDRESS },
                     "web/192.0.0.0/16 web/192.0.2.9");
        assert_query(world, (BanQuery) { .search = "uSE" }, "web/User");
        assert_query(world, (BanQuery) { .search = "DB8:" }, "ssh/2001:db8::1");
        assert_query(world, (BanQuery) { .search = ".2.1", .within = &network }, "ssh/192.0.2.10");
}

static void test_total(World *world, gconstpointer data) {
        BanQuery query = { .jail = "ssh", .limit = 1 };
        g_autofree char *cursor = NULL;
        g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(g_free);
        guint total;

        fill_for_query(world);
        g_assert_true(ban_table_query(world->table, &query, collect, rows, &cursor, &total, NULL));
        g_assert_cmpuint(total, ==, 3);
        query.cursor = cursor;
        g_assert_true(ban_table_query(world->table, &query, collect, rows, NULL, &total, NULL));
        g_assert_cmpuint(total, ==, 3);
        g_assert_cmpuint(rows->len, ==, 2);
}

static void assert_refused(World *world, const BanQuery *query) {
        g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(g_free);
        g_autoptr(GError) error = NULL;

        g_assert_false(ban_table_query(world->table, query, collect, rows, NULL, NULL, &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT);
        g_assert_cmpuint(rows->len, ==, 0);
}

static void test_cursor(World *world, gconstpointer data) {
        BanQuery query = { .sort = BAN_SORT_ADDRESS, .limit = 2 };
        g_autofree char *cursor = NULL, *cut = NULL;
        g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(g_free);
        const char *wrong[] = { "x", "AAAA", "====", "not a cursor", "AQ", "\xc3\xa4" };

        fill_for_query(world);
        g_assert_true(ban_table_query(world->table, &query, collect, rows, &cursor, NULL, NULL));

        for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
                query.cursor = wrong[i];
                assert_refused(world, &query);
        }
        for (gsize i = 1; i < strlen(cursor); i++) {
                g_free(cut);
                cut = g_strndup(cursor, i);
                query.cursor = cut;
                assert_refused(world, &query);
        }

        query.cursor = cursor;
        query.jail = "ssh";
        assert_refused(world, &query);
        query.jail = NULL;
        query.descending = TRUE;
        assert_refused(world, &query);
        query.descending = FALSE;
        query.sort = BAN_SORT_JAIL;
        assert_refused(world, &query);
}

/* The last row, and its whole jail, may go between two pages. */
static void test_cursor_survives(World *world, gconstpointer data) {
        BanQuery query = { .sort = BAN_SORT_JAIL, .limit = 2 };
        g_autofree char *cursor = NULL, *joined = NULL;
        g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(g_free);

        put_quietly(world, "a", "192.0.2.1", NOW, -1);
        put_quietly(world, "b", "192.0.2.1", NOW, -1);
        put_quietly(world, "c", "192.0.2.1", NOW, -1);
        g_assert_true(ban_table_query(world->table, &query, collect, rows, &cursor, NULL, NULL));

        g_assert_true(ban_table_remove(world->table, "b", "192.0.2.1", NOW, "unbanned"));
        put_quietly(world, "aa", "192.0.2.1", NOW, -1);
        put_quietly(world, "bb", "192.0.2.1", NOW, -1);
        query.cursor = cursor;
        query.limit = 10;
        g_assert_true(ban_table_query(world->table, &query, collect, rows, NULL, NULL, NULL));

        g_ptr_array_add(rows, NULL);
        joined = g_strjoinv(" ", (char **) rows->pdata);
        g_assert_cmpstr(joined, ==, "a/192.0.2.1 b/192.0.2.1 bb/192.0.2.1 c/192.0.2.1");
}

/* The table does what a hash table of "jail/id" does, through growing and shrinking. */
static void test_random(World *world, gconstpointer data) {
        g_autoptr(GHashTable) model = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        g_autoptr(GRand) rand = g_rand_new_with_seed(7);
        const char *jails[] = { "a", "b", "c" };
        gint64 least = G_MAXINT64;
        GHashTableIter iter;
        gpointer key, value;

        ban_table_begin(world->table);
        for (guint step = 0; step < 120000; step++) {
                const char *jail = jails[g_rand_int_range(rand, 0, 3)];
                gint number = g_rand_int_range(rand, 0, 10000);
                g_autofree char *id =
                        g_strdup_printf(number % 10 ? "10.9.%d.%d" : "user-%d-%d", number / 256, number % 256);
                g_autofree char *name = g_strconcat(jail, "/", id, NULL);
                gint64 end = NOW + g_rand_int_range(rand, 0, 100000);

                if (g_rand_int_range(rand, 0, 60000) > (gint) (step % 60000)) {
                        put_quietly(world, jail, id, NOW, end);
                        g_hash_table_insert(model, g_steal_pointer(&name), GSIZE_TO_POINTER(end));
                } else {
                        g_assert_cmpint(ban_table_remove(world->table, jail, id, NOW, "lost"), ==,
                                        g_hash_table_remove(model, name));
                }
                g_assert_cmpuint(ban_table_size(world->table), ==, g_hash_table_size(model));
        }
        ban_table_end(world->table);

        g_hash_table_iter_init(&iter, model);
        while (g_hash_table_iter_next(&iter, &key, &value)) {
                char jail[] = { *(char *) key, 0 };
                Ban ban;

                least = MIN(least, (gint64) GPOINTER_TO_SIZE(value));
                g_assert_true(ban_table_get(world->table, jail, (char *) key + 2, &ban));
                g_assert_cmpint(ban.ends_at, ==, (gint64) GPOINTER_TO_SIZE(value));
                ban_clear(&ban);
        }
        g_assert_cmpint(ban_table_next_end(world->table), ==, least);
}

/* Pages while bans come and go: what was there all the time is seen once. */
static void test_pages_in_motion(World *world, gconstpointer data) {
        BanQuery query = { .sort = BAN_SORT_BANNED_AT, .descending = TRUE, .limit = 50 };
        g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        g_autofree char *cursor = g_strdup("");
        guint page = 0;

        for (guint i = 0; i < 1000; i++) {
                g_autofree char *id = g_strdup_printf("10.1.%u.%u", i / 250, i % 250);

                put_quietly(world, "a", id, NOW - (gint64) (i % 37), -1);
        }

        do {
                g_autoptr(GPtrArray) rows = g_ptr_array_new();
                g_autofree char *gone = g_strdup_printf("10.1.0.%u", page), *come = g_strdup_printf("10.2.0.%u", page);
                char *next = NULL;

                query.cursor = cursor;
                g_assert_true(ban_table_query(world->table, &query, collect, rows, &next, NULL, NULL));
                for (guint i = 0; i < rows->len; i++)
                        g_assert_true(g_hash_table_add(seen, rows->pdata[i]));
                g_free(cursor);
                cursor = next;

                (void) ban_table_remove(world->table, "a", gone, NOW, "expired");
                put_quietly(world, "a", come, NOW - (gint64) page, -1);
                page++;
        } while (*cursor);

        for (guint i = 250; i < 1000; i++) {
                g_autofree char *name = g_strdup_printf("a/10.1.%u.%u", i / 250, i % 250);

                g_assert_true(g_hash_table_contains(seen, name));
        }
}

static gpointer reader_thread(gpointer userdata) {
        World *world = userdata;

        for (guint i = 0; i < 300; i++) {
                g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(g_free);
                BanQuery query = { .sort = BAN_SORT_ENDS_AT, .limit = 20 };

                g_assert_true(ban_table_query(world->table, &query, collect, rows, NULL, NULL, NULL));
                g_assert_cmpuint(rows->len, <=, 20);
                (void) ban_table_next_end(world->table);
        }
        return NULL;
}

static gpointer writer_thread(gpointer userdata) {
        World *world = userdata;

        for (guint i = 0; i < 3000; i++) {
                g_autofree char *id = g_strdup_printf("10.3.%u.%u", i % 100, i % 7);
                Ban ban = make_ban("a", id, NOW, NOW + i);

                if (i % 3 == 0)
                        (void) ban_table_remove(world->table, "a", id, NOW, "lost");
                else
                        ban_table_put(world->table, &ban, NOW, FALSE);
        }
        return NULL;
}

static void test_threads(World *world, gconstpointer data) {
        GThread *threads[4];
        guint told = 0;

        for (guint i = 0; i < 4; i++)
                threads[i] = g_thread_new("test", i % 2 ? reader_thread : writer_thread, world);
        for (guint i = 0; i < 4; i++)
                (void) g_thread_join(threads[i]);

        /* Events are in order: the last count that was told is the count. */
        g_assert_cmpint(sscanf(g_strrstr(world->told->str, "active ") + strlen("active "), "%u", &told), ==, 1);
        g_assert_cmpuint(told, ==, ban_table_size(world->table));
}

static void assert_place(World *world, const char *id, const char *country, guint32 network) {
        g_autoptr(GVariant) row = NULL;
        const char *told = NULL;
        guint32 number = 1;
        Ban ban;

        g_assert_true(ban_table_get(world->table, "sshd", id, &ban));
        row = g_variant_ref_sink(ban_to_variant(&ban, NOW));
        g_assert_true(g_variant_lookup(row, "country", "&s", &told));
        g_assert_true(g_variant_lookup(row, "network", "u", &number));
        g_assert_cmpstr(told, ==, country);
        g_assert_cmpuint(number, ==, network);
        ban_clear(&ban);
}

/* Looked up when it comes, and anew when files are others. */
static void test_places(World *world, gconstpointer data) {
        g_autofree char *lite = geo_fixture_file("ipinfo-lite.mmdb"), *other = geo_fixture_file("other.mmdb");
        g_autoptr(Geo) geo = geo_new(NULL, NULL);

        put_quietly(world, "sshd", "2a00::1", NOW, -1);
        ban_table_place(world->table);
        assert_place(world, "2a00::1", "", 0);

        geo_set_file(geo, GEO_FILE_COUNTRY, lite);
        ban_table_set_geo(world->table, geo);
        put_quietly(world, "sshd", "1.2.3.4", NOW, -1);
        put_quietly(world, "sshd", "session-7", NOW, -1);
        assert_place(world, "1.2.3.4", "DE", 64501);
        assert_place(world, "session-7", "", 0);

        geo_set_file(geo, GEO_FILE_COUNTRY, other);
        g_assert_true(geo_refresh(geo));
        assert_place(world, "1.2.3.4", "DE", 64501);
        ban_table_place(world->table);
        assert_place(world, "1.2.3.4", "SE", 0);
        assert_place(world, "2a00::1", "DE", 0);
        assert_place(world, "session-7", "", 0);
        assert_told(world, "");
        ban_table_set_geo(world->table, NULL);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
#define CASE(name, function) g_test_add("/services/ban-table/" name, World, NULL, world_setup, function, world_teardown)
        CASE("events", test_events);
        CASE("quiet", test_quiet);
        CASE("batch", test_batch);
        CASE("assumed", test_assumed);
        CASE("jails", test_jails);
        CASE("ids", test_ids);
        CASE("due", test_due);
        CASE("sort", test_sort);
        CASE("many-ties", test_many_ties);
        CASE("filter", test_filter);
        CASE("total", test_total);
        CASE("cursor", test_cursor);
        CASE("cursor-survives", test_cursor_survives);
        CASE("random", test_random);
        CASE("pages-in-motion", test_pages_in_motion);
        CASE("places", test_places);
        CASE("threads", test_threads);
        return g_test_run();
}
