/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Pictures made of characters: bars beside counts, and the hours of a week. */

#include <glib.h>

#include "client/cli/bars.h"
#include "client/cli/week.h"

#define BAR "########################################"

static void label(Table *table, Cli *cli, const Value *row) {
        table_add(table, value_string(row, "name"));
        table_add(table, value_string(row, "more"));
}

static const Bars bars = { { "NAME", "MORE" }, label, .share = true };

static void add_row(Value *rows, const char *name, int64_t bans, double share) {
        Value *row = value_new(VALUE_MAP);
        Value *real = value_new(VALUE_DOUBLE);

        real->real = share;
        value_set_string(row, "name", name);
        value_set_int(row, "bans", bans);
        value_set(row, "share", real);
        value_add(rows, row);
}

static void assert_bars(const Value *rows, const char *expected) {
        Cli cli = { .output.fd = -1 };

        bars_print(&cli, &bars, rows);
        g_assert_cmpstr(buffer_text(&cli.output.text), ==, expected);
        output_done(&cli.output);
}

/* A little is a bar of one, nothing is none; a column that nobody fills is not there. */
static void test_bars(void) {
        auto_value Value *rows = value_new(VALUE_LIST);

        add_row(rows, "sshd", 200, 0.666);
        add_row(rows, "web mail", 99, 0.33);
        add_row(rows, "x", 1, 0.0033);
        add_row(rows, "none", 0, 0);
        assert_bars(rows, "NAME      BANS   SHARE\n"
                          "sshd       200  66.6 %  " BAR "\n"
                          "web mail    99  33.0 %  ###################\n"
                          "x            1   0.3 %  #\n"
                          "none         0   0.0 %\n");
}

static void test_bars_of_nothing(void) {
        auto_value Value *rows = value_new(VALUE_LIST);

        assert_bars(rows, "BANS  SHARE\n");
        add_row(rows, "a", 0, 0);
        assert_bars(rows, "NAME  BANS  SHARE\na        0  0.0 %\n");
}

/* Numbers that cannot be, and a row that has none. */
static void test_bars_beyond(void) {
        auto_value Value *rows = value_new(VALUE_LIST);

        add_row(rows, "most", INT64_MAX, 1);
        add_row(rows, "half", INT64_MAX / 2, 0.5);
        add_row(rows, "less than none", INT64_MIN, 0);
        value_add(rows, value_new(VALUE_MAP));
        assert_bars(rows, "NAME                            BANS    SHARE\n"
                          "most             9223372036854775807  100.0 %  " BAR "\n"
                          "half             4611686018427387903   50.0 %  ####################\n"
                          "less than none  -9223372036854775808    0.0 %\n"
                          "                                   0    0.0 %\n");
}

static void test_bars_harmful(void) {
        auto_value Value *rows = value_new(VALUE_LIST);

        add_row(rows, "a\033[2Jb\nc", 1, 1);
        assert_bars(rows, "NAME            BANS    SHARE\n"
                          "a\\x1b[2Jb\\x0ac     1  100.0 %  " BAR "\n");
}

static void add_hour(Value *rows, int64_t weekday, int64_t hour, int64_t bans) {
        Value *row = value_new(VALUE_MAP);

        value_set_int(row, "weekday", weekday);
        value_set_int(row, "hour", hour);
        value_set_int(row, "bans", bans);
        value_add(rows, row);
}

/* The line of a day (0 = Monday), or what stands below the picture (7), to be freed. */
static char *week_line(const Value *rows, guint number) {
        Cli cli = { .output.fd = -1 };
        g_auto(GStrv) lines = NULL;

        week_print(&cli, rows);
        lines = g_strsplit(buffer_text(&cli.output.text), "\n", -1);
        output_done(&cli.output);
        g_assert_cmpuint(g_strv_length(lines), >, number + 1);
        return g_strdup(lines[number + 1]);
}

#define assert_line(rows, number, expected) \
        G_STMT_START { \
                g_autofree char *line = week_line(rows, number); \
                g_assert_cmpstr(line, ==, expected); \
        } \
        G_STMT_END

static void test_week(void) {
        auto_value Value *rows = value_new(VALUE_LIST);

        add_hour(rows, 1, 0, 1000);
        add_hour(rows, 1, 1, 500);
        add_hour(rows, 1, 23, 1);
        add_hour(rows, 7, 12, 999);
        assert_line(rows, 0, "Mon |##==                                          ..|  1501");
        assert_line(rows, 1, "Tue |                                                |  0");
        assert_line(rows, 6, "Sun |                        %%                      |  999");
        assert_line(rows, 7, "# = 1000 bans in an hour, the most");
}

static void test_week_of_nothing(void) {
        auto_value Value *rows = value_new(VALUE_LIST);

        assert_line(rows, 0, "Mon |                                                |  0");
        assert_line(rows, 7, "");
        add_hour(rows, 1, 0, 1);
        assert_line(rows, 7, "# = 1 ban in an hour, the most");
}

/* Hours that no week has are left out, and no number is too large. */
static void test_week_beyond(void) {
        auto_value Value *rows = value_new(VALUE_LIST);

        add_hour(rows, 0, 0, 5);
        add_hour(rows, 8, 0, 5);
        add_hour(rows, INT64_MIN, 0, 5);
        add_hour(rows, 1, -1, 5);
        add_hour(rows, 1, 24, 5);
        add_hour(rows, 1, 3, -5);
        value_add(rows, value_new(VALUE_MAP));
        assert_line(rows, 7, "");
        for (int64_t hour = 0; hour < 24; hour++)
                add_hour(rows, 2, hour, INT64_MAX);
        assert_line(rows, 0, "Mon |                                                |  0");
        assert_line(rows, 1, "Tue |################################################|  9223372036854775800");
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/client/charts/bars", test_bars);
        g_test_add_func("/client/charts/bars-of-nothing", test_bars_of_nothing);
        g_test_add_func("/client/charts/bars-beyond", test_bars_beyond);
        g_test_add_func("/client/charts/bars-harmful", test_bars_harmful);
        g_test_add_func("/client/charts/week", test_week);
        g_test_add_func("/client/charts/week-of-nothing", test_week_of_nothing);
        g_test_add_func("/client/charts/week-beyond", test_week_beyond);
        return g_test_run();
}
