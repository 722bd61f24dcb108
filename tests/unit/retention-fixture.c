/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "retention-fixture.h"

#include <glib/gstdio.h>
#include <sqlite3.h>

#include "store/connection.h"

void retention_fixture_open(RetentionFixture *self) {
        const char *const environment[] = { NULL };
        const char *const overrides[] = { "store-audit-days=" G_STRINGIFY(RETENTION_DAYS),
                                          "archive-days=" G_STRINGIFY(RETENTION_DAYS), NULL };
        g_autoptr(GError) error = NULL;
        g_autofree char *file = NULL;

        self->folder = g_dir_make_tmp("bangui-retention-XXXXXX", NULL);
        self->store = store_open(self->folder, &error);
        g_assert_no_error(error);
        self->audit = audit_store_new(self->store);
        self->manual = manual_store_new(self->store);
        self->activity = activity_store_new(self->store);
        file = g_build_filename(self->folder, "bangui.conf", NULL);
        g_assert_true(g_file_set_contents(file, "", 0, NULL));
        self->settings = settings_load(file, environment, overrides, &error);
        g_assert_no_error(error);
        g_assert_cmpint(g_unlink(file), ==, 0);
        self->archive_store = archive_store_new(self->store, &error);
        g_assert_no_error(error);
        self->archive = archive_new(self->archive_store, NULL, self->settings);
        self->retention = retention_new(&(RetentionParts) { .settings = self->settings,
                                                            .audit = self->audit,
                                                            .manual = self->manual,
                                                            .activity = self->activity,
                                                            .archive = self->archive });
        self->steps = g_string_new(NULL);
}

void retention_fixture_close(RetentionFixture *self) {
        g_autofree char *file = g_build_filename(self->folder, STORE_FILE_NAME, NULL);

        retention_free(self->retention);
        archive_free(self->archive);
        archive_store_free(self->archive_store);
        settings_free(self->settings);
        activity_store_free(self->activity);
        manual_store_free(self->manual);
        audit_store_free(self->audit);
        store_close(self->store);
        g_string_free(self->steps, TRUE);
        g_assert_cmpint(g_unlink(file), ==, 0);
        g_assert_cmpint(g_rmdir(self->folder), ==, 0);
        g_free(self->folder);
}

static gboolean run_sql(StoreConnection *connection, gpointer sql, GError **error) {
        return store_execute(connection, sql, "preparing the test", error);
}

static void write_sql(RetentionFixture *self, char *sql) {
        g_autofree char *text = sql;
        g_autoptr(GError) error = NULL;

        store_write(self->store, run_sql, text, &error);
        g_assert_no_error(error);
}

#define NUMBERS "WITH RECURSIVE number (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM number WHERE i < %u) "

void retention_fixture_add_audit(RetentionFixture *self, guint n, gint64 at) {
        write_sql(self,
                  g_strdup_printf(NUMBERS
                                  "INSERT INTO audit (at, uid, caller, session, unit, method, action, object, reason, "
                                  "result, message, correlation) "
                                  "SELECT %" G_GINT64_FORMAT ", 0, '', '', '', '', '', '', '', '', '', '' FROM number",
                                  n, at));
}

void retention_fixture_add_manual(RetentionFixture *self, guint n, gint64 at) {
        write_sql(self, g_strdup("INSERT INTO jail (name) VALUES ('sshd') ON CONFLICT DO NOTHING"));
        write_sql(self, g_strdup_printf(NUMBERS "INSERT INTO manual (at, uid, reason) SELECT %" G_GINT64_FORMAT
                                                ", 0, '' FROM number",
                                        n, at));
        write_sql(self, g_strdup("INSERT INTO manual_address (address, jail, manual) "
                                 "SELECT CAST(printf('%04d', id) AS BLOB), 1, id FROM manual "
                                 "WHERE id NOT IN (SELECT manual FROM manual_address)"));
}

static Address address_of(guint number) {
        g_autofree char *text = g_strdup_printf("10.%u.%u.%u", number >> 16, (number >> 8) & 255, number & 255);
        Address address;

        g_assert_true(address_parse(text, &address, NULL));
        return address;
}

void retention_fixture_add_bans(RetentionFixture *self, guint n, gint64 at) {
        g_autofree ArchiveEvent *events = g_new0(ArchiveEvent, n);
        ArchiveTally tally = {};
        g_autoptr(GError) error = NULL;

        for (guint i = 0; i < n; i++)
                events[i] = (ArchiveEvent) {
                        .kind = ARCHIVE_EVENT_BAN,
                        .jail = "sshd",
                        .address = address_of(i),
                        .at = at + i,
                        .bantime = 600,
                        .data = "{\"matches\": [\"a line\"]}",
                };
        (void) archive_add(self->archive, &(ArchiveAdd) { .source = ARCHIVE_SOURCE_DATABASE, .events = events, .n = n },
                           &tally, &error);
        g_assert_no_error(error);
        g_assert_cmpuint(tally.bans, ==, n);
}

void retention_fixture_break(RetentionFixture *self) {
        write_sql(self, g_strdup("DROP TABLE audit"));
}

static void on_change(void *userdata, int operation, const char *database, const char *table, sqlite3_int64 row) {
        RetentionFixture *self = userdata;

        g_assert_true(operation == SQLITE_DELETE || self->any_change);
        self->removed += operation == SQLITE_DELETE;
}

/* 0: the transaction may end. */
static int on_commit(void *userdata) {
        RetentionFixture *self = userdata;

        g_string_append_printf(self->steps, "%u ", self->removed);
        self->removed = 0;
        self->n_steps++;
        if (self->step)
                self->step(self->n_steps, self->userdata);
        return 0;
}

static gboolean add_hooks(StoreConnection *connection, gpointer userdata, GError **error) {
        sqlite3_stmt *statement = store_statement(connection, "SELECT 1", error);
        sqlite3 *database;

        if (!statement)
                return FALSE;
        database = sqlite3_db_handle(statement);
        sqlite3_update_hook(database, on_change, userdata);
        sqlite3_commit_hook(database, on_commit, userdata);
        return TRUE;
}

void retention_fixture_watch(RetentionFixture *self) {
        void (*step)(guint, gpointer) = g_steal_pointer(&self->step);
        g_autoptr(GError) error = NULL;

        store_write(self->store, add_hooks, self, &error);
        g_assert_no_error(error);
        /* the hook saw the end of its own transaction */
        g_string_truncate(self->steps, 0);
        self->n_steps = 0;
        self->step = step;
}

typedef struct Number {
        const char *what;
        const char *table;
        gint64 value;
} Number;

static gboolean read_number(StoreConnection *connection, gpointer userdata, GError **error) {
        Number *self = userdata;
        g_autofree char *sql = g_strconcat("SELECT ", self->what, " FROM ", self->table, NULL);

        return store_read_integer(connection, sql, "counting", &self->value, error);
}

static gint64 number(RetentionFixture *self, const char *what, const char *table) {
        Number found = { .what = what, .table = table };
        g_autoptr(GError) error = NULL;

        store_read(self->store, read_number, &found, &error);
        g_assert_no_error(error);
        return found.value;
}

guint retention_fixture_count(RetentionFixture *self, const char *table) {
        return (guint) number(self, "count(*)", table);
}

gint64 retention_fixture_sum(RetentionFixture *self, const char *column, const char *table) {
        g_autofree char *what = g_strdup_printf("ifnull(sum(%s), 0)", column);

        return number(self, what, table);
}
