/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <string.h>

#include <glib/gstdio.h>

#include "core/error.h"
#include "fail2ban-fixture.h"
#include "fail2ban/dump.h"

static void test_parse(void) {
        static const char output[] = "['set', 'syslogsocket', 'auto']\n"
                                     "['set', 'dbmaxmatches', 10]\n"
                                     "['add', 'plain', 'polling']\n"
                                     "['multi-set', 'plain', 'action', 'noop', [['actionban', '']]]\n"
                                     "['config-error', \"Jail 'bad, one' skipped: Unable to read the filter 'x'\"]\n"
                                     "warning: not a list\n"
                                     "['start', 'plain']\n"
                                     "['start', 'it\\'s a \"jail\"']\n"
                                     "['start', 'tab\\there \\\\ \\x41\\u00e9\\U0001f600']\n"
                                     "['start', 'never ended\n"
                                     "['start', 'bad escape \\xZZ']\n"
                                     "['start']\n"
                                     "[";
        g_autoptr(Fail2banDump) dump = fail2ban_dump_parse(output);
        const char *expected[] = { "plain", "it's a \"jail\"", "tab\there \\ A\303\251\360\237\230\200", NULL };

        g_assert_true(g_strv_equal((const char *const *) dump->jails, expected));
        g_assert_cmpuint(g_strv_length(dump->problems), ==, 1);
        g_assert_nonnull(strstr(fail2ban_dump_problem(dump, "bad, one"), "Unable to read the filter"));
        g_assert_null(fail2ban_dump_problem(dump, "bad"));
}

static void test_ignored(void) {
        static const char output[] = "['set', 'plain', 'addignoreip', '127.0.0.1/8', '::1', 'host.example']\n"
                                     "['set', 'other', 'addignoreip', '192.0.2.1']\n"
                                     "['set', 'plain', 'addignoreip', '192.0.2.0/255.255.255.0']\n"
                                     "['set', 'plain', 'maxretry', 3]\n";
        g_autoptr(Fail2banDump) dump = fail2ban_dump_parse(output);

        g_assert_true(fail2ban_dump_ignores(dump, "plain", "127.0.0.0/8"));
        g_assert_true(fail2ban_dump_ignores(dump, "plain", "::1"));
        g_assert_true(fail2ban_dump_ignores(dump, "plain", "host.example"));
        g_assert_true(fail2ban_dump_ignores(dump, "plain", "192.0.2.0/24"));
        g_assert_false(fail2ban_dump_ignores(dump, "plain", "192.0.2.1"));
        g_assert_true(fail2ban_dump_ignores(dump, "other", "192.0.2.1"));
        g_assert_false(fail2ban_dump_ignores(dump, "never heard of", "192.0.2.1"));
}

static Fail2banPrograms programs_of(const Fail2banFixture *fixture) {
        return (Fail2banPrograms) {
                .client = "/usr/bin/fail2ban-client",
                .configuration = fail2ban_fixture_configuration(fixture),
                .socket = fail2ban_fixture_socket(fixture),
                .timeout_s = 30,
        };
}

static void write_local(const Fail2banFixture *fixture, const char *text) {
        g_autofree char *path = g_build_filename(fail2ban_fixture_configuration(fixture), "jail.local", NULL);
        g_autoptr(GError) error = NULL;

        g_file_set_contents(path, text, -1, &error);
        g_assert_no_error(error);
}

/* What a real fail2ban says of its configuration. */
static void test_real(void) {
        const char *jails[] = { "first", "with space", "it's", NULL };
        g_autoptr(Fail2banFixture) fixture = fail2ban_fixture_start(&(Fail2banFixtureOptions) { .jails = jails });
        Fail2banPrograms programs = programs_of(fixture);
        g_autoptr(Fail2banDump) dump = NULL;
        g_autoptr(GError) error = NULL;
        const char *expected[] = { "first", "it's", NULL };

        write_local(fixture,
                    "[with space]\nenabled = false\n[broken]\nenabled = true\nfilter = absent\nlogpath = /dev/null\n");
        dump = fail2ban_dump_read(&programs, &error);
        g_assert_no_error(error);
        g_assert_true(g_strv_equal((const char *const *) dump->jails, expected));
        g_assert_nonnull(fail2ban_dump_problem(dump, "broken"));

        g_assert_true(fail2ban_configuration_has_jail(programs.configuration, "with space"));
        g_assert_true(fail2ban_configuration_has_jail(programs.configuration, "broken"));
        g_assert_false(fail2ban_configuration_has_jail(programs.configuration, "with"));
        g_assert_false(fail2ban_configuration_has_jail(programs.configuration, "DEFAULT"));
}

static void test_unreadable(void) {
        g_autoptr(Fail2banFixture) fixture = fail2ban_fixture_start(NULL);
        Fail2banPrograms programs = programs_of(fixture);
        g_autoptr(GError) error = NULL;

        write_local(fixture, "[jail0]\nenabled = true\nenabled = true\n");
        g_assert_null(fail2ban_dump_read(&programs, &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_REFUSED_BY_FAIL2BAN);
        g_test_message("%s", error->message);
        g_assert_nonnull(strstr(error->message, "already exists"));
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);

        g_test_add_func("/fail2ban/dump/parse", test_parse);
        g_test_add_func("/fail2ban/dump/ignored", test_ignored);
        g_test_add_func("/fail2ban/dump/real", test_real);
        g_test_add_func("/fail2ban/dump/unreadable", test_unreadable);

        return g_test_run();
}
