/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fail2ban/ban-data.h"

#include <json-glib/json-glib.h>
#include <string.h>

/* What is made is JSON for every reader, and says what is expected; NULL: nothing is to be made. */
static void check(const char *raw, const char *expected, guint failures) {
        g_autoptr(GString) out = g_string_new("before");
        g_autoptr(JsonParser) parser = json_parser_new();
        g_autoptr(GError) error = NULL;
        guint got;

        g_assert_true(ban_data_convert(raw, strlen(raw), out, &got));
        g_assert_cmpuint(got, ==, failures);
        g_assert_true(g_str_has_prefix(out->str, "before"));
        g_string_erase(out, 0, 6);
        g_assert_cmpstr(out->str, ==, expected ? expected : "");
        if (!expected)
                return;
        g_assert_true(json_parser_load_from_data(parser, out->str, -1, &error));
        g_assert_no_error(error);
}

static void check_refused(const char *raw, gsize length) {
        g_autoptr(GString) out = g_string_new("before");
        guint failures = 7;

        g_assert_false(ban_data_convert(raw, length, out, &failures));
        g_assert_cmpuint(failures, ==, 0);
        g_assert_cmpstr(out->str, ==, "before");
}

/* The three shapes of a line. */
static void test_lines(void) {
        check("{\"matches\": [\"one\", [\"two \", \"Nov 21\", \" end\"], [\"three\"]], \"failures\": 3}",
              "{\"captured\":{},\"matches\":[\"one\",\"two Nov 21 end\",\"three\"]}", 3);
        check("{\"matches\": [null, {\"a\": [1]}, [\"x\", null, 5], []], \"failures\": 1.0}",
              "{\"captured\":{},\"matches\":[\"x5\",\"\"]}", 1);
        check("{\"failures\": 0, \"matches\": []}", NULL, 0);
        check("{}", NULL, 0);
        check(" { } ", NULL, 0);
        check("{\"failures\": 5}", NULL, 5);
}

static void test_captured(void) {
        check("{\"failures\": 3, \"ip4\": \"192.0.2.1\", \"user\": \"root\", \"users\": \"['adm1']\", \"n\": 12, "
              "\"yes\": true, \"none\": null, \"list\": [1, {\"deep\": []}]}",
              "{\"captured\":{\"ip4\":\"192.0.2.1\",\"user\":\"root\",\"users\":\"['adm1']\",\"n\":\"12\",\"yes\":"
              "\"true\"},\"matches\":[]}",
              3);
        check("{\"user\":\"a\",\"matches\":[\"x\"]}", "{\"captured\":{\"user\":\"a\"},\"matches\":[\"x\"]}", 0);
}

static void test_escapes(void) {
        check("{\"matches\": [\"a \\\"quoted\\\" \\\\ \\u00e4 \\ud83d\\ude00 ]}, \\n\"]}",
              "{\"captured\":{},\"matches\":[\"a \\\"quoted\\\" \\\\ \\u00e4 \\ud83d\\ude00 ]}, \\n\"]}", 0);
        check("{\"a\\\"b\": \"c\"}", "{\"captured\":{\"a\\\"b\":\"c\"},\"matches\":[]}", 0);
}

/* Bytes that are no UTF-8 are replaced, the rest stays. */
static void test_bytes(void) {
        g_autoptr(GString) out = g_string_new(NULL);
        guint failures;

        g_assert_true(ban_data_convert("{\"user\":\"\xff\"}", 12, out, &failures));
        g_assert_cmpstr(out->str, ==, "{\"captured\":{\"user\":\"\357\277\275\"},\"matches\":[]}");
}

static void test_broken(void) {
        static const char *const texts[] = {
                "",
                "x",
                "[]",
                "null",
                "{",
                "{\"a\"",
                "{\"a\":",
                "{\"a\":1",
                "{\"a\":1,}",
                "{\"a\":\"x}",
                "{\"a\":[1}",
                "{\"a\":\"\\x\"}",
                "{\"a\":\"\\u12\"}",
                "{\"a\":\"\n\"}",
                "{a:1}",
                "{\"a\":1}}",
                "{\"a\":1} x",
                "{\"a\" 1}",
                "{\"a\":\"x\\",
                "{\"matches\":[[\"x\"}",
                "{\"a\":!}",
        };
        g_autoptr(GString) deep = g_string_new("{\"a\":");

        for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
                check_refused(texts[i], strlen(texts[i]));
        for (guint i = 0; i < 100000; i++)
                g_string_append_c(deep, '[');
        check_refused(deep->str, deep->len);
}

/* Every cut of a good text is refused, and reads nothing behind it. */
static void test_cut(void) {
        static const char text[] = "{\"matches\": [\"a\\u00e4\", [\"b\", \"c\"]], \"failures\": 3, \"user\": \"x\"}";

        for (gsize length = 0; length < sizeof(text) - 1; length++) {
                g_autofree char *copy = g_malloc(MAX(length, 1));

                memcpy(copy, text, length);
                check_refused(copy, length);
        }
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/fail2ban/ban-data/lines", test_lines);
        g_test_add_func("/fail2ban/ban-data/captured", test_captured);
        g_test_add_func("/fail2ban/ban-data/escapes", test_escapes);
        g_test_add_func("/fail2ban/ban-data/bytes", test_bytes);
        g_test_add_func("/fail2ban/ban-data/broken", test_broken);
        g_test_add_func("/fail2ban/ban-data/cut", test_cut);
        return g_test_run();
}
