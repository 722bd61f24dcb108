/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "folder.h"

#include "core/error.h"
#include "store/connection.h"
#include "store/migrations.h"

typedef struct Fixture {
        char *folder;
        char *file;
        Store *store; /* NULL: the test opens */
} Fixture;

static void setup_folder(Fixture *self, gconstpointer data) {
        self->folder = g_dir_make_tmp("bangui-store-XXXXXX", NULL);
        self->file = g_build_filename(self->folder, STORE_FILE_NAME, NULL);
}

static void setup(Fixture *self, gconstpointer data) {
        g_autoptr(GError) error = NULL;

        setup_folder(self, data);
        self->store = store_open(self->folder, &error);
        g_assert_no_error(error);
}

static void teardown(Fixture *self, gconstpointer data) {
        g_clear_pointer(&self->store, store_close);
        folder_remove(self->folder);
        g_free(self->file);
        g_free(self->folder);
}

/* By SQLite alone, without our code. */
static gint64 read_by_hand(const char *file, const char *sql) {
        sqlite3 *db = NULL;
        sqlite3_stmt *statement = NULL;
        gint64 number;

        g_assert_cmpint(sqlite3_open_v2(file, &db, SQLITE_OPEN_READONLY, NULL), ==, SQLITE_OK);
        g_assert_cmpint(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), ==, SQLITE_OK);
        g_assert_cmpint(sqlite3_step(statement), ==, SQLITE_ROW);
        number = sqlite3_column_int64(statement, 0);
        sqlite3_finalize(statement);
        sqlite3_close(db);
        return number;
}

static void write_by_hand(const char *file, const char *sql) {
        sqlite3 *db = NULL;

        g_assert_cmpint(sqlite3_open(file, &db), ==, SQLITE_OK);
        g_assert_cmpint(sqlite3_exec(db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
        sqlite3_close(db);
}

static void assert_refused(const char *folder, BanguiError code, const char *part) {
        g_autoptr(GError) error = NULL;

        g_assert_null(store_open(folder, &error));
        g_assert_error(error, BANGUI_ERROR, (gint) code);
        if (!strstr(error->message, part))
                g_error("'%s' is not in '%s'", part, error->message);
        g_assert_nonnull(strstr(error->message, folder));
}

static gboolean add_jail(StoreConnection *connection, gpointer userdata, GError **error) {
        sqlite3_stmt *statement = store_statement(connection, "INSERT INTO jail (name) VALUES (?)", error);

        if (!statement)
                return FALSE;
        store_bind_text(statement, 1, userdata);
        return store_run(connection, statement, "adding a jail", error);
}

static gboolean count_jails(StoreConnection *connection, gpointer userdata, GError **error) {
        sqlite3_stmt *statement = store_statement(connection, "SELECT count(*) FROM jail", error);
        gboolean row = FALSE;

        if (!statement || !store_next(connection, statement, "counting", &row, error))
                return FALSE;
        *(gint64 *) userdata = sqlite3_column_int64(statement, 0);
        return TRUE;
}

static gint64 jails(Store *store) {
        g_autoptr(GError) error = NULL;
        gint64 n = -1;

        g_assert_true(store_read(store, count_jails, &n, &error));
        g_assert_no_error(error);
        return n;
}

static void test_new_file(Fixture *self, gconstpointer data) {
        GStatBuf found;

        g_assert_cmpint(g_stat(self->file, &found), ==, 0);
        g_assert_cmpint(found.st_mode & 07777, ==, 0600);
        g_assert_true(store_write(self->store, add_jail, (gpointer) "sshd", NULL));
        g_clear_pointer(&self->store, store_close);

        g_assert_cmpint(read_by_hand(self->file, "PRAGMA application_id"), ==, STORE_APPLICATION_ID);
        g_assert_cmpint(read_by_hand(self->file, "PRAGMA user_version"), ==, g_strv_length((char **) store_steps));
        g_assert_cmpint(read_by_hand(self->file, "SELECT count(*) FROM pragma_journal_mode WHERE journal_mode = 'wal'"),
                        ==, 1);
        self->store = store_open(self->folder, NULL);
        g_assert_nonnull(self->store);
        g_assert_cmpint(jails(self->store), ==, 1);
}

static gboolean read_pragmas(StoreConnection *connection, gpointer userdata, GError **error) {
        gint64 foreign = 0, synchronous = 0, trusted = -1;

        g_assert_true(store_read_integer(connection, "PRAGMA foreign_keys", "x", &foreign, error));
        g_assert_true(store_read_integer(connection, "PRAGMA synchronous", "x", &synchronous, error));
        g_assert_true(store_read_integer(connection, "PRAGMA trusted_schema", "x", &trusted, error));
        g_assert_cmpint(foreign, ==, 1);
        g_assert_cmpint(synchronous, ==, 1);
        g_assert_cmpint(trusted, ==, 0);
        g_assert_false(store_execute(connection, "PRAGMA writable_schema = 1; DELETE FROM sqlite_schema", "x", NULL));
        return TRUE;
}

static void test_pragmas(Fixture *self, gconstpointer data) {
        g_assert_true(store_write(self->store, read_pragmas, NULL, NULL));
        g_assert_true(store_read(self->store, read_pragmas, NULL, NULL));
}

static gboolean add_and_fail(StoreConnection *connection, gpointer userdata, GError **error) {
        g_assert_true(add_jail(connection, userdata, NULL));
        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_BUSY, "changed my mind");
        return FALSE;
}

static void test_rollback(Fixture *self, gconstpointer data) {
        g_autoptr(GError) error = NULL;

        g_assert_false(store_write(self->store, add_and_fail, (gpointer) "sshd", &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_BUSY);
        g_assert_cmpstr(error->message, ==, "changed my mind");
        g_assert_cmpint(jails(self->store), ==, 0);
        g_assert_true(store_write(self->store, add_jail, (gpointer) "sshd", NULL));
        g_assert_cmpint(jails(self->store), ==, 1);
}

static void test_readers_cannot_write(Fixture *self, gconstpointer data) {
        g_autoptr(GError) error = NULL;

        g_assert_false(store_read(self->store, add_jail, (gpointer) "sshd", &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_DATABASE_PERMISSION_DENIED);
        g_assert_cmpint(jails(self->store), ==, 0);
}

/* Reads, lets somebody write, reads again: the write does not wait, and the reader does not see it. */
static gboolean read_around_a_write(StoreConnection *connection, gpointer userdata, GError **error) {
        Store *store = userdata;
        gint64 before = -1, after = -1;

        g_assert_true(count_jails(connection, &before, NULL));
        g_assert_true(store_write(store, add_jail, (gpointer) "sshd", NULL));
        g_assert_true(count_jails(connection, &after, NULL));
        g_assert_cmpint(before, ==, 0);
        g_assert_cmpint(after, ==, 0);
        return TRUE;
}

static void test_snapshot(Fixture *self, gconstpointer data) {
        g_assert_true(store_read(self->store, read_around_a_write, self->store, NULL));
        g_assert_cmpint(jails(self->store), ==, 1);
}

/* A SELECT that was left in the middle holds nothing back. */
static gboolean stop_in_the_middle(StoreConnection *connection, gpointer userdata, GError **error) {
        sqlite3_stmt *statement = store_statement(connection, "SELECT name FROM jail", error);
        gboolean row = FALSE;

        g_assert_true(store_next(connection, statement, "x", &row, error));
        g_assert_true(row);
        g_assert_true(store_statement(connection, "SELECT name FROM jail", error) == statement);
        g_assert_true(store_next(connection, statement, "x", &row, error));
        return TRUE;
}

static void test_unfinished_statement(Fixture *self, gconstpointer data) {
        g_assert_true(store_write(self->store, add_jail, (gpointer) "a", NULL));
        g_assert_true(store_write(self->store, add_jail, (gpointer) "b", NULL));
        g_assert_true(store_read(self->store, stop_in_the_middle, NULL, NULL));
        g_assert_true(store_write(self->store, stop_in_the_middle, NULL, NULL));
        g_assert_true(store_write(self->store, add_jail, (gpointer) "c", NULL));
        g_assert_cmpint(jails(self->store), ==, 3);
}

static gboolean bad_statement(StoreConnection *connection, gpointer userdata, GError **error) {
        return store_statement(connection, "SELECT x FROM nowhere", error) != NULL;
}

static void test_bad_statement(Fixture *self, gconstpointer data) {
        g_autoptr(GError) error = NULL;

        g_assert_false(store_read(self->store, bad_statement, NULL, &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_DATABASE_UNAVAILABLE);
        g_assert_nonnull(strstr(error->message, "nowhere"));
}

/* Read, add one, write: lost when two did it at once. */
static gboolean count_up(StoreConnection *connection, gpointer userdata, GError **error) {
        gint64 n = 0;
        g_autofree char *name = NULL;

        if (!count_jails(connection, &n, error))
                return FALSE;
        name = g_strdup_printf("jail %" G_GINT64_FORMAT, n);
        return add_jail(connection, name, error);
}

static gpointer write_in_thread(gpointer store) {
        for (guint i = 0; i < 50; i++) {
                g_autoptr(GError) error = NULL;

                g_assert_true(store_write(store, count_up, NULL, &error));
                g_assert_no_error(error);
        }
        return NULL;
}

static gpointer read_in_thread(gpointer store) {
        gint64 last = 0;

        for (guint i = 0; i < 200; i++) {
                gint64 n = jails(store);

                g_assert_cmpint(n, >=, last);
                last = n;
        }
        return NULL;
}

static void test_threads(Fixture *self, gconstpointer data) {
        GThread *threads[12];

        for (guint i = 0; i < G_N_ELEMENTS(threads); i++)
                threads[i] = g_thread_new("store", i < 4 ? write_in_thread : read_in_thread, self->store);
        for (guint i = 0; i < G_N_ELEMENTS(threads); i++)
                g_thread_join(threads[i]);
        g_assert_cmpint(jails(self->store), ==, 200);
}

static void test_folder_missing(Fixture *self, gconstpointer data) {
        g_autofree char *missing = g_build_filename(self->folder, "missing", NULL);
        g_autofree char *below_file = g_build_filename(self->file, "below", NULL);

        assert_refused(missing, BANGUI_ERROR_DATABASE_PATH_INVALID, "store-folder");
        g_assert_true(g_file_set_contents(self->file, "", 0, NULL));
        assert_refused(self->file, BANGUI_ERROR_DATABASE_PATH_INVALID, "store-folder");
        assert_refused(below_file, BANGUI_ERROR_DATABASE_PATH_INVALID, "store-folder");
}

static void test_not_a_file(Fixture *self, gconstpointer data) {
        g_assert_cmpint(g_mkdir(self->file, 0700), ==, 0);
        assert_refused(self->folder, BANGUI_ERROR_DATABASE_PATH_INVALID, "regular file");
        g_assert_cmpint(g_rmdir(self->file), ==, 0);
        g_assert_cmpint(symlink("/nonexistent/elsewhere", self->file), ==, 0);
        assert_refused(self->folder, BANGUI_ERROR_DATABASE_PATH_INVALID, "regular file");
}

static void test_not_a_database(Fixture *self, gconstpointer data) {
        g_autofree char *garbage = g_strnfill(8192, 'x');

        g_assert_true(g_file_set_contents(self->file, garbage, -1, NULL));
        assert_refused(self->folder, BANGUI_ERROR_DATABASE_CORRUPTED, self->file);
}

static void test_damaged(Fixture *self, gconstpointer data) {
        g_autoptr(GError) error = NULL;
        g_autofree char *bytes = NULL;
        gsize length = 0;
        gint64 n = 0;

        g_assert_true(store_write(self->store, add_jail, (gpointer) "sshd", NULL));
        g_clear_pointer(&self->store, store_close);
        g_assert_true(g_file_get_contents(self->file, &bytes, &length, NULL));
        memset(bytes + 4096, 0xee, length - 4096);
        g_assert_true(g_file_set_contents(self->file, bytes, (gssize) length, NULL));

        self->store = store_open(self->folder, &error);
        if (!self->store)
                g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_DATABASE_CORRUPTED);
        else
                g_assert_false(store_read(self->store, count_jails, &n, &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_DATABASE_CORRUPTED);
}

static void assert_untouched(Fixture *self, BanguiError code, const char *part) {
        g_autofree char *before = NULL, *after = NULL;
        gsize length_before = 0, length_after = 0;

        g_assert_true(g_file_get_contents(self->file, &before, &length_before, NULL));
        assert_refused(self->folder, code, part);
        g_assert_true(g_file_get_contents(self->file, &after, &length_after, NULL));
        g_assert_cmpmem(before, length_before, after, length_after);
}

static void test_newer_schema(Fixture *self, gconstpointer data) {
        g_autofree char *known = g_strdup_printf("up to %u;", g_strv_length((char **) store_steps));

        g_clear_pointer(&self->store, store_close);
        write_by_hand(self->file, "PRAGMA journal_mode = DELETE; PRAGMA user_version = 999");
        assert_untouched(self, BANGUI_ERROR_DATABASE_UNAVAILABLE, "999");
        assert_untouched(self, BANGUI_ERROR_DATABASE_UNAVAILABLE, known);
}

static void test_of_another_program(Fixture *self, gconstpointer data) {
        write_by_hand(self->file, "CREATE TABLE theirs (x)");
        assert_untouched(self, BANGUI_ERROR_DATABASE_PATH_INVALID, "another program");
        write_by_hand(self->file, "DROP TABLE theirs; PRAGMA application_id = 7");
        assert_untouched(self, BANGUI_ERROR_DATABASE_PATH_INVALID, "another program");
}

static const char *const two_steps[] = { "CREATE TABLE thing (x INTEGER) STRICT",
                                         "ALTER TABLE thing ADD COLUMN y INTEGER NOT NULL DEFAULT 7", NULL };
static const char *const bad_steps[] = { "CREATE TABLE thing (x INTEGER) STRICT",
                                         "ALTER TABLE thing ADD COLUMN y INTEGER NOT NULL DEFAULT 7; SELECT nonsense",
                                         NULL };

static StoreConnection *connect_empty(Fixture *self) {
        g_autoptr(GError) error = NULL;
        StoreConnection *connection;

        g_assert_true(g_file_set_contents(self->file, "", 0, NULL));
        connection = store_connection_open(self->file, TRUE, &error);
        g_assert_no_error(error);
        return connection;
}

/* From version 1 with data to 2: the copy has what was there before. */
static void test_migration(Fixture *self, gconstpointer data) {
        const char *const first[] = { two_steps[0], NULL };
        g_autofree char *copy = g_strconcat(self->file, ".v1", NULL);
        g_autoptr(StoreConnection) connection = connect_empty(self);
        g_autoptr(GError) error = NULL;
        GStatBuf found;

        g_assert_true(store_migrate(connection, self->file, first, &error));
        g_assert_no_error(error);
        g_assert_false(g_file_test(copy, G_FILE_TEST_EXISTS));
        g_assert_true(store_execute(connection, "INSERT INTO thing (x) VALUES (1), (2)", "x", NULL));

        g_assert_true(store_migrate(connection, self->file, two_steps, &error));
        g_assert_no_error(error);
        g_assert_cmpint(read_by_hand(self->file, "PRAGMA user_version"), ==, 2);
        g_assert_cmpint(read_by_hand(self->file, "SELECT sum(x + y) FROM thing"), ==, 17);

        g_assert_cmpint(read_by_hand(copy, "PRAGMA user_version"), ==, 1);
        g_assert_cmpint(read_by_hand(copy, "SELECT sum(x) FROM thing"), ==, 3);
        g_assert_cmpint(g_stat(copy, &found), ==, 0);
        g_assert_cmpint(found.st_mode & 07777, ==, 0600);

        g_assert_cmpint(g_unlink(copy), ==, 0);
        g_assert_true(store_migrate(connection, self->file, two_steps, &error));
        g_assert_false(g_file_test(copy, G_FILE_TEST_EXISTS));
}

/* A step that fails leaves the version before it whole, and can be done again. */
static void test_failed_migration(Fixture *self, gconstpointer data) {
        const char *const first[] = { two_steps[0], NULL };
        g_autoptr(StoreConnection) connection = connect_empty(self);
        g_autoptr(GError) error = NULL;

        g_assert_true(store_migrate(connection, self->file, first, NULL));
        g_assert_false(store_migrate(connection, self->file, bad_steps, &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_DATABASE_UNAVAILABLE);
        g_assert_cmpint(read_by_hand(self->file, "PRAGMA user_version"), ==, 1);
        g_assert_cmpint(read_by_hand(self->file, "SELECT count(*) FROM pragma_table_info('thing')"), ==, 1);
        g_assert_true(store_migrate(connection, self->file, two_steps, NULL));
        g_assert_cmpint(read_by_hand(self->file, "PRAGMA user_version"), ==, 2);
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);
#define ADD_OPEN(name, func) g_test_add("/store/store/" name, Fixture, NULL, setup, func, teardown)
#define ADD_EMPTY(name, func) g_test_add("/store/store/" name, Fixture, NULL, setup_folder, func, teardown)
        ADD_OPEN("new-file", test_new_file);
        ADD_OPEN("pragmas", test_pragmas);
        ADD_OPEN("rollback", test_rollback);
        ADD_OPEN("readers-cannot-write", test_readers_cannot_write);
        ADD_OPEN("snapshot", test_snapshot);
        ADD_OPEN("unfinished-statement", test_unfinished_statement);
        ADD_OPEN("bad-statement", test_bad_statement);
        ADD_OPEN("threads", test_threads);
        ADD_EMPTY("folder-missing", test_folder_missing);
        ADD_EMPTY("not-a-file", test_not_a_file);
        ADD_EMPTY("not-a-database", test_not_a_database);
        ADD_OPEN("damaged", test_damaged);
        ADD_OPEN("newer-schema", test_newer_schema);
        ADD_EMPTY("of-another-program", test_of_another_program);
        ADD_EMPTY("migration", test_migration);
        ADD_EMPTY("failed-migration", test_failed_migration);
#undef ADD_EMPTY
#undef ADD_OPEN
        return g_test_run();
}
