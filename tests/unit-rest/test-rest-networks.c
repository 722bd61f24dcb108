/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/rest/http/networks.h"

#include <string.h>

static gboolean has(const Networks *networks, const char *text) {
        g_autoptr(GInetAddress) address = g_inet_address_new_from_string(text);

        return networks_has(networks, address);
}

static void test_members(void) {
        char *words[] = { "192.0.2.1", "198.51.100.0/24", "2001:db8::/32", NULL };
        g_autoptr(GError) error = NULL;
        g_autoptr(Networks) networks = networks_new(words, "key", &error);

        g_assert_no_error(error);
        g_assert_true(has(networks, "192.0.2.1"));
        g_assert_true(has(networks, "::ffff:192.0.2.1"));
        g_assert_false(has(networks, "192.0.2.2"));
        g_assert_true(has(networks, "198.51.100.255"));
        g_assert_true(has(networks, "2001:db8:ffff::1"));
        g_assert_false(has(networks, "2001:db9::1"));
        g_assert_false(networks_has(networks, NULL));
}

static void test_unix(void) {
        char *words[] = { "unix", NULL };
        g_autoptr(Networks) networks = networks_new(words, "key", NULL);

        g_assert_true(networks_has(networks, NULL));
        g_assert_false(has(networks, "127.0.0.1"));
}

static void test_nonsense(void) {
        const char *bad[] = { "proxy", "192.0.2.0/33", "192.0.2.1/24", "1.2.3", "::g" };

        for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
                char *words[] = { (char *) bad[i], NULL };
                g_autoptr(GError) error = NULL;

                g_assert_null(networks_new(words, "trusted-proxies", &error));
                g_assert_nonnull(strstr(error->message, "trusted-proxies"));
                g_assert_nonnull(strstr(error->message, bad[i]));
        }
}

static void test_counting_keys(void) {
        static const struct {
                const char *address, *key;
        } cases[] = {
                { "192.0.2.1", "192.0.2.1" },
                { "::ffff:192.0.2.1", "192.0.2.1" },
                { "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::" },
                { "2001:db8:1:2::1", "2001:db8:1:2::" },
                { "unix", "unix" },
        };

        for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
                g_autofree char *key = networks_counting_key_of_text(cases[i].address);

                g_assert_cmpstr(key, ==, cases[i].key);
        }
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/rest-networks/members", test_members);
        g_test_add_func("/rest-networks/unix", test_unix);
        g_test_add_func("/rest-networks/nonsense", test_nonsense);
        g_test_add_func("/rest-networks/counting-keys", test_counting_keys);
        return g_test_run();
}
