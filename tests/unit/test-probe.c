/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The probe by itself against a real fail2ban: what the watcher's tests cannot bring about. */

#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

#include "core/error.h"
#include "fail2ban-fixture.h"
#include "fail2ban/commands.h"
#include "services/probe/probe.h"

#define MANY 3000

typedef struct World {
        Fail2banFixture *fixture;
        Fail2banClient *client;
        Model *model;
        BanTable *bans;
        Findings *findings;
        Probe *probe;
        guint banned, unbanned, expired, changed, jails;
} World;

static void on_event(EventType type, const char *name, const char *address, GVariant *properties, gpointer userdata) {
        World *world = userdata;
        const char *cause = "";

        world->banned += type == EVENT_BANNED;
        world->changed += type == EVENT_BAN_CHANGED;
        world->jails += type == EVENT_JAIL;
        if (type != EVENT_UNBANNED)
                return;
        g_assert_true(g_variant_lookup(properties, "cause", "&s", &cause));
        world->expired += g_str_equal(cause, "expired");
        world->unbanned += g_str_equal(cause, "unbanned");
}

static void world_setup(World *world, gconstpointer data) {
        EventSink sink = { on_event, world };
        const char *socket;

        world->fixture = fail2ban_fixture_start(data);
        socket = fail2ban_fixture_socket(world->fixture);
        world->client = fail2ban_client_new(socket, 10, 60);
        world->model = model_new(&sink);
        world->bans = ban_table_new(&sink);
        world->findings = findings_new(&sink);
        world->probe = probe_new(world->client, world->model, world->bans, world->findings, socket);
}

static void world_teardown(World *world, gconstpointer data) {
        probe_free(world->probe);
        findings_free(world->findings);
        ban_table_free(world->bans);
        model_free(world->model);
        fail2ban_client_free(world->client);
        fail2ban_fixture_free(world->fixture);
}

static gint64 wall_clock(void) {
        return g_get_real_time() / G_USEC_PER_SEC;
}

static void full(World *world) {
        g_autoptr(GError) error = NULL;

        g_assert_true(probe_full(world->probe, wall_clock(), &error));
        g_assert_no_error(error);
}

static void database(World *world) {
        g_autoptr(GError) error = NULL;

        g_assert_true(probe_database(world->probe, wall_clock(), &error));
        g_assert_no_error(error);
}

static char **many_addresses(guint n) {
        g_autoptr(GStrvBuilder) builder = g_strv_builder_new();

        for (guint i = 0; i < n; i++) {
                g_autofree char *text = g_strdup_printf("10.0.%u.%u", i / 256, i % 256);

                g_strv_builder_add(builder, text);
        }
        return g_strv_builder_end(builder);
}

static void ban(World *world, const char *const *texts, guint n) {
        g_autoptr(GError) error = NULL;
        guint count;

        for (guint done = 0; done < n; done += 100) {
                g_assert_true(fail2ban_ban(world->client, "jail0", texts + done, MIN(100, n - done), &count, &error));
                g_assert_no_error(error);
        }
}

static void unban(World *world, const char *const *texts, guint n) {
        g_autoptr(GError) error = NULL;
        guint count;

        g_assert_true(fail2ban_unban(world->client, "jail0", texts, n, &count, &error));
        g_assert_no_error(error);
        g_assert_cmpuint(count, ==, n);
}

static int sql(World *world, const char *statement) {
        sqlite3 *db;
        sqlite3_stmt *prepared;
        int value = 0;

        g_assert_cmpint(sqlite3_open(fail2ban_fixture_database(world->fixture), &db), ==, SQLITE_OK);
        sqlite3_busy_timeout(db, 2000);
        g_assert_cmpint(sqlite3_prepare_v2(db, statement, -1, &prepared, NULL), ==, SQLITE_OK);
        if (sqlite3_step(prepared) == SQLITE_ROW)
                value = sqlite3_column_int(prepared, 0);
        g_assert_cmpint(sqlite3_finalize(prepared), ==, SQLITE_OK);
        g_assert_cmpint(sqlite3_close(db), ==, SQLITE_OK);
        return value;
}

/* fail2ban writes its rows some time after it answered, and tells nobody. */
static void await_rows(World *world, int n) {
        gint64 deadline = g_get_monotonic_time() + 20 * G_USEC_PER_SEC;

        while (sql(world, "SELECT count(*) FROM bips") != n) {
                g_assert_cmpint(g_get_monotonic_time(), <, deadline);
                g_usleep(5000);
        }
}

static gboolean has_finding(World *world, const char *kind, const char *severity) {
        g_autoptr(GVariant) health = findings_health(world->findings);
        g_autoptr(GVariant) rows = g_variant_lookup_value(health, "Findings", G_VARIANT_TYPE("aa{sv}"));

        for (gsize i = 0; i < g_variant_n_children(rows); i++) {
                g_autoptr(GVariant) row = g_variant_get_child_value(rows, i);
                const char *text;

                if (g_variant_lookup(row, "kind", "&s", &text) && g_str_equal(text, kind)) {
                        g_assert_true(g_variant_lookup(row, "severity", "&s", &text));
                        g_assert_cmpstr(text, ==, severity);
                        return TRUE;
                }
        }
        return FALSE;
}

static void assert_part(World *world, const char *part, const char *expected) {
        g_autoptr(GVariant) health = findings_health(world->findings);
        g_autoptr(GVariant) rows = g_variant_lookup_value(health, "Parts", G_VARIANT_TYPE("aa{sv}"));

        for (gsize i = 0; i < g_variant_n_children(rows); i++) {
                g_autoptr(GVariant) row = g_variant_get_child_value(rows, i);
                const char *text;

                if (g_variant_lookup(row, "name", "&s", &text) && g_str_equal(text, part)) {
                        g_assert_true(g_variant_lookup(row, "state", "&s", &text));
                        g_assert_cmpstr(text, ==, expected);
                        return;
                }
        }
        g_error("no part %s", part);
}

static void test_offline(World *world, gconstpointer data) {
        g_autoptr(GError) error = NULL;

        full(world);
        assert_part(world, "fail2ban", "ok");
        g_assert_false(has_finding(world, "fail2ban-offline", "critical"));
        fail2ban_fixture_kill(world->fixture);
        g_assert_false(probe_full(world->probe, wall_clock(), &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_FAIL2BAN_OFFLINE);
        g_assert_false(model_is_online(world->model));
        g_assert_true(has_finding(world, "fail2ban-offline", "critical"));
        assert_part(world, "fail2ban", "failed");

        fail2ban_fixture_restart(world->fixture);
        full(world);
        g_assert_true(model_is_online(world->model));
        g_assert_true(model_check_jail(world->model, "jail0", NULL));
        g_assert_false(has_finding(world, "fail2ban-offline", "critical"));
}

static void test_connection_ended(World *world, gconstpointer data) {
        guint64 connection = 0;
        int fd;

        full(world);
        fd = probe_dup_connection(world->probe, &connection);
        g_assert_cmpint(fd, >=, 0);
        close(fd);
        probe_connection_ended(world->probe, connection + 1, wall_clock());
        g_assert_true(model_is_online(world->model));
        probe_connection_ended(world->probe, connection, wall_clock());
        g_assert_false(model_is_online(world->model));
}

static void test_database_findings(World *world, gconstpointer data) {
        g_autoptr(GVariant) age = g_variant_ref_sink(g_variant_new_int64(3600)), now = NULL;
        g_autofree char *file = NULL, *gone = NULL;
        g_autoptr(GError) error = NULL;

        full(world);
        assert_part(world, "fail2ban-database", "ok");
        file = probe_database_file(world->probe);
        g_assert_cmpstr(file, ==, fail2ban_fixture_database(world->fixture));

        now = fail2ban_server_set(world->client, "database_purge_age", age, NULL, &error);
        g_assert_no_error(error);
        full(world);
        g_assert_true(has_finding(world, "purge-age-short", "warning"));

        /* Without it, fail2ban is asked instead. */
        g_assert_cmpint(unlink(file), ==, 0);
        full(world);
        assert_part(world, "fail2ban-database", "failed");
        g_assert_true(has_finding(world, "database-unreadable", "warning"));
        gone = probe_database_file(world->probe);
        g_assert_null(gone);
        ban(world, (const char *[]) { "192.0.2.1" }, 1);
        full(world);
        g_assert_cmpuint(ban_table_size(world->bans), ==, 1);
}

static void test_no_database(World *world, gconstpointer data) {
        g_autofree char *file = NULL;
        Ban got;

        ban(world, (const char *[]) { "192.0.2.1" }, 1);
        full(world);
        assert_part(world, "fail2ban-database", "off");
        g_assert_true(has_finding(world, "database-none", "notice"));
        file = probe_database_file(world->probe);
        g_assert_null(file);
        g_assert_true(ban_table_get(world->bans, "jail0", "192.0.2.1", &got));
        g_assert_cmpint(ABS(got.banned_at - wall_clock()), <=, 2);
        g_assert_cmpint(got.ends_at - got.banned_at, ==, 600);
        ban_clear(&got);
        g_assert_cmpuint(world->banned, ==, 0);
}

/* The first fill is neither misled by rows of bans that are not in force nor by rows that are missing. */
static void test_fill_against_rows(World *world, gconstpointer data) {
        g_autoptr(GError) error = NULL;
        Ban got;

        ban(world, (const char *[]) { "192.0.2.1", "192.0.2.2", "192.0.2.3" }, 3);
        await_rows(world, 3);
        sql(world, "DELETE FROM bips WHERE ip = '192.0.2.2'");
        sql(world, "INSERT INTO bips(ip, jail, timeofban, bantime) VALUES('192.0.2.9', 'jail0', unixepoch(), 600)");
        sql(world, "INSERT INTO bips(ip, jail, timeofban, bantime) VALUES('192.0.2.8', 'jail0', 1000, 600)");
        sql(world, "UPDATE bips SET bantime = -2 WHERE ip = '192.0.2.3'");
        full(world);
        /* Three rows and three bans: only the list tells them apart, and nothing makes us ask for it yet. */
        unban(world, (const char *[]) { "192.0.2.1" }, 1);
        full(world);
        g_assert_true(probe_is_unsettled(world->probe));
        g_assert_true(probe_full(world->probe, wall_clock() + 1, &error));
        g_assert_cmpuint(ban_table_size(world->bans), ==, 2);
        g_assert_true(ban_table_has(world->bans, "jail0", "192.0.2.2"));
        g_assert_false(ban_table_has(world->bans, "jail0", "192.0.2.9"));
        g_assert_true(ban_table_get(world->bans, "jail0", "192.0.2.3", &got));
        g_assert_cmpint(got.ends_at - got.banned_at, ==, 600);
        ban_clear(&got);
}

static void test_fill_doubtful(World *world, gconstpointer data) {
        ban(world, (const char *[]) { "192.0.2.1", "192.0.2.2" }, 2);
        await_rows(world, 2);
        sql(world, "INSERT INTO bips(ip, jail, timeofban, bantime) VALUES('192.0.2.9', 'jail0', unixepoch(), 600)");
        full(world);
        g_assert_cmpuint(ban_table_size(world->bans), ==, 2);
        g_assert_false(ban_table_has(world->bans, "jail0", "192.0.2.9"));
        g_assert_cmpuint(world->banned + world->unbanned + world->expired, ==, 0);
}

static void test_many(World *world, gconstpointer data) {
        g_auto(GStrv) texts = many_addresses(MANY);
        const char *const *all = (const char *const *) texts;

        full(world);
        ban(world, all, MANY - 200);
        await_rows(world, MANY - 200);
        database(world);
        g_assert_cmpuint(ban_table_size(world->bans), ==, MANY - 200);
        g_assert_cmpuint(world->banned, ==, MANY - 200);

        /* Fewer: the rows that went explain it. */
        unban(world, all + 500, 50);
        database(world);
        g_assert_cmpuint(world->unbanned, ==, 50);
        g_assert_cmpuint(ban_table_size(world->bans), ==, MANY - 250);
        g_assert_false(ban_table_has(world->bans, "jail0", all[500]));

        /* The newest row went, and new ones came. */
        unban(world, all + MANY - 201, 1);
        ban(world, all + MANY - 200, 200);
        await_rows(world, MANY - 51);
        database(world);
        g_assert_cmpuint(ban_table_size(world->bans), ==, MANY - 51);
        g_assert_true(ban_table_has(world->bans, "jail0", all[MANY - 1]));
        g_assert_false(ban_table_has(world->bans, "jail0", all[MANY - 201]));
        g_assert_cmpuint(world->banned, ==, MANY);
        g_assert_cmpuint(world->expired, ==, 0);
}

/* An address that fail2ban forgot while its row stayed, among many: not what the rows say, but fail2ban. */
static void test_many_against_rows(World *world, gconstpointer data) {
        g_auto(GStrv) texts = many_addresses(MANY);
        const char *const *all = (const char *const *) texts;
        g_autoptr(GError) error = NULL;

        full(world);
        ban(world, all, MANY);
        await_rows(world, MANY);
        database(world);
        g_assert_cmpuint(ban_table_size(world->bans), ==, MANY);
        unban(world, all + 7, 1);
        sql(world, "INSERT INTO bips(ip, jail, timeofban, bantime) VALUES('10.0.0.7', 'jail0', unixepoch(), 600)");
        g_assert_true(probe_bans(world->probe, "jail0", wall_clock(), &error));
        g_assert_no_error(error);
        g_assert_cmpuint(ban_table_size(world->bans), ==, MANY - 1);
        g_assert_false(ban_table_has(world->bans, "jail0", "10.0.0.7"));
}

static void test_idle_holds(World *world, gconstpointer data) {
        g_autoptr(GError) error = NULL;
        gint64 now = wall_clock();

        full(world);
        ban(world, (const char *[]) { "192.0.2.1" }, 1);
        await_rows(world, 1);
        database(world);
        g_assert_true(fail2ban_jail_idle(world->client, "jail0", TRUE, &error));
        g_assert_no_error(error);
        /* Time is the caller's. */
        for (guint i = 1; i < 100; i++)
                g_assert_true(probe_expired(world->probe, now + 600 + i, &error));
        g_assert_cmpuint(ban_table_size(world->bans), ==, 1);
        g_assert_cmpuint(world->expired + world->unbanned, ==, 0);
        unban(world, (const char *[]) { "192.0.2.1" }, 1);
        g_assert_true(probe_expired(world->probe, now + 1000, &error));
        g_assert_cmpuint(world->expired, ==, 1);
}

static void test_settings_refreshed(World *world, gconstpointer data) {
        g_autoptr(GVariant) value = g_variant_ref_sink(g_variant_new_int64(9));
        g_autoptr(GError) error = NULL;

        full(world);
        world->jails = 0;
        g_assert_true(fail2ban_jail_option_set(world->client, "jail0", "maxretry", value, &error));
        g_assert_no_error(error);
        probe_refresh_settings(world->probe);
        database(world);
        g_assert_cmpuint(world->jails, ==, 1);
        database(world);
        g_assert_cmpuint(world->jails, ==, 1);
}

static void test_jail(World *world, gconstpointer data) {
        g_autoptr(GError) error = NULL;

        full(world);
        ban(world, (const char *[]) { "192.0.2.1" }, 1);
        g_assert_true(probe_jail(world->probe, "jail0", wall_clock(), &error));
        g_assert_cmpuint(ban_table_count(world->bans, "jail0"), ==, 1);
        g_assert_true(probe_jail(world->probe, "no such jail", wall_clock(), &error));
        g_assert_true(fail2ban_jail_stop(world->client, "jail0", &error));
        g_assert_true(probe_bans(world->probe, "jail0", wall_clock(), &error));
        g_assert_no_error(error);
        g_assert_false(model_check_jail(world->model, "jail0", NULL));
        g_assert_cmpuint(ban_table_size(world->bans), ==, 0);
}

int main(int argc, char **argv) {
        static const Fail2banFixtureOptions usual = { 0 };
        static const Fail2banFixtureOptions no_database = { .without_database = TRUE };

        g_test_init(&argc, &argv, NULL);

#define ADD(path, options, test) g_test_add("/services/probe/" path, World, options, world_setup, test, world_teardown)
        ADD("offline", &usual, test_offline);
        ADD("connection-ended", &usual, test_connection_ended);
        ADD("database-findings", &usual, test_database_findings);
        ADD("no-database", &no_database, test_no_database);
        ADD("fill-against-rows", &usual, test_fill_against_rows);
        ADD("fill-doubtful", &usual, test_fill_doubtful);
        ADD("many", &usual, test_many);
        ADD("many-against-rows", &usual, test_many_against_rows);
        ADD("idle-holds", &usual, test_idle_holds);
        ADD("settings-refreshed", &usual, test_settings_refreshed);
        ADD("jail", &usual, test_jail);
#undef ADD

        return g_test_run();
}
