/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <math.h>
#include <string.h>

#include "client/rest/api/json.h"
#include "client/rest/errors.h"

static void written(const char *variant, const char *expected) {
        g_autoptr(GVariant) value = g_variant_ref_sink(g_variant_new_parsed(variant));
        g_autoptr(GString) text = g_string_new(NULL);

        json_variant(text, value);
        g_assert_cmpstr(text->str, ==, expected);
}

static void test_write(void) {
        written("true", "true");
        written("byte 0xff", "255");
        written("int16 -3", "-3");
        written("int64 -9223372036854775808", "-9223372036854775808");
        written("uint64 18446744073709551615", "18446744073709551615");
        written("0.1", "0.1");
        written("3.0", "3");
        written("1e300", "1e+300");
        written("0.30000000000000004", "0.30000000000000004");
        written("@as []", "[]");
        written("@a{sv} {}", "{}");
        written("{'a': <1>, 'b': <['x', 'y']>}", "{\"a\":1,\"b\":[\"x\",\"y\"]}");
        written("{1: 'one', 2: 'two'}", "{\"1\":\"one\",\"2\":\"two\"}");
        written("(objectpath '/a/b', handle 3, signature 'as')", "[\"/a/b\",3,\"as\"]");
        written("[{'deep': <{'er': <'x'>}>}]", "[{\"deep\":{\"er\":\"x\"}}]");
        written("@ms nothing", "null");
}

static void test_write_strings(void) {
        g_autoptr(GString) text = g_string_new(NULL);

        json_string(text, "\"\\/\b\f\n\r\t\x01\x1f\x7f <é\xe2\x80\xa8");
        g_assert_cmpstr(text->str, ==, "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\x7f <é\xe2\x80\xa8\"");
}

static void test_write_doubles(void) {
        g_autoptr(GString) text = g_string_new(NULL);

        for (guint i = 0; i < 10000; i++) {
                double number = ldexp(g_test_rand_double_range(-1, 1), g_test_rand_int_range(-300, 300));

                g_string_truncate(text, 0);
                json_double(text, number);
                g_assert_cmpfloat(g_ascii_strtod(text->str, NULL), ==, number);
        }
        g_string_truncate(text, 0);
        json_double(text, (double) NAN);
        json_double(text, (double) INFINITY);
        g_assert_cmpstr(text->str, ==, "nullnull");
}

/* The shortest of 15, 16 and 17 digits, the slow way. */
static char *shortest(double number) {
        char *text = NULL;

        for (int digits = 15; digits <= 17; digits++) {
                g_free(text);
                text = g_strdup_printf("%.*g", digits, number);
                if (g_ascii_strtod(text, NULL) == number)
                        break;
        }
        return text;
}

static void assert_shortest(double number) {
        g_autoptr(GString) text = g_string_new(NULL);
        g_autofree char *expected = shortest(number);

        json_double(text, number);
        g_assert_cmpstr(text->str, ==, expected);
}

/* Shares and figures, and what lies beside the limits of their sizes. */
static void test_write_shares(void) {
        static const double limits[] = { 1e-5, 1e-4, 1e-3, 0.01, 0.1, 1, 10, 1e14, 9007199254740992, 1e15, 1e16, 1e17 };

        for (guint i = 0; i < 100000; i++) {
                double parts = g_test_rand_int_range(1, 1000000), all = g_test_rand_int_range(1, 1000000);

                assert_shortest(parts / all);
                assert_shortest(-floor(parts / all * 1000) / 10);
                assert_shortest(ldexp(parts / all, g_test_rand_int_range(-20, 30)));
        }
        for (guint i = 0; i < G_N_ELEMENTS(limits); i++) {
                assert_shortest(limits[i]);
                assert_shortest(nextafter(limits[i], 0));
                assert_shortest(-nextafter(limits[i], INFINITY));
                assert_shortest(limits[i] * 0.9999999999999999);
                assert_shortest(limits[i] * 9.5);
        }
        assert_shortest(0);
        assert_shortest(-0.0);
}

static void test_snake_case(void) {
        static const char *const names[][2] = {
                { "CurrentlyBanned", "currently_banned" },
                { "UseDns", "use_dns" },
                { "Name", "name" },
        };

        for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
                g_autoptr(GString) text = g_string_new(NULL);

                json_snake_case(text, names[i][0]);
                g_assert_cmpstr(text->str, ==, names[i][1]);
        }
}

static void read_back(const char *json, const char *expected) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) value = json_read(json, strlen(json), &error);
        g_autofree char *printed = NULL;

        g_assert_no_error(error);
        printed = g_variant_print(value, TRUE);
        g_assert_cmpstr(printed, ==, expected);
}

static void test_read(void) {
        read_back(" {} ", "@a{sv} {}");
        read_back("[]", "@av []");
        read_back("{\"a\":1,\"b\":[true,false,null]}", "{'a': <int64 1>, 'b': <[<true>, <false>, <@mv nothing>]>}");
        read_back("-0", "int64 0");
        read_back("9223372036854775807", "int64 9223372036854775807");
        read_back("18446744073709551615", "uint64 18446744073709551615");
        read_back("1.5e2", "150.0");
        read_back("\"\\u00e9\\ud83d\\ude00\\n\\/\"", "'é😀\\n/'");
}

static void refused(const char *json, const char *pattern) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) value = json_read(json, strlen(json), &error);

        g_assert_null(value);
        g_assert_error(error, REST_ERROR, REST_ERROR_BAD_REQUEST);
        if (!g_pattern_match_simple(pattern, error->message))
                g_error("%s: %s", json, error->message);
}

static void test_refuse(void) {
        refused("", "*no value at byte 1");
        refused("{", "*no name*");
        refused("{a:1}", "*no name*byte 2");
        refused("{\"a\" 1}", "*no colon*");
        refused("{\"a\":1,}", "*no name*");
        refused("{\"a\":1 \"b\":2}", "*neither comma*");
        refused("{\"a\":1,\"a\":2}", "*twice*");
        refused("[1,]", "*no value*");
        refused("[1", "*neither comma*");
        refused("01", "*after the end*");
        refused("1.", "*after the point*");
        refused("1e", "*exponent*");
        refused("1e999", "*too large*");
        refused("18446744073709551616", "*too large*");
        refused("-9223372036854775809", "*too large*");
        refused("+1", "*no value*");
        refused("NaN", "*no value*");
        refused("tru", "*no value*");
        refused("'a'", "*no value*");
        refused("/**/1", "*no value*");
        refused("\"a", "*without end*");
        refused("\"a\nb\"", "*control character*");
        refused("\"\\x\"", "*escape*");
        refused("\"\\u0000\"", "*escape*");
        refused("\"\\ud800\"", "*escape*");
        refused("\"\\udc00\"", "*escape*");
        refused("\"\\ud800\\u0041\"", "*escape*");
        refused("\"\\u12", "*escape*");
        refused("{} {}", "*after the end*");
        refused("\"\xff\"", "*UTF-8 at byte 2");
}

static void test_values(void) {
        g_autoptr(GString) text = g_string_new("[0");

        for (guint i = 0; i < JSON_VALUES_MAX - 2; i++)
                g_string_append(text, ",0");
        g_string_append_c(text, ']');
        g_variant_unref(json_read(text->str, text->len, NULL));
        text->str[text->len - 1] = ',';
        g_string_append(text, "0]");
        refused(text->str, "*too many values*");
}

static void test_depth(void) {
        g_autoptr(GString) text = g_string_new(NULL);
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) fits = NULL;

        for (guint i = 0; i < JSON_DEPTH_MAX; i++)
                g_string_append_c(text, '[');
        for (guint i = 0; i < JSON_DEPTH_MAX; i++)
                g_string_append_c(text, ']');
        fits = json_read(text->str, text->len, &error);
        g_assert_no_error(error);
        g_assert_nonnull(fits);
        g_string_prepend_c(text, '[');
        refused(text->str, "*too many levels*");
        g_string_truncate(text, 0);
        for (guint i = 0; i < 1000000; i++)
                g_string_append(text, "{\"a\":");
        refused(text->str, "*too many levels*");
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/json/write", test_write);
        g_test_add_func("/json/write-strings", test_write_strings);
        g_test_add_func("/json/write-doubles", test_write_doubles);
        g_test_add_func("/json/write-shares", test_write_shares);
        g_test_add_func("/json/snake-case", test_snake_case);
        g_test_add_func("/json/read", test_read);
        g_test_add_func("/json/refuse", test_refuse);
        g_test_add_func("/json/depth", test_depth);
        g_test_add_func("/json/values", test_values);
        return g_test_run();
}
