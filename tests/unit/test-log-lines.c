/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fail2ban/log-lines.h"

#include <string.h>

#define BERLIN "CET-1CEST,M3.5.0,M10.5.0/3"
#define WRITTEN_AT 1700000000 /* 2023-11-14 22:13:20 UTC */

static Fail2banLogReader *new_reader(const char *zone, gint64 written_at, GTimeZone **ret_zone) {
        *ret_zone = g_time_zone_new_identifier(zone);
        g_assert_nonnull(*ret_zone);
        return fail2ban_log_reader_new(*ret_zone, written_at);
}

/* The pieces of a line as one text, "KIND AT JAIL|ID", or the kind alone. */
static char *read_with(Fail2banLogReader *reader, const char *text) {
        static const char *const kinds[] = {
                [FAIL2BAN_LOG_FOREIGN] = "foreign",       [FAIL2BAN_LOG_OTHER] = "other",
                [FAIL2BAN_LOG_UNREADABLE] = "unreadable", [FAIL2BAN_LOG_BAN] = "ban",
                [FAIL2BAN_LOG_RESTORED] = "restored",     [FAIL2BAN_LOG_PROLONGED] = "prolonged",
                [FAIL2BAN_LOG_UNBAN] = "unban",           [FAIL2BAN_LOG_REPEALED] = "repealed",
        };
        g_autofree char *line = g_strdup(text);
        Fail2banLogLine found;
        Fail2banLogKind kind = fail2ban_log_read(reader, line, strlen(line), &found);

        if (kind <= FAIL2BAN_LOG_UNREADABLE)
                return g_strdup(kinds[kind]);
        if (kind == FAIL2BAN_LOG_PROLONGED)
                return g_strdup_printf("prolonged %" G_GINT64_FORMAT " %s|%s %u %" G_GINT64_FORMAT " %" G_GINT64_FORMAT,
                                       found.at, found.jail, found.id, found.count, found.bantime, found.ends_at);
        g_assert_cmpint(found.bantime, ==, -2);
        return g_strdup_printf("%s %" G_GINT64_FORMAT " %s|%s", kinds[kind], found.at, found.jail, found.id);
}

static void assert_reads(Fail2banLogReader *reader, const char *text, const char *expected) {
        g_autofree char *got = read_with(reader, text);

        if (!g_str_equal(got, expected))
                g_test_message("line: %s", text);
        g_assert_cmpstr(got, ==, expected);
}

typedef struct Case {
        const char *text, *expected;
} Case;

static void assert_all(const char *zone, const Case *cases, guint n) {
        for (guint i = 0; i < n; i++) {
                g_autoptr(GTimeZone) owned = NULL;
                g_autoptr(Fail2banLogReader) reader = new_reader(zone, WRITTEN_AT, &owned);

                assert_reads(reader, cases[i].text, cases[i].expected);
        }
}

/* As each version and each way of logging writes it. */
static void test_formats(void) {
        static const Case cases[] = {
                { "2023-11-14 22:00:00,123 fail2ban.actions        [4711]: NOTICE  [sshd] Ban 192.0.2.1",
                  "ban 1699999200 sshd|192.0.2.1" },
                { "2023-11-14 22:00:00,123 fail2ban.actions[4711]: NOTICE [sshd] Ban 192.0.2.1",
                  "ban 1699999200 sshd|192.0.2.1" },
                { "2023-11-14 22:00:00,123 fail2ban.actions: WARNING [ssh] Ban 192.0.2.1",
                  "ban 1699999200 ssh|192.0.2.1" },
                { "2023-11-14 22:00:00 fail2ban.actions: WARNING [ssh] Unban 192.0.2.1",
                  "unban 1699999200 ssh|192.0.2.1" },
                { " 2023-11-14 22:00:00,123 7F2A5C7FA6C0 NOTIC [sshd] Restore Ban 2001:db8::1",
                  "restored 1699999200 sshd|2001:db8::1" },
                { " 2023-11-14 22:00:00,123 7F2A5C7FA6C0 NOTIC | actions        -25: __checkBan           | [sshd] Ban "
                  "192.0.2.1",
                  "ban 1699999200 sshd|192.0.2.1" },
                { "Nov 14 22:00:00 host fail2ban.actions[4711]: NOTICE [sshd] Ban 192.0.2.1",
                  "ban 1699999200 sshd|192.0.2.1" },
                { "2023-11-14T23:00:00.123456+01:00 host fail2ban.actions[4711]: NOTICE [sshd] Ban 192.0.2.1",
                  "ban 1699999200 sshd|192.0.2.1" },
                { "2023-11-14T22:00:00Z host fail2ban.actions: WARNING [sshd] Ban 192.0.2.1",
                  "ban 1699999200 sshd|192.0.2.1" },
                { "Nov 14 22:00:01 host fail2ban-server[9]: 2023-11-14 22:00:00,999 fail2ban.actions        [9]: "
                  "NOTICE  [sshd] Ban 192.0.2.1",
                  "ban 1699999200 sshd|192.0.2.1" },
                { "Nov 14 22:00:00 host fail2ban[9]: [sshd] Ban 192.0.2.1", "ban 1699999200 sshd|192.0.2.1" },
                { "2023-11-14 22:00:00,1 fail2ban.actions [9]: NOTICE  [sshd] Repeal Ban 192.0.2.1\r",
                  "repealed 1699999200 sshd|192.0.2.1" },
        };

        assert_all("UTC", cases, G_N_ELEMENTS(cases));
}

#define HEAD "2023-11-14 22:00:00,123 fail2ban.actions [1]: NOTICE  "
#define INCREASE "2023-11-14 22:00:00,123 fail2ban.observer [1]: NOTICE  [sshd] Increase Ban 192.0.2.1 "

static void test_messages(void) {
        static const Case cases[] = {
                { HEAD "[a jail ü [x]] Ban 192.0.2.1", "ban 1699999200 a jail ü [x]|192.0.2.1" },
                { HEAD "[4711] Ban 192.0.2.1", "ban 1699999200 4711|192.0.2.1" },
                { HEAD "[sshd] Ban some one", "ban 1699999200 sshd|some one" },
                { HEAD "[sshd] Ban x] Ban 192.0.2.1", "ban 1699999200 sshd|x] Ban 192.0.2.1" },
                { INCREASE "(3 # 1h -> 2023-11-14 23:00:00)", "prolonged 1699999200 sshd|192.0.2.1 3 3600 1700002800" },
                { INCREASE "(12 # 1y 2w 3d -> 2024-12-01 22:00:00)",
                  "prolonged 1699999200 sshd|192.0.2.1 12 33004800 1733090400" },
                { INCREASE "(9 # permanent -> infinite)", "prolonged 1699999200 sshd|192.0.2.1 9 -1 0" },
                { HEAD "[sshd] 192.0.2.1 already banned", "other" },
                { HEAD "[sshd] Reban 192.0.2.1, action 'x'", "other" },
                { HEAD "[sshd] Found 192.0.2.1 - 2023-11-14 22:00:00", "other" },
                { HEAD "[sshd] Flush ticket(s) with nftables", "other" },
                { INCREASE "(three # 1h -> 2023-11-14 23:00:00)", "unreadable" },
                { INCREASE "(3 # soon -> 2023-11-14 23:00:00)", "unreadable" },
                { INCREASE "(3 # 1h", "unreadable" },
                { HEAD "[sshd] Ban  ", "unreadable" },
                { HEAD "[] Ban 192.0.2.1", "unreadable" },
                { HEAD "[sshd] Ban \xff\xfe", "unreadable" },
        };

        assert_all("UTC", cases, G_N_ELEMENTS(cases));
}

/* Text that an attacker brought into another line, or another program wrote. */
static void test_not_forged(void) {
        static const Case cases[] = {
                { "2023-11-14 22:00:00,1 fail2ban.actions [1]: ERROR   Failed to execute: NOTICE  [sshd] Ban 192.0.2.1",
                  "other" },
                { "2023-11-14 22:00:00,1 fail2ban.filter [1]: INFO    [sshd] Found x] Ban 192.0.2.1", "other" },
                { "Nov 14 22:00:00 host sshd[1]: NOTICE [sshd] Ban 192.0.2.1", "other" },
                { "Nov 14 22:00:00 host sshd[1]: fail2ban.actions[2]: NOTICE [sshd] Ban 192.0.2.1", "other" },
                { "Nov 14 22:00:00 host sshd: 2023-11-14 22:00:00,1 fail2ban.actions [1]: NOTICE [sshd] Ban 192.0.2.1",
                  "other" },
                { "2023-11-14 22:00:00,1 WARNING NOTICE [sshd] Ban 192.0.2.1", "other" },
                { "fail2ban.actions [1]: NOTICE  [sshd] Ban 192.0.2.1", "foreign" },
                { "Traceback (most recent call last):", "foreign" },
                { "2023-02-30 22:00:00,1 fail2ban.actions [1]: NOTICE  [sshd] Ban 192.0.2.1", "foreign" },
                { "2023-11-14 24:00:00,1 fail2ban.actions [1]: NOTICE  [sshd] Ban 192.0.2.1", "foreign" },
                { "", "foreign" },
                { "   ", "foreign" },
                { "2023-11-14 22:00:00", "other" },
                { "2023-11-14 22:00:00,1 fail2ban.actions [1]: NOTICE | x", "other" },
        };

        assert_all("UTC", cases, G_N_ELEMENTS(cases));
}

/* A NUL is no text, a very long line is no line of a ban, and neither is read beyond its end. */
static void test_binary(void) {
        g_autoptr(GTimeZone) zone = NULL;
        g_autoptr(Fail2banLogReader) reader = new_reader("UTC", WRITTEN_AT, &zone);
        char nul[] = "2023-11-14 22:00:00,1 fail2ban.actions [1]: NOTICE  [sshd]\0Ban 192.0.2.1";
        gsize length = FAIL2BAN_LOG_LINE_MAX + 1;
        g_autofree char *longest = g_malloc(length + 1);
        Fail2banLogLine found;

        g_assert_cmpint(fail2ban_log_read(reader, nul, sizeof(nul) - 1, &found), ==, FAIL2BAN_LOG_FOREIGN);
        memset(longest, '2', length);
        g_assert_cmpint(fail2ban_log_read(reader, longest, length, &found), ==, FAIL2BAN_LOG_FOREIGN);
}

/* The night in which the clocks go back has two hours of one name: the lines before tell which. */
static void test_zone(void) {
        g_autoptr(GTimeZone) zone = NULL;
        g_autoptr(Fail2banLogReader) reader = new_reader(BERLIN, WRITTEN_AT, &zone);
        static const Case cases[] = {
                { "2023-07-01 12:00:00,1 fail2ban.actions [1]: NOTICE [a] Ban 192.0.2.1",
                  "ban 1688205600 a|192.0.2.1" },
                { "2023-10-29 02:10:00,1 fail2ban.actions [1]: NOTICE [a] Ban 192.0.2.1",
                  "ban 1698538200 a|192.0.2.1" },
                { "2023-10-29 02:50:00,1 fail2ban.actions [1]: NOTICE [a] Ban 192.0.2.1",
                  "ban 1698540600 a|192.0.2.1" },
                { "2023-10-29 02:20:00,1 fail2ban.actions [1]: NOTICE [a] Ban 192.0.2.1",
                  "ban 1698542400 a|192.0.2.1" },
                { "2023-10-29 02:55:00,1 fail2ban.actions [1]: NOTICE [a] Ban 192.0.2.1",
                  "ban 1698544500 a|192.0.2.1" },
                { "2023-10-29 03:00:00,1 fail2ban.actions [1]: NOTICE [a] Ban 192.0.2.1",
                  "ban 1698544800 a|192.0.2.1" },
                { "2023-11-01 12:00:00,1 fail2ban.actions [1]: NOTICE [a] Ban 192.0.2.1",
                  "ban 1698836400 a|192.0.2.1" },
        };

        for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
                assert_reads(reader, cases[i].text, cases[i].expected);
}

/* syslog names no year: the last in which the line is not newer than the file. */
static void test_year(void) {
        static const Case cases[] = {
                { "Jan  2 00:00:00 host fail2ban.actions[1]: NOTICE [a] Ban 192.0.2.1", "ban 1672617600 a|192.0.2.1" },
                { "Nov 14 22:00:00 host fail2ban.actions[1]: NOTICE [a] Ban 192.0.2.1", "ban 1699999200 a|192.0.2.1" },
                { "Dec 31 23:59:59 host fail2ban.actions[1]: NOTICE [a] Ban 192.0.2.1", "ban 1672531199 a|192.0.2.1" },
                { "Feb 29 12:00:00 host fail2ban.actions[1]: NOTICE [a] Ban 192.0.2.1", "ban 1582977600 a|192.0.2.1" },
                { "Feb 30 12:00:00 host fail2ban.actions[1]: NOTICE [a] Ban 192.0.2.1", "foreign" },
        };

        assert_all("UTC", cases, G_N_ELEMENTS(cases));
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/fail2ban/log-lines/formats", test_formats);
        g_test_add_func("/fail2ban/log-lines/messages", test_messages);
        g_test_add_func("/fail2ban/log-lines/not-forged", test_not_forged);
        g_test_add_func("/fail2ban/log-lines/binary", test_binary);
        g_test_add_func("/fail2ban/log-lines/zone", test_zone);
        g_test_add_func("/fail2ban/log-lines/year", test_year);
        return g_test_run();
}
