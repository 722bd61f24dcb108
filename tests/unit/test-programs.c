/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fail2ban/programs.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>

#include "core/error.h"
#include "fail2ban-fixture.h"
#include "fail2ban/commands.h"
#include "fail2ban/process.h"

static Fail2banPrograms programs_of(const Fail2banFixture *fixture) {
        return (Fail2banPrograms) {
                .client = "/usr/bin/fail2ban-client",
                .configuration = fail2ban_fixture_configuration(fixture),
                .socket = fail2ban_fixture_socket(fixture),
                .timeout_s = 30,
        };
}

static void reload_fails(const Fail2banPrograms *programs, const char *jail, guint flags, gint code, const char *part) {
        g_autoptr(GError) error = NULL;

        g_assert_false(fail2ban_programs_reload(programs, jail, flags, &error));
        g_assert_error(error, BANGUI_ERROR, code);
        if (part)
                g_assert_nonnull(strstr(error->message, part));
}

static void test_reload(void) {
        static const char *const names[] = { "it's my jail", "other", NULL };
        g_autoptr(Fail2banFixture) fixture = fail2ban_fixture_start(&(Fail2banFixtureOptions) { .jails = names });
        g_autoptr(Fail2banClient) client = fail2ban_client_new(fail2ban_fixture_socket(fixture), 10, 10);
        Fail2banPrograms programs = programs_of(fixture);
        g_auto(GStrv) jails = NULL;
        g_autoptr(GError) error = NULL;

        g_assert_true(fail2ban_programs_reload(&programs, NULL, 0, &error));
        g_assert_no_error(error);
        g_assert_true(
                fail2ban_programs_reload(&programs, names[0], FAIL2BAN_RELOAD_RESTART | FAIL2BAN_RELOAD_UNBAN, &error));
        g_assert_no_error(error);

        g_assert_true(fail2ban_jail_stop(client, names[0], &error));
        reload_fails(&programs, names[0], 0, BANGUI_ERROR_JAIL_NOT_FOUND, "it's my jail");
        g_assert_true(fail2ban_programs_reload(&programs, names[0], FAIL2BAN_RELOAD_IF_EXISTS, &error));
        g_assert_no_error(error);
        jails = fail2ban_jails(client, &error);
        g_assert_cmpstrv(jails, names);
}

static void test_reload_fails(void) {
        g_autoptr(Fail2banFixture) fixture = fail2ban_fixture_start(NULL);
        g_autofree char *local = g_build_filename(fail2ban_fixture_configuration(fixture), "jail.local", NULL);
        Fail2banPrograms programs = programs_of(fixture);

        reload_fails(&programs, "none", FAIL2BAN_RELOAD_IF_EXISTS, BANGUI_ERROR_JAIL_NOT_FOUND, "none");
        reload_fails(&programs, "--all", 0, BANGUI_ERROR_INVALID_ARGUMENT, NULL);

        g_file_set_contents(local, "[jail0]\nfilter = missing\n", -1, NULL);
        reload_fails(&programs, "jail0", 0, BANGUI_ERROR_REFUSED_BY_FAIL2BAN, "Unable to read the filter 'missing'");
        g_file_set_contents(local, "[jail0]\nbackend = bogus\n", -1, NULL);
        reload_fails(&programs, "jail0", 0, BANGUI_ERROR_REFUSED_BY_FAIL2BAN, "Unknown backend bogus");

        fail2ban_fixture_stop(fixture);
        reload_fails(&programs, NULL, 0, BANGUI_ERROR_FAIL2BAN_OFFLINE, NULL);
        programs.client = "/nonexistent/fail2ban-client";
        reload_fails(&programs, NULL, 0, BANGUI_ERROR_FILE_NOT_FOUND, NULL);
}

static void test_run(void) {
        g_autoptr(GError) error = NULL;

        g_assert_true(fail2ban_programs_run("sh -c 'exit 0'", 10, &error));
        g_assert_no_error(error);
        g_assert_false(fail2ban_programs_run("sh -c 'echo \"the reason\" >&2; exit 3'", 10, &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_REFUSED_BY_FAIL2BAN);
        g_assert_nonnull(strstr(error->message, "the reason"));
        g_clear_error(&error);
        g_assert_false(fail2ban_programs_run("false", 10, &error));
        g_assert_nonnull(strstr(error->message, "status 1"));
        g_clear_error(&error);
        g_assert_false(fail2ban_programs_run("sh -c 'unclosed", 10, &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT);
}

static void run_shell(const char *script, guint timeout_s, ProcessResult *ret, GError **error) {
        const char *arguments[] = { "/bin/sh", "-c", script, NULL };

        g_assert_true(process_run(arguments, timeout_s, ret, error) == !(error && *error));
}

static void test_output_capped(void) {
        g_auto(ProcessResult) result = { 0 };
        g_autoptr(GError) error = NULL;

        run_shell("head -c 20000000 /dev/zero | tr '\\0' x; echo last >&2", 30, &result, &error);
        g_assert_no_error(error);
        g_assert_cmpuint(result.output->len, ==, PROCESS_OUTPUT_MAX);
        g_assert_cmpstr(result.errors->str, ==, "last\n");
        g_assert_cmpint(result.exit_status, ==, 0);
}

static void test_environment(void) {
        g_auto(ProcessResult) result = { 0 };
        g_autoptr(GError) error = NULL;

        g_setenv("BANGUI_SECRET", "secret", TRUE);
        run_shell("env; cat; ls /proc/self/fd | wc -l", 30, &result, &error);
        g_assert_no_error(error);
        g_assert_null(strstr(result.output->str, "secret"));
        g_assert_nonnull(strstr(result.output->str, "LANG=C.UTF-8"));
        g_assert_true(g_str_has_suffix(result.output->str, "\n4\n"));
}

/* The grandchild goes with its group, whatever it waits for. */
static void test_timeout(void) {
        g_autofree char *folder = g_dir_make_tmp("bangui-run-XXXXXX", NULL);
        g_autofree char *file = g_build_filename(folder, "pid", NULL);
        g_autofree char *script = g_strdup_printf("sleep 300 & echo $! >%s; wait", file);
        const char *arguments[] = { "/bin/sh", "-c", script, NULL };
        g_autofree char *text = NULL;
        g_autofree char *status = NULL;
        g_autoptr(GError) error = NULL;
        g_auto(ProcessResult) result = { 0 };

        g_assert_false(process_run(arguments, 1, &result, &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_TIMEOUT);
        g_assert_true(g_file_get_contents(file, &text, NULL, NULL));
        status = g_strdup_printf("/proc/%d/cmdline", atoi(text));
        for (guint i = 0; i < 1000; i++) {
                g_autofree char *line = NULL;
                gsize length = 0;

                if (!g_file_get_contents(status, &line, &length, NULL) || length == 0)
                        break;
                g_assert_cmpuint(i, <, 999);
                g_usleep(2000);
        }
        g_unlink(file);
        g_rmdir(folder);
}

/* What a started daemon holds open does not keep us. */
static void test_left_behind(void) {
        g_auto(ProcessResult) result = { 0 };
        g_autoptr(GError) error = NULL;

        run_shell("sleep 300 & echo $!", 60, &result, &error);
        g_assert_no_error(error);
        g_assert_cmpint(result.exit_status, ==, 0);
        g_assert_cmpint(kill(atoi(result.output->str), SIGKILL), ==, 0);
}

static void test_signal(void) {
        g_auto(ProcessResult) result = { 0 };
        g_autoptr(GError) error = NULL;

        run_shell("kill -9 $$", 30, &result, &error);
        g_assert_no_error(error);
        g_assert_cmpint(result.exit_status, ==, 128 + SIGKILL);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/fail2ban/programs/reload", test_reload);
        g_test_add_func("/fail2ban/programs/reload-fails", test_reload_fails);
        g_test_add_func("/fail2ban/programs/run", test_run);
        g_test_add_func("/fail2ban/programs/output-capped", test_output_capped);
        g_test_add_func("/fail2ban/programs/environment", test_environment);
        g_test_add_func("/fail2ban/programs/timeout", test_timeout);
        g_test_add_func("/fail2ban/programs/left-behind", test_left_behind);
        g_test_add_func("/fail2ban/programs/signal", test_signal);
        return g_test_run();
}
