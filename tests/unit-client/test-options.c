/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <glib.h>

#include "client/cli/options.h"

static const Option global[] = {
        { "json", 0, NULL, "" },
        { "bus", 'b', "ADDRESS", "" },
        { NULL },
};

static const Option own[] = {
        { "jail", 'j', "NAME", "" },
        { "all", 'a', NULL, "" },
        { NULL },
};

static const Option *find_own(const char *word) {
        return g_str_equal(word, "bans") ? own : NULL;
}

/* LINE: words separated by blanks, the first of them the program. */
static int parse(Options *options, const char *line) {
        g_auto(GStrv) words = g_strsplit(line, " ", -1);
        int r;

        options_init(options, global);
        r = options_parse(options, (int) g_strv_length(words), words, find_own);
        for (size_t i = 0; i < options->n_given; i++)
                if (options->given[i].value != NULL)
                        options->given[i].value = g_intern_string(options->given[i].value);
        return r;
}

static void test_anywhere(void) {
        auto_with(options_done) Options options = { 0 };
        auto_value Value *jails = NULL;

        g_assert_cmpint(parse(&options, "ctl --bus=x bans one --json --jail a -jb -aj c two"), ==, 0);
        g_assert_true(options_has(&options, "json"));
        g_assert_true(options_has(&options, "all"));
        g_assert_cmpstr(options_value(&options, "bus"), ==, "x");
        g_assert_cmpstr(options_value(&options, "jail"), ==, "c");
        jails = options_values(&options, "jail");
        g_assert_cmpuint(value_count(jails), ==, 3);
        g_assert_cmpstr(value_item(jails, 1)->string, ==, "b");
        g_assert_cmpuint(value_count(options.words), ==, 3);
        g_assert_cmpstr(value_item(options.words, 2)->string, ==, "two");
}

static void test_end(void) {
        auto_with(options_done) Options options = { 0 };
        auto_value Value *words = NULL;

        g_assert_cmpint(parse(&options, "ctl bans - -- --json -x"), ==, 0);
        g_assert_false(options_has(&options, "json"));
        words = options_words(&options, 1);
        g_assert_cmpuint(value_count(words), ==, 3);
        g_assert_cmpstr(value_item(words, 0)->string, ==, "-");
        g_assert_cmpstr(value_item(words, 2)->string, ==, "-x");
}

static void assert_problem(const char *line, const char *problem) {
        auto_with(options_done) Options options = { 0 };

        g_assert_cmpint(parse(&options, line), ==, -1);
        g_assert_cmpstr(options.problem, ==, problem);
}

static void test_problems(void) {
        assert_problem("ctl bans --jial x", "unknown option --jial, did you mean --jail?");
        assert_problem("ctl --zzzzzz", "unknown option --zzzzzz");
        assert_problem("ctl --all", "unknown option --all");
        assert_problem("ctl bans -x", "unknown option -x");
        assert_problem("ctl bans --jail", "option --jail needs NAME");
        assert_problem("ctl bans -j", "option --jail needs NAME");
        assert_problem("ctl --json=yes", "option --json takes no value");
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/client/options/anywhere", test_anywhere);
        g_test_add_func("/client/options/end", test_end);
        g_test_add_func("/client/options/problems", test_problems);
        return g_test_run();
}
