/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "core/pages.h"

static void test_grow(void) {
        g_auto(Pages) pages = { 0 };
        guint32 *numbers;

        for (guint32 i = 0; i < 200000; i++) {
                pages_reserve(&pages, (i + 1) * sizeof(guint32));
                numbers = pages.data;
                g_assert_cmpuint(numbers[i], ==, 0);
                numbers[i] = i;
        }
        numbers = pages.data;
        for (guint32 i = 0; i < 200000; i++)
                g_assert_cmpuint(numbers[i], ==, i);
        g_assert_cmpuint(pages.bytes, <, 200000 * sizeof(guint32) * 5 / 4);
}

static void test_trim(void) {
        g_auto(Pages) pages = { 0 };
        guint8 *bytes;

        pages_reserve(&pages, 1000000);
        bytes = pages.data;
        bytes[0] = 1;
        bytes[999999] = 2;
        pages_trim(&pages, 10);
        g_assert_cmpuint(pages.bytes, <, 1000000);
        pages_reserve(&pages, 1000000);
        bytes = pages.data;
        g_assert_cmpuint(bytes[0], ==, 1);
        g_assert_cmpuint(bytes[999999], ==, 0);
        pages_trim(&pages, 0);
        g_assert_null(pages.data);
        g_assert_cmpuint(pages.bytes, ==, 0);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/core/pages/grow", test_grow);
        g_test_add_func("/core/pages/trim", test_trim);
        return g_test_run();
}
