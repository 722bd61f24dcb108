/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "core/rows.h"

static void test_variant(void) {
        static const char *const texts[] = { "a", "", "ccc", NULL };
        static const char *const none[] = { NULL };
        g_autoptr(Rows) rows = rows_new();
        g_autoptr(GVariant) got = NULL, expected = NULL;

        rows_add_text(rows, "text", "ünï");
        rows_add_text(rows, "empty", "");
        rows_add_int64(rows, "low", G_MININT64);
        rows_add_uint32(rows, "high", G_MAXUINT32);
        rows_end(rows);
        rows_end(rows);
        rows_add_texts(rows, "texts", texts);
        rows_add_texts(rows, "none", none);
        rows_add_boolean(rows, "yes", TRUE);
        rows_end(rows);

        g_assert_cmpuint(rows_count(rows), ==, 3);
        got = g_variant_ref_sink(rows_to_variant(rows));
        expected = g_variant_ref_sink(
                g_variant_new_parsed("[{'text': <'ünï'>, 'empty': <''>, 'low': <int64 -9223372036854775808>, "
                                     "'high': <uint32 4294967295>}, {}, "
                                     "{'texts': <['a', '', 'ccc']>, 'none': <@as []>, 'yes': <true>}]"));
        g_assert_cmpvariant(got, expected);
}

static void test_empty(void) {
        g_autoptr(Rows) rows = rows_new();
        g_autoptr(GVariant) got = g_variant_ref_sink(rows_to_variant(rows));
        RowsIter iter;
        RowsItem item;

        g_assert_cmpuint(g_variant_n_children(got), ==, 0);
        g_assert_cmpstr(g_variant_get_type_string(got), ==, "aa{sv}");
        rows_iter_init(&iter, rows);
        g_assert_false(rows_iter_next(&iter, &item));
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/core/rows/variant", test_variant);
        g_test_add_func("/core/rows/empty", test_empty);
        return g_test_run();
}
