/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Samples of a model that the test changes, and the figure that is read from them. */

#include "services/figures/activity.h"

#include "core/error.h"
#include "folder.h"
#include "store/connection.h"

#define NOW G_GINT64_CONSTANT(1763700000) /* 2025-11-21 04:40 UTC */
#define HOUR 3600

typedef struct World {
        char *folder;
        Store *store;
        ActivityStore *samples;
        Model *model;
        BanTable *bans;
        Activity *activity;
        FigureQuery query;
        GVariant *answer;
} World;

static void ignore_event(EventType type, const char *name, const char *address, GVariant *properties,
                         gpointer userdata) {
}

static void world_setup(World *world, gconstpointer data) {
        EventSink sink = { ignore_event, NULL };

        world->folder = g_dir_make_tmp("test-activity-XXXXXX", NULL);
        world->store = store_open(world->folder, NULL);
        g_assert_nonnull(world->store);
        world->samples = activity_store_new(world->store);
        world->model = model_new(&sink);
        world->bans = ban_table_new(&sink);
        world->activity = activity_new(world->samples, world->model, world->bans);
        world->query = (FigureQuery) { .now = NOW, .filter.window = { NOW - 3 * HOUR, G_MAXINT64 } };
}

static void world_teardown(World *world, gconstpointer data) {
        g_clear_pointer(&world->answer, g_variant_unref);
        activity_free(world->activity);
        ban_table_free(world->bans);
        model_free(world->model);
        activity_store_free(world->samples);
        store_close(world->store);
        folder_remove(world->folder);
        g_free(world->folder);
}

static void add(World *world, gint64 at, guint32 active, guint64 failures) {
        g_assert_true(activity_store_add(world->samples, &(ActivitySample) { at, active, failures }, NULL));
}

static void ask(World *world) {
        g_autoptr(GError) error = NULL;

        g_clear_pointer(&world->answer, g_variant_unref);
        world->answer = activity_figure(world->activity, &world->query, &error);
        g_assert_no_error(error);
        g_variant_ref_sink(world->answer);
}

static guint64 failures(World *world, const char *key) {
        guint64 value = G_MAXUINT64;

        (void) g_variant_lookup(world->answer, key, "t", &value);
        return value;
}

static gint64 number(World *world, const char *key) {
        gint64 value = G_MININT64;

        g_assert_true(g_variant_lookup(world->answer, key, "x", &value));
        return value;
}

/* "at/active/failures" of each row, "-" where nothing is known. */
static void assert_rows(World *world, const char *expected) {
        g_autoptr(GVariant) rows = g_variant_lookup_value(world->answer, "rows", G_VARIANT_TYPE("aa{sv}"));
        g_autoptr(GString) text = g_string_new(NULL);

        for (gsize i = 0; i < g_variant_n_children(rows); i++) {
                g_autoptr(GVariant) row = g_variant_get_child_value(rows, i);
                g_autofree char *known = NULL;
                guint64 failed;
                guint32 active;
                gint64 at;

                g_assert_true(g_variant_lookup(row, "at", "x", &at));
                g_assert_true(g_variant_lookup(row, "failures", "t", &failed));
                if (g_variant_lookup(row, "active", "u", &active))
                        known = g_strdup_printf("%u", active);
                g_string_append_printf(text, "%" G_GINT64_FORMAT "/%s/%" G_GUINT64_FORMAT " ", at - NOW,
                                       known ? known : "-", failed);
        }
        g_assert_cmpstr(text->str, ==, expected);
}

/* 4:40 on the clock: the first bucket begins 40 minutes before the window, and counts from the window on. */
static void test_buckets(World *world, gconstpointer data) {
        add(world, NOW - 3 * HOUR - 1, 90, 9000);
        add(world, NOW - 3 * HOUR, 5, 1);
        add(world, NOW - 2 * HOUR - 2400, 6, 10);
        add(world, NOW - 2 * HOUR - 2100, 7, 20);
        add(world, NOW, 0, 300);
        add(world, NOW + 1, 90, 9000);
        ask(world);
        assert_rows(world, "-13200/5/1 -9600/7/30 -6000/-/0 -2400/0/300 ");
        g_assert_cmpuint(failures(world, "failures"), ==, 331);
        g_assert_cmpint(number(world, "since"), ==, NOW - 3 * HOUR);
        g_assert_cmpint(number(world, "bucket_seconds"), ==, HOUR);
}

/* What led to the first sample is not known. */
static void test_before(World *world, gconstpointer data) {
        add(world, NOW - 6 * HOUR - 1, 1, 4000);
        add(world, NOW - 6 * HOUR, 1, 300);
        add(world, NOW - 4 * HOUR, 1, 20);
        add(world, NOW - HOUR, 1, 1);
        ask(world);
        g_assert_cmpuint(failures(world, "failures"), ==, 1);
        g_assert_cmpuint(failures(world, "before_failures"), ==, 320);
        world->query.filter.window.since = NOW - 4 * HOUR;
        ask(world);
        g_assert_cmpuint(failures(world, "failures"), ==, 21);
        g_assert_cmpuint(failures(world, "before_failures"), ==, G_MAXUINT64);
        world->query.filter.window.since = 0;
        ask(world);
        g_assert_cmpuint(failures(world, "before_failures"), ==, G_MAXUINT64);
        g_assert_cmpint(number(world, "since"), ==, NOW - 6 * HOUR - 1);
        g_assert_cmpuint(failures(world, "failures"), ==, 321);
}

/* What was noted before the clock was put back stays, and nothing is less than nothing. */
static void test_clock_put_back(World *world, gconstpointer data) {
        add(world, NOW - 3 * HOUR, 1, 0);
        add(world, NOW - HOUR, 2, 10);
        add(world, NOW - 2 * HOUR, 3, 400);
        add(world, NOW - 2 * HOUR + 300, 4, 500);
        ask(world);
        assert_rows(world, "-13200/1/0 -9600/4/900 -6000/2/0 -2400/-/0 ");
}

static void test_empty(World *world, gconstpointer data) {
        ask(world);
        assert_rows(world, "-13200/-/0 -9600/-/0 -6000/-/0 -2400/-/0 ");
        g_assert_cmpuint(failures(world, "failures"), ==, 0);
        g_assert_cmpuint(failures(world, "before_failures"), ==, G_MAXUINT64);
        world->query.filter.window.since = 0;
        ask(world);
        assert_rows(world, "-2400/-/0 ");
}

static void refuse(World *world) {
        g_autoptr(GError) error = NULL;

        g_assert_null(activity_figure(world->activity, &world->query, &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT);
}

static void test_refused(World *world, gconstpointer data) {
        world->query.timezone = "Mars/Olympus";
        refuse(world);
        world->query.timezone = "Europe/Berlin";
        world->query.filter.window.since = 1000;
        world->query.bucket.size = BUCKET_HOUR;
        refuse(world);
}

static void go_online(World *world) {
        model_set_online(world->model, "1.0.2", g_variant_new("a{sv}", NULL), NOW);
}

static void put_jail(World *world, const char *name, guint total_failed) {
        const Fail2banCounters counters = { .total_failed = total_failed };

        model_put_jail(world->model, name, &counters, g_variant_new("a{sv}", NULL));
}

static void sample(World *world, gint64 at) {
        g_autoptr(GError) error = NULL;

        g_assert_true(activity_sample(world->activity, at, NULL, &error));
        g_assert_no_error(error);
}

static void assert_failures(World *world, gint64 at, guint64 expected) {
        ActivityBucket found;

        g_assert_true(activity_store_read(world->samples, (const gint64[]) { at, at + 1 }, 1, &found, NULL));
        g_assert_cmpint(found.active, ==, 0);
        g_assert_cmpuint(found.failures, ==, expected);
}

static void test_growth(World *world, gconstpointer data) {
        gint64 first = 0;

        sample(world, NOW);
        go_online(world);
        put_jail(world, "sshd", 1000);
        sample(world, NOW + 1);
        assert_failures(world, NOW + 1, 0);
        put_jail(world, "sshd", 1003);
        put_jail(world, "web", 20);
        sample(world, NOW + 2);
        assert_failures(world, NOW + 2, 23);
        /* another's end is no growth of this one */
        model_remove_jail(world->model, "web");
        sample(world, NOW + 3);
        assert_failures(world, NOW + 3, 0);
        /* fail2ban was started again */
        model_set_offline(world->model, "gone", NOW);
        sample(world, NOW + 4);
        go_online(world);
        put_jail(world, "sshd", 4);
        sample(world, NOW + 5);
        assert_failures(world, NOW + 5, 4);
        sample(world, NOW + 5);
        assert_failures(world, NOW + 5, 4);
        /* nothing was written while it was offline */
        g_assert_true(activity_store_first_at(world->samples, &first, NULL));
        g_assert_cmpint(first, ==, NOW + 1);
        world->query.now = NOW + 10;
        world->query.filter.window = (Window) { NOW + 4, NOW + 5 };
        ask(world);
        assert_rows(world, "-2400/-/0 ");
}

static gboolean add_many(StoreConnection *connection, gpointer userdata, GError **error) {
        return store_execute(
                connection,
                "WITH RECURSIVE number (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM number WHERE i < 12000)"
                " INSERT INTO activity (at, active, failures) SELECT i, 1, 1 FROM number",
                "adding samples", error);
}

static void test_purge(World *world, gconstpointer data) {
        gboolean more = TRUE;
        gint64 first = 0;
        guint steps = 0;

        g_assert_true(store_write(world->store, add_many, NULL, NULL));
        for (; more; steps++)
                g_assert_true(activity_store_purge(world->samples, 11501, &more, NULL));
        g_assert_cmpuint(steps, ==, 2);
        g_assert_true(activity_store_first_at(world->samples, &first, NULL));
        g_assert_cmpint(first, ==, 11501);
}

int main(int argc, char **argv) {
        static const struct {
                const char *path;
                void (*func)(World *world, gconstpointer data);
        } cases[] = {
                { "/services/activity/buckets", test_buckets },
                { "/services/activity/before", test_before },
                { "/services/activity/empty", test_empty },
                { "/services/activity/refused", test_refused },
                { "/services/activity/growth", test_growth },
                { "/services/activity/clock-put-back", test_clock_put_back },
                { "/services/activity/purge", test_purge },
        };

        g_test_init(&argc, &argv, NULL);
        for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
                g_test_add(cases[i].path, World, NULL, world_setup, cases[i].func, world_teardown);
        return g_test_run();
}
