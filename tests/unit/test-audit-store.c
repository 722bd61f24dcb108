/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <glib/gstdio.h>

#include "store/audit-store.h"

typedef struct Fixture {
        char *folder;
        Store *store;
        AuditStore *audit;
} Fixture;

static void setup(Fixture *self, gconstpointer data) {
        g_autoptr(GError) error = NULL;

        self->folder = g_dir_make_tmp("bangui-audit-XXXXXX", NULL);
        self->store = store_open(self->folder, &error);
        g_assert_no_error(error);
        self->audit = audit_store_new(self->store);
}

static void teardown(Fixture *self, gconstpointer data) {
        g_autofree char *file = g_build_filename(self->folder, STORE_FILE_NAME, NULL);

        audit_store_free(self->audit);
        store_close(self->store);
        g_assert_cmpint(g_unlink(file), ==, 0);
        g_assert_cmpint(g_rmdir(self->folder), ==, 0);
        g_free(self->folder);
}

static void add(Fixture *self, gint64 at, gint64 uid, const char *method, const char *object, const char *reason) {
        AuditRow row = { .at = at,
                         .uid = uid,
                         .caller = ":1.7",
                         .method = method,
                         .object = object,
                         .reason = reason,
                         .result = "ok" };
        g_autoptr(GError) error = NULL;

        g_assert_true(audit_store_add(self->audit, &row, &error));
        g_assert_no_error(error);
}

static void collect(const AuditRow *row, gpointer userdata) {
        g_string_append_printf(userdata, "%s ", row->object);
}

/* The objects of a page, in order. */
static void assert_page(Fixture *self, const AuditQuery *query, const char *expected, gint64 *ret_next,
                        guint64 expected_total) {
        g_autoptr(GString) objects = g_string_new(NULL);
        g_autoptr(GError) error = NULL;
        guint64 total = 0;
        gint64 next = -1;

        g_assert_true(audit_store_list(self->audit, query, collect, objects, &next, &total, &error));
        g_assert_no_error(error);
        g_assert_cmpstr(objects->str, ==, expected);
        g_assert_cmpuint(total, ==, expected_total);
        if (ret_next)
                *ret_next = next;
        else
                g_assert_cmpint(next, ==, 0);
}

static void check_whole_row(const AuditRow *row, gpointer userdata) {
        g_assert_cmpint(row->id, ==, 1);
        g_assert_cmpint(row->at, ==, 1700000000);
        g_assert_cmpint(row->uid, ==, 4294967295);
        g_assert_cmpstr(row->caller, ==, ":1.7");
        g_assert_cmpstr(row->session, ==, "c1");
        g_assert_cmpstr(row->unit, ==, "");
        g_assert_cmpstr(row->method, ==, "Bans.Ban");
        g_assert_cmpstr(row->action, ==, "org.bangui.BanGUI1.ban");
        g_assert_cmpstr(row->object, ==, "sshd 192.0.2.1");
        g_assert_cmpstr(row->reason, ==, "'; DROP TABLE audit; --");
        g_assert_cmpstr(row->result, ==, "JailNotFound");
        g_assert_cmpstr(row->message, ==, "no jail");
        g_assert_cmpstr(row->correlation, ==, "abc");
        *(guint *) userdata += 1;
}

static void test_whole_row(Fixture *self, gconstpointer data) {
        AuditRow row = { .id = 77,
                         .at = 1700000000,
                         .uid = 4294967295,
                         .caller = ":1.7",
                         .session = "c1",
                         .method = "Bans.Ban",
                         .action = "org.bangui.BanGUI1.ban",
                         .object = "sshd 192.0.2.1",
                         .reason = "'; DROP TABLE audit; --",
                         .result = "JailNotFound",
                         .message = "no jail",
                         .correlation = "abc" };
        AuditQuery query = { .limit = 10, .uid = -1 };
        gint64 next = -1;
        guint n = 0;

        g_assert_true(audit_store_add(self->audit, &row, NULL));
        g_assert_true(audit_store_list(self->audit, &query, check_whole_row, &n, &next, NULL, NULL));
        g_assert_cmpuint(n, ==, 1);
        g_assert_cmpint(next, ==, 0);
}

static void test_filters(Fixture *self, gconstpointer data) {
        add(self, 100, 0, "Bans.Ban", "a", "spam");
        add(self, 200, 1000, "Bans.Ban", "b", NULL);
        add(self, 300, 1000, "Bans.Unban", "c", "100% Spam");
        add(self, 250, 0, "Bans.Unban", "d", NULL);

        assert_page(self, &(AuditQuery) { .limit = 9, .uid = -1 }, "d c b a ", NULL, 4);
        assert_page(self, &(AuditQuery) { .limit = 9, .uid = 1000 }, "c b ", NULL, 2);
        assert_page(self, &(AuditQuery) { .limit = 9, .uid = 0 }, "d a ", NULL, 2);
        assert_page(self, &(AuditQuery) { .limit = 9, .uid = -1, .method = "Bans.Ban" }, "b a ", NULL, 2);
        assert_page(self, &(AuditQuery) { .limit = 9, .uid = -1, .method = "Bans" }, "", NULL, 0);
        assert_page(self, &(AuditQuery) { .limit = 9, .uid = -1, .since_at = 200 }, "d c b ", NULL, 3);
        assert_page(self, &(AuditQuery) { .limit = 9, .uid = -1, .since_at = 200, .until_at = 250 }, "d b ", NULL, 2);
        assert_page(self, &(AuditQuery) { .limit = 9, .uid = -1, .search = "SPAM" }, "c a ", NULL, 2);
        assert_page(self, &(AuditQuery) { .limit = 9, .uid = -1, .search = "%" }, "c ", NULL, 1);
        assert_page(self, &(AuditQuery) { .limit = 9, .uid = -1, .search = "D" }, "d ", NULL, 1);
        assert_page(self, &(AuditQuery) { .limit = 9, .uid = 0, .method = "Bans.Ban", .search = "x" }, "", NULL, 0);
}

/* Rows that come between two pages neither repeat nor hide one. */
static void test_pages(Fixture *self, gconstpointer data) {
        AuditQuery query = { .limit = 2, .uid = -1 };

        for (guint i = 1; i <= 4; i++) {
                g_autofree char *object = g_strdup_printf("%u", i);

                add(self, i, 0, "Bans.Ban", object, NULL);
        }

        assert_page(self, &query, "4 3 ", &query.before_id, 4);
        g_assert_cmpint(query.before_id, >, 0);
        add(self, 5, 0, "Bans.Ban", "5", NULL);
        assert_page(self, &query, "2 1 ", &query.before_id, 5);
        g_assert_cmpint(query.before_id, ==, 0);
}

static void test_purge(Fixture *self, gconstpointer data) {
        gboolean more = FALSE;

        for (guint i = 0; i < 1500; i++)
                add(self, i, 0, "Bans.Ban", "x", NULL);

        g_assert_true(audit_store_purge(self->audit, 1499, &more, NULL));
        g_assert_true(more);
        g_assert_true(audit_store_purge(self->audit, 1499, &more, NULL));
        g_assert_false(more);
        assert_page(self, &(AuditQuery) { .limit = 9, .uid = -1 }, "x ", NULL, 1);
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);
#define ADD(name, func) g_test_add("/store/audit/" name, Fixture, NULL, setup, func, teardown)
        ADD("whole-row", test_whole_row);
        ADD("filters", test_filters);
        ADD("pages", test_pages);
        ADD("purge", test_purge);
#undef ADD
        return g_test_run();
}
