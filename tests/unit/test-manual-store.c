/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <glib/gstdio.h>

#include "store/manual-store.h"

typedef struct Fixture {
        char *folder;
        Store *store;
        ManualStore *manual;
} Fixture;

static void setup(Fixture *self, gconstpointer data) {
        g_autoptr(GError) error = NULL;

        self->folder = g_dir_make_tmp("bangui-manual-XXXXXX", NULL);
        self->store = store_open(self->folder, &error);
        g_assert_no_error(error);
        self->manual = manual_store_new(self->store);
}

static void teardown(Fixture *self, gconstpointer data) {
        g_autofree char *file = g_build_filename(self->folder, STORE_FILE_NAME, NULL);

        manual_store_free(self->manual);
        store_close(self->store);
        g_assert_cmpint(g_unlink(file), ==, 0);
        g_assert_cmpint(g_rmdir(self->folder), ==, 0);
        g_free(self->folder);
}

static Address parsed(const char *text) {
        Address address;

        g_assert_true(address_try_parse(text, &address));
        return address;
}

static void add(Fixture *self, const char *jail, const char *text, gint64 at, guint32 uid, const char *reason) {
        g_autoptr(GError) error = NULL;
        Address address = parsed(text);

        g_assert_true(manual_store_add(self->manual, jail, &address, 1, at, uid, reason, &error));
        g_assert_no_error(error);
}

/* reason NULL: nothing is to be found. */
static void assert_found(Fixture *self, const char *jail, const char *text, gint64 since, guint32 uid,
                         const char *reason) {
        g_autoptr(GError) error = NULL;
        Address address = parsed(text);
        ManualBan ban = { 0 };
        gboolean found = FALSE;

        g_assert_true(manual_store_find(self->manual, jail, &address, since, &ban, &found, &error));
        g_assert_no_error(error);
        g_assert_cmpint(found, ==, reason != NULL);
        g_assert_cmpstr(ban.reason, ==, reason);
        if (found)
                g_assert_cmpuint(ban.uid, ==, uid);
        manual_ban_clear(&ban);
}

static void test_find(Fixture *self, gconstpointer data) {
        add(self, "sshd", "192.0.2.1", 100, 1000, "spam");
        add(self, "mail é", "192.0.2.1", 110, 4294967295, NULL);
        add(self, "sshd", "192.0.2.0/24", 120, 0, "network");
        add(self, "sshd", "2001:db8::1", 130, 0, "six");
        add(self, "sshd", "2001:db8::/32", 140, 0, "six network");

        assert_found(self, "sshd", "192.0.2.1", 0, 1000, "spam");
        assert_found(self, "sshd", "192.0.2.1", 100, 1000, "spam");
        assert_found(self, "sshd", "192.0.2.1", 101, 0, NULL);
        assert_found(self, "mail é", "192.0.2.1", 0, 4294967295, "");
        assert_found(self, "sshd", "192.0.2.0/24", 0, 0, "network");
        assert_found(self, "sshd", "192.0.2.0", 0, 0, NULL);
        assert_found(self, "sshd", "192.0.2.0/25", 0, 0, NULL);
        assert_found(self, "sshd", "2001:db8::1", 0, 0, "six");
        assert_found(self, "sshd", "2001:db8::/32", 0, 0, "six network");
        assert_found(self, "other", "192.0.2.1", 0, 0, NULL);
}

static void test_newest_counts(Fixture *self, gconstpointer data) {
        add(self, "sshd", "192.0.2.1", 100, 1, "first");
        add(self, "sshd", "192.0.2.1", 200, 2, "second");
        add(self, "sshd", "192.0.2.1", 150, 3, "late");
        assert_found(self, "sshd", "192.0.2.1", 0, 2, "second");
        add(self, "sshd", "192.0.2.1", 200, 4, "same second");
        assert_found(self, "sshd", "192.0.2.1", 0, 4, "same second");
}

static void test_many(Fixture *self, gconstpointer data) {
        g_autofree Address *addresses = g_new0(Address, 2500);
        gboolean more = FALSE;
        guint steps = 1;

        for (guint i = 0; i < 2500; i++) {
                g_autofree char *text = g_strdup_printf("10.0.%u.%u", i >> 8, i & 0xff);

                addresses[i] = parsed(text);
        }
        g_assert_true(manual_store_add(self->manual, "sshd", addresses, 2500, 100, 0, "many", NULL));
        g_assert_true(manual_store_add(self->manual, "sshd", addresses, 0, 100, 0, "none", NULL));
        add(self, "sshd", "10.0.0.9", 200, 0, "newer");

        while (manual_store_purge(self->manual, 200, &more, NULL) && more)
                steps++;
        g_assert_cmpuint(steps, ==, 3);
        assert_found(self, "sshd", "10.0.0.8", 0, 0, NULL);
        assert_found(self, "sshd", "10.0.0.9", 0, 0, "newer");
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);
#define ADD(name, func) g_test_add("/store/manual/" name, Fixture, NULL, setup, func, teardown)
        ADD("find", test_find);
        ADD("newest-counts", test_newest_counts);
        ADD("many", test_many);
#undef ADD
        return g_test_run();
}
