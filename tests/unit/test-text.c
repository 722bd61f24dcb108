/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "core/text.h"

static void test_plain(void) {
        g_assert_true(text_is_plain(""));
        g_assert_true(text_is_plain("Müller's jail, 7"));
        g_assert_false(text_is_plain("a\nb"));
        g_assert_false(text_is_plain("a\tb"));
        g_assert_false(text_is_plain("\x7f"));
        g_assert_false(text_is_plain("\xc2\x85"));
        g_assert_false(text_is_plain("a\xff"));
}

static void assert_quoted(const char *text, const char *expected) {
        g_autofree char *quoted = text_quote(text);

        g_assert_cmpstr(quoted, ==, expected);
}

static void test_quote(void) {
        g_autofree char *exact = g_strnfill(64, 'a'), *longer = g_strnfill(100000, 'a');
        g_autofree char *exact_quoted = g_strdup_printf("'%s'", exact);
        g_autofree char *longer_quoted = g_strdup_printf("'%s...'", exact);

        assert_quoted("", "''");
        assert_quoted("sshd", "'sshd'");
        assert_quoted("a\nb\x1b[31m", "'a\\x0ab\\x1b[31m'");
        assert_quoted("a\xff", "'a\xef\xbf\xbd'");
        assert_quoted("ä", "'ä'");
        assert_quoted(exact, exact_quoted);
        assert_quoted(longer, longer_quoted);
}

static void test_nearest(void) {
        static const char *const words[] = { "force", "protect", "reason", "log-level", NULL };
        static const char *const none[] = { NULL };
        g_autofree char *huge = g_strnfill(1000, 'x');

        g_assert_cmpstr(text_nearest("forec", words), ==, "force");
        g_assert_cmpstr(text_nearest("FORCE", words), ==, "force");
        g_assert_cmpstr(text_nearest("protekt", words), ==, "protect");
        g_assert_cmpstr(text_nearest("reasn", words), ==, "reason");
        g_assert_cmpstr(text_nearest("loglevel", words), ==, "log-level");
        g_assert_cmpstr(text_nearest("force", words), ==, "force");
        g_assert_null(text_nearest("banana", words));
        g_assert_null(text_nearest("", words));
        g_assert_null(text_nearest(huge, words));
        g_assert_null(text_nearest("force", none));
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/core/text/plain", test_plain);
        g_test_add_func("/core/text/quote", test_quote);
        g_test_add_func("/core/text/nearest", test_nearest);
        return g_test_run();
}
