/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The watcher, the probe and all below them against a real fail2ban
 *
 * Each case lets fail2ban decide something, waits (on a connection of its own) until it has, and then expects to
 * be told within two seconds. Every case runs with fail2ban's database and without.
 */

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "fail2ban-fixture.h"
#include "fail2ban/commands.h"
#include "jobs/watcher.h"

#define TOLD_WITHIN_US (2 * G_USEC_PER_SEC)
#define DECIDES_WITHIN_US (20 * G_USEC_PER_SEC)

typedef struct Setup {
        gboolean without_database;
        const char *jail_lines;
} Setup;

typedef struct World {
        Fail2banFixture *fixture;
        Fail2banClient *other; /* what fail2ban-client would be */
        GMutex lock;
        GPtrArray *told; /* lines */
        Fail2banClient *client;
        Model *model;
        BanTable *bans;
        Findings *findings;
        Probe *probe;
        Watcher *watcher;
} World;

static const char *fail2ban_part(GVariant *health) {
        g_autoptr(GVariant) parts = g_variant_lookup_value(health, "Parts", G_VARIANT_TYPE("aa{sv}"));
        const char *state = "?";

        for (gsize i = 0; i < g_variant_n_children(parts); i++) {
                g_autoptr(GVariant) part = g_variant_get_child_value(parts, i);
                const char *name;

                if (g_variant_lookup(part, "name", "&s", &name) && g_str_equal(name, "fail2ban"))
                        g_variant_lookup(part, "state", "&s", &state);
        }
        return g_intern_string(state);
}

static char *event_line(EventType type, const char *name, const char *address, GVariant *properties) {
        const char *text = "";
        gint64 number = 0;

        switch (type) {
        case EVENT_SERVER:
                g_assert_true(g_variant_lookup(properties, "State", "&s", &text));
                return g_strdup_printf("server %s", text);
        case EVENT_JAIL:
                g_assert_true(g_variant_lookup(properties, "BanTime", "x", &number));
                return g_strdup_printf("jail %s %" G_GINT64_FORMAT, name, number);
        case EVENT_JAIL_REMOVED:
                return g_strdup_printf("jail-removed %s", name);
        case EVENT_BANNED:
                return g_strdup_printf("banned %s %s", name, address);
        case EVENT_BAN_CHANGED:
                return g_strdup_printf("changed %s %s", name, address);
        case EVENT_UNBANNED:
                g_assert_true(g_variant_lookup(properties, "cause", "&s", &text));
                return g_strdup_printf("unbanned %s %s %s", name, address, text);
        case EVENT_HEALTH:
                return g_strdup_printf("part fail2ban %s", fail2ban_part(properties));
        default:
                return NULL;
        }
}

static void on_event(EventType type, const char *name, const char *address, GVariant *properties, gpointer userdata) {
        World *world = userdata;
        char *line = event_line(type, name, address, properties);

        if (!line)
                return;
        g_mutex_lock(&world->lock);
        g_ptr_array_add(world->told, line);
        g_mutex_unlock(&world->lock);
        g_main_context_wakeup(NULL);
}

/* Forgets what was told up to and with the line. */
static gboolean take_told(World *world, const char *line) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&world->lock);

        for (guint i = 0; i < world->told->len; i++)
                if (g_str_equal(g_ptr_array_index(world->told, i), line)) {
                        g_ptr_array_remove_range(world->told, 0, i + 1);
                        return TRUE;
                }
        return FALSE;
}

static char *all_told(World *world) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&world->lock);
        GString *text = g_string_new("");

        for (guint i = 0; i < world->told->len; i++)
                g_string_append_printf(text, "%s\n", (char *) g_ptr_array_index(world->told, i));
        return g_string_free(text, FALSE);
}

static gboolean on_deadline(gpointer userdata) {
        *(gboolean *) userdata = TRUE;
        return G_SOURCE_REMOVE;
}

static void expect_within(World *world, const char *line, gint64 since, gint64 within) {
        gint64 left = since + within - g_get_monotonic_time();
        gboolean late = FALSE;
        guint timer = g_timeout_add((guint) (MAX(left, 0) / 1000), on_deadline, &late);

        while (!take_told(world, line) && !late)
                g_main_context_iteration(NULL, TRUE);
        if (late) {
                g_autofree char *told = all_told(world);

                g_error("not told in time: %s; told:\n%s", line, told);
        }
        g_source_remove(timer);
        g_test_message("%s: after %" G_GINT64_FORMAT " ms", line, (g_get_monotonic_time() - since) / 1000);
}

static void expect(World *world, const char *line) {
        expect_within(world, line, g_get_monotonic_time(), TOLD_WITHIN_US);
}

static void expect_no_ban_events(World *world) {
        g_autofree char *told = all_told(world);

        g_assert_null(strstr(told, "banned "));
}

static gboolean on_tick(gpointer userdata) {
        return G_SOURCE_CONTINUE;
}

/* Lets the main loop run until fail2ban itself says so. */
static void await_decision(World *world, const char *jail, const char *address, gboolean banned) {
        gint64 deadline = g_get_monotonic_time() + DECIDES_WITHIN_US;
        guint tick = g_timeout_add(10, on_tick, NULL);
        gboolean now = !banned;

        while (now != banned) {
                g_autoptr(GError) error = NULL;

                g_main_context_iteration(NULL, TRUE);
                g_assert_true(fail2ban_banned(world->other, jail, &address, 1, &now, &error));
                g_assert_no_error(error);
                g_assert_cmpint(g_get_monotonic_time(), <, deadline);
        }
        g_source_remove(tick);
}

static void ban(World *world, const char *jail, const char *address) {
        g_autoptr(GError) error = NULL;
        guint n;

        g_assert_true(fail2ban_ban(world->other, jail, &address, 1, &n, &error));
        g_assert_no_error(error);
        g_assert_cmpuint(n, ==, 1);
}

static void unban(World *world, const char *jail, const char *address) {
        g_autoptr(GError) error = NULL;
        guint n;

        g_assert_true(fail2ban_unban(world->other, jail, &address, 1, &n, &error));
        g_assert_no_error(error);
        g_assert_cmpuint(n, ==, 1);
}

static void reload(World *world, const char *jail) {
        const char *arguments[] = { "/usr/bin/python3",
                                    "/usr/bin/fail2ban-client",
                                    "-c",
                                    fail2ban_fixture_configuration(world->fixture),
                                    "-s",
                                    fail2ban_fixture_socket(world->fixture),
                                    "reload",
                                    "--if-exists",
                                    jail,
                                    NULL };
        g_autoptr(GError) error = NULL;
        int status;

        g_spawn_sync(NULL, (char **) arguments, NULL, G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL, NULL,
                     NULL, NULL, NULL, &status, &error);
        g_assert_no_error(error);
        g_assert_true(g_spawn_check_wait_status(status, &error));
}

static void build(World *world) {
        EventSink sink = { on_event, world };
        const char *socket = fail2ban_fixture_socket(world->fixture);

        world->client = fail2ban_client_new(socket, 10, 60);
        world->model = model_new(&sink);
        world->bans = ban_table_new(&sink);
        world->findings = findings_new(&sink);
        world->probe = probe_new(world->client, world->model, world->bans, world->findings, socket);
        world->watcher = watcher_new(world->probe, socket, 300);
}

static void take_down(World *world) {
        fail2ban_client_stop(world->client);
        watcher_free(world->watcher);
        probe_free(world->probe);
        findings_free(world->findings);
        ban_table_free(world->bans);
        model_free(world->model);
        fail2ban_client_free(world->client);
}

static void world_setup(World *world, gconstpointer data) {
        static const char *const jails[] = { "one", "zwei, \xc3\xa4", NULL };
        const Setup *setup = data;
        Fail2banFixtureOptions options = { .jails = jails,
                                           .jail_lines = setup->jail_lines,
                                           .without_database = setup->without_database };

        g_mutex_init(&world->lock);
        world->told = g_ptr_array_new_with_free_func(g_free);
        world->fixture = fail2ban_fixture_start(&options);
        world->other = fail2ban_client_new(fail2ban_fixture_socket(world->fixture), 10, 60);
        build(world);
}

static void world_teardown(World *world, gconstpointer data) {
        take_down(world);
        fail2ban_client_free(world->other);
        fail2ban_fixture_free(world->fixture);
        g_ptr_array_unref(world->told);
        g_mutex_clear(&world->lock);
}

/* What is banned until the first look is over is not told ban by ban. */
static void start(World *world) {
        watcher_start(world->watcher);
        expect(world, "server online");
        expect(world, "part fail2ban ok");
        g_assert_true(model_check_jail(world->model, "one", NULL));
        g_assert_true(model_check_jail(world->model, "zwei, \xc3\xa4", NULL));
}

static void test_ban_by_log(World *world, gconstpointer data) {
        start(world);
        for (guint i = 0; i < 3; i++)
                fail2ban_fixture_fail(world->fixture, 1, "2001:db8::7");
        await_decision(world, "zwei, \xc3\xa4", "2001:db8::7", TRUE);
        expect(world, "banned zwei, \xc3\xa4 2001:db8::7");
        g_assert_cmpuint(ban_table_size(world->bans), ==, 1);
}

static void test_by_client(World *world, gconstpointer data) {
        start(world);
        ban(world, "one", "192.0.2.1");
        expect(world, "banned one 192.0.2.1");
        ban(world, "one", "198.51.100.0/24");
        ban(world, "one", "192.0.2.3");
        expect(world, "banned one 192.0.2.3");
        /* Once the newest and once an older one: they look different in the database. */
        unban(world, "one", "192.0.2.3");
        expect(world, "unbanned one 192.0.2.3 unbanned");
        unban(world, "one", "192.0.2.1");
        expect(world, "unbanned one 192.0.2.1 unbanned");
        ban(world, "one", "192.0.2.1");
        expect(world, "banned one 192.0.2.1");
        g_assert_cmpuint(ban_table_count(world->bans, "one"), ==, 2);
        g_assert_true(ban_table_has(world->bans, "one", "198.51.100.0/24"));
}

static void test_expiry(World *world, gconstpointer data) {
        start(world);
        ban(world, "one", "192.0.2.1");
        ban(world, "one", "192.0.2.2");
        expect(world, "banned one 192.0.2.1");
        await_decision(world, "one", "192.0.2.1", FALSE);
        expect(world, "unbanned one 192.0.2.1 expired");
        await_decision(world, "one", "192.0.2.2", FALSE);
        expect_within(world, "unbanned one 192.0.2.2 expired", g_get_monotonic_time(), TOLD_WITHIN_US);
        g_assert_cmpuint(ban_table_size(world->bans), ==, 0);
}

static void test_jail_stop_start(World *world, gconstpointer data) {
        const Setup *setup = data;
        g_autoptr(GError) error = NULL;

        start(world);
        ban(world, "one", "192.0.2.1");
        expect(world, "banned one 192.0.2.1");
        g_assert_true(fail2ban_jail_stop(world->other, "one", &error));
        g_assert_no_error(error);
        expect(world, "unbanned one 192.0.2.1 jail-stopped");
        expect(world, "jail-removed one");
        g_assert_false(model_check_jail(world->model, "one", NULL));

        reload(world, "one");
        expect(world, "jail one 600");
        if (!setup->without_database) {
                await_decision(world, "one", "192.0.2.1", TRUE);
                expect(world, "banned one 192.0.2.1");
        }
}

/* Nothing happens, so there is nothing to wait for but time: jails that just started are looked at more often. */
static void rest(World *world) {
        gboolean over = FALSE;

        g_timeout_add(5000, on_deadline, &over);
        while (!over)
                g_main_context_iteration(NULL, TRUE);
}

static void test_reload(World *world, gconstpointer data) {
        g_autofree char *folder = g_build_filename(fail2ban_fixture_configuration(world->fixture), "jail.d", NULL);
        g_autofree char *path = g_build_filename(folder, "more.local", NULL);
        g_autoptr(GError) error = NULL;
        Ban got;

        start(world);
        ban(world, "one", "192.0.2.1");
        expect(world, "banned one 192.0.2.1");
        rest(world);
        g_assert_cmpint(g_mkdir(folder, 0700), ==, 0);
        g_assert_true(g_file_set_contents(path, "[one]\nbantime = 1234\n", -1, &error));
        reload(world, "one");
        expect(world, "jail one 1234");
        /* fail2ban moves the ends of bans in force, which its database does not show. */
        expect(world, "changed one 192.0.2.1");
        g_assert_true(ban_table_get(world->bans, "one", "192.0.2.1", &got));
        g_assert_cmpint(got.ends_at - got.banned_at, >=, 1233);
        g_assert_cmpint(got.ends_at - got.banned_at, <=, 1235);
        ban_clear(&got);
}

static void test_server_stop_start(World *world, gconstpointer data) {
        const Setup *setup = data;

        start(world);
        ban(world, "one", "192.0.2.1");
        expect(world, "banned one 192.0.2.1");
        fail2ban_fixture_stop(world->fixture);
        expect(world, "server offline");
        g_assert_cmpuint(ban_table_size(world->bans), ==, 0);
        fail2ban_fixture_restart(world->fixture);
        expect(world, "server online");
        if (!setup->without_database) {
                await_decision(world, "one", "192.0.2.1", TRUE);
                expect(world, "banned one 192.0.2.1");
        }
}

static void test_server_killed(World *world, gconstpointer data) {
        gint64 since;

        start(world);
        since = g_get_monotonic_time();
        fail2ban_fixture_kill(world->fixture);
        expect_within(world, "server offline", since, TOLD_WITHIN_US);
        fail2ban_fixture_restart(world->fixture);
        expect(world, "server online");
}

static void test_folder_made_later(World *world, gconstpointer data) {
        g_autofree char *folder = g_strdup_printf("%s/run/deep", fail2ban_fixture_folder(world->fixture));
        g_autofree char *socket = g_strdup_printf("%s/f2b.sock", folder);
        g_autofree char *other = g_strdup(fail2ban_fixture_socket(world->fixture));

        take_down(world);
        build(world);
        watcher_free(world->watcher);
        probe_free(world->probe);
        fail2ban_client_free(world->client);
        world->client = fail2ban_client_new(socket, 10, 60);
        world->probe = probe_new(world->client, world->model, world->bans, world->findings, socket);
        world->watcher = watcher_new(world->probe, socket, 300);
        watcher_start(world->watcher);
        expect(world, "server offline");

        g_assert_cmpint(g_mkdir_with_parents(folder, 0700), ==, 0);
        g_assert_cmpint(link(other, socket), ==, 0);
        expect(world, "server online");
}

static void test_first_fill_is_quiet(World *world, gconstpointer data) {
        ban(world, "one", "192.0.2.1");
        ban(world, "zwei, \xc3\xa4", "192.0.2.2");
        start(world);
        while (ban_table_size(world->bans) < 2)
                g_main_context_iteration(NULL, TRUE);
        ban(world, "one", "192.0.2.3");
        expect(world, "banned one 192.0.2.3");
        expect_no_ban_events(world);
}

static guint n_polls;

static gint count_poll(GPollFD *fds, guint n, gint timeout) {
        n_polls++;
        return g_poll(fds, n, timeout);
}

static void test_rest(World *world, gconstpointer data) {
        GPollFunc poll = g_main_context_get_poll_func(NULL);
        gboolean over = FALSE;

        start(world);
        ban(world, "one", "192.0.2.1");
        expect(world, "banned one 192.0.2.1");
        rest(world);
        n_polls = 0;
        g_main_context_set_poll_func(NULL, count_poll);
        g_timeout_add(3000, on_deadline, &over);
        while (!over)
                g_main_context_iteration(NULL, TRUE);
        g_main_context_set_poll_func(NULL, poll);
        g_assert_cmpuint(n_polls, <=, 2);
}

static void add(const char *name, const Setup *setup, void (*test)(World *, gconstpointer)) {
        g_autofree char *path =
                g_strdup_printf("/jobs/watcher/%s%s", name, setup->without_database ? "/without-database" : "");

        g_test_add(path, World, setup, world_setup, test, world_teardown);
}

int main(int argc, char **argv) {
        static const Setup usual[2] = { { FALSE, NULL }, { TRUE, NULL } };
        static const Setup short_bans[2] = { { FALSE, "bantime = 2s\n" }, { TRUE, "bantime = 2s\n" } };

        g_test_init(&argc, &argv, NULL);

        for (guint i = 0; i < 2; i++) {
                add("ban-by-log", &usual[i], test_ban_by_log);
                add("by-client", &usual[i], test_by_client);
                add("expiry", &short_bans[i], test_expiry);
                add("jail-stop-start", &usual[i], test_jail_stop_start);
                add("reload", &usual[i], test_reload);
                add("server-stop-start", &usual[i], test_server_stop_start);
                add("server-killed", &usual[i], test_server_killed);
                add("first-fill-is-quiet", &usual[i], test_first_fill_is_quiet);
        }
        add("folder-made-later", &usual[0], test_folder_made_later);
        add("rest", &usual[0], test_rest);

        return g_test_run();
}
