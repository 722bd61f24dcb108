/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <string.h>

#include "core/address.h"
#include "core/error.h"

static Address parsed(const char *text) {
        g_autoptr(GError) error = NULL;
        Address address;

        g_assert_true(address_parse(text, &address, &error));
        g_assert_no_error(error);
        return address;
}

static void test_canonical(void) {
        static const struct {
                const char *text, *canonical;
        } cases[] = {
                { "192.0.2.1", "192.0.2.1" },
                { "0.0.0.0", "0.0.0.0" },
                { "255.255.255.255", "255.255.255.255" },
                { "192.0.2.1/32", "192.0.2.1" },
                { "192.0.2.77/24", "192.0.2.0/24" },
                { "192.0.2.255/25", "192.0.2.128/25" },
                { "192.0.2.1/0", "0.0.0.0/0" },
                { "192.0.2.77/255.255.255.0", "192.0.2.0/24" },
                { "192.0.2.77/255.255.255.255", "192.0.2.77" },
                { "192.0.2.77/0.0.0.0", "0.0.0.0/0" },
                { "2001:DB8::1", "2001:db8::1" },
                { "2001:0db8:0000:0000:0001:0000:0000:0001", "2001:db8::1:0:0:1" },
                { "2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1" },
                { "[2001:db8::1]", "2001:db8::1" },
                { "[2001:db8::1]/64", "2001:db8::/64" },
                { "2001:db8::ffff/127", "2001:db8::fffe/127" },
                { "2001:db8::1/128", "2001:db8::1" },
                { "::", "::" },
                { "::/0", "::/0" },
                { "::1", "::1" },
                { "::ffff:192.0.2.1", "192.0.2.1" },
                { "::FFFF:c000:201", "192.0.2.1" },
                { "[::ffff:192.0.2.1]", "192.0.2.1" },
                { "::ffff:192.0.2.77/120", "192.0.2.0/24" },
                { "::ffff:192.0.2.77/128", "192.0.2.77" },
                { "::ffff:192.0.2.77/96", "0.0.0.0/0" },
                { "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
        };

        for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
                Address address = parsed(cases[i].text), again;
                char text[ADDRESS_TEXT_MAX];

                g_assert_cmpstr(address_format(&address, text), ==, cases[i].canonical);
                again = parsed(text);
                g_assert_cmpmem(&again, sizeof(again), &address, sizeof(address));
        }
}

static void test_refused(void) {
        static const char *const cases[] = {
                "",
                " ",
                "/",
                "/24",
                "192.0.2",
                "192.0.2.1.",
                "192.0.2.256",
                "192.0.2.01",
                "0x7f.0.0.1",
                "3221225985",
                " 192.0.2.1",
                "192.0.2.1 ",
                "192.0.2.1\n",
                "192.0.2.1/",
                "192.0.2.1/33",
                "192.0.2.1/-1",
                "192.0.2.1/+8",
                "192.0.2.1/ 8",
                "192.0.2.1/08",
                "192.0.2.1/8/8",
                "192.0.2.1/255.0.255.0",
                "192.0.2.1/0.0.0.255",
                "192.0.2.1/4294967304",
                "192.0.2.1/1000",
                "[192.0.2.1]",
                "[]",
                "[",
                "[2001:db8::1",
                "2001:db8::1]",
                "[[2001:db8::1]]",
                "2001:db8::1/129",
                "2001:db8::1/ffff::",
                "2001:db8::1%eth0",
                "fe80::1%1",
                "::1::",
                ":::",
                "12345::",
                "2001:db8:1",
                "::ffff:192.0.2.1/95",
                "::ffff:192.0.2.1/0",
                "::ffff:192.0.2.256",
                "localhost",
                "example.org",
                "192.0.2.1,192.0.2.2",
                "192.0.2.1\xff",
                "::1/128x",
                "1.2.3.4;id",
        };

        for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
                g_autoptr(GError) error = NULL;
                Address address = { .version = 77 };

                g_assert_false(address_try_parse(cases[i], &address));
                g_assert_false(address_parse(cases[i], &address, &error));
                g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_ADDRESS_INVALID);
                g_assert_true(g_utf8_validate(error->message, -1, NULL));
                g_assert_null(strchr(error->message, '\n'));
                g_assert_nonnull(strstr(error->message, "192.0.2.0/24"));
                g_assert_cmpint(address.version, ==, 77);
        }
}

static void test_huge(void) {
        g_autofree char *digits = g_strnfill(1 << 20, '1'), *colons = g_strnfill(1 << 20, ':');
        g_autofree char *prefix = g_strconcat("192.0.2.1/", digits, NULL);
        g_autoptr(GError) error = NULL;
        Address address;

        g_assert_false(address_try_parse(colons, &address));
        g_assert_false(address_try_parse(prefix, &address));
        g_assert_false(address_parse(digits, &address, &error));
        g_assert_cmpuint(strlen(error->message), <, 300);
}

static void test_order(void) {
        static const char *const sorted[] = {
                "0.0.0.0/0", "1.2.3.4", "9.255.255.255", "10.0.0.0/8",    "10.0.0.0",   "10.0.0.2",    "10.0.0.10",
                "200.0.0.0", "::/0",    "::1",           "2001:db8::/32", "2001:db8::", "2001:db8::2", "2001:db8::10",
        };

        for (guint i = 0; i < G_N_ELEMENTS(sorted); i++)
                for (guint j = 0; j < G_N_ELEMENTS(sorted); j++) {
                        Address a = parsed(sorted[i]), b = parsed(sorted[j]);
                        int order = address_compare(&a, &b);

                        g_assert_cmpint(i < j ? order < 0 : i > j ? order > 0 : order == 0, ==, TRUE);
                        g_assert_cmpint(address_equal(&a, &b), ==, i == j);
                }
}

static gboolean contains(const char *outer, const char *inner) {
        Address a = parsed(outer), b = parsed(inner);

        return address_contains(&a, &b);
}

static void test_contains(void) {
        g_assert_true(contains("192.0.2.0/24", "192.0.2.0"));
        g_assert_true(contains("192.0.2.0/24", "192.0.2.255"));
        g_assert_true(contains("192.0.2.0/24", "192.0.2.0/24"));
        g_assert_true(contains("192.0.2.0/24", "192.0.2.128/25"));
        g_assert_true(contains("192.0.2.1", "192.0.2.1"));
        g_assert_true(contains("0.0.0.0/0", "255.255.255.255"));
        g_assert_true(contains("192.0.2.0/23", "192.0.3.9"));
        g_assert_true(contains("2001:db8::/33", "2001:db8:7fff::1"));
        g_assert_true(contains("::/0", "2001:db8::/32"));
        g_assert_true(contains("192.0.2.0/24", "::ffff:192.0.2.9"));

        g_assert_false(contains("192.0.2.0/24", "192.0.3.0"));
        g_assert_false(contains("192.0.2.128/25", "192.0.2.0/24"));
        g_assert_false(contains("192.0.2.1", "192.0.2.2"));
        g_assert_false(contains("2001:db8::/33", "2001:db8:8000::1"));
        g_assert_false(contains("::/0", "192.0.2.1"));
        g_assert_false(contains("0.0.0.0/0", "::1"));
}

static void test_loopback(void) {
        static const char *const yes[] = { "127.0.0.1", "127.255.255.255", "127.0.0.0/8", "0.0.0.0", "0.0.0.0/8", "::1",
                                           "::",        "::ffff:127.0.0.1" };
        static const char *const no[] = { "128.0.0.0", "126.255.255.255", "126.0.0.0/7", "0.0.0.0/0", "::/0",
                                          "::2",       "::/127",          "1.0.0.0" };

        for (guint i = 0; i < G_N_ELEMENTS(yes); i++) {
                Address address = parsed(yes[i]);

                g_assert_true(address_is_loopback(&address));
        }
        for (guint i = 0; i < G_N_ELEMENTS(no); i++) {
                Address address = parsed(no[i]);

                g_assert_false(address_is_loopback(&address));
        }
}

/* As a key: equal ones meet, and a hundred thousand neighbours hardly share a hash. */
static void test_hash(void) {
        g_autoptr(GHashTable) table = g_hash_table_new_full(address_hash, address_equal, g_free, NULL);
        g_autoptr(GHashTable) hashes = g_hash_table_new(NULL, NULL);
        Address mapped = parsed("::ffff:192.0.2.1"), plain = parsed("192.0.2.1");

        g_assert_cmpuint(address_hash(&mapped), ==, address_hash(&plain));

        for (guint32 i = 0; i < 100000; i++) {
                g_autofree char *text = g_strdup_printf("10.%u.%u.%u", i >> 16, i >> 8 & 0xff, i & 0xff);
                Address address = parsed(text);

                g_hash_table_add(table, g_memdup2(&address, sizeof(address)));
                g_hash_table_add(hashes, GUINT_TO_POINTER(address_hash(&address)));
        }
        g_assert_cmpuint(g_hash_table_size(table), ==, 100000);
        g_assert_cmpuint(g_hash_table_size(hashes), >, 99900);
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/core/address/canonical", test_canonical);
        g_test_add_func("/core/address/refused", test_refused);
        g_test_add_func("/core/address/huge", test_huge);
        g_test_add_func("/core/address/order", test_order);
        g_test_add_func("/core/address/contains", test_contains);
        g_test_add_func("/core/address/loopback", test_loopback);
        g_test_add_func("/core/address/hash", test_hash);
        return g_test_run();
}
