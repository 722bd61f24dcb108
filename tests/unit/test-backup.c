/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Backup and compaction of a database with something in it. */

#include "store/backup.h"

#include <fcntl.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "core/error.h"
#include "store/audit-store.h"
#include "store/compact.h"
#include "store/connection.h"

#define ROWS 20000

typedef struct World {
        char *folder;
        char *copy; /* a folder as well */
        Store *store;
        AuditStore *audit;
        double last;
        guint calls;
        double stop_at; /* progress gives up here; 0 = never */
} World;

static gboolean fill(StoreConnection *connection, gpointer userdata, GError **error) {
        g_autofree char *sql = g_strdup_printf("WITH RECURSIVE number (i) AS "
                                               "(SELECT 1 UNION ALL SELECT i + 1 FROM number WHERE i < %d) "
                                               "INSERT INTO audit (at, uid, caller, session, unit, method, action, "
                                               "object, reason, result, message, correlation) "
                                               "SELECT i, 0, '', '', '', 'Bans.Ban', '', hex(zeroblob(100)), '', '', "
                                               "'', '' FROM number",
                                               ROWS);

        return store_execute(connection, sql, "filling", error);
}

static void setup(World *self, gconstpointer data) {
        g_autoptr(GError) error = NULL;

        self->folder = g_dir_make_tmp("bangui-backup-XXXXXX", NULL);
        self->copy = g_dir_make_tmp("bangui-backup-copy-XXXXXX", NULL);
        self->store = store_open(self->folder, &error);
        g_assert_no_error(error);
        self->audit = audit_store_new(self->store);
        g_assert_true(store_write(self->store, fill, NULL, &error));
}

static void remove_folder(char *folder) {
        g_autofree char *file = g_build_filename(folder, STORE_FILE_NAME, NULL);

        (void) g_unlink(file);
        g_assert_cmpint(g_rmdir(folder), ==, 0); /* nothing else is left */
        g_free(folder);
}

static void teardown(World *self, gconstpointer data) {
        audit_store_free(self->audit);
        store_close(self->store);
        remove_folder(self->folder);
        remove_folder(self->copy);
}

static gboolean count(StoreConnection *connection, gpointer userdata, GError **error) {
        return store_read_integer(connection, "SELECT count(*) FROM audit", "counting", userdata, error);
}

static gint64 rows_of(Store *store) {
        g_autoptr(GError) error = NULL;
        gint64 rows = 0;

        g_assert_true(store_read(store, count, &rows, &error));
        g_assert_no_error(error);
        return rows;
}

static void add_row(World *self) {
        g_autoptr(GError) error = NULL;

        (void) audit_store_add(self->audit, &(AuditRow) { .at = 1, .method = "Bans.Unban" }, &error);
        g_assert_no_error(error);
}

static gboolean on_progress(double done, gpointer userdata, GError **error) {
        World *self = userdata;

        g_assert_cmpfloat(done, >=, self->last);
        g_assert_cmpfloat(done, <=, 1);
        self->last = done;
        self->calls++;
        if (self->stop_at == 0 || done < self->stop_at)
                return TRUE;
        g_set_error_literal(error, BANGUI_ERROR, BANGUI_ERROR_CANCELLED, "enough");
        return FALSE;
}

static int open_copy(World *self) {
        g_autofree char *file = g_build_filename(self->copy, STORE_FILE_NAME, NULL);
        int fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

        g_assert_cmpint(fd, >=, 0);
        return fd;
}

static void expect_nothing_left(World *self) {
        g_autofree char *file = store_backup_file(self->store);
        g_autoptr(GDir) folder = g_dir_open(self->folder, 0, NULL);
        const char *name;

        g_assert_false(g_file_test(file, G_FILE_TEST_EXISTS));
        while ((name = g_dir_read_name(folder)))
                g_assert_true(g_str_equal(name, STORE_FILE_NAME) || g_str_has_suffix(name, "-wal") ||
                              g_str_has_suffix(name, "-shm"));
}

/* Somebody writes while it goes on: he is not held up, and what he writes is not in the copy. */
static gboolean on_progress_writing(double done, gpointer userdata, GError **error) {
        World *self = userdata;

        if (self->calls < 5)
                add_row(self);
        return on_progress(done, userdata, error);
}

static void test_backup(World *self, gconstpointer data) {
        g_autoptr(GError) error = NULL;
        g_autoptr(Store) restored = NULL;
        g_autofree char *file = g_build_filename(self->copy, STORE_FILE_NAME, NULL);
        guint64 bytes = 0;
        GStatBuf found;
        int fd = open_copy(self);

        g_assert_true(store_backup(self->store, fd, on_progress_writing, self, &bytes, &error));
        g_assert_no_error(error);
        close(fd);
        expect_nothing_left(self);
        g_assert_cmpfloat(self->last, ==, 1);
        g_assert_cmpint(g_stat(file, &found), ==, 0);
        g_assert_cmpuint((guint64) found.st_size, ==, bytes);
        g_assert_cmpint(rows_of(self->store), ==, ROWS + 5);

        restored = store_open(self->copy, &error);
        g_assert_no_error(error);
        g_assert_cmpint(rows_of(restored), ==, ROWS);
}

static void test_backup_cancelled(World *self, gconstpointer data) {
        const double *stop_at = data;
        g_autoptr(GError) error = NULL;
        guint64 bytes = 0;
        int fd = open_copy(self);

        self->stop_at = *stop_at;
        g_assert_false(store_backup(self->store, fd, on_progress, self, &bytes, &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_CANCELLED);
        close(fd);
        expect_nothing_left(self);

        self->stop_at = 0;
        self->last = 0;
        fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
        g_assert_true(store_backup(self->store, fd, on_progress, self, &bytes, NULL));
        close(fd);
}

static void test_backup_reader_gone(World *self, gconstpointer data) {
        g_autoptr(GError) error = NULL;
        guint64 bytes;
        int fds[2];

        g_assert_true(g_unix_open_pipe(fds, FD_CLOEXEC, NULL));
        close(fds[0]);
        g_assert_false(store_backup(self->store, fds[1], NULL, NULL, &bytes, &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_CANCELLED);
        g_assert_nonnull(strstr(error->message, "after 0 of "));
        close(fds[1]);
        expect_nothing_left(self);
}

static gboolean on_progress_again(double done, gpointer userdata, GError **error) {
        World *self = userdata;
        guint64 bytes;

        if (self->calls++ > 0)
                return TRUE;
        g_assert_false(store_backup(self->store, STDOUT_FILENO, NULL, NULL, &bytes, error));
        return FALSE;
}

static void test_backup_once_at_a_time(World *self, gconstpointer data) {
        g_autoptr(GError) error = NULL;
        guint64 bytes;
        int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);

        g_assert_false(store_backup(self->store, fd, on_progress_again, self, &bytes, &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_BUSY);
        close(fd);
        expect_nothing_left(self);
}

/* What a daemon that was killed in the middle left. */
static void test_backup_left_over(World *self, gconstpointer data) {
        g_autofree char *file = store_backup_file(self->store);
        g_autoptr(GError) error = NULL;

        g_assert_true(g_file_set_contents(file, "half", -1, NULL));
        audit_store_free(self->audit);
        store_close(self->store);
        self->store = store_open(self->folder, &error);
        g_assert_no_error(error);
        self->audit = audit_store_new(self->store);
        expect_nothing_left(self);
}

static void remove_most(World *self) {
        gboolean more = TRUE;

        while (more)
                g_assert_true(audit_store_purge(self->audit, ROWS - 100, &more, NULL));
}

static void test_compact(World *self, gconstpointer data) {
        g_autofree char *file = g_build_filename(self->folder, STORE_FILE_NAME, NULL);
        StoreCompaction sizes = {};
        g_autoptr(GError) error = NULL;
        GStatBuf found;

        remove_most(self);
        g_assert_true(store_compact(self->store, on_progress, self, &sizes, &error));
        g_assert_no_error(error);
        g_assert_cmpuint(sizes.before, >, 4 * 1000 * 1000);
        g_assert_cmpuint(sizes.after, <, sizes.before / 10);
        g_assert_cmpint(g_stat(file, &found), ==, 0);
        g_assert_cmpuint((guint64) found.st_size, ==, sizes.after);
        g_assert_cmpint(rows_of(self->store), ==, 101);
        add_row(self);
        g_assert_cmpint(rows_of(self->store), ==, 102);
}

typedef struct Reader {
        World *world;
        gint64 before, after;
} Reader;

/* A snapshot stands through a compaction. */
static gboolean compact_while_reading(StoreConnection *connection, gpointer userdata, GError **error) {
        Reader *self = userdata;
        StoreCompaction sizes;

        return count(connection, &self->before, error) &&
               store_compact(self->world->store, NULL, NULL, &sizes, error) && count(connection, &self->after, error);
}

static void test_compact_beside_a_reader(World *self, gconstpointer data) {
        Reader reader = { .world = self };
        g_autoptr(GError) error = NULL;

        remove_most(self);
        g_assert_true(store_read(self->store, compact_while_reading, &reader, &error));
        g_assert_no_error(error);
        g_assert_cmpint(reader.before, ==, 101);
        g_assert_cmpint(reader.after, ==, 101);
}

static void test_compact_cancelled(World *self, gconstpointer data) {
        StoreCompaction sizes = {};
        g_autoptr(GError) error = NULL;

        self->stop_at = -1;
        g_assert_false(store_compact(self->store, on_progress, self, &sizes, &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_CANCELLED);
        g_assert_cmpstr(error->message, ==, "enough");
        g_assert_cmpuint(self->calls, ==, 1);
        g_assert_cmpint(rows_of(self->store), ==, ROWS);
        add_row(self);
        expect_nothing_left(self);
}

int main(int argc, char *argv[]) {
        static const double early = 0.1, late = 0.7;

        g_test_init(&argc, &argv, NULL);
        signal(SIGPIPE, SIG_IGN);
#define ADD(path, argument, test) g_test_add("/store/" path, World, argument, setup, test, teardown)
        ADD("backup/whole", NULL, test_backup);
        ADD("backup/cancelled-copying", &early, test_backup_cancelled);
        ADD("backup/cancelled-sending", &late, test_backup_cancelled);
        ADD("backup/reader-gone", NULL, test_backup_reader_gone);
        ADD("backup/once-at-a-time", NULL, test_backup_once_at_a_time);
        ADD("backup/left-over", NULL, test_backup_left_over);
        ADD("compact/whole", NULL, test_compact);
        ADD("compact/beside-a-reader", NULL, test_compact_beside_a_reader);
        ADD("compact/cancelled", NULL, test_compact_cancelled);
        return g_test_run();
}
