/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "core/address-set.h"

static Address parsed(const char *text) {
        Address address;

        g_assert_true(address_try_parse(text, &address));
        return address;
}

static AddressSet *set_of(const char *const *texts) {
        AddressSet *set = address_set_new();

        for (guint i = 0; texts[i]; i++) {
                Address address = parsed(texts[i]);

                address_set_add(set, &address, i);
        }
        return set;
}

/* expected NULL: nothing overlaps. */
static void assert_overlap(AddressSet *set, const char *text, const char *expected) {
        Address address = parsed(text), found;
        char buffer[ADDRESS_TEXT_MAX];
        guint tag;

        g_assert_cmpint(address_set_overlap(set, &address, &found, &tag), ==, expected != NULL);
        if (expected)
                g_assert_cmpstr(address_format(&found, buffer), ==, expected);
}

static void test_overlap(void) {
        const char *texts[] = { "192.0.2.7",         "10.0.0.0/8", "198.51.100.0/24", "2001:db8::/32", "2001:db9::5",
                                "198.51.100.128/25", NULL };
        g_autoptr(AddressSet) set = set_of(texts);

        assert_overlap(set, "192.0.2.7", "192.0.2.7");
        assert_overlap(set, "192.0.2.6", NULL);
        assert_overlap(set, "192.0.2.0/24", "192.0.2.7");
        assert_overlap(set, "192.0.2.8/29", NULL);
        assert_overlap(set, "10.255.0.1", "10.0.0.0/8");
        assert_overlap(set, "11.0.0.0", NULL);
        assert_overlap(set, "8.0.0.0/6", "10.0.0.0/8");
        assert_overlap(set, "198.51.100.200", "198.51.100.0/24");
        assert_overlap(set, "0.0.0.0/0", "10.0.0.0/8");
        assert_overlap(set, "2001:db8:1::1", "2001:db8::/32");
        assert_overlap(set, "2001:db9::/64", "2001:db9::5");
        assert_overlap(set, "2001:db9::6", NULL);
        assert_overlap(set, "::/0", "2001:db8::/32");
}

static void test_empty(void) {
        g_autoptr(AddressSet) set = address_set_new();

        assert_overlap(set, "192.0.2.1", NULL);
        assert_overlap(set, "0.0.0.0/0", NULL);
}

static void test_first_added_is_found(void) {
        const char *texts[] = { "192.0.2.1", "192.0.2.1", NULL };
        g_autoptr(AddressSet) set = set_of(texts);
        Address address = parsed("192.0.2.1"), found;
        guint tag = 9;

        g_assert_true(address_set_overlap(set, &address, &found, &tag));
        g_assert_cmpuint(tag, ==, 0);
}

/* Held against every pair. */
static void test_random(void) {
        g_autoptr(GRand) random = g_rand_new_with_seed(7);
        g_autoptr(AddressSet) set = address_set_new();
        Address all[60];

        for (guint i = 0; i < G_N_ELEMENTS(all); i++) {
                g_autofree char *text = g_strdup_printf("10.%d.%d.%d/%d", g_rand_int_range(random, 0, 4),
                                                        g_rand_int_range(random, 0, 4), g_rand_int_range(random, 0, 4),
                                                        g_rand_int_range(random, 14, 33));

                all[i] = parsed(text);
                if (i < 30)
                        address_set_add(set, &all[i], i);
        }
        for (guint i = 30; i < G_N_ELEMENTS(all); i++) {
                gboolean expected = FALSE;
                Address found;
                guint tag;

                for (guint j = 0; j < 30; j++)
                        expected |= address_contains(&all[i], &all[j]) || address_contains(&all[j], &all[i]);
                g_assert_cmpint(address_set_overlap(set, &all[i], &found, &tag), ==, expected);
                if (expected)
                        g_assert_true(address_equal(&found, &all[tag]));
        }
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/core/address-set/overlap", test_overlap);
        g_test_add_func("/core/address-set/empty", test_empty);
        g_test_add_func("/core/address-set/first-added-is-found", test_first_added_is_found);
        g_test_add_func("/core/address-set/random", test_random);
        return g_test_run();
}
