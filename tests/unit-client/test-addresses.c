/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <glib.h>

#include "client/cli/addresses.h"

static void test_lines(void) {
        static const char text[] = "# list\n192.0.2.1\n\n  2001:db8::/32 \t# why\r\n#\n192.0.2.2\r\n192.0.2.3";
        static const char *const expected[] = { "192.0.2.1", "2001:db8::/32", "192.0.2.2", "192.0.2.3" };
        g_autofree char *exact = g_memdup2(text, sizeof(text) - 1);
        auto_value Value *addresses = value_new(VALUE_LIST);

        addresses_add_lines(addresses, exact, sizeof(text) - 1);
        g_assert_cmpuint(value_count(addresses), ==, G_N_ELEMENTS(expected));
        for (size_t i = 0; i < G_N_ELEMENTS(expected); i++)
                g_assert_cmpstr(value_item(addresses, i)->string, ==, expected[i]);
}

static void assert_person(const char *connection, const char *client, const char *expected) {
        auto_value Value *addresses = NULL;

        g_unsetenv("SSH_CONNECTION");
        g_unsetenv("SSH_CLIENT");
        if (connection != NULL)
                g_assert_true(g_setenv("SSH_CONNECTION", connection, TRUE));
        if (client != NULL)
                g_assert_true(g_setenv("SSH_CLIENT", client, TRUE));
        addresses = addresses_of_person();
        g_assert_cmpuint(value_count(addresses), ==, expected != NULL ? 1 : 0);
        if (expected != NULL)
                g_assert_cmpstr(value_item(addresses, 0)->string, ==, expected);
}

static void test_person(void) {
        assert_person(NULL, NULL, NULL);
        assert_person("192.0.2.9 50000 192.0.2.1 22", NULL, "192.0.2.9");
        assert_person("fe80::1%eth0 50000 fe80::2%eth0 22", NULL, "fe80::1");
        assert_person(NULL, "2001:db8::9 50000 22", "2001:db8::9");
        assert_person("UNKNOWN 1 2 3", "192.0.2.9 1 2", "192.0.2.9");
        assert_person("", "", NULL);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/client/addresses/lines", test_lines);
        g_test_add_func("/client/addresses/person", test_person);
        return g_test_run();
}
