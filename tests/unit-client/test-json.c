/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <errno.h>
#include <glib.h>
#include <math.h>

#include "client/lib/json.h"

static char *written(Value *value, unsigned indent) {
        auto_buffer Buffer buffer = { 0 };

        json_write(&buffer, value, indent);
        value_free(value);
        return g_strdup(buffer_text(&buffer));
}

static Value *number_of_kind(ValueKind kind) {
        Value *value = value_new(kind);

        if (kind == VALUE_UINT)
                value->natural = UINT64_MAX;
        else
                value->real = NAN;
        return value;
}

static void test_write(void) {
        Value *map = value_new(VALUE_MAP);
        Value *list = value_new(VALUE_LIST);
        g_autofree char *compact = NULL;

        value_add(list, value_new_int(INT64_MIN));
        value_add(list, number_of_kind(VALUE_UINT));
        value_add(list, number_of_kind(VALUE_DOUBLE));
        value_add(list, value_new_bool(true));
        value_add(list, value_new(VALUE_NOTHING));
        value_set(map, "list", list);
        value_set_string(map, "te\"xt", "a\\b\n\t\x1b\x7fü");
        value_set(map, "none", value_new(VALUE_LIST));
        compact = written(map, 0);
        g_assert_cmpstr(compact, ==,
                        "{\"list\":[-9223372036854775808,18446744073709551615,null,true,null],"
                        "\"te\\\"xt\":\"a\\\\b\\n\\t\\u001b\\u007fü\",\"none\":[]}");
}

static void test_write_indented(void) {
        Value *map = value_new(VALUE_MAP);
        g_autofree char *text = NULL;

        value_set_int(map, "a", 1);
        value_set_int(map, "b", 2);
        text = written(map, 2);
        g_assert_cmpstr(text, ==, "{\n  \"a\": 1,\n  \"b\": 2\n}");
}

static void test_read_line(void) {
        static const char line[] = " {\"s\" : \"x\", \"i\":-12, \"f\":1.5e3,\"t\":true,\"n\":null , \"z\":0} \n";
        auto_value Value *map = NULL;

        g_assert_cmpint(json_read_line(line, sizeof(line) - 1, &map), ==, 0);
        g_assert_cmpuint(value_count(map), ==, 6);
        g_assert_cmpstr(value_string(map, "s"), ==, "x");
        g_assert_cmpint(value_int(map, "i", 0), ==, -12);
        g_assert_cmpint(value_int(map, "f", 0), ==, 1);
        g_assert_true(value_bool(map, "t"));
        g_assert_cmpint(value_get(map, "n")->kind, ==, VALUE_NOTHING);
        g_assert_cmpint(value_int(map, "z", 7), ==, 0);
}

static void assert_string(const char *json, const char *expected) {
        auto_value Value *map = NULL;
        g_autofree char *line = g_strdup_printf("{\"s\":\"%s\"}", json);

        g_assert_cmpint(json_read_line(line, strlen(line), &map), ==, 0);
        g_assert_cmpstr(value_string(map, "s"), ==, expected);
}

static void test_escapes(void) {
        assert_string("", "");
        assert_string("\\\"\\\\\\/\\b\\f\\n\\r\\t", "\"\\/\b\f\n\r\t");
        assert_string("\\u0041\\u00e4\\u20ac", "Aä€");
        assert_string("\\ud83d\\ude00", "😀");
        assert_string("\\ud83d", "\xef\xbf\xbd");
        assert_string("\\ud83dx", "\xef\xbf\xbdx");
        assert_string("\\ud83d\\u0041", "\xef\xbf\xbd"
                                        "A");
        assert_string("\\ude00", "\xef\xbf\xbd");
        assert_string("a\\u0000b", "a\xef\xbf\xbd"
                                   "b");
}

static void test_numbers(void) {
        static const struct {
                const char *text;
                int64_t number;
        } cases[] = {
                { "0", 0 },
                { "-0", 0 },
                { "9223372036854775800", 9223372036854775800 },
                { "99999999999999999999", INT64_MAX },
                { "-99999999999999999999", INT64_MIN },
                { "12.9", 12 },
                { "1.00000000000000000000000001e5", 1 },
        };

        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
                g_autofree char *line = g_strdup_printf("{\"n\":%s}", cases[i].text);
                auto_value Value *map = NULL;

                g_assert_cmpint(json_read_line(line, strlen(line), &map), ==, 0);
                g_assert_cmpint(value_int(map, "n", 1), ==, cases[i].number);
        }
}

/* Each in a block of its own size, so that a sanitizer sees a step too far. */
static void test_hostile(void) {
        static const char *const lines[] = {
                "",
                " ",
                "x",
                "[]",
                "{",
                "{\"",
                "{\"a",
                "{\"a\"",
                "{\"a\":",
                "{\"a\":}",
                "{\"a\":1",
                "{\"a\":1,",
                "{\"a\":1,}",
                "{,\"a\":1}",
                "{\"a\" 1}",
                "{\"a\":1}x",
                "{\"a\":1 2}",
                "{\"a\":01}",
                "{\"a\":-}",
                "{\"a\":1.}",
                "{\"a\":1e}",
                "{\"a\":.5}",
                "{\"a\":tru}",
                "{\"a\":nul",
                "{\"a\":\"\\",
                "{\"a\":\"\\x\"}",
                "{\"a\":\"\\u12",
                "{\"a\":\"\\u12g4\"}",
                "{\"a\":\"\n\"}",
                "{\"a\":\"\x01\"}",
                "{\"a\":[1]}",
                "{\"a\":{}}",
                "{a:1}",
                "{\"a\":1}{\"b\":2}",
                "{'a':1}",
                "{\"a\":\"b}",
        };

        for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
                size_t length = strlen(lines[i]);
                g_autofree char *exact = g_memdup2(lines[i], length);
                auto_value Value *map = NULL;

                if (json_read_line(exact, length, &map) != -EBADMSG)
                        g_error("taken: %s", lines[i]);
                g_assert_null(map);
        }
}

/* Every beginning of a good line but the whole is a fault, and none of them reads too far. */
static void test_cut_off(void) {
        static const char line[] = "{\"address\":\"2001:db8::1\",\"u\":\"\\u00e4\\n\",\"n\":-1.5e-3,\"b\":false}";

        for (size_t length = 0; length < sizeof(line) - 1; length++) {
                g_autofree char *exact = g_memdup2(line, length);
                auto_value Value *map = NULL;

                g_assert_cmpint(json_read_line(exact, length, &map), ==, -EBADMSG);
        }
}

static void test_random(void) {
        static const char letters[] = "{}[]\":,\\u0019eE+-.tfn \n\x01\xff";
        g_autoptr(GRand) random = g_rand_new_with_seed(7);

        for (int round = 0; round < 20000; round++) {
                size_t length = (size_t) g_rand_int_range(random, 0, 40);
                g_autofree char *line = g_malloc(length + 1);
                auto_value Value *map = NULL;

                for (size_t i = 0; i < length; i++)
                        line[i] = letters[g_rand_int_range(random, 0, sizeof(letters) - 1)];
                if (length > 0)
                        line[0] = '{';
                line = g_realloc(line, length + (length == 0));
                if (json_read_line(line, length, &map) == 0)
                        g_assert_nonnull(map);
                else
                        g_assert_null(map);
        }
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/client/json/write", test_write);
        g_test_add_func("/client/json/write-indented", test_write_indented);
        g_test_add_func("/client/json/read-line", test_read_line);
        g_test_add_func("/client/json/escapes", test_escapes);
        g_test_add_func("/client/json/numbers", test_numbers);
        g_test_add_func("/client/json/hostile", test_hostile);
        g_test_add_func("/client/json/cut-off", test_cut_off);
        g_test_add_func("/client/json/random", test_random);
        return g_test_run();
}
