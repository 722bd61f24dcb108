/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <glib.h>

#include "client/cli/table.h"

static void assert_printed(Table *table, bool color, const char *expected) {
        Output output = { .fd = -1, .color = color };

        table_print(table, &output);
        g_assert_cmpstr(buffer_text(&output.text), ==, expected);
        output_done(&output);
}

static void test_aligned(void) {
        static const TableColumn columns[] = { { "NAME" }, { "COUNT", .right = true }, { "NOTE" } };
        auto_table Table table = { 0 };

        table_init(&table, columns, 3);
        table_add(&table, "sshd");
        table_add_int(&table, 7);
        table_add(&table, "");
        table_add(&table, "Müller日");
        table_add_int(&table, -123456);
        table_add(&table, "x\ny");
        assert_printed(&table, false,
                       "NAME        COUNT  NOTE\n"
                       "sshd            7\n"
                       "Müller日  -123456  x\\x0ay\n");
}

static void test_optional(void) {
        static const TableColumn columns[] = { { "A" }, { "B", .optional = true }, { "C", .optional = true } };
        auto_table Table table = { 0 };

        table_init(&table, columns, 3);
        table_add(&table, "1");
        table_add(&table, "");
        table_add(&table, "3");
        assert_printed(&table, false, "A  C\n1  3\n");
}

static void test_untitled(void) {
        static const TableColumn columns[] = { { NULL }, { NULL } };
        auto_table Table table = { 0 };

        table_init(&table, columns, 2);
        table_add(&table, "label");
        table_add_duration(&table, -1);
        assert_printed(&table, false, "label  permanent\n");
}

/* Colours take no width, and what comes from outside cannot bring its own. */
static void test_colors(void) {
        static const TableColumn columns[] = { { "A" }, { "B" } };
        auto_table Table table = { 0 };

        table_init(&table, columns, 2);
        table_add(&table, "\033[1m");
        table_style(&table, STYLE_BAD);
        table_add(&table, "b");
        assert_printed(&table, true,
                       "\033[1mA\033[0m        \033[1mB\033[0m\n"
                       "\033[31m\\x1b[1m\033[0m  b\n");
}

static void test_many(void) {
        static const TableColumn columns[] = { { "N", .right = true }, { "T" } };
        auto_table Table table = { 0 };
        Output output = { .fd = -1 };

        table_init(&table, columns, 2);
        for (int i = 0; i < 1000; i++) {
                table_add_int(&table, i);
                table_add(&table, "x");
                if (i == 500)
                        table_style(&table, STYLE_GOOD);
        }
        table_print(&table, &output);
        g_assert_cmpuint(output.text.length, ==, 1001 * 7);
        output_done(&output);
}

static void test_head(void) {
        static const TableColumn columns[] = { { "N", .right = true }, { "T" }, { "X" } };
        auto_table Table table = { 0 };

        table_init(&table, columns, 3);
        table_expect(&table, 0, 4);
        table_expect(&table, 1, 3);
        assert_printed(&table, false, "   N  T    X\n");
        g_assert_cmpuint(table.widths[2], ==, 1);
}

static void test_empty(void) {
        static const TableColumn columns[] = { { "A" } };
        auto_table Table table = { 0 };

        table_init(&table, columns, 1);
        assert_printed(&table, false, "A\n");
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/client/table/aligned", test_aligned);
        g_test_add_func("/client/table/optional", test_optional);
        g_test_add_func("/client/table/untitled", test_untitled);
        g_test_add_func("/client/table/colors", test_colors);
        g_test_add_func("/client/table/many", test_many);
        g_test_add_func("/client/table/head", test_head);
        g_test_add_func("/client/table/empty", test_empty);
        return g_test_run();
}
