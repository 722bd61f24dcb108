/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "client/rest/auth/password.h"
#include "client/rest/auth/strength.h"
#include "client/rest/errors.h"

static void test_lengths(void) {
        g_autofree char *longest = g_strnfill(PASSWORD_LENGTH_MAX, 'x');
        g_autofree char *longer = g_strnfill(PASSWORD_LENGTH_MAX + 1, 'x');
        g_autoptr(GError) shorter_error = NULL, longer_error = NULL;

        g_assert_true(password_check("12345678", NULL));
        g_assert_true(password_check("äöüß", NULL));
        g_assert_true(password_check(longest, NULL));
        g_assert_false(password_check("1234567", &shorter_error));
        g_assert_error(shorter_error, REST_ERROR, REST_ERROR_BAD_REQUEST);
        g_assert_cmpstr(shorter_error->message, ==, "a password has 8 to 1024 bytes, this one has 7");
        g_assert_false(password_check(longer, &longer_error));
}

static void test_hash(void) {
        g_autofree char *first = password_hash("correct horse", NULL);
        g_autofree char *second = password_hash("correct horse", NULL);

        g_assert_true(g_str_has_prefix(first, "$y$"));
        g_assert_cmpstr(first, !=, second);
        g_assert_true(password_matches("correct horse", first));
        g_assert_false(password_matches("correct horsf", first));
        g_assert_false(password_matches("", first));
        g_assert_false(password_matches("correct horse", ""));
        g_assert_false(password_matches("correct horse", "*0"));
        g_assert_false(password_matches("correct horse", "$y$j9T$"));
}

/* All of a long password counts, not just what crypt(3) takes. */
static void test_long(void) {
        g_autofree char *password = g_strnfill(PASSWORD_LENGTH_MAX, 'x');
        g_autofree char *hash = password_hash(password, NULL);

        g_assert_true(password_matches(password, hash));
        password[PASSWORD_LENGTH_MAX - 1] = 'y';
        g_assert_false(password_matches(password, hash));
}

typedef struct Told {
        GMainLoop *loop;
        guint left;
        guint matches;
        guint released;
        char *hash;
} Told;

static void on_done(gboolean matches, const char *hash, const GError *error, gpointer userdata) {
        Told *told = userdata;

        g_assert_no_error(error);
        told->matches += matches;
        if (hash) {
                g_free(told->hash);
                told->hash = g_strdup(hash);
        }
        if (--told->left == 0)
                g_main_loop_quit(told->loop);
}

static void on_release(gpointer userdata) {
        ((Told *) userdata)->released++;
}

static void run(PasswordWorker *worker, Told *told, const char *password, const char *hash) {
        g_autoptr(GError) error = NULL;

        told->left++;
        g_assert_true(password_worker_run(worker, password, hash, on_done, told, on_release, &error));
        g_assert_no_error(error);
}

static void test_worker(void) {
        g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
        g_autoptr(PasswordWorker) worker = password_worker_new();
        Told told = { .loop = loop };

        run(worker, &told, "correct horse", NULL);
        g_main_loop_run(loop);
        run(worker, &told, "correct horse", told.hash);
        run(worker, &told, "wrong horse", told.hash);
        g_main_loop_run(loop);
        g_assert_cmpint(told.matches, ==, 1);
        g_assert_cmpint(told.released, ==, 3);
        g_free(told.hash);
}

/* Beyond the queue: refused at once. Those that wait when the worker goes are released, not told. */
static void test_queue(void) {
        g_autoptr(PasswordWorker) worker = password_worker_new();
        g_autoptr(GError) error = NULL;
        Told told = { 0 };

        for (int i = 0; i < PASSWORD_QUEUE_MAX; i++)
                run(worker, &told, "correct horse", NULL);
        g_assert_false(password_worker_run(worker, "correct horse", NULL, on_done, &told, on_release, &error));
        g_assert_error(error, REST_ERROR, REST_ERROR_OVERLOADED);
        g_assert_cmpint(told.released, ==, 1);
        g_clear_pointer(&worker, password_worker_free);
        g_assert_cmpint(told.released, ==, PASSWORD_QUEUE_MAX + 1);
        g_assert_cmpint(told.left, ==, PASSWORD_QUEUE_MAX);
        g_assert_null(told.hash);
}

#if !defined(__SANITIZE_ADDRESS__)
static gsize resident_kib(void) {
        g_autofree char *text = NULL;
        gsize size, resident;

        g_assert_true(g_file_get_contents("/proc/self/statm", &text, NULL, NULL));
        g_assert_cmpint(sscanf(text, "%zu %zu", &size, &resident), ==, 2);
        return resident * (gsize) sysconf(_SC_PAGESIZE) / 1024;
}
#endif

/* One password at a time, and what it took goes back. */
static void test_memory(void) {
#if defined(__SANITIZE_ADDRESS__)
        g_test_message("AddressSanitizer keeps what was freed");
#else
        g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
        g_autoptr(PasswordWorker) worker = password_worker_new();
        Told told = { .loop = loop };
        gsize before;

        run(worker, &told, "correct horse", NULL);
        g_main_loop_run(loop);
        before = resident_kib();
        for (int i = 0; i < 10; i++)
                run(worker, &told, "correct horse", NULL);
        g_main_loop_run(loop);
        g_assert_cmpuint(resident_kib(), <, before + 1024);
        g_free(told.hash);
#endif
}

static void assert_score(const char *password, int from, int to, guint advice) {
        guint found;
        int score = strength_score(password, "webserver.example.org", &found);

        g_test_message("%s: %d", password, score);
        g_assert_cmpint(score, >=, from);
        g_assert_cmpint(score, <=, to);
        g_assert_cmphex(found & advice, ==, advice);
}

static void test_strength(void) {
        assert_score("", 0, 0, STRENGTH_LONGER);
        assert_score("aB3$xY7", 0, 0, STRENGTH_LONGER);
        assert_score("password", 0, 0, STRENGTH_COMMON | STRENGTH_LONGER);
        assert_score("Passw0rd!", 0, 1, STRENGTH_COMMON);
        assert_score("12345678", 0, 0, STRENGTH_SEQUENCE);
        assert_score("abcdefghijklmnop", 0, 0, STRENGTH_SEQUENCE);
        assert_score("qwertzuiop", 0, 0, STRENGTH_SEQUENCE);
        assert_score("aaaaaaaaaaaaaaaaaaaaaaaa", 0, 0, STRENGTH_REPEATS);
        assert_score("abcabcabcabcabcabc", 0, 0, STRENGTH_REPEATS);
        assert_score("bangui2026", 0, 1, STRENGTH_NAMES);
        assert_score("Webserver-26", 0, 1, STRENGTH_NAMES);
        assert_score("kdhwqzmx", 0, 1, STRENGTH_LONGER | STRENGTH_VARIETY);
        assert_score("kdhw92xP", 1, 2, STRENGTH_LONGER);
        assert_score("kdhw92xPq4vT", 3, 4, 0);
        assert_score("correct horse battery staple", 4, 4, 0);
        assert_score("vT9#kd-hw92xPq4!", 4, 4, 0);
        assert_score("grün wie die Wälder im Mai", 4, 4, 0);
}

static void test_codes(void) {
        g_autofree const char **codes = strength_codes(STRENGTH_LONGER | STRENGTH_COMMON | STRENGTH_REPEATS |
                                                       STRENGTH_SEQUENCE | STRENGTH_VARIETY | STRENGTH_NAMES);
        g_autofree char *text = g_strjoinv(" ", (char **) codes);
        g_autofree const char **none = strength_codes(0);

        g_assert_cmpstr(text, ==, "longer common repeats sequence variety names");
        g_assert_null(none[0]);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/rest-password/lengths", test_lengths);
        g_test_add_func("/rest-password/hash", test_hash);
        g_test_add_func("/rest-password/long", test_long);
        g_test_add_func("/rest-password/worker", test_worker);
        g_test_add_func("/rest-password/queue", test_queue);
        g_test_add_func("/rest-password/memory", test_memory);
        g_test_add_func("/rest-password/strength", test_strength);
        g_test_add_func("/rest-password/codes", test_codes);
        return g_test_run();
}
