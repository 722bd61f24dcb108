/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <glib/gstdio.h>
#include <unistd.h>

#include "core/error.h"
#include "core/log.h"
#include "services/audit.h"

typedef struct Fixture {
        char *folder;
        Store *store;
        AuditStore *rows;
        Audit *audit;
        Caller *caller;
} Fixture;

static void setup(Fixture *self, gconstpointer data) {
        g_autoptr(GError) error = NULL;

        self->folder = g_dir_make_tmp("bangui-audit-XXXXXX", NULL);
        self->store = store_open(self->folder, &error);
        g_assert_no_error(error);
        self->rows = audit_store_new(self->store);
        self->audit = audit_new(self->rows);
        self->caller = caller_new(":1.42", 1000, (gint32) getpid());
}

static void teardown(Fixture *self, gconstpointer data) {
        g_autofree char *file = g_build_filename(self->folder, STORE_FILE_NAME, NULL);

        caller_free(self->caller);
        audit_free(self->audit);
        audit_store_free(self->rows);
        store_close(self->store);
        g_assert_cmpint(g_unlink(file), ==, 0);
        g_assert_cmpint(g_rmdir(self->folder), ==, 0);
        g_free(self->folder);
}

static void record(Fixture *self, gint64 at, const char *object) {
        AuditEntry entry = { .at = at,
                             .caller = self->caller,
                             .method = "Bans.Ban",
                             .action = "org.bangui.BanGUI1.ban",
                             .object = object,
                             .reason = "spam",
                             .result = "ok",
                             .correlation = "c-1" };

        audit_record(self->audit, &entry);
}

static void assert_text(GVariant *row, const char *key, const char *expected) {
        const char *text = NULL;

        g_assert_true(g_variant_lookup(row, key, "&s", &text));
        g_assert_cmpstr(text, ==, expected);
}

static void test_row(Fixture *self, gconstpointer data) {
        AuditQuery query = { .limit = 10, .uid = -1 };
        g_autofree char *cursor = NULL, *unit = caller_unit(self->caller), *session = caller_session(self->caller);
        g_autoptr(GVariant) rows = NULL, row = NULL;
        g_autoptr(GError) error = NULL;
        guint64 total = 0;
        gint64 number = 0;

        record(self, 1700000000, "sshd 192.0.2.1");
        rows = audit_list(self->audit, &query, &cursor, &total, &error);
        g_assert_no_error(error);
        g_assert_cmpuint(g_variant_n_children(rows), ==, 1);
        g_assert_cmpuint(total, ==, 1);
        g_assert_cmpstr(cursor, ==, "");
        g_assert_cmpstr(g_variant_get_type_string(rows), ==, "aa{sv}");

        row = g_variant_get_child_value(rows, 0);
        g_assert_cmpuint(g_variant_n_children(row), ==, 13);
        g_assert_true(g_variant_lookup(row, "at", "x", &number));
        g_assert_cmpint(number, ==, 1700000000);
        g_assert_true(g_variant_lookup(row, "uid", "x", &number));
        g_assert_cmpint(number, ==, 1000);
        g_assert_true(g_variant_lookup(row, "id", "x", &number));
        assert_text(row, "caller", ":1.42");
        assert_text(row, "session", session ? session : "");
        assert_text(row, "unit", unit ? unit : "");
        assert_text(row, "method", "Bans.Ban");
        assert_text(row, "object", "sshd 192.0.2.1");
        assert_text(row, "reason", "spam");
        assert_text(row, "result", "ok");
        assert_text(row, "message", "");
        assert_text(row, "correlation_id", "c-1");
}

static void test_pages(Fixture *self, gconstpointer data) {
        AuditQuery query = { .limit = 2, .uid = -1 };
        guint seen = 0, pages = 0;

        for (guint i = 0; i < 5; i++)
                record(self, i, "x");

        do {
                g_autofree char *cursor = NULL;
                g_autoptr(GError) error = NULL;
                g_autoptr(GVariant) rows = audit_list(self->audit, &query, &cursor, NULL, &error);

                g_assert_no_error(error);
                seen += (guint) g_variant_n_children(rows);
                pages++;
                g_assert_true(audit_read_cursor(cursor, &query.before_id, &error));
        } while (query.before_id > 0);

        g_assert_cmpuint(seen, ==, 5);
        g_assert_cmpuint(pages, ==, 3);
}

static void test_bad_cursors(void) {
        static const char *const cursors[] = {
                "7", "a", "a-1", "a0", "b7", "a 7", "a7 ", "axyz", "a8000000000000000", "affffffffffffffffff"
        };
        gint64 id = 7;

        for (guint i = 0; i < G_N_ELEMENTS(cursors); i++) {
                g_autoptr(GError) error = NULL;

                g_assert_false(audit_read_cursor(cursors[i], &id, &error));
                g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT);
                g_assert_cmpint(id, ==, 7);
        }
        g_assert_true(audit_read_cursor(NULL, &id, NULL));
        g_assert_cmpint(id, ==, 0);
}

/* What an administrator selects by is in the log, and stays there when our database is not to be had. */
static void record_for_log(const char *folder) {
        g_autoptr(Caller) caller = caller_new(":1.42", 1000, 0);
        g_autofree char *file = g_build_filename(folder, STORE_FILE_NAME, NULL);
        g_autoptr(Store) store = store_open(folder, NULL);
        g_autoptr(AuditStore) rows = audit_store_new(store);
        g_autoptr(Audit) audit = audit_new(rows);
        AuditEntry entry = { .at = 1,
                             .caller = caller,
                             .method = "Jail.Stop",
                             .action = "org.bangui.BanGUI1.control-jail",
                             .object = "sshd",
                             .result = "JailNotFound",
                             .message = "there is none" };

        log_setup(LOG_PRIORITY_NOTICE);
        g_assert_cmpint(truncate(file, 0), ==, 0);
        audit_record(audit, &entry);
        g_assert_cmpint(g_unlink(file), ==, 0);
}

static void test_log(void) {
        if (g_test_subprocess()) {
                g_autofree char *folder = g_dir_make_tmp("bangui-audit-XXXXXX", NULL);

                record_for_log(folder);
                g_assert_cmpint(g_rmdir(folder), ==, 0);
                return;
        }
        g_test_trap_subprocess(NULL, 0, 0);
        g_test_trap_assert_passed();
        g_test_trap_assert_stderr("*\"level\":\"notice\"*\"event\":\"audit.change\",\"method\":\"Jail.Stop\","
                                  "\"action\":\"org.bangui.BanGUI1.control-jail\",\"uid\":\"1000\",\"object\":\"sshd\","
                                  "\"result\":\"JailNotFound\"*\"level\":\"error\"*audit.lost*");
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);
        g_test_add("/services/audit/row", Fixture, NULL, setup, test_row, teardown);
        g_test_add("/services/audit/pages", Fixture, NULL, setup, test_pages, teardown);
        g_test_add_func("/services/audit/bad-cursors", test_bad_cursors);
        g_test_add_func("/services/audit/log", test_log);
        return g_test_run();
}
