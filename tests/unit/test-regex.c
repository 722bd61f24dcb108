/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* With the real fail2ban-regex. */

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "core/error.h"
#include "fail2ban/process.h"
#include "fail2ban/regex.h"

#define PROGRAM "/usr/bin/fail2ban-regex"
#define ADDRESS "(?P<ip4>\\d+\\.\\d+\\.\\d+\\.\\d+)"
#define RULES(...) \
        (&(Fail2banRules) { \
                .prefregex = "", \
                .failregex = (const char *const[]) { __VA_ARGS__, NULL }, \
                .datepattern = "", \
                .timezone = "", \
                .maxlines = 1, \
        })

static void assert_rules(const Fail2banRules *rules, const char *const *lines, const int *expected) {
        guint n = g_strv_length((GStrv) lines);
        g_autofree int *found = g_new(int, n);
        g_autoptr(GError) error = NULL;

        (void) fail2ban_regex_match(PROGRAM, rules, lines, n, 30, found, &error);
        g_assert_no_error(error);
        for (guint i = 0; i < n; i++)
                g_assert_cmpint(found[i], ==, expected[i]);
}

static void test_which(void) {
        const char *lines[] = { "2026-11-21 03:00:01 login failed for bob from 192.0.2.1",
                                "2026-11-21 03:00:02 nothing of interest",
                                "2026-11-21 03:00:03 100% bad; from 192.0.2.1 (again)",
                                "# 2026-11-21 03:00:03 a comment",
                                "",
                                "2026-11-21 03:00:04 login failed for é from 192.0.2.1",
                                "2026-11-21 03:00:04 login failed for é from 192.0.2.1",
                                NULL };
        const int expected[] = { 1, -1, 0, -1, -1, 1, 1 };

        assert_rules(RULES("^ 100% bad; from " ADDRESS, "^ login failed for \\S+ from " ADDRESS "$"), lines, expected);
}

/* A choice at the top, global flags, a reference to a group by its number. */
static void test_shapes_of_rules(void) {
        const char *lines[] = { "2026-11-21 03:00:01 one "
                                "192.0.2.1",
                                "2026-11-21 03:00:02 two 192.0.2.2",
                                "2026-11-21 03:00:03 THREE 192.0.2.3",
                                "2026-11-21 03:00:04 xx 192.0.2.4",
                                "2026-11-21 03:00:04 xy 192.0.2.4",
                                "2026-11-21 03:00:04 semi ;colon 192.0.2.4",
                                NULL };
        const int expected[] = { 0, 0, 1, 2, -1, 3 };

        assert_rules(RULES("^ one (?P<ip4>\\S+)|^ two (?P<ip6>\\S+)", "(?i)^ three " ADDRESS, "^ (\\w)\\1 " ADDRESS,
                           "^ semi ;colon " ADDRESS),
                     lines, expected);
}

static void test_prefix_and_date(void) {
        const char *lines[] = { "1795226401 host app[12]: failed from 192.0.2.1",
                                "1795226401 host other[12]: failed from 192.0.2.1", NULL };
        const int expected[] = { 0, -1 };
        Fail2banRules rules = *RULES("^failed from " ADDRESS "$");

        rules.prefregex = "^ \\S+ app\\[\\d+\\]: (?P<content>.+)$";
        rules.datepattern = "{^LN-BEG}EPOCH";
        assert_rules(&rules, lines, expected);
}

/* The first line is remembered by its session, the second makes it a failure. */
static void test_lines_that_belong_together(void) {
        const char *lines[] = { "2026-11-21 03:00:01 [7]: connect from 192.0.2.1", "2026-11-21 03:00:02 [7]: wrong",
                                NULL };
        const int expected[] = { -1, 1 };

        assert_rules(
                RULES("^ \\[(?P<mlfid>\\d+)\\]:(?P<nofail> connect) from " ADDRESS, "^ \\[(?P<mlfid>\\d+)\\]: wrong"),
                lines, expected);
}

static void test_line_that_looks_like_output(void) {
        const char *lines[] = { "2026-11-21 03:00:01 bad 192.0.2.1 <F-BANGUI1> \x1e\x1f",
                                "2026-11-21 03:00:02 bad 192.0.2.1", NULL };
        const int expected[] = { -1, 0 };

        assert_rules(RULES("^ bad " ADDRESS, "^ never " ADDRESS), lines, expected);
}

static void assert_fails(const Fail2banRules *rules, guint timeout_s, BanguiError code, const char *part) {
        const char *lines[] = { "2026-11-21 03:00:01 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa! 192.0.2.1" };
        g_autoptr(GError) error = NULL;
        int found;

        g_assert_false(fail2ban_regex_match(PROGRAM, rules, lines, 1, timeout_s, &found, &error));
        g_assert_error(error, BANGUI_ERROR, (int) code);
        g_assert_nonnull(strstr(error->message, part));
}

static void test_faults(void) {
        g_autoptr(GError) error = NULL;
        const char *lines[] = { "x" };
        int found;

        assert_fails(RULES("^ (unclosed " ADDRESS), 30, BANGUI_ERROR_REGEX_INVALID, "Unable to compile");
        assert_fails(RULES("^ no group of that kind"), 30, BANGUI_ERROR_REGEX_INVALID, "No failure-id group");
        assert_fails(RULES("^ (a+)+$" ADDRESS), 2, BANGUI_ERROR_TIMEOUT, "2 s");
        g_assert_false(
                fail2ban_regex_match("/nowhere/fail2ban-regex", RULES("x" ADDRESS), lines, 1, 5, &found, &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_FILE_NOT_FOUND);
}

/* What the child may do. */
static char *confined(const char *script) {
        const char *arguments[] = { "/bin/sh", "-c", script, NULL };
        g_autoptr(GBytes) first = g_bytes_new_static("first\n", 6);
        g_autoptr(GBytes) second = g_bytes_new_static("second\n", 7);
        GBytes *files[] = { first, second };
        g_auto(ProcessResult) result = { 0 };
        g_autoptr(GError) error = NULL;

        (void) process_run_confined(arguments, files, 10, &result, &error);
        g_assert_no_error(error);
        return g_strchomp(g_strdup(result.output->str));
}

static void test_confinement(void) {
        g_autofree char *file = g_build_filename(g_get_tmp_dir(), "bangui-confinement-XXXXXX", NULL);
        int fd = g_mkstemp_full(file, 2, 0666);
        g_autofree char *read_files = confined("cat /proc/self/fd/0 /proc/self/fd/3");
        g_autofree char *who = confined("id -u");
        g_autofree char *limits = confined("ulimit -t; ulimit -c; ulimit -n");
        g_autofree char *script =
                g_strdup_printf("cat %s 2>/dev/null || echo no; echo x 2>/dev/null >%s || echo no", file, file);
        g_autofree char *touched = confined(script);
        g_autofree char *session = confined("read a b c d e f g </proc/self/stat; [ $f = $$ ] && echo own");

        g_assert_cmpint(fd, >=, 0);
        close(fd);
        g_assert_cmpint(g_unlink(file), ==, 0);
        g_assert_cmpstr(read_files, ==, "first\nsecond");
        g_assert_cmpstr(who, !=, "0");
        g_assert_cmpstr(limits, ==, "10\n0\n64");
        g_assert_cmpstr(touched, ==, "no\nno");
        g_assert_cmpstr(session, ==, "own");
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/fail2ban/regex/which", test_which);
        g_test_add_func("/fail2ban/regex/shapes-of-rules", test_shapes_of_rules);
        g_test_add_func("/fail2ban/regex/prefix-and-date", test_prefix_and_date);
        g_test_add_func("/fail2ban/regex/lines-that-belong-together", test_lines_that_belong_together);
        g_test_add_func("/fail2ban/regex/line-that-looks-like-output", test_line_that_looks_like_output);
        g_test_add_func("/fail2ban/regex/faults", test_faults);
        g_test_add_func("/fail2ban/regex/confinement", test_confinement);
        return g_test_run();
}
