/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fail2ban/database.h"

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.h"
#include "fail2ban-fixture.h"
#include "fail2ban/commands.h"

/* fail2ban's own schema, of version 4 */
static const char schema[] =
        "CREATE TABLE fail2banDb(version INTEGER); INSERT INTO fail2banDb VALUES(4);"
        "CREATE TABLE jails(name TEXT NOT NULL UNIQUE, enabled INTEGER NOT NULL DEFAULT 1);"
        "CREATE TABLE bans(jail TEXT NOT NULL, ip TEXT, timeofban INTEGER NOT NULL, bantime INTEGER NOT NULL,"
        " bancount INTEGER NOT NULL default 1, data JSON);"
        "CREATE TABLE bips(ip TEXT NOT NULL, jail TEXT NOT NULL, timeofban INTEGER NOT NULL, bantime INTEGER NOT NULL,"
        " bancount INTEGER NOT NULL default 1, data JSON, PRIMARY KEY(ip, jail));";

typedef struct Database {
        char *folder, *path;
        sqlite3 *writer;
} Database;

static void database_execute(Database *self, const char *sql) {
        char *message = NULL;

        if (sqlite3_exec(self->writer, sql, NULL, NULL, &message) != SQLITE_OK)
                g_error("%s: %s", sql, message);
}

G_GNUC_PRINTF(2, 3)
static void database_run(Database *self, const char *format, ...) {
        va_list arguments;
        g_autofree char *sql = NULL;

        va_start(arguments, format);
        sql = g_strdup_vprintf(format, arguments);
        va_end(arguments);
        database_execute(self, sql);
}

static void database_start(Database *self, const char *sql) {
        self->folder = g_dir_make_tmp("bangui-db-XXXXXX", NULL);
        self->path = g_build_filename(self->folder, "fail2ban.sqlite3", NULL);
        g_assert_cmpint(sqlite3_open(self->path, &self->writer), ==, SQLITE_OK);
        database_execute(self, sql);
}

static void database_end(Database *self) {
        if (!self->folder)
                return;
        sqlite3_close(self->writer);
        g_unlink(self->path);
        g_rmdir(self->folder);
        g_free(self->path);
        g_free(self->folder);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Database, database_end)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Fail2banMark, fail2ban_mark_clear)

static void describe(const Fail2banRow *row, gpointer userdata) {
        g_string_append_printf(userdata, "%s/%s@%" G_GINT64_FORMAT "+%" G_GINT64_FORMAT " n%u f%u;", row->jail, row->id,
                               row->banned_at, row->bantime, row->count, row->failures);
}

static void count(const Fail2banRow *row, gpointer userdata) {
        (*(guint *) userdata)++;
}

static void check_delta(Database *database, Fail2banMark *mark, Fail2banDelta expected, const char *rows) {
        g_autoptr(GString) seen = g_string_new(NULL);
        g_autoptr(GError) error = NULL;
        Fail2banDelta delta;

        g_assert_true(fail2ban_database_delta(database->path, mark, &delta, describe, seen, &error));
        g_assert_no_error(error);
        g_assert_cmpint(delta, ==, expected);
        g_assert_cmpstr(seen->str, ==, rows);
}

static void test_delta(void) {
        g_auto(Database) database = { 0 };
        g_auto(Fail2banMark) mark = { 0 };

        database_start(&database, schema);
        check_delta(&database, &mark, FAIL2BAN_DELTA_NOTHING, "");

        database_run(&database, "INSERT INTO bips VALUES('192.0.2.1','a',100,600,1,CAST('{\"failures\": 3}' AS BLOB))");
        database_run(&database, "INSERT INTO bips VALUES('192.0.2.2','b',101,-1,2,NULL)");
        check_delta(&database, &mark, FAIL2BAN_DELTA_ROWS, "a/192.0.2.1@100+600 n1 f3;b/192.0.2.2@101+-1 n2 f0;");
        check_delta(&database, &mark, FAIL2BAN_DELTA_NOTHING, "");

        /* Banned again: the row is replaced by one with a higher id. */
        database_run(&database, "INSERT OR REPLACE INTO bips VALUES('192.0.2.1','a',200,1200.25,2,X'7B62726F6B656E')");
        check_delta(&database, &mark, FAIL2BAN_DELTA_ROWS, "a/192.0.2.1@200+1201 n2 f0;");

        /* The marked row goes, and its id comes back with another. */
        database_run(&database, "DELETE FROM bips WHERE ip = '192.0.2.1'");
        check_delta(&database, &mark, FAIL2BAN_DELTA_RESTART, "");
        database_run(&database, "INSERT INTO bips VALUES('192.0.2.3','a',201,600,1,NULL)");
        check_delta(&database, &mark, FAIL2BAN_DELTA_RESTART, "");
}

static void test_delta_pieces(void) {
        g_auto(Database) database = { 0 };
        g_auto(Fail2banMark) mark = { 0 };
        Fail2banDelta delta;
        guint n = 0;

        database_start(&database, schema);
        database_run(&database, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 25000) "
                                "INSERT INTO bips SELECT '10.0.' || i, 'a', i, 600, 1, NULL FROM n");
        g_assert_true(fail2ban_database_delta(database.path, &mark, &delta, count, &n, NULL));
        g_assert_cmpint(delta, ==, FAIL2BAN_DELTA_ROWS);
        g_assert_cmpuint(n, ==, 25000);
        g_assert_cmpint(mark.rowid, ==, 25000);
        g_assert_cmpstr(mark.id, ==, "10.0.25000");

        n = 0;
        fail2ban_mark_clear(&mark);
        g_assert_true(fail2ban_database_running(database.path, NULL, 700, &mark, count, &n, NULL));
        g_assert_cmpuint(n, ==, 24900);
        g_assert_cmpint(mark.rowid, ==, 25000);
}

static void test_running(void) {
        g_auto(Database) database = { 0 };
        g_auto(Fail2banMark) mark = { 0 };
        g_autoptr(GString) seen = g_string_new(NULL);
        g_autoptr(GError) error = NULL;

        database_start(&database, schema);
        g_assert_true(fail2ban_database_running(database.path, NULL, 1000, &mark, describe, seen, &error));
        g_assert_no_error(error);
        g_assert_cmpint(mark.rowid, ==, 0);

        database_run(&database,
                     "INSERT INTO bips VALUES('192.0.2.1','a',900,600,1,NULL),('192.0.2.2','a',400,600,1,NULL),"
                     "('192.0.2.3','b',1,-1,1,NULL),('192.0.2.4','b',1,-2,1,NULL),('192.0.2.5','b',1,5,1,NULL)");
        g_assert_true(fail2ban_database_running(database.path, NULL, 1000, &mark, describe, seen, &error));
        g_assert_cmpstr(seen->str, ==, "a/192.0.2.1@900+600 n1 f0;b/192.0.2.3@1+-1 n1 f0;b/192.0.2.4@1+-2 n1 f0;");
        g_assert_cmpstr(mark.id, ==, "192.0.2.5");

        g_string_truncate(seen, 0);
        g_assert_true(fail2ban_database_running(database.path, "a", 1000, NULL, describe, seen, &error));
        g_assert_cmpstr(seen->str, ==, "a/192.0.2.1@900+600 n1 f0;");
        check_delta(&database, &mark, FAIL2BAN_DELTA_NOTHING, "");
}

/* What fail2ban writes as data: three shapes of lines, strange users, text that is not UTF-8, no JSON, nothing. */
static void test_events(void) {
        static const char *const data[] = {
                "'{\"matches\": [\"line one\", [\"be\", \"fo\", \"re\"]], \"failures\": 5, \"user\": \"root\", "
                "\"users\": \"[''adm1'']\", \"ip6\": null, \"port\": 22}'",
                "'{\"failures\": 0}'",
                "'[1, 2]'",
                "'{broken'",
                "X'7B2275223A22FF227D'",
                "NULL",
                NULL,
        };
        g_auto(Database) database = { 0 };
        g_autoptr(GPtrArray) events = NULL;
        g_autoptr(GPtrArray) none = NULL;
        g_autoptr(GError) error = NULL;
        const Fail2banEvent *event;
        const char *text = NULL;

        database_start(&database, schema);
        for (guint i = 0; data[i]; i++)
                database_run(&database, "INSERT INTO bans VALUES('j%u','192.0.2.1',%u,1.5,1,CAST(%s AS BLOB))", i,
                             1000 - i, data[i]);
        events = fail2ban_database_events(database.path, "192.0.2.1", NULL, 100, &error);
        g_assert_no_error(error);
        g_assert_cmpuint(events->len, ==, 6);

        event = g_ptr_array_index(events, 0);
        g_assert_cmpstr(event->row.jail, ==, "j0");
        g_assert_cmpint(event->row.bantime, ==, 2);
        g_assert_cmpuint(event->row.failures, ==, 5);
        g_assert_cmpstrv(event->matches, ((const char *[]) { "line one", "before", NULL }));
        g_assert_cmpuint(g_variant_n_children(event->captured), ==, 3);
        g_assert_true(g_variant_lookup(event->captured, "users", "&s", &text));
        g_assert_cmpstr(text, ==, "['adm1']");
        g_assert_true(g_variant_lookup(event->captured, "port", "&s", &text));
        g_assert_cmpstr(text, ==, "22");
        for (guint i = 1; i < events->len; i++) {
                event = g_ptr_array_index(events, i);
                g_assert_nonnull(event->matches);
                g_assert_null(event->matches[0]);
                g_assert_cmpuint(event->row.failures, ==, 0);
        }

        g_clear_pointer(&events, g_ptr_array_unref);
        events = fail2ban_database_events(database.path, "192.0.2.1", "j1", 100, &error);
        g_assert_cmpuint(events->len, ==, 1);
        none = fail2ban_database_events(database.path, "192.0.2.9", NULL, 100, &error);
        g_assert_no_error(error);
        g_assert_cmpuint(none->len, ==, 0);
}

static void expect(const char *path, gint code, const char *part) {
        g_autoptr(GError) error = NULL;

        g_assert_false(fail2ban_database_check(path, &error));
        g_assert_error(error, BANGUI_ERROR, code);
        if (part)
                g_assert_nonnull(strstr(error->message, part));
        if (path && *path == '/')
                g_assert_null(strstr(error->message, path));
}

static void test_missing(void) {
        expect(NULL, BANGUI_ERROR_DATABASE_PATH_INVALID, "no database");
        expect("", BANGUI_ERROR_DATABASE_PATH_INVALID, "no database");
        expect("None", BANGUI_ERROR_DATABASE_PATH_INVALID, "no database");
        expect("/nonexistent/fail2ban.sqlite3", BANGUI_ERROR_DATABASE_PATH_INVALID, NULL);
        expect("/tmp", BANGUI_ERROR_DATABASE_PATH_INVALID, NULL);
        expect(":memory:", BANGUI_ERROR_DATABASE_PATH_INVALID, NULL);
}

static void test_corrupt(void) {
        g_autofree char *folder = g_dir_make_tmp("bangui-db-XXXXXX", NULL);
        g_autofree char *path = g_build_filename(folder, "x", NULL);
        g_autofree char *text = g_strnfill(8192, 'x');

        g_file_set_contents(path, text, -1, NULL);
        expect(path, BANGUI_ERROR_DATABASE_CORRUPTED, NULL);
        g_file_set_contents(path, "", 0, NULL);
        expect(path, BANGUI_ERROR_DATABASE_UNAVAILABLE, "schema");
        g_unlink(path);
        g_rmdir(folder);
}

/* A database that was overwritten in the middle is found when the damaged page is read. */
static void test_damaged(void) {
        g_auto(Database) database = { 0 };
        g_autoptr(GError) error = NULL;
        g_autofree char *text = NULL;
        Fail2banMark mark = { 0 };
        gsize length;
        guint n = 0;

        database_start(&database, schema);
        database_run(&database, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) "
                                "INSERT INTO bips SELECT '10.0.' || i, 'a', i, 600, 1, NULL FROM n");
        g_assert_true(g_file_get_contents(database.path, &text, &length, NULL));
        memset(text + 4096 * 8, 0x5a, length - 4096 * 8);
        g_assert_true(g_file_set_contents(database.path, text, (gssize) length, NULL));
        g_assert_false(fail2ban_database_running(database.path, NULL, 0, &mark, count, &n, &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_DATABASE_CORRUPTED);
        g_assert_cmpint(mark.rowid, ==, 0);
}

static void test_older(void) {
        g_auto(Database) database = { 0 };

        database_start(&database, "CREATE TABLE fail2banDb(version INTEGER); INSERT INTO fail2banDb VALUES(2);"
                                  "CREATE TABLE jails(name TEXT, enabled INTEGER);"
                                  "CREATE TABLE bans(jail TEXT, ip TEXT, timeofban INTEGER, data JSON);");
        expect(database.path, BANGUI_ERROR_DATABASE_UNAVAILABLE, "schema");
}

static void test_forbidden(void) {
        g_auto(Database) database = { 0 };
        gboolean root = geteuid() == 0;

        database_start(&database, schema);
        g_chmod(database.path, 0);
        g_chmod(database.folder, 0755);
        if (root)
                g_assert_cmpint(seteuid(65534), ==, 0);
        expect(database.path, BANGUI_ERROR_DATABASE_PERMISSION_DENIED, NULL);
        if (root)
                g_assert_cmpint(seteuid(0), ==, 0);
}

static gpointer unlock_soon(gpointer userdata) {
        g_usleep(300000);
        database_execute(userdata, "COMMIT");
        return NULL;
}

/* A lock that goes in time is waited for. */
static void test_locked(void) {
        g_auto(Database) database = { 0 };
        g_autoptr(GError) error = NULL;
        GThread *thread;

        database_start(&database, schema);
        database_execute(&database, "BEGIN EXCLUSIVE");
        thread = g_thread_new("unlock", unlock_soon, &database);
        g_assert_true(fail2ban_database_check(database.path, &error));
        g_assert_no_error(error);
        g_thread_join(thread);
}

static void test_stays_locked(void) {
        g_auto(Database) database = { 0 };

        database_start(&database, schema);
        database_execute(&database, "BEGIN EXCLUSIVE");
        expect(database.path, BANGUI_ERROR_DATABASE_BUSY, NULL);
        database_execute(&database, "COMMIT");
}

/* Awaits the row that fail2ban's observer writes a moment after the ban. */
static void await_rows(const char *path, Fail2banMark *mark, guint n) {
        guint seen = 0;

        while (seen < n) {
                g_autoptr(GError) error = NULL;
                Fail2banDelta delta;

                g_assert_true(fail2ban_database_delta(path, mark, &delta, count, &seen, &error));
                g_assert_no_error(error);
                g_usleep(2000);
        }
}

/* Against what a real fail2ban writes, while it writes. */
static void test_real(void) {
        g_autoptr(Fail2banFixture) fixture = fail2ban_fixture_start(NULL);
        g_autoptr(Fail2banClient) client = fail2ban_client_new(fail2ban_fixture_socket(fixture), 10, 60);
        const char *path = fail2ban_fixture_database(fixture);
        const char *texts[] = { "192.0.2.1" };
        g_auto(Fail2banMark) mark = { 0 };
        g_auto(GStrv) jails = NULL;
        g_autoptr(GPtrArray) events = NULL;
        g_autoptr(GError) error = NULL;
        const Fail2banEvent *event;
        guint n;

        g_assert_true(fail2ban_database_check(path, &error));
        g_assert_no_error(error);
        jails = fail2ban_database_jails(path, &error);
        g_assert_cmpstrv(jails, ((const char *[]) { "jail0", NULL }));

        g_assert_true(fail2ban_ban(client, "jail0", texts, 1, &n, &error));
        await_rows(path, &mark, 1);
        for (guint i = 0; i < 3; i++)
                fail2ban_fixture_fail(fixture, 0, "2001:db8::7");
        await_rows(path, &mark, 1);
        g_assert_cmpstr(mark.id, ==, "2001:db8::7");

        events = fail2ban_database_events(path, "2001:db8::7", "jail0", 10, &error);
        g_assert_no_error(error);
        g_assert_cmpuint(events->len, ==, 1);
        event = g_ptr_array_index(events, 0);
        g_assert_cmpuint(event->row.failures, ==, 3);
        g_assert_cmpuint(g_strv_length(event->matches), ==, 3);
        g_assert_nonnull(strstr(event->matches[0], "login failed for root from 2001:db8::7"));
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/fail2ban/database/delta", test_delta);
        g_test_add_func("/fail2ban/database/delta-pieces", test_delta_pieces);
        g_test_add_func("/fail2ban/database/running", test_running);
        g_test_add_func("/fail2ban/database/events", test_events);
        g_test_add_func("/fail2ban/database/missing", test_missing);
        g_test_add_func("/fail2ban/database/corrupt", test_corrupt);
        g_test_add_func("/fail2ban/database/damaged", test_damaged);
        g_test_add_func("/fail2ban/database/older", test_older);
        g_test_add_func("/fail2ban/database/forbidden", test_forbidden);
        g_test_add_func("/fail2ban/database/locked", test_locked);
        g_test_add_func("/fail2ban/database/stays-locked", test_stays_locked);
        g_test_add_func("/fail2ban/database/real", test_real);
        return g_test_run();
}
