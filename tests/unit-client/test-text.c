/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <glib.h>

#include "client/lib/text.h"

static void assert_safe_bytes(const char *text, size_t length, const char *expected, size_t width) {
        auto_buffer Buffer buffer = { 0 };
        g_autofree char *exact = g_memdup2(text, length);

        g_assert_cmpuint(text_add_safe(&buffer, exact, length), ==, width);
        g_assert_cmpstr(buffer_text(&buffer), ==, expected);
        g_assert_true(g_utf8_validate(buffer.text, (gssize) buffer.length, NULL));
        g_assert_cmpuint(text_width(buffer.text, buffer.length), ==, width);
}

static void assert_safe(const char *text, const char *expected, size_t width) {
        assert_safe_bytes(text, strlen(text), expected, width);
}

static void test_harmless(void) {
        assert_safe("", "", 0);
        assert_safe("sshd", "sshd", 4);
        assert_safe("Müller €", "Müller €", 8);
        assert_safe("日本", "日本", 4);
        assert_safe("e\xcc\x81", "e\xcc\x81", 1);
        assert_safe("C:\\x1b", "C:\\x1b", 6);
}

static void test_control(void) {
        assert_safe("a\x1b[31mb", "a\\x1b[31mb", 10);
        assert_safe("\x1b]0;title\x07", "\\x1b]0;title\\x07", 16);
        assert_safe("a\r\nb\tc", "a\\x0d\\x0ab\\x09c", 15);
        assert_safe("\x7f", "\\x7f", 4);
        assert_safe("\xc2\x9b", "\\x9b", 4);
        assert_safe_bytes("a\0b", 3, "a\\x00b", 6);
}

static void test_direction(void) {
        assert_safe("a\xe2\x80\xae"
                    "b",
                    "a\\u202eb", 8);
        assert_safe("\xe2\x81\xa6", "\\u2066", 6);
        assert_safe("\xe2\x80\xa8", "\\u2028", 6);
}

static void test_broken_utf8(void) {
        assert_safe("\xff", "\\xff", 4);
        assert_safe("\xc3", "\\xc3", 4);
        assert_safe("\xe2\x82", "\\xe2\\x82", 8);
        assert_safe("\xc0\xaf", "\\xc0\\xaf", 8);
        assert_safe("\xed\xa0\x80", "\\xed\\xa0\\x80", 12);
        assert_safe("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80", 16);
}

static const char *suggested(const char *word) {
        static const char *const words[] = { "ban", "bans", "status", "jails", "lookup", NULL };
        auto_value Value *known = value_new(VALUE_LIST);
        const char *found;

        for (const char *const *at = words; *at != NULL; at++)
                value_add(known, value_new_string(*at));
        found = text_suggest(word, known);
        for (const char *const *at = words; found != NULL && *at != NULL; at++)
                if (strcmp(*at, found) == 0)
                        return *at;
        return NULL;
}

static void test_suggest(void) {
        g_autofree char *longest = g_strnfill(5000, 'a');

        g_assert_cmpstr(suggested("sttaus"), ==, "status");
        g_assert_cmpstr(suggested("stat"), ==, "status");
        g_assert_cmpstr(suggested("bna"), ==, "ban");
        g_assert_cmpstr(suggested("lokup"), ==, "lookup");
        g_assert_null(suggested("frobnicate"));
        g_assert_null(suggested(""));
        g_assert_null(suggested(longest));
        g_assert_null(text_suggest("x", NULL));
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/client/text/harmless", test_harmless);
        g_test_add_func("/client/text/control", test_control);
        g_test_add_func("/client/text/direction", test_direction);
        g_test_add_func("/client/text/broken-utf8", test_broken_utf8);
        g_test_add_func("/client/text/suggest", test_suggest);
        return g_test_run();
}
