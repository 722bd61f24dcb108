/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Every figure over random bans and random filters, beside the plainest way to count. */

#include "services/figures/figures.h"

#include <glib/gstdio.h>
#include <math.h>

#include "core/error.h"
#include "folder.h"
#include "store/connection.h"
#include "store/manual-store.h"

#define NOW G_GINT64_CONSTANT(1763700000) /* 2025-11-21 04:40 UTC */
#define DAY 86400
#define ROUNDS 30

typedef struct World {
        char *folder;
        Store *store;
        ArchiveStore *archive;
        BanTable *live;
        Settings *settings;
        GArray *bans; /* ArchiveBan */
        Columns *columns;
        Figures *figures;
        gboolean filled;
        FigureQuery query;
        GVariant *answer;
} World;

static const char *const jails[] = { "sshd", "postfix", "nginx", "recidive" };

static gint compare_times(gconstpointer a, gconstpointer b) {
        gint64 one = ((const ArchiveBan *) a)->banned_at, other = ((const ArchiveBan *) b)->banned_at;

        return (one > other) - (one < other);
}

static gboolean scan(gpointer source, void (*taken)(gpointer userdata), ArchiveScanFunc each, gpointer userdata,
                     GError **error) {
        World *world = source;

        taken(userdata);
        g_array_sort(world->bans, compare_times);
        (void) each((const ArchiveBan *) (gconstpointer) world->bans->data, world->bans->len, userdata);
        return TRUE;
}

static void add_jails(World *world) {
        g_autoptr(ManualStore) manual = manual_store_new(world->store);
        Address address = { .version = 4, .prefix = 32 };

        for (guint i = 0; i < G_N_ELEMENTS(jails); i++)
                g_assert_true(manual_store_add(manual, jails[i], &address, 1, NOW, 0, "", NULL));
}

static void ignore_event(EventType type, const char *name, const char *address, GVariant *properties,
                         gpointer userdata) {
}

static void world_setup(World *world, gconstpointer data) {
        EventSink sink = { ignore_event, NULL };
        g_autofree char *file = NULL;

        world->folder = g_dir_make_tmp("test-figures-XXXXXX", NULL);
        world->store = store_open(world->folder, NULL);
        g_assert_nonnull(world->store);
        add_jails(world);
        world->archive = archive_store_new(world->store, NULL);
        g_assert_nonnull(world->archive);
        file = g_build_filename(world->folder, "bangui.conf", NULL);
        g_assert_true(g_file_set_contents(file, "[bangui]\nmap-threshold-low=7\n", -1, NULL));
        world->settings = settings_load(file, NULL, NULL, NULL);
        g_assert_nonnull(world->settings);
        world->live = ban_table_new(&sink);
        world->bans = g_array_new(FALSE, FALSE, sizeof(ArchiveBan));
        world->columns = columns_new(scan, world);
        world->figures = figures_new(world->columns, world->archive, NULL, world->live, world->settings);
        world->query = (FigureQuery) { .now = NOW, .limit = 500, .filter.window = { 0, G_MAXINT64 } };
}

static void world_teardown(World *world, gconstpointer data) {
        g_clear_pointer(&world->answer, g_variant_unref);
        figures_free(world->figures);
        columns_free(world->columns);
        g_array_unref(world->bans);
        ban_table_free(world->live);
        settings_free(world->settings);
        archive_store_free(world->archive);
        store_close(world->store);
        folder_remove(world->folder);
        g_free(world->folder);
}

static ArchiveBan *add_ban(World *world, gint64 at, const char *address) {
        ArchiveBan ban = { .jail = archive_store_jail_number(world->archive, jails[0]), .banned_at = at };

        if (!address_try_parse(address, &ban.address))
                ban.text = address;
        g_array_append_val(world->bans, ban);
        return &g_array_index(world->bans, ArchiveBan, world->bans->len - 1);
}

static void add_random_bans(World *world, GRand *rand) {
        static const char *const whos[] = { "198.51.100.0/24", "alice", "2001:db8::1", "2001:db8:7::/48", "bob" };
        guint n = (guint) g_rand_int_range(rand, 0, 6000);

        for (guint i = 0; i < n; i++) {
                gint64 at = NOW + 100 - (gint64) (pow(g_rand_double(rand), 3) * 500 * DAY);
                guint who = (guint) (pow(g_rand_double(rand), 2) * 300);
                g_autofree char *narrow = g_strdup_printf("203.0.%u.%u", who % 3, who % 256);
                ArchiveBan *ban = add_ban(world, at, who < 5 ? whos[who] : narrow);

                ban->jail = archive_store_jail_number(world->archive, jails[g_rand_int_range(rand, 0, 8) % 4]);
                ban->origin = (ArchiveOrigin) (g_rand_int_range(rand, 0, 9) % _ARCHIVE_ORIGIN_MAX);
                ban->country = (CountryCode) (who % 7 == 0 ? 0 : 'D' << 8 | ('A' + who % 11));
                ban->network = who % 5 == 0 ? 0 : 64500 + who % 13;
        }
}

static gboolean chance(GRand *rand) {
        return g_rand_int_range(rand, 0, 4) == 0;
}

static void choose_random(FigureQuery *query, GRand *rand) {
        static const char *const withins[] = { "203.0.1.0/24", "203.0.0.0/16", "2001:db8::/32", "203.0.2.8",
                                               "0.0.0.0/0",    "10.0.0.0/8",   "2001:db8::1",   "198.51.100.0/24" };
        ArchiveFilter *filter = &query->filter;

        *filter = (ArchiveFilter) { .window = { 0, G_MAXINT64 } };
        if (chance(rand) || chance(rand))
                filter->window.since = NOW - g_rand_int_range(rand, 1, 400 * DAY);
        if (chance(rand))
                filter->window.until =
                        MAX(filter->window.since, NOW - 300 * DAY) + g_rand_int_range(rand, 1, 200 * DAY);
        if (chance(rand))
                filter->jail = g_rand_boolean(rand) ? jails[g_rand_int_range(rand, 0, 4)] : "no-such-jail";
        if ((filter->by_origin = chance(rand)))
                filter->origin = (ArchiveOrigin) g_rand_int_range(rand, 0, _ARCHIVE_ORIGIN_MAX);
        if ((filter->by_country = chance(rand)))
                filter->country = (CountryCode) (chance(rand) ? 0 : 'D' << 8 | ('A' + g_rand_int_range(rand, 0, 13)));
        if ((filter->by_network = chance(rand)))
                filter->network = chance(rand) ? 0 : 64500 + (guint32) g_rand_int_range(rand, 0, 15);
        if ((filter->by_address = chance(rand)))
                g_assert_true(address_parse(withins[g_rand_int_range(rand, 0, G_N_ELEMENTS(withins))], &filter->within,
                                            NULL));
        else if (chance(rand))
                filter->text = "alice";
}

/* The plain way. */

static gboolean matches(const World *world, const ArchiveFilter *filter, const ArchiveBan *ban) {
        return ban->banned_at >= filter->window.since && ban->banned_at < filter->window.until &&
               (!filter->jail || g_str_equal(archive_store_jail_name(world->archive, ban->jail), filter->jail)) &&
               (!filter->by_origin || ban->origin == filter->origin) &&
               (!filter->by_country || ban->country == filter->country) &&
               (!filter->by_network || ban->network == filter->network) &&
               (!filter->by_address || (!ban->text && address_contains(&filter->within, &ban->address))) &&
               (!filter->text || g_strcmp0(filter->text, ban->text) == 0);
}

typedef char *(*KeyFunc)(const World *world, const ArchiveBan *ban);

/* Text -> number of bans. */
static GHashTable *count(const World *world, const ArchiveFilter *filter, KeyFunc key) {
        GHashTable *counts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

        for (guint i = 0; i < world->bans->len; i++) {
                const ArchiveBan *ban = &g_array_index(world->bans, ArchiveBan, i);

                if (matches(world, filter, ban)) {
                        char *text = key(world, ban);
                        guint old = GPOINTER_TO_UINT(g_hash_table_lookup(counts, text));

                        g_hash_table_insert(counts, text, GUINT_TO_POINTER(old + 1));
                }
        }
        return counts;
}

static char *key_none(const World *world, const ArchiveBan *ban) {
        return g_strdup("");
}

static char *key_country(const World *world, const ArchiveBan *ban) {
        char buffer[3];

        return g_strdup(geo_country_text(ban->country, buffer));
}

static char *key_jail(const World *world, const ArchiveBan *ban) {
        return g_strdup(archive_store_jail_name(world->archive, ban->jail));
}

static char *key_network(const World *world, const ArchiveBan *ban) {
        return g_strdup_printf("%u", ban->network);
}

static char *key_origin(const World *world, const ArchiveBan *ban) {
        return g_strdup(archive_origin_name(ban->origin));
}

static char *key_address(const World *world, const ArchiveBan *ban) {
        char buffer[ADDRESS_TEXT_MAX];

        return g_strdup(ban->text ? ban->text : address_format(&ban->address, buffer));
}

static guint count_repeated(GHashTable *counts) {
        GHashTableIter iter;
        gpointer bans;
        guint n = 0;

        g_hash_table_iter_init(&iter, counts);
        while (g_hash_table_iter_next(&iter, NULL, &bans))
                n += GPOINTER_TO_UINT(bans) > 1;
        return n;
}

static guint count_all(const World *world, const ArchiveFilter *filter) {
        g_autoptr(GHashTable) counts = count(world, filter, key_none);

        return GPOINTER_TO_UINT(g_hash_table_lookup(counts, ""));
}

/* Asking. */

/* The bans are all there by the first question. */
static void fill(World *world) {
        if (!world->filled)
                columns_start(world->columns);
        world->filled = TRUE;
}

static void ask(World *world, FigureFunc *func) {
        g_autoptr(GError) error = NULL;

        g_clear_pointer(&world->answer, g_variant_unref);
        fill(world);
        world->answer = func(world->figures, &world->query, &error);
        g_assert_no_error(error);
        g_assert_true(g_variant_is_of_type(world->answer, G_VARIANT_TYPE_VARDICT));
        g_variant_ref_sink(world->answer);
}

static gint64 number(GVariant *row, const char *key) {
        gint64 value = G_MININT64;

        g_assert_true(g_variant_lookup(row, key, "x", &value));
        return value;
}

static GVariant *rows(World *world) {
        return g_variant_lookup_value(world->answer, "rows", G_VARIANT_TYPE("aa{sv}"));
}

static char *row_key(GVariant *row, const char *key) {
        g_autoptr(GVariant) value = g_variant_lookup_value(row, key, NULL);

        g_assert_nonnull(value);
        return g_variant_is_of_type(value, G_VARIANT_TYPE_UINT32) ? g_strdup_printf("%u", g_variant_get_uint32(value))
                                                                  : g_variant_dup_string(value, NULL);
}

/* As many rows as there are groups, but at most `limit`, each with its bans, the most frequent first; limit 0: a row
 * for every group there can be, in their own order. */
static void check_groups(World *world, FigureFunc *func, const char *key, KeyFunc key_of, guint limit) {
        g_autoptr(GHashTable) counts = count(world, &world->query.filter, key_of);
        g_autoptr(GVariant) list = NULL;
        gint64 before = G_MAXINT64, total = count_all(world, &world->query.filter);
        guint n;

        ask(world, func);
        list = rows(world);
        n = (guint) g_variant_n_children(list);
        g_assert_cmpint(number(world->answer, "total"), ==, total);
        if (limit > 0)
                g_assert_cmpuint(n, ==, MIN(g_hash_table_size(counts), limit));
        for (guint i = 0; i < n; i++) {
                g_autoptr(GVariant) row = g_variant_get_child_value(list, i);
                g_autofree char *text = row_key(row, key);
                gint64 bans = number(row, "bans");
                double share;

                g_assert_cmpint(bans, ==, GPOINTER_TO_UINT(g_hash_table_lookup(counts, text)));
                g_assert_true(g_variant_lookup(row, "share", "d", &share));
                g_assert_cmpfloat(share, ==, total > 0 ? (double) bans / (double) total : 0);
                if (limit > 0)
                        g_assert_cmpint(bans, <=, before);
                before = bans;
        }
}

static const ArchiveBan *newest_of(World *world, const char *address) {
        for (guint i = world->bans->len; i > 0; i--) {
                const ArchiveBan *ban = &g_array_index(world->bans, ArchiveBan, i - 1);
                g_autofree char *text = key_address(world, ban);

                if (g_str_equal(text, address) && matches(world, &world->query.filter, ban))
                        return ban;
        }
        g_assert_not_reached();
}

static void check_addresses(World *world) {
        g_autoptr(GHashTable) counts = count(world, &world->query.filter, key_address);
        g_autoptr(GVariant) list = NULL;
        guint n;

        check_groups(world, figures_top_addresses, "address", key_address, world->query.limit);
        g_assert_cmpint(number(world->answer, "addresses"), ==, g_hash_table_size(counts));
        list = rows(world);
        n = (guint) g_variant_n_children(list);
        for (guint i = 0; i < n; i++) {
                g_autoptr(GVariant) row = g_variant_get_child_value(list, i);
                g_autofree char *address = row_key(row, "address"), *country = row_key(row, "country");
                g_autofree char *network = row_key(row, "network"), *jail = row_key(row, "jail");
                const ArchiveBan *newest = newest_of(world, address);
                g_autofree char *newest_country = key_country(world, newest);
                g_autofree char *newest_network = key_network(world, newest);

                g_assert_cmpint(number(row, "last_at"), ==, newest->banned_at);
                g_assert_cmpstr(country, ==, newest_country);
                g_assert_cmpstr(network, ==, newest_network);
                g_assert_true(
                        g_strv_contains((const char *const[]) { "sshd", "postfix", "nginx", "recidive", NULL }, jail));
        }
        ask(world, figures_unique);
        g_assert_cmpint(number(world->answer, "addresses"), ==, g_hash_table_size(counts));
        g_assert_cmpint(number(world->answer, "repeat_addresses"), ==, count_repeated(counts));
        g_assert_cmpint(number(world->answer, "total"), ==, count_all(world, &world->query.filter));
}

static void check_compare(World *world) {
        g_autoptr(GHashTable) counts = count(world, &world->query.filter, key_address);
        g_autoptr(GHashTable) earlier = NULL;
        ArchiveFilter before = world->query.filter;
        gint64 total = count_all(world, &before), total_before;
        double change;

        ask(world, figures_compare);
        g_assert_cmpint(number(world->answer, "total"), ==, total);
        g_assert_cmpint(number(world->answer, "addresses"), ==, g_hash_table_size(counts));
        g_assert_cmpint(number(world->answer, "repeat_addresses"), ==, count_repeated(counts));
        if (!window_before(&world->query.filter.window, NOW, &before.window)) {
                g_assert_false(g_variant_lookup(world->answer, "before", "x", NULL));
                return;
        }
        earlier = count(world, &before, key_address);
        total_before = count_all(world, &before);
        g_assert_cmpint(number(world->answer, "before"), ==, total_before);
        g_assert_cmpint(number(world->answer, "before_addresses"), ==, g_hash_table_size(earlier));
        g_assert_cmpint(number(world->answer, "before_repeat_addresses"), ==, count_repeated(earlier));
        g_assert_cmpint(number(world->answer, "before_since"), ==, before.window.since);
        g_assert_true(g_variant_lookup(world->answer, "change", "d", &change) == (total_before > 0));
        if (total_before > 0)
                g_assert_cmpfloat(change, ==, (double) (total - total_before) / (double) total_before);
}

static guint count_between(World *world, gint64 since, gint64 until) {
        ArchiveFilter filter = world->query.filter;

        filter.window.since = MAX(filter.window.since, since);
        filter.window.until = MIN(filter.window.until, until);
        return filter.window.since < filter.window.until ? count_all(world, &filter) : 0;
}

/* The same trend for each jail alone. */
static void check_series(World *world) {
        g_autoptr(GVariant) series = g_variant_lookup_value(world->answer, "series", G_VARIANT_TYPE("aa{sv}"));
        g_autoptr(GVariant) whole = g_variant_ref(world->answer);
        const char *chosen = world->query.filter.jail;
        gint64 before = G_MAXINT64, total = 0;

        g_assert_true((series != NULL) == world->query.by_jail);
        for (gsize i = 0; series && i < g_variant_n_children(series); i++) {
                g_autoptr(GVariant) row = g_variant_get_child_value(series, i), list = NULL;
                g_autoptr(GVariant) bans = g_variant_lookup_value(row, "bans", G_VARIANT_TYPE("at"));
                g_autofree char *jail = row_key(row, "jail");

                world->query.filter.jail = jail;
                world->query.filter.window = (Window) { number(whole, "since"), number(whole, "until") };
                ask(world, figures_trend);
                list = rows(world);
                g_assert_cmpint(number(world->answer, "total"), <=, before);
                before = number(world->answer, "total");
                total += before;
                g_assert_cmpuint(g_variant_n_children(bans), ==, g_variant_n_children(list));
                for (gsize j = 0; j < g_variant_n_children(list); j++) {
                        g_autoptr(GVariant) bucket = g_variant_get_child_value(list, j), n = NULL;

                        n = g_variant_get_child_value(bans, j);
                        g_assert_cmpuint(g_variant_get_uint64(n), ==, (guint64) number(bucket, "bans"));
                }
        }
        if (series)
                g_assert_cmpint(total, ==, number(whole, "total"));
        world->query.filter.jail = chosen;
}

static void check_trend(World *world) {
        Window window = world->query.filter.window;
        g_autoptr(GVariant) list = NULL;
        guint n;

        ask(world, figures_trend);
        list = rows(world);
        n = (guint) g_variant_n_children(list);
        g_assert_cmpint(number(world->answer, "total"), ==, count_all(world, &world->query.filter));
        g_assert_cmpint(number(world->answer, "removed"), ==, 0);
        for (guint i = 0; i < n; i++) {
                g_autoptr(GVariant) row = g_variant_get_child_value(list, i);
                g_autoptr(GVariant) next = i + 1 < n ? g_variant_get_child_value(list, i + 1) : NULL;
                gint64 at = number(row, "at"), end = next ? number(next, "at") : G_MAXINT64;

                g_assert_cmpint(at, <, end);
                g_assert_cmpint(number(row, "bans"), ==, count_between(world, at, end));
        }
        check_series(world);
        world->query.filter.window = window;
}

static char *key_hour(const World *world, const ArchiveBan *ban) {
        g_autoptr(GTimeZone) zone = g_time_zone_new_identifier(world->query.timezone ? world->query.timezone : "UTC");
        g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(ban->banned_at);
        g_autoptr(GDateTime) local = g_date_time_to_timezone(time, zone);

        return g_strdup_printf("%d %d", g_date_time_get_day_of_week(local), g_date_time_get_hour(local));
}

static void check_hours(World *world) {
        g_autoptr(GHashTable) counts = count(world, &world->query.filter, key_hour);
        g_autoptr(GVariant) list = NULL;

        ask(world, figures_hour_of_week);
        list = rows(world);
        g_assert_cmpuint(g_variant_n_children(list), ==, HOURS_OF_WEEK);
        for (guint i = 0; i < HOURS_OF_WEEK; i++) {
                g_autoptr(GVariant) row = g_variant_get_child_value(list, i);
                g_autofree char *weekday = row_key(row, "weekday"), *hour = row_key(row, "hour");
                g_autofree char *text = g_strdup_printf("%s %s", weekday, hour);

                g_assert_cmpint(number(row, "bans"), ==, GPOINTER_TO_UINT(g_hash_table_lookup(counts, text)));
        }
}

/* Up to the end of each bucket, as many as there are different ones. */
static void check_new_addresses(World *world, GVariant *overview, GVariant *trend) {
        g_autoptr(GVariant) list = g_variant_lookup_value(trend, "rows", G_VARIANT_TYPE("aa{sv}"));
        g_autoptr(GVariant) found = g_variant_lookup_value(overview, "new_addresses", G_VARIANT_TYPE("at"));
        Window window = world->query.filter.window;
        gsize n = g_variant_n_children(list);
        gint64 addresses = 0;

        g_assert_cmpuint(g_variant_n_children(found), ==, n);
        for (gsize i = 0; i < n; i++) {
                g_autoptr(GVariant) next = i + 1 < n ? g_variant_get_child_value(list, i + 1) : NULL;
                g_autoptr(GVariant) value = g_variant_get_child_value(found, i);

                addresses += (gint64) g_variant_get_uint64(value);
                world->query.filter.window.until = MIN(window.until, next ? number(next, "at") : G_MAXINT64);
                ask(world, figures_unique);
                g_assert_cmpint(addresses, ==, number(world->answer, "addresses"));
        }
        world->query.filter.window = window;
}

/* What each figure says by itself. */
static void check_overview(World *world) {
        static const struct {
                const char *part;
                FigureFunc *func;
        } parts[] = { { "by_country", figures_by_country },
                      { "by_jail", figures_by_jail },
                      { "by_network", figures_by_network },
                      { "by_origin", figures_by_origin },
                      { "top", figures_top_addresses } };
        g_autoptr(GVariant) overview = NULL, trend = NULL;
        guint32 active;

        ask(world, figures_overview);
        overview = g_variant_ref(world->answer);
        for (guint i = 0; i < G_N_ELEMENTS(parts); i++) {
                g_autoptr(GVariant) part = g_variant_lookup_value(overview, parts[i].part, G_VARIANT_TYPE("aa{sv}"));
                g_autoptr(GVariant) list = NULL;

                ask(world, parts[i].func);
                list = rows(world);
                g_assert_true(g_variant_equal(part, list));
        }
        ask(world, figures_trend);
        trend = g_variant_lookup_value(overview, "trend", G_VARIANT_TYPE_VARDICT);
        g_assert_true(g_variant_equal(trend, world->answer));
        check_new_addresses(world, overview, trend);
        ask(world, figures_compare);
        g_assert_cmpint(number(overview, "total"), ==, number(world->answer, "total"));
        g_assert_cmpint(number(overview, "addresses"), ==, number(world->answer, "addresses"));
        g_assert_true(g_variant_lookup(overview, "active", "u", &active));
        g_assert_cmpuint(active, ==, 0);
}

static void test_random(World *world, gconstpointer data) {
        static const char *const zones[] = { NULL, "Europe/Berlin", "Asia/Kathmandu", "America/New_York" };
        g_autoptr(GRand) rand = g_rand_new_with_seed(g_test_rand_int());

        add_random_bans(world, rand);
        for (guint round = 0; round < ROUNDS; round++) {
                choose_random(&world->query, rand);
                world->query.timezone = zones[g_rand_int_range(rand, 0, G_N_ELEMENTS(zones))];
                world->query.limit = chance(rand) ? 3 : 500;
                world->query.bucket.size = chance(rand) ? BUCKET_DAY : BUCKET_AUTO;
                world->query.by_jail = g_rand_boolean(rand);
                check_groups(world, figures_by_country, "country", key_country, 500);
                check_groups(world, figures_by_jail, "jail", key_jail, 500);
                check_groups(world, figures_by_network, "network", key_network, world->query.limit);
                check_groups(world, figures_by_origin, "origin", key_origin, 0);
                check_addresses(world);
                check_compare(world);
                check_trend(world);
                check_hours(world);
                check_overview(world);
        }
}

static void test_empty(World *world, gconstpointer data) {
        g_autoptr(GVariant) list = NULL;

        world->query.filter.window.since = NOW - DAY;
        check_trend(world);
        list = rows(world);
        g_assert_cmpuint(g_variant_n_children(list), ==, 25);
        check_overview(world);
        check_hours(world);
        world->query.filter.window = (Window) { 0, G_MAXINT64 };
        check_trend(world);
        check_compare(world);
        check_groups(world, figures_by_country, "country", key_country, 500);
}

static void test_thresholds(World *world, gconstpointer data) {
        g_autoptr(GVariant) thresholds = NULL;

        ask(world, figures_by_country);
        thresholds = g_variant_lookup_value(world->answer, "thresholds", G_VARIANT_TYPE_VARDICT);
        g_assert_cmpint(number(thresholds, "low"), ==, 7);
        g_assert_cmpint(number(thresholds, "medium"), ==, 50);
        g_assert_cmpint(number(thresholds, "high"), ==, 100);
}

static gboolean write_totals(StoreConnection *connection, gpointer userdata, GError **error) {
        return store_execute(connection,
                             "INSERT INTO ban_total (day, jail, country, origin, bans) VALUES"
                             " (19000, 1, 17477, 0, 5), (19000, 2, 17477, 1, 7), (19001, 1, 0, 0, 100),"
                             " (20400, 1, 17477, 0, 1000)",
                             "writing totals", error);
}

static gint64 removed(World *world) {
        ask(world, figures_trend);
        return number(world->answer, "removed");
}

/* Of a jail of which no ban is left, too. */
static void check_removed_series(World *world) {
        g_autoptr(GVariant) series = g_variant_lookup_value(world->answer, "series", G_VARIANT_TYPE("aa{sv}"));
        g_autoptr(GVariant) row = NULL, bans = NULL, first = NULL, second = NULL;
        g_autofree char *jail = NULL;

        g_assert_cmpuint(g_variant_n_children(series), ==, 2);
        row = g_variant_get_child_value(series, 1);
        jail = row_key(row, "jail");
        g_assert_cmpstr(jail, ==, jails[1]);
        bans = g_variant_lookup_value(row, "bans", G_VARIANT_TYPE("at"));
        first = g_variant_get_child_value(bans, 0);
        second = g_variant_get_child_value(bans, 1);
        g_assert_cmpuint(g_variant_get_uint64(first), ==, 7);
        g_assert_cmpuint(g_variant_get_uint64(second), ==, 0);
}

/* Nine jails: two are the others. */
static void test_series(World *world, gconstpointer data) {
        g_autoptr(GVariant) series = NULL, row = NULL, bans = NULL, n = NULL;
        g_autofree char *jail = NULL;

        for (guint i = 1; i <= 9; i++)
                for (guint j = 0; j < i; j++)
                        add_ban(world, NOW - 10, "192.0.2.1")->jail = 100 + i;
        world->query.filter.window.since = NOW - 60;
        world->query.by_jail = TRUE;
        ask(world, figures_trend);
        series = g_variant_lookup_value(world->answer, "series", G_VARIANT_TYPE("aa{sv}"));
        g_assert_cmpuint(g_variant_n_children(series), ==, 8);
        row = g_variant_get_child_value(series, 7);
        jail = row_key(row, "jail");
        g_assert_cmpstr(jail, ==, "");
        bans = g_variant_lookup_value(row, "bans", G_VARIANT_TYPE("at"));
        n = g_variant_get_child_value(bans, 0);
        g_assert_cmpuint(g_variant_get_uint64(n), ==, 1 + 2);
}

/* What retention took away is in the trend, where the filter can be held against it. */
static void test_removed(World *world, gconstpointer data) {
        FigureQuery *query = &world->query;
        g_autoptr(GVariant) list = NULL, first = NULL, second = NULL;

        g_assert_true(store_write(world->store, write_totals, NULL, NULL));
        add_ban(world, NOW - 5, "192.0.2.1");
        query->bucket = (Bucket) { BUCKET_SECONDS, DAY };
        g_assert_cmpint(removed(world), ==, 1112);
        g_assert_cmpint(number(world->answer, "total"), ==, 1113);
        g_assert_cmpint(number(world->answer, "since"), ==, 19000 * DAY);
        list = rows(world);
        first = g_variant_get_child_value(list, 0);
        second = g_variant_get_child_value(list, 1);
        g_assert_cmpint(number(first, "at"), ==, 19000 * DAY);
        g_assert_cmpint(number(first, "bans"), ==, 12);
        g_assert_cmpint(number(second, "bans"), ==, 100);

        query->by_jail = TRUE;
        g_assert_cmpint(removed(world), ==, 1112);
        check_removed_series(world);
        query->by_jail = FALSE;
        query->filter.jail = jails[0];
        g_assert_cmpint(removed(world), ==, 1105);
        query->filter.by_country = TRUE;
        query->filter.country = 17477;
        g_assert_cmpint(removed(world), ==, 1005);
        query->filter.jail = NULL;
        query->filter.by_origin = TRUE;
        query->filter.origin = ARCHIVE_ORIGIN_MANUAL;
        g_assert_cmpint(removed(world), ==, 7);
        query->filter.by_network = TRUE;
        g_assert_cmpint(removed(world), ==, 0);
        query->filter = (ArchiveFilter) { .window = { 19000 * DAY + DAY / 2 + 1, G_MAXINT64 } };
        g_assert_cmpint(removed(world), ==, 1100);
        query->filter.window = (Window) { 19000 * DAY, 19001 * DAY };
        g_assert_cmpint(removed(world), ==, 12);
        query->bucket = (Bucket) { BUCKET_HOUR, 0 };
        g_assert_cmpint(removed(world), ==, 0);
}

/* A ban of the other clock's next minute counts; one of next year is in no trend, but in every other figure. */
static void test_ahead(World *world, gconstpointer data) {
        add_ban(world, NOW + 30, "192.0.2.1");
        add_ban(world, NOW + 366 * DAY, "192.0.2.1");
        world->query.filter.window.since = NOW - DAY;
        ask(world, figures_unique);
        g_assert_cmpint(number(world->answer, "total"), ==, 2);
        g_assert_cmpint(number(world->answer, "until"), ==, NOW);
        ask(world, figures_trend);
        g_assert_cmpint(number(world->answer, "total"), ==, 1);
}

static void refuse(World *world, FigureFunc *func, BanguiError code) {
        g_autoptr(GError) error = NULL;

        fill(world);
        g_assert_null(func(world->figures, &world->query, &error));
        g_assert_error(error, BANGUI_ERROR, (gint) code);
}

/* The columns are free again afterwards. */
static void test_refused(World *world, gconstpointer data) {
        world->query.timezone = "Mars/Olympus";
        refuse(world, figures_trend, BANGUI_ERROR_INVALID_ARGUMENT);
        refuse(world, figures_hour_of_week, BANGUI_ERROR_INVALID_ARGUMENT);
        refuse(world, figures_overview, BANGUI_ERROR_INVALID_ARGUMENT);
        world->query.timezone = NULL;
        world->query.filter.window.since = 1000;
        world->query.bucket.size = BUCKET_HOUR;
        refuse(world, figures_trend, BANGUI_ERROR_INVALID_ARGUMENT);
        refuse(world, figures_overview, BANGUI_ERROR_INVALID_ARGUMENT);
        world->query.bucket.size = BUCKET_AUTO;
        ask(world, figures_overview);
}

/* The same day at every turn of the calendar: a ban a minute before midnight and one a minute behind it. */
static void test_turns(World *world, gconstpointer data) {
        static const gint64 midnights[] = { 1709251200 /* 2024-03-01, behind a leap day */, 1735689600 /* 2025 */,
                                            1743289200 /* 2025-03-30 in Berlin */,
                                            1761429600 /* 2025-10-26 in Berlin */, 1761955200 /* 2025-11-01 */ };

        for (guint i = 0; i < G_N_ELEMENTS(midnights); i++) {
                add_ban(world, midnights[i] - 60, "192.0.2.1");
                add_ban(world, midnights[i] + 60, "192.0.2.1");
        }
        for (guint i = 0; i < G_N_ELEMENTS(midnights); i++) {
                gint64 now = midnights[i] + 90;

                world->query.now = now;
                g_assert_true(window_read("24h", -1, -1, NULL, now, &world->query.filter.window, NULL));
                world->query.filter.window.until = now;
                ask(world, figures_unique);
                g_assert_cmpint(number(world->answer, "total"), ==, 2);
                /* a day behind the first ban, within the slack, it counts still; behind it, only the second does */
                world->query.now = midnights[i] - 60 + DAY + WINDOW_SLACK_S;
                g_assert_true(window_read("24h", -1, -1, NULL, world->query.now, &world->query.filter.window, NULL));
                world->query.filter.window.until = world->query.now;
                ask(world, figures_unique);
                g_assert_cmpint(number(world->answer, "total"), ==, 2);
                g_assert_true(window_read("24h", -1, -1, NULL, ++world->query.now, &world->query.filter.window, NULL));
                world->query.filter.window.until = world->query.now;
                ask(world, figures_unique);
                g_assert_cmpint(number(world->answer, "total"), ==, 1);
        }
}

int main(int argc, char **argv) {
        static const struct {
                const char *path;
                void (*func)(World *world, gconstpointer data);
        } cases[] = {
                { "/services/figures/random", test_random },         { "/services/figures/empty", test_empty },
                { "/services/figures/thresholds", test_thresholds }, { "/services/figures/removed", test_removed },
                { "/services/figures/ahead", test_ahead },           { "/services/figures/refused", test_refused },
                { "/services/figures/turns", test_turns },           { "/services/figures/series", test_series },
        };

        g_test_init(&argc, &argv, NULL);
        for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
                g_test_add(cases[i].path, World, NULL, world_setup, cases[i].func, world_teardown);
        return g_test_run();
}
