/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <errno.h>
#include <glib.h>

#include "client/cli/ban-lines.h"
#include "client/cli/ban-list.h"

#define KNOWN \
        "{\"jail\":\"sshd\",\"address\":\"192.0.2.1\",\"banned_at\":1700000000,\"ends_at\":-1,\"remaining\":-1," \
        "\"failures\":12,\"count\":0,\"country\":\"DE\",\"network\":64500}\n"

static int next(BanRow *row, const char *text) {
        BanLines lines = { text, text + strlen(text) };

        return ban_lines_next(&lines, row);
}

static void assert_ban(const char *text) {
        BanRow row = { 0 };

        g_assert_cmpint(next(&row, text), ==, 1);
        g_assert_cmpmem(row.jail.text, row.jail.length, "sshd", 4);
        g_assert_cmpmem(row.address.text, row.address.length, "192.0.2.1", 9);
        g_assert_cmpint(row.banned_at, ==, 1700000000);
        g_assert_cmpint(row.ends_at, ==, -1);
        g_assert_cmpint(row.remaining, ==, -1);
        g_assert_cmpint(row.failures, ==, 12);
        g_assert_cmpint(row.count, ==, 0);
}

/* The daemon's form, and others of the same JSON. */
static void test_forms(void) {
        assert_ban(KNOWN);
        assert_ban("{\"jail\":\"sshd\",\"address\":\"192.0.2.1\",\"banned_at\":1700000000,\"ends_at\":-1,"
                   "\"remaining\":-1,\"failures\":12,\"count\":0,\"country\":\"DE\",\"network\":0}");
        assert_ban("{\"country\":\"\",\"count\":0.5, \"failures\" : 12,\"more\":\"\\u0041\",\"remaining\":-1,"
                   "\"ends_at\":-1,\"banned_at\":1700000000,\"address\":\"192.0.2.1\",\"jail\":\"sshd\"}\n");
        assert_ban("{\"jail\":\"sshd\",\"address\":\"192.0.2.1\",\"banned_at\":1700000000,\"ends_at\":-1,"
                   "\"remaining\":-1,\"failures\":12}\n");
}

static void test_numbers(void) {
        BanRow row = { 0 };

        g_assert_cmpint(next(&row,
                             "{\"jail\":\"a\",\"address\":\"b\",\"banned_at\":99999999999999999999,\"ends_at\":"
                             "9223372036854775807,\"remaining\":1e3,\"failures\":0,\"count\":7,\"country\":\"\"}"),
                        ==, 1);
        g_assert_cmpint(row.banned_at, ==, INT64_MAX);
        g_assert_cmpint(row.ends_at, ==, INT64_MAX);
        g_assert_cmpint(row.count, ==, 7);
        g_assert_cmpuint(row.country.length, ==, 0);
}

/* A line cut anywhere is a fault, in exactly so much memory as there is text. */
static void test_cut(void) {
        for (size_t length = 1; length < sizeof(KNOWN) - 2; length++) {
                g_autofree char *cut = g_memdup2(KNOWN, length);
                BanLines lines = { cut, cut + length };
                BanLines again = lines;
                BanRow row;

                g_assert_cmpint(ban_lines_next(&lines, &row), ==, -EBADMSG);
                (void) ban_lines_next_names(&again, &row);
        }
}

static void test_walk(void) {
        static const char text[] = KNOWN "{\"address\":\"a\\\"b\",\"jail\":\"x\"}\n" KNOWN;
        BanLines lines = { text, text + sizeof(text) - 1 };
        BanLines names = lines;
        BanRow row;

        for (int i = 0; i < 3; i++) {
                g_assert_cmpint(ban_lines_next(&lines, &row), ==, 1);
                g_assert_cmpint(ban_lines_next_names(&names, &row), ==, 1);
                g_assert_true(row.address.escaped == (i == 1));
                g_assert_true(lines.at == names.at);
                g_assert_cmpint(row.network, ==, i == 1 ? 0 : 64500);
        }
        g_assert_cmpint(ban_lines_next(&lines, &row), ==, 0);
        g_assert_cmpint(ban_lines_next_names(&names, &row), ==, 0);
}

/* Without blanks: a list that is not kept leaves room for any time and any duration. */
static void assert_same_columns(const char *text, const char *expected) {
        Cli cli = { .output.fd = -1, .clock.utc = true };
        g_autoptr(GRegex) blanks = g_regex_new(" +", 0, 0, NULL);
        g_autofree char *printed = NULL, *wanted = NULL;

        g_assert_cmpint(ban_list_print(&cli, text, strlen(text), 1), ==, 0);
        printed = g_regex_replace_literal(blanks, buffer_text(&cli.output.text), -1, 0, " ", 0, NULL);
        wanted = g_regex_replace_literal(blanks, expected, -1, 0, " ", 0, NULL);
        g_assert_cmpstr(printed, ==, wanted);
        output_done(&cli.output);
}

static void assert_printed(const char *text, int64_t limit, const char *expected) {
        Cli cli = { .output.fd = -1, .clock.utc = true };

        g_assert_cmpint(ban_list_print(&cli, text, strlen(text), limit), ==, 0);
        g_assert_cmpstr(buffer_text(&cli.output.text), ==, expected);
        output_done(&cli.output);
}

#define HEAD \
        "ADDRESS    JAIL  BANNED                UNTIL                      LEFT  FAILURES  BANS  COUNTRY  NETWORK\n"
#define PRINTED \
        "192.0.2.1  sshd  2023-11-14 22:13:20Z  -                     permanent        12     -  DE       AS64500\n"

static void test_print(void) {
        static const char wide[] =
                "{\"jail\":\"x\",\"address\":\"2001:db8::1\",\"banned_at\":1700000000,\"ends_at\":1700003600,"
                "\"remaining\":3600,\"failures\":1234567890,\"count\":21,\"country\":\"\",\"network\":0}\n";

        assert_printed(KNOWN KNOWN, 1, HEAD PRINTED);
        assert_printed(KNOWN KNOWN, 5, HEAD PRINTED PRINTED);
        assert_printed(
                wide, 1,
                "ADDRESS      JAIL  BANNED                UNTIL                      LEFT  FAILURES  BANS  COUNTRY\n"
                "2001:db8::1  x     2023-11-14 22:13:20Z  2023-11-14 23:13:20Z     1h 00m  1234567890    21  -\n");
}

/* What an attacker may have written is shown harmless, and its columns are those that are seen. */
static void test_harmful(void) {
        assert_printed(
                "{\"jail\":\"x\",\"address\":\"a\\u001b\\u202eb\",\"banned_at\":0,\"ends_at\":-1}\n" KNOWN, 2,
                "ADDRESS       JAIL  BANNED                UNTIL                      LEFT  FAILURES  BANS  COUNTRY  "
                "NETWORK\n"
                "a\\x1b\\u202eb  x     -                     -                     permanent         0     -  -\n"
                "192.0.2.1     sshd  2023-11-14 22:13:20Z  -                     permanent        12     -  DE       "
                "AS64500\n");
}

/* The short list, which is kept, and the long one, which is not, are the same text. */
static void test_as_kept(void) {
        static const char *const networks[] = { "0", "64500", "4294967295" };

        for (size_t i = 0; i < G_N_ELEMENTS(networks); i++) {
                g_autofree char *line = g_strdup_printf(
                        "{\"jail\":\"x\",\"address\":\"192.0.2.1\",\"banned_at\":1700000000,\"ends_at\":-1,"
                        "\"remaining\":-1,\"failures\":3,\"count\":2,\"country\":\"DE\",\"network\":%s}\n",
                        networks[i]);
                BanLines lines = { line, line + strlen(line) };
                Output output = { .fd = -1 };
                auto_table Table table = { 0 };
                Clock clock = { .utc = true };
                BanRow row;

                g_assert_cmpint(ban_lines_next(&lines, &row), ==, 1);
                ban_table_init(&table);
                ban_table_add(&table, &clock, &row);
                table_print(&table, &output);
                assert_same_columns(line, buffer_text(&output.text));
                output_done(&output);
        }
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/client/ban-list/forms", test_forms);
        g_test_add_func("/client/ban-list/numbers", test_numbers);
        g_test_add_func("/client/ban-list/cut", test_cut);
        g_test_add_func("/client/ban-list/walk", test_walk);
        g_test_add_func("/client/ban-list/print", test_print);
        g_test_add_func("/client/ban-list/harmful", test_harmful);
        g_test_add_func("/client/ban-list/as-kept", test_as_kept);
        return g_test_run();
}
