/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <glib.h>

#include "client/cli/filters.h"
#include "client/lib/errors.h"
#include "client/lib/json.h"

static const Option own[] = { OPTION_FILTERS, { NULL } };

static const Option *find_own(const char *word) {
        return own;
}

/* Returns the exit status; RET gets what was taken, as JSON. */
static int take(const char *words, char **ret) {
        static const Option global[] = { { NULL } };
        g_autofree char *line = g_strdup_printf("banguictl history %s", words);
        auto_value Value *taken = value_new(VALUE_MAP);
        auto_buffer Buffer text = { 0 };
        Cli cli = { .clock.utc = true };
        g_auto(GStrv) argv = NULL;
        int argc = 0;
        int status;

        g_assert_true(g_shell_parse_argv(line, &argc, &argv, NULL));
        options_init(&cli.options, global);
        g_assert_cmpint(options_parse(&cli.options, argc, argv, find_own), ==, 0);
        status = filters_take(&cli, taken);
        json_write(&text, taken, 0);
        *ret = g_strdup(buffer_text(&text));
        options_done(&cli.options);
        return status;
}

static void assert_taken(const char *words, const char *expected) {
        g_autofree char *taken = NULL;

        g_assert_cmpint(take(words, &taken), ==, 0);
        g_assert_cmpstr(taken, ==, expected);
}

static void test_taken(void) {
        assert_taken("", "{}");
        assert_taken("--range 7d --jail 'web mail'", "{\"range\":\"7d\",\"jail\":\"web mail\"}");
        assert_taken("--since 2026-11-21 --until @1795300000", "{\"since\":1795219200,\"until\":1795300000}");
        assert_taken("--country ''", "{\"country\":\"\"}");
        assert_taken("--origin blocklist --address 203.0.113", "{\"origin\":\"blocklist\",\"address\":\"203.0.113\"}");
        assert_taken("--range=24h --range=all", "{\"range\":\"all\"}");
}

static void test_network(void) {
        assert_taken("--network AS64496", "{\"network\":64496}");
        assert_taken("--network as4294967295", "{\"network\":4294967295}");
        assert_taken("--network 0", "{\"network\":0}");
}

/* What is wrong is said by us, before the daemon is asked. */
static void test_refused(void) {
        static const char *const wrong[] = {
                "--range 8d",         "--range ''",           "--range 24H",
                "--since soon",       "--until 2026-02-30x",  "--since ''",
                "--origin me",        "--network ''",         "--network AS",
                "--network -1",       "--network +1",         "--network ' 1'",
                "--network ASAS1",    "--network 0x10",       "--network AS-1",
                "--network 1.5",      "--network 4294967296", "--network 99999999999999999999",
                "--network AS64496x", "--origin manual,",
        };

        for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
                g_autofree char *taken = NULL;

                if (take(wrong[i], &taken) != BANGUI_EXIT_USAGE)
                        g_error("taken: %s", wrong[i]);
        }
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/client/filters/taken", test_taken);
        g_test_add_func("/client/filters/network", test_network);
        g_test_add_func("/client/filters/refused", test_refused);
        return g_test_run();
}
