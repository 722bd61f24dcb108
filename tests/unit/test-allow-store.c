/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <glib/gstdio.h>

#include "core/error.h"
#include "store/allow-store.h"

typedef struct Fixture {
        char *folder;
        Store *store;
        AllowStore *allow;
} Fixture;

static void setup(Fixture *self, gconstpointer data) {
        g_autoptr(GError) error = NULL;

        self->folder = g_dir_make_tmp("bangui-allow-XXXXXX", NULL);
        self->store = store_open(self->folder, &error);
        g_assert_no_error(error);
        self->allow = allow_store_new(self->store);
}

static void teardown(Fixture *self, gconstpointer data) {
        g_autofree char *file = g_build_filename(self->folder, STORE_FILE_NAME, NULL);

        allow_store_free(self->allow);
        store_close(self->store);
        g_assert_cmpint(g_unlink(file), ==, 0);
        g_assert_cmpint(g_rmdir(self->folder), ==, 0);
        g_free(self->folder);
}

static AllowEntry *entry_new(const char *text, const char *const *jails) {
        AllowEntry *entry = g_new0(AllowEntry, 1);

        entry->entry = g_strdup(text);
        entry->jails = g_strdupv((char **) jails);
        entry->note = g_strdup("note é");
        entry->uid = 4294967295;
        entry->author = g_strdup("alice");
        entry->unban = TRUE;
        entry->created_at = 100;
        entry->expires_at = 200;
        entry->addresses = g_new0(char *, 1);
        return entry;
}

static void test_entries(Fixture *self, gconstpointer data) {
        const char *jails[] = { "sshd", "web server, two", NULL };
        g_autoptr(AllowEntry) first = entry_new("192.0.2.1", jails);
        g_autoptr(AllowEntry) second = entry_new("host.example", jails + 2);
        g_autoptr(GPtrArray) entries = NULL;
        g_autoptr(GError) error = NULL;
        const AllowEntry *read;

        g_assert_true(allow_store_add(self->allow, first, NULL));
        g_assert_true(allow_store_add(self->allow, second, NULL));
        g_assert_cmpint(first->id, !=, second->id);
        g_assert_false(allow_store_add(self->allow, first, &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_ALREADY_EXISTS);

        g_strfreev(second->addresses);
        second->addresses = g_strsplit("192.0.2.9 2001:db8::9", " ", -1);
        second->resolved_at = 150;
        second->expires_at = 0;
        g_assert_true(allow_store_change(self->allow, second, NULL));

        entries = allow_store_entries(self->allow, NULL);
        g_assert_cmpuint(entries->len, ==, 2);
        read = entries->pdata[0];
        g_assert_cmpstr(read->entry, ==, "192.0.2.1");
        g_assert_true(g_strv_equal((const char *const *) read->jails, jails));
        g_assert_cmpstr(read->note, ==, "note é");
        g_assert_cmpuint(read->uid, ==, 4294967295);
        g_assert_cmpstr(read->author, ==, "alice");
        g_assert_true(read->unban);
        g_assert_cmpint(read->created_at, ==, 100);
        g_assert_cmpint(read->expires_at, ==, 200);
        g_assert_cmpuint(g_strv_length(read->addresses), ==, 0);
        read = entries->pdata[1];
        g_assert_cmpuint(g_strv_length(read->jails), ==, 0);
        g_assert_cmpstr(read->addresses[1], ==, "2001:db8::9");
        g_assert_cmpint(read->resolved_at, ==, 150);
        g_assert_cmpint(read->expires_at, ==, 0);

        g_assert_true(allow_store_remove(self->allow, first->id, NULL));
        g_clear_pointer(&entries, g_ptr_array_unref);
        entries = allow_store_entries(self->allow, NULL);
        g_assert_cmpuint(entries->len, ==, 1);
}

static void mark(Fixture *self, const char *jail, const char *text, gboolean ours, gboolean done) {
        g_autoptr(GPtrArray) marks = g_ptr_array_new();
        AllowMark one = { .text = (char *) text, .ours = ours, .done = done };

        g_ptr_array_add(marks, &one);
        g_assert_true(allow_store_mark(self->allow, jail, marks, NULL));
}

static void test_marks(Fixture *self, gconstpointer data) {
        g_autoptr(GPtrArray) marks = NULL;
        g_autoptr(GPtrArray) gone = g_ptr_array_new();
        const AllowMark *read;

        mark(self, "sshd", "192.0.2.1", TRUE, FALSE);
        mark(self, "sshd", "192.0.2.0/24", FALSE, FALSE);
        mark(self, "other", "192.0.2.1", TRUE, TRUE);
        mark(self, "sshd", "192.0.2.1", TRUE, TRUE);

        marks = allow_store_marks(self->allow, "sshd", NULL);
        g_assert_cmpuint(marks->len, ==, 2);
        read = marks->pdata[0];
        g_assert_cmpstr(read->text, ==, "192.0.2.0/24");
        g_assert_false(read->ours);
        read = marks->pdata[1];
        g_assert_true(read->ours && read->done);

        g_ptr_array_add(gone, (gpointer) "192.0.2.1");
        g_ptr_array_add(gone, (gpointer) "not there");
        g_assert_true(allow_store_unmark(self->allow, "sshd", gone, NULL));
        g_clear_pointer(&marks, g_ptr_array_unref);
        marks = allow_store_marks(self->allow, "sshd", NULL);
        g_assert_cmpuint(marks->len, ==, 1);
        g_clear_pointer(&marks, g_ptr_array_unref);
        marks = allow_store_marks(self->allow, "other", NULL);
        g_assert_cmpuint(marks->len, ==, 1);
        g_clear_pointer(&marks, g_ptr_array_unref);
        marks = allow_store_marks(self->allow, "never heard of", NULL);
        g_assert_cmpuint(marks->len, ==, 0);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add("/store/allow/entries", Fixture, NULL, setup, test_entries, teardown);
        g_test_add("/store/allow/marks", Fixture, NULL, setup, test_marks, teardown);
        return g_test_run();
}
