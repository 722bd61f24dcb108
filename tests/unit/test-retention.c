/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "services/archive/retention.h"

#include <glib/gstdio.h>

#include "core/error.h"
#include "retention-fixture.h"

#define NOW ((gint64) 1700000000)
#define LIMIT (NOW - RETENTION_DAYS * RETENTION_DAY_S)

static void setup(RetentionFixture *f, gconstpointer data) {
        retention_fixture_open(f);
}

static void teardown(RetentionFixture *f, gconstpointer data) {
        retention_fixture_close(f);
}

static void assert_run(RetentionFixture *f, const char *steps) {
        g_autoptr(GError) error = NULL;

        g_assert_true(retention_run(f->retention, NOW, NULL, &error));
        g_assert_no_error(error);
        g_assert_cmpstr(f->steps->str, ==, steps);
}

static void assert_cancelled(RetentionFixture *f, Operation *operation, const char *steps) {
        g_autoptr(GError) error = NULL;

        g_assert_false(retention_run(f->retention, NOW, operation, &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_CANCELLED);
        g_assert_cmpstr(f->steps->str, ==, steps);
}

static void add_samples(RetentionFixture *f, guint n, gint64 at) {
        for (guint i = 0; i < n; i++)
                g_assert_true(activity_store_add(f->activity, &(ActivitySample) { .at = at + i }, NULL));
}

static void test_nothing_to_do(RetentionFixture *f, gconstpointer data) {
        retention_fixture_add_audit(f, 3, NOW);
        retention_fixture_add_manual(f, 2, NOW);
        add_samples(f, 2, NOW);
        retention_fixture_watch(f);
        assert_run(f, "0 0 0 0 ");
        g_assert_cmpuint(retention_fixture_count(f, "audit"), ==, 3);
        g_assert_cmpuint(retention_fixture_count(f, "manual"), ==, 2);
        g_assert_cmpuint(retention_fixture_count(f, "activity"), ==, 2);
}

/* What is just as old as the limit stays. */
static void test_limit(RetentionFixture *f, gconstpointer data) {
        g_autofree char *too_old = g_strdup_printf("audit WHERE at < %" G_GINT64_FORMAT, LIMIT);

        retention_fixture_add_audit(f, 1, LIMIT - 1);
        retention_fixture_add_audit(f, 2, LIMIT);
        retention_fixture_add_audit(f, 4, LIMIT + 1);
        retention_fixture_add_manual(f, 1, LIMIT - 1);
        retention_fixture_add_manual(f, 2, LIMIT);
        retention_fixture_add_manual(f, 4, LIMIT + 1);
        add_samples(f, 6, LIMIT - 4);
        retention_fixture_watch(f);
        assert_run(f, "1 1 4 0 ");
        g_assert_cmpuint(retention_fixture_count(f, too_old), ==, 0);
        g_assert_cmpuint(retention_fixture_count(f, "audit"), ==, 6);
        g_assert_cmpuint(retention_fixture_count(f, "manual"), ==, 6);
        g_assert_cmpuint(retention_fixture_count(f, "manual_address"), ==, 6);
        g_assert_cmpuint(retention_fixture_count(f, "activity"), ==, 2);
}

/* Addresses go first, and are not noted since they have no row ids. */
static void test_steps(RetentionFixture *f, gconstpointer data) {
        retention_fixture_add_audit(f, 2500, LIMIT - 1);
        retention_fixture_add_audit(f, 3, NOW);
        retention_fixture_add_manual(f, 1500, LIMIT - 1);
        retention_fixture_add_manual(f, 2, NOW);
        retention_fixture_watch(f);
        assert_run(f, "1000 1000 500 0 1000 500 0 0 ");
        g_assert_cmpuint(retention_fixture_count(f, "audit"), ==, 3);
        g_assert_cmpuint(retention_fixture_count(f, "manual"), ==, 2);
        g_assert_cmpuint(retention_fixture_count(f, "manual_address"), ==, 2);
        assert_run(f, "1000 1000 500 0 1000 500 0 0 0 0 0 0 ");
}

static void stop_at_second(guint number, gpointer userdata) {
        if (number == 2)
                operation_cancel(userdata);
}

/* The step that runs is finished, and the next does not begin. */
static void test_stop_in_the_middle(RetentionFixture *f, gconstpointer data) {
        g_autoptr(Operation) operation = operation_new("retention", NULL, NULL);

        retention_fixture_add_audit(f, 2500, LIMIT - 1);
        retention_fixture_add_manual(f, 1, LIMIT - 1);
        f->step = stop_at_second;
        f->userdata = operation;
        retention_fixture_watch(f);
        assert_cancelled(f, operation, "1000 1000 ");
        g_assert_cmpuint(retention_fixture_count(f, "audit"), ==, 500);
        g_assert_cmpuint(retention_fixture_count(f, "manual"), ==, 1);
        assert_cancelled(f, operation, "1000 1000 ");
        g_assert_cmpuint(retention_fixture_count(f, "audit"), ==, 500);
}

/* The second step is the first one of the commands by hand. */
static void test_stop_between_the_tables(RetentionFixture *f, gconstpointer data) {
        g_autoptr(Operation) operation = operation_new("retention", NULL, NULL);

        retention_fixture_add_audit(f, 10, LIMIT - 1);
        retention_fixture_add_manual(f, 1500, LIMIT - 1);
        f->step = stop_at_second;
        f->userdata = operation;
        retention_fixture_watch(f);
        assert_cancelled(f, operation, "10 0 ");
        g_assert_cmpuint(retention_fixture_count(f, "audit"), ==, 0);
        g_assert_cmpuint(retention_fixture_count(f, "manual"), ==, 1500);
        g_assert_cmpuint(retention_fixture_count(f, "manual_address"), ==, 500);
}

static void test_stopped_before(RetentionFixture *f, gconstpointer data) {
        g_autoptr(Operation) operation = operation_new("retention", NULL, NULL);

        operation_cancel(operation);
        retention_fixture_add_audit(f, 10, LIMIT - 1);
        retention_fixture_watch(f);
        assert_cancelled(f, operation, "");
        g_assert_cmpuint(retention_fixture_count(f, "audit"), ==, 10);
}

static void test_failure(RetentionFixture *f, gconstpointer data) {
        g_autoptr(GError) error = NULL;

        retention_fixture_add_manual(f, 1, LIMIT - 1);
        retention_fixture_break(f);
        retention_fixture_watch(f);
        g_assert_false(retention_run(f->retention, NOW, NULL, &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_DATABASE_UNAVAILABLE);
        g_assert_cmpstr(f->steps->str, ==, "");
        g_assert_cmpuint(retention_fixture_count(f, "manual"), ==, 1);
}

static gint64 totals(RetentionFixture *f) {
        return retention_fixture_sum(f, "bans", "ban_total");
}

/* Bans go with their data; their days' totals stay, and the rows that stay are not touched. */
static void test_archive(RetentionFixture *f, gconstpointer data) {
        g_autoptr(Operation) operation = operation_new("retention", NULL, NULL);
        g_autoptr(GError) error = NULL;
        g_autofree char *message = NULL;

        retention_fixture_add_bans(f, 3000, LIMIT - 3000);
        retention_fixture_add_bans(f, 500, LIMIT);
        g_assert_true(retention_run(f->retention, NOW, operation, &error));
        g_assert_no_error(error);
        g_assert_cmpuint(retention_fixture_count(f, "ban"), ==, 500);
        g_assert_cmpuint(retention_fixture_count(f, "ban_data"), ==, 500);
        g_assert_cmpint(totals(f), ==, 3000);
        g_assert_cmpfloat(operation_progress(operation, &message), ==, 1);
        g_assert_cmpstr(message, ==, "removed 3000 bans and ends of bans");
        g_assert_true(retention_run(f->retention, NOW, NULL, &error));
        g_assert_cmpint(totals(f), ==, 3000);
}

/* Whatever is removed is counted in the same step, so nothing is lost or counted twice when it ends in the middle. */
static void test_archive_cancelled(RetentionFixture *f, gconstpointer data) {
        g_autoptr(Operation) operation = operation_new("retention", NULL, NULL);
        guint64 removed = 0, rest = 0;

        retention_fixture_add_bans(f, 3000, LIMIT - 3000);
        f->step = stop_at_second;
        f->userdata = operation;
        f->any_change = TRUE;
        retention_fixture_watch(f);
        g_assert_false(retention_purge(f->retention, LIMIT, operation, &removed, NULL));
        g_assert_cmpuint(removed, >, 0);
        g_assert_cmpuint(removed, <, 3000);
        g_assert_cmpint(totals(f), ==, (gint64) removed);
        f->step = NULL;
        g_assert_true(retention_purge(f->retention, LIMIT, NULL, &rest, NULL));
        g_assert_cmpuint(removed + rest, ==, 3000);
        g_assert_cmpint(totals(f), ==, 3000);
}

static void test_archive_for_ever(RetentionFixture *f, gconstpointer data) {
        const char *const environment[] = { NULL };
        const char *const overrides[] = { "archive-days=0", NULL };
        g_autofree char *file = g_build_filename(f->folder, "bangui.conf", NULL);
        g_autoptr(Settings) settings = NULL;
        g_autoptr(Retention) retention = NULL;
        g_autoptr(GError) error = NULL;

        g_assert_true(g_file_set_contents(file, "", 0, NULL));
        settings = settings_load(file, environment, overrides, &error);
        g_assert_no_error(error);
        g_assert_cmpint(g_unlink(file), ==, 0);
        retention = retention_new(&(RetentionParts) { .settings = settings,
                                                      .audit = f->audit,
                                                      .manual = f->manual,
                                                      .activity = f->activity,
                                                      .archive = f->archive });
        add_samples(f, 10, 1000000000);
        retention_fixture_add_bans(f, 10, 1000000000);
        g_assert_true(retention_run(retention, NOW, NULL, &error));
        g_assert_cmpuint(retention_fixture_count(f, "ban"), ==, 10);
        g_assert_cmpuint(retention_fixture_count(f, "activity"), ==, 10);
}

static void add(const char *path, void (*test)(RetentionFixture *, gconstpointer)) {
        g_test_add(path, RetentionFixture, NULL, setup, test, teardown);
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);
        add("/services/retention/nothing-to-do", test_nothing_to_do);
        add("/services/retention/limit", test_limit);
        add("/services/retention/steps", test_steps);
        add("/services/retention/stop-in-the-middle", test_stop_in_the_middle);
        add("/services/retention/stop-between-the-tables", test_stop_between_the_tables);
        add("/services/retention/stopped-before", test_stopped_before);
        add("/services/retention/failure", test_failure);
        add("/services/retention/archive", test_archive);
        add("/services/retention/archive-cancelled", test_archive_cancelled);
        add("/services/retention/archive-for-ever", test_archive_for_ever);
        return g_test_run();
}
