/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <glib/gstdio.h>
#include <sqlite3.h>

#include "core/error.h"
#include "store/setting-store.h"

typedef struct Fixture {
        char *folder;
        char *file;
        Store *store;
        SettingStore *settings;
} Fixture;

static void open_store(Fixture *self) {
        g_autoptr(GError) error = NULL;

        self->store = store_open(self->folder, &error);
        g_assert_no_error(error);
        self->settings = setting_store_new(self->store);
}

static void close_store(Fixture *self) {
        setting_store_free(self->settings);
        store_close(self->store);
}

static void setup(Fixture *self, gconstpointer data) {
        self->folder = g_dir_make_tmp("bangui-setting-store-XXXXXX", NULL);
        self->file = g_build_filename(self->folder, STORE_FILE_NAME, NULL);
        open_store(self);
}

static void teardown(Fixture *self, gconstpointer data) {
        close_store(self);
        g_assert_cmpint(g_unlink(self->file), ==, 0);
        g_assert_cmpint(g_rmdir(self->folder), ==, 0);
        g_free(self->file);
        g_free(self->folder);
}

static void change(Fixture *self, const char *key, const char *value) {
        g_autoptr(GError) error = NULL;

        g_assert_true(setting_store_change(self->settings, &key, &value, 1, 1000, 5, &error));
        g_assert_no_error(error);
}

/* value NULL: it is not there. */
static void assert_stored(Fixture *self, const char *key, const char *value) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GHashTable) all = setting_store_read(self->settings, 100, &error);

        g_assert_no_error(error);
        g_assert_cmpstr(g_hash_table_lookup(all, key), ==, value);
}

static void test_change(Fixture *self, gconstpointer data) {
        static const char *const keys[] = { "a", "b", "c" };
        static const char *const values[] = { NULL, "2", "3" };
        g_autoptr(GError) error = NULL;

        change(self, "a", "1");
        change(self, "b", "1");
        assert_stored(self, "a", "1");
        g_assert_true(setting_store_change(self->settings, keys, values, 3, 0, 6, &error));
        assert_stored(self, "a", NULL);
        assert_stored(self, "b", "2");
        assert_stored(self, "c", "3");
        change(self, "never there", NULL);

        close_store(self);
        open_store(self);
        assert_stored(self, "b", "2");
}

/* As a person would, while nobody else has it open. */
static void run_sql(Fixture *self, const char *sql) {
        sqlite3 *database;

        close_store(self);
        g_assert_cmpint(sqlite3_open(self->file, &database), ==, SQLITE_OK);
        g_assert_cmpint(sqlite3_exec(database, sql, NULL, NULL, NULL), ==, SQLITE_OK);
        g_assert_cmpint(sqlite3_close(database), ==, SQLITE_OK);
        open_store(self);
}

/* One of several cannot be written: none is. */
static void test_all_or_nothing(Fixture *self, gconstpointer data) {
        static const char *const keys[] = { "a", "b" };
        static const char *const values[] = { "2", "2" };
        g_autoptr(GError) error = NULL;

        change(self, "a", "1");
        run_sql(self,
                "CREATE TRIGGER no BEFORE INSERT ON setting WHEN new.key = 'b' BEGIN SELECT raise(ABORT, 'no'); END");
        g_assert_false(setting_store_change(self->settings, keys, values, 2, 0, 6, &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_DATABASE_UNAVAILABLE);
        assert_stored(self, "a", "1");
        assert_stored(self, "b", NULL);
}

/* What a person wrote there is given as it is, and no more of it than was asked for. */
static void test_foreign_rows(Fixture *self, gconstpointer data) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GHashTable) some = NULL;

        run_sql(self,
                "INSERT INTO setting VALUES ('x', CAST (x'ff' AS TEXT), 0, 0), ('y', '', 0, 0), ('z', 'z', 0, 0)");
        some = setting_store_read(self->settings, 2, &error);
        g_assert_no_error(error);
        g_assert_cmpuint(g_hash_table_size(some), ==, 2);
        g_assert_cmpstr(g_hash_table_lookup(some, "x"), ==, "\xff");
        g_assert_cmpstr(g_hash_table_lookup(some, "y"), ==, "");
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);
#define ADD(name, func) g_test_add("/store/setting/" name, Fixture, NULL, setup, func, teardown)
        ADD("change", test_change);
        ADD("all-or-nothing", test_all_or_nothing);
        ADD("foreign-rows", test_foreign_rows);
#undef ADD
        return g_test_run();
}
