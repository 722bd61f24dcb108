/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fail2ban/commands.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "core/error.h"
#include "fail2ban-fake.h"
#include "fail2ban-fixture.h"

#define BANS_CHUNK 100

static const char *const no_folders[] = { NULL };

/* A fixture with its client. */
typedef struct Server {
        Fail2banFixture *fixture;
        Fail2banClient *client;
} Server;

static void server_start(Server *self, const Fail2banFixtureOptions *options) {
        self->fixture = fail2ban_fixture_start(options);
        self->client = fail2ban_client_new(fail2ban_fixture_socket(self->fixture), 10, 60);
}

static void server_end(Server *self) {
        g_clear_pointer(&self->client, fail2ban_client_free);
        g_clear_pointer(&self->fixture, fail2ban_fixture_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Server, server_end)

static void ban(Server *server, const char *jail, const char *address, guint expected) {
        const char *texts[] = { address };
        g_autoptr(GError) error = NULL;
        guint count = 0;

        g_assert_true(fail2ban_ban(server->client, jail, texts, 1, &count, &error));
        g_assert_no_error(error);
        g_assert_cmpuint(count, ==, expected);
}

static void test_jail_names(void) {
        static const char *const good[] = { "sshd", "my jail", "a.b-c", "jäil ü", "it's \"quoted\"", "a, b", NULL };
        static const char *const bad[] = { "",         "--all",  "-x",   "a\nb",
                                           "loglevel", "dbfile", "\xff", "a<F2B_END_COMMAND>b",
                                           NULL };
        g_autofree char *longest = g_strnfill(255, 'x');
        g_autofree char *longer = g_strnfill(256, 'x');

        for (guint i = 0; good[i]; i++)
                g_assert_true(fail2ban_check_jail_name(good[i], NULL));
        g_assert_true(fail2ban_check_jail_name(longest, NULL));
        g_assert_false(fail2ban_check_jail_name(longer, NULL));
        for (guint i = 0; bad[i]; i++) {
                g_autoptr(GError) error = NULL;

                g_assert_false(fail2ban_check_jail_name(bad[i], &error));
                g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT);
        }
}

static void test_status(void) {
        g_auto(Server) server = { 0 };
        g_autofree char *version = NULL;
        g_auto(GStrv) jails = NULL;
        g_autoptr(GError) error = NULL;
        Fail2banCounters counters;

        server_start(&server, &(Fail2banFixtureOptions) { .n_jails = 2 });
        version = fail2ban_version(server.client, &error);
        g_assert_no_error(error);
        g_assert_true(g_ascii_isdigit(version[0]));

        jails = fail2ban_jails(server.client, &error);
        g_assert_no_error(error);
        g_assert_cmpstrv(jails, ((const char *[]) { "jail0", "jail1", NULL }));

        ban(&server, "jail1", "192.0.2.1", 1);
        g_assert_true(fail2ban_counters(server.client, "jail1", &counters, &error));
        g_assert_cmpuint(counters.currently_banned, ==, 1);
        g_assert_cmpuint(counters.total_banned, ==, 1);
        g_assert_cmpuint(counters.currently_failed, ==, 0);

        g_assert_false(fail2ban_counters(server.client, "none", &counters, &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_JAIL_NOT_FOUND);
        g_clear_error(&error);
        g_assert_false(fail2ban_counters(server.client, "--all", &counters, &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT);
}

static void add_counters(const char *jail, const Fail2banCounters *counters, gpointer userdata) {
        g_string_append_printf(userdata, "%s=%u ", jail, counters->currently_banned);
}

static void test_all_counters(void) {
        g_auto(Server) server = { 0 };
        g_autoptr(GString) seen = g_string_new(NULL);
        g_autoptr(GError) error = NULL;

        server_start(&server, &(Fail2banFixtureOptions) { .n_jails = 3 });
        ban(&server, "jail1", "192.0.2.1", 1);
        for (guint i = 0; i < 2; i++) {
                g_string_truncate(seen, 0);
                g_assert_true(fail2ban_all_counters(server.client, add_counters, seen, &error));
                g_assert_no_error(error);
                g_assert_cmpstr(seen->str, ==, "jail0=0 jail1=1 jail2=0 ");
        }
}

/* (0, {'b': ['systemd', (1, 2), (3, 4)], 'a': ['polling', (0, 0), (7, 9)]}) as fail2ban 1.1 answers `stats` */
static void serve_stats(Fail2banFake *self, int fd, gint number) {
        static const char reply[] = "\x80\x02K\x00}(X\x01\x00\x00\x00"
                                    "b](X\x07\x00\x00\x00systemdK\x01K\x02\x86K\x03K\x04\x86"
                                    "eX\x01\x00\x00\x00"
                                    "a](X\x07\x00\x00\x00pollingK\x00K\x00\x86K\x07K\x09\x86"
                                    "eu\x86.";

        while (fail2ban_fake_read(fd)) {
                fail2ban_fake_write(fd, reply, sizeof(reply) - 1);
                fail2ban_fake_end(fd);
        }
}

static void test_stats(void) {
        Fail2banFake *fake = fail2ban_fake_start(serve_stats);
        Fail2banClient *client = fail2ban_client_new(fake->path, 5, 5);
        g_autoptr(GString) seen = g_string_new(NULL);
        g_autoptr(GError) error = NULL;

        g_assert_true(fail2ban_all_counters(client, add_counters, seen, &error));
        g_assert_no_error(error);
        g_assert_cmpstr(seen->str, ==, "a=7 b=3 ");
        fail2ban_client_free(client);
        fail2ban_fake_free(fake);
}

/* An answer of another shape than the command has: here a dictionary for everything. */
static void test_wrong_shapes(void) {
        Fail2banFake *fake = fail2ban_fake_start(serve_stats);
        Fail2banClient *client = fail2ban_client_new(fake->path, 5, 5);
        const char *texts[] = { "192.0.2.1" };
        Fail2banCounters counters;
        gboolean banned;
        guint n;

#define FAILS(call) \
        do { \
                g_autoptr(GError) error = NULL; \
                g_assert_false(call); \
                g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_FAIL2BAN_PROTOCOL); \
        } while (0)
        FAILS(fail2ban_version(client, &error));
        FAILS(fail2ban_jails(client, &error));
        FAILS(fail2ban_counters(client, "a", &counters, &error));
        FAILS(fail2ban_jail_settings(client, "a", &error));
        FAILS(fail2ban_action_properties(client, "a", "b", &error));
        FAILS(fail2ban_server_settings(client, &error));
        FAILS(fail2ban_flush_logs(client, &error));
        FAILS(fail2ban_ban(client, "a", texts, 1, &n, &error));
        FAILS(fail2ban_unban(client, "a", texts, 1, &n, &error));
        FAILS(fail2ban_unban_all(client, &n, &error));
        FAILS(fail2ban_banned(client, "a", texts, 1, &banned, &error));
        FAILS(fail2ban_ban_list(client, "a", TRUE, NULL, NULL, &error));
        FAILS(fail2ban_list_remove(client, "a", FAIL2BAN_LIST_FAILREGEX, "x", &error));
        FAILS(fail2ban_list_add(client, "a", FAIL2BAN_LIST_JOURNAL_MATCH, "A=b", FALSE, NULL, &error));
#undef FAILS
        fail2ban_client_free(client);
        fail2ban_fake_free(fake);
}

/* Every name works with every kind of command, and one that holds the separator does not split the list. */
static void test_strange_names(void) {
        static const char *const names[] = { "a, b", "dot.and-dash", "it's \"so\"", "jäil-ü", "my jail", NULL };
        g_auto(Server) server = { 0 };
        g_auto(GStrv) jails = NULL;
        g_autoptr(GError) error = NULL;

        server_start(&server, &(Fail2banFixtureOptions) { .jails = names });
        jails = fail2ban_jails(server.client, &error);
        g_assert_no_error(error);
        g_assert_cmpstrv(jails, names);

        for (guint i = 0; names[i]; i++) {
                g_autoptr(GVariant) settings = fail2ban_jail_settings(server.client, names[i], &error);
                const char *texts[] = { "2001:db8::1" };
                Fail2banCounters counters;
                gboolean banned = FALSE;

                g_assert_no_error(error);
                g_assert_nonnull(settings);
                ban(&server, names[i], texts[0], 1);
                g_assert_true(fail2ban_banned(server.client, names[i], texts, 1, &banned, &error));
                g_assert_true(banned);
                g_assert_true(fail2ban_counters(server.client, names[i], &counters, &error));
                g_assert_cmpuint(counters.currently_banned, ==, 1);
                g_assert_true(fail2ban_jail_idle(server.client, names[i], TRUE, &error));
                g_assert_true(fail2ban_jail_stop(server.client, names[i], &error));
                g_assert_no_error(error);
        }
}

/* The types of all properties are those of the interface. */
static void test_settings(void) {
        static const struct {
                const char *name, *type;
        } expected[] = {
                { "Name", "s" },
                { "Backend", "s" },
                { "LogPaths", "as" },
                { "JournalMatches", "as" },
                { "LogEncoding", "s" },
                { "LogTimezone", "s" },
                { "DatePattern", "s" },
                { "Prefregex", "s" },
                { "Failregex", "as" },
                { "Ignoreregex", "as" },
                { "IgnoreAddresses", "as" },
                { "IgnoreSelf", "b" },
                { "IgnoreCommand", "s" },
                { "IgnoreCache", "s" },
                { "FindTime", "x" },
                { "BanTime", "x" },
                { "MaxRetry", "u" },
                { "MaxMatches", "u" },
                { "MaxLines", "u" },
                { "UseDns", "s" },
                { "Actions", "as" },
                { "BanTimeIncrement", "b" },
                { "BanTimeFactor", "s" },
                { "BanTimeFormula", "s" },
                { "BanTimeMultipliers", "s" },
                { "BanTimeMaximum", "x" },
                { "BanTimeRandom", "x" },
                { "BanTimeOverallJails", "b" },
        };
        g_auto(Server) server = { 0 };
        g_autoptr(GVariant) settings = NULL;
        g_autoptr(GError) error = NULL;
        const char *text = NULL;
        gint64 seconds = 0;

        server_start(&server,
                     &(Fail2banFixtureOptions) { .jail_lines = "bantime.increment = true\n"
                                                               "bantime.maxtime = 1.5h\n"
                                                               "ignorecache = key=\"<ip>\", max-count=9, max-time=5m\n"
                                                               "ignoreip = 10.0.0.0/8 192.0.2.9 192.0.2.10\n" });
        settings = fail2ban_jail_settings(server.client, "jail0", &error);
        g_assert_no_error(error);
        g_assert_cmpuint(g_variant_n_children(settings), ==, G_N_ELEMENTS(expected));
        for (guint i = 0; i < G_N_ELEMENTS(expected); i++) {
                g_autoptr(GVariant) value = g_variant_lookup_value(settings, expected[i].name, NULL);

                g_assert_nonnull(value);
                g_assert_cmpstr(g_variant_get_type_string(value), ==, expected[i].type);
        }
        g_assert_true(g_variant_lookup(settings, "Backend", "&s", &text));
        g_assert_cmpstr(text, ==, "file");
        g_assert_true(g_variant_lookup(settings, "BanTime", "x", &seconds));
        g_assert_cmpint(seconds, ==, 600);
        g_assert_true(g_variant_lookup(settings, "BanTimeMaximum", "x", &seconds));
        g_assert_cmpint(seconds, ==, 5400);
        g_assert_true(g_variant_lookup(settings, "IgnoreCache", "&s", &text));
        g_assert_cmpstr(text, ==, "key=\"<ip>\", max-count=9, max-time=300");
        {
                g_autofree const char **ignored = NULL;

                g_assert_true(g_variant_lookup(settings, "IgnoreAddresses", "^a&s", &ignored));
                g_assert_cmpstrv(ignored, ((const char *[]) { "10.0.0.0/8", "192.0.2.9", "192.0.2.10", NULL }));
        }
}

static void test_action(void) {
        g_auto(Server) server = { 0 };
        g_autoptr(GVariant) properties = NULL;
        g_autoptr(GVariant) none = NULL;
        g_autoptr(GError) error = NULL;
        const char *text = NULL;

        server_start(&server, &(Fail2banFixtureOptions) { .action_ban = "true <ip>" });
        properties = fail2ban_action_properties(server.client, "jail0", "testaction", &error);
        g_assert_no_error(error);
        g_assert_true(g_variant_lookup(properties, "actionban", "&s", &text));
        g_assert_cmpstr(text, ==, "true <ip>");
        none = fail2ban_action_properties(server.client, "jail0", "other", &error);
        g_assert_null(none);
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_ACTION_NOT_FOUND);
}

static void set_good(Server *server, const char *key, GVariant *value, const char *property, GVariant *expected) {
        g_autoptr(GVariant) given = g_variant_ref_sink(value);
        g_autoptr(GVariant) due = g_variant_ref_sink(expected);
        g_autoptr(GVariant) settings = NULL;
        g_autoptr(GVariant) now = NULL;
        g_autoptr(GError) error = NULL;

        g_assert_true(fail2ban_jail_option_check(key, given, &error));
        g_assert_true(fail2ban_jail_option_set(server->client, "jail0", key, given, &error));
        g_assert_no_error(error);
        settings = fail2ban_jail_settings(server->client, "jail0", &error);
        now = g_variant_lookup_value(settings, property, NULL);
        g_assert_cmpvariant(now, due);
}

static void test_options(void) {
        g_auto(Server) server = { 0 };

        server_start(&server, NULL);
        set_good(&server, "bantime", g_variant_new_int64(-1), "BanTime", g_variant_new_int64(-1));
        set_good(&server, "bantime", g_variant_new_int64(3153600000), "BanTime", g_variant_new_int64(3153600000));
        set_good(&server, "findtime", g_variant_new_int64(77), "FindTime", g_variant_new_int64(77));
        set_good(&server, "maxretry", g_variant_new_int64(7), "MaxRetry", g_variant_new_uint32(7));
        set_good(&server, "maxmatches", g_variant_new_int64(0), "MaxMatches", g_variant_new_uint32(0));
        set_good(&server, "maxlines", g_variant_new_int64(3), "MaxLines", g_variant_new_uint32(3));
        set_good(&server, "usedns", g_variant_new_string("WARN"), "UseDns", g_variant_new_string("warn"));
        set_good(&server, "ignoreself", g_variant_new_boolean(TRUE), "IgnoreSelf", g_variant_new_boolean(TRUE));
        set_good(&server, "ignoreself", g_variant_new_boolean(FALSE), "IgnoreSelf", g_variant_new_boolean(FALSE));
        set_good(&server, "prefregex", g_variant_new_string("^x <F-CONTENT>.+</F-CONTENT>$"), "Prefregex",
                 g_variant_new_string("^x (?P<content>.+)$"));
        set_good(&server, "prefregex", g_variant_new_string(""), "Prefregex", g_variant_new_string(""));
        set_good(&server, "datepattern", g_variant_new_string("%Y-%m-%d"), "DatePattern",
                 g_variant_new_string("%Y-%m-%d"));
        set_good(&server, "datepattern", g_variant_new_string(""), "DatePattern", g_variant_new_string(""));
        set_good(&server, "log_encoding", g_variant_new_string("latin-1"), "LogEncoding",
                 g_variant_new_string("latin-1"));
        set_good(&server, "log_timezone", g_variant_new_string("UTC+0100"), "LogTimezone",
                 g_variant_new_string("UTC+0100"));
        set_good(&server, "bantime_increment", g_variant_new_boolean(TRUE), "BanTimeIncrement",
                 g_variant_new_boolean(TRUE));
        set_good(&server, "bantime_multipliers", g_variant_new_string("1 5 30"), "BanTimeMultipliers",
                 g_variant_new_string("1 5 30"));
        set_good(&server, "bantime_multipliers", g_variant_new_string(""), "BanTimeMultipliers",
                 g_variant_new_string(""));
        set_good(&server, "bantime_maxtime", g_variant_new_int64(90), "BanTimeMaximum", g_variant_new_int64(90));
        set_good(&server, "bantime_maxtime", g_variant_new_int64(0), "BanTimeMaximum", g_variant_new_int64(0));
        set_good(&server, "bantime_rndtime", g_variant_new_int64(9), "BanTimeRandom", g_variant_new_int64(9));
        set_good(&server, "bantime_overalljails", g_variant_new_boolean(TRUE), "BanTimeOverallJails",
                 g_variant_new_boolean(TRUE));
}

static void option_bad(const char *key, GVariant *value) {
        g_autoptr(GVariant) given = g_variant_ref_sink(value);
        g_autoptr(GError) error = NULL;

        g_assert_false(fail2ban_jail_option_check(key, given, &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT);
}

static void test_options_bad(void) {
        g_autofree char *longer = g_strnfill(FAIL2BAN_REGEX_MAX + 1, 'x');

        option_bad("bantime", g_variant_new_int64(0));
        option_bad("bantime", g_variant_new_int64(-2));
        option_bad("bantime", g_variant_new_int64(G_MAXINT64));
        option_bad("bantime", g_variant_new_string("1h"));
        option_bad("bantime", g_variant_new_int32(5));
        option_bad("findtime", g_variant_new_int64(0));
        option_bad("maxretry", g_variant_new_int64(0));
        option_bad("maxlines", g_variant_new_int64(0));
        option_bad("usedns", g_variant_new_string("maybe"));
        option_bad("prefregex", g_variant_new_string("a\nb"));
        option_bad("prefregex", g_variant_new_string(longer));
        option_bad("log_encoding", g_variant_new_string("../x"));
        option_bad("log_encoding", g_variant_new_string(""));
        option_bad("log_timezone", g_variant_new_string("__import__('os')"));
        option_bad("bantime_multipliers", g_variant_new_string("1  2"));
        option_bad("bantime_multipliers", g_variant_new_string("1 x"));
        option_bad("bantime_multipliers", g_variant_new_string("0"));
        option_bad("bantime_formula", g_variant_new_string("1"));
        option_bad("ignorecommand", g_variant_new_string("true"));
        option_bad("", g_variant_new_string(""));
        for (const char *const *name = fail2ban_jail_option_names(); *name; name++)
                option_bad(*name, g_variant_new_double(1));
}

static gboolean list_has(Server *server, const char *property, const char *entry) {
        g_autoptr(GVariant) settings = fail2ban_jail_settings(server->client, "jail0", NULL);
        g_autofree const char **entries = NULL;

        g_assert_true(g_variant_lookup(settings, property, "^a&s", &entries));
        return g_strv_contains(entries, entry);
}

static void list_fails(Server *server, Fail2banList list, const char *entry, const char *const *folders, gint code) {
        g_autoptr(GError) error = NULL;

        g_assert_false(fail2ban_list_add(server->client, "jail0", list, entry, TRUE, folders, &error));
        g_assert_error(error, BANGUI_ERROR, code);
}

static void list_remove_fails(Server *server, Fail2banList list, const char *entry) {
        g_autoptr(GError) error = NULL;

        g_assert_false(fail2ban_list_remove(server->client, "jail0", list, entry, &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT);
}

static void test_list_addresses(void) {
        static const struct {
                const char *given, *shown, *again;
        } good[] = {
                { "192.0.2.7", "192.0.2.7", "192.0.2.7" },
                { "10.1.2.3/8", "10.0.0.0/8", "10.9.9.9/8" },
                { "2001:DB8:0::1", "2001:db8::1", "2001:db8:0:0::1" },
                { "2001:db8:1::/48", "2001:db8:1::/48", "2001:db8:1::/48" },
                { "ho_st-1.example.org", "ho_st-1.example.org", "ho_st-1.example.org" },
        };
        static const char *const bad[] = { "",     "999.1.2.3",   "1.2.3.4; rm", "-host", "file:/etc/passwd",
                                           "a..b", "10.0.0.0/33", "--all",       NULL };
        g_auto(Server) server = { 0 };
        g_autoptr(GError) error = NULL;

        server_start(&server, NULL);
        for (guint i = 0; i < G_N_ELEMENTS(good); i++) {
                g_assert_true(fail2ban_list_add(server.client, "jail0", FAIL2BAN_LIST_IGNORE_IP, good[i].given, FALSE,
                                                no_folders, &error));
                g_assert_no_error(error);
                g_assert_true(list_has(&server, "IgnoreAddresses", good[i].shown));
                g_assert_true(
                        fail2ban_list_remove(server.client, "jail0", FAIL2BAN_LIST_IGNORE_IP, good[i].again, &error));
                g_assert_no_error(error);
                g_assert_false(list_has(&server, "IgnoreAddresses", good[i].shown));
                list_remove_fails(&server, FAIL2BAN_LIST_IGNORE_IP, good[i].again);
        }
        for (guint i = 0; bad[i]; i++)
                list_fails(&server, FAIL2BAN_LIST_IGNORE_IP, bad[i], no_folders, BANGUI_ERROR_INVALID_ARGUMENT);
}

static void test_list_log_paths(void) {
        g_auto(Server) server = { 0 };
        g_autoptr(GError) error = NULL;
        g_autofree char *inside = NULL, *link = NULL, *dangling = NULL, *missing = NULL, *fifo = NULL;
        const char *folders[2] = { NULL };

        server_start(&server, NULL);
        folders[0] = fail2ban_fixture_log_folder(server.fixture);
        inside = g_build_filename(folders[0], "näw.log", NULL);
        link = g_build_filename(folders[0], "link.log", NULL);
        dangling = g_build_filename(folders[0], "dangling.log", NULL);
        missing = g_build_filename(folders[0], "missing.log", NULL);
        g_file_set_contents(inside, "", -1, NULL);
        g_assert_cmpint(symlink("/etc/passwd", link), ==, 0);
        fifo = g_build_filename(folders[0], "sub", NULL);
        g_mkdir(fifo, 0700);

        g_assert_true(fail2ban_list_add(server.client, "jail0", FAIL2BAN_LIST_LOG_PATH, inside, TRUE, folders, &error));
        g_assert_no_error(error);
        g_assert_true(list_has(&server, "LogPaths", inside));
        g_assert_true(fail2ban_list_remove(server.client, "jail0", FAIL2BAN_LIST_LOG_PATH, inside, &error));
        g_assert_false(list_has(&server, "LogPaths", inside));
        list_remove_fails(&server, FAIL2BAN_LIST_LOG_PATH, inside);

        list_fails(&server, FAIL2BAN_LIST_LOG_PATH, missing, folders, BANGUI_ERROR_FILE_NOT_FOUND);
        list_fails(&server, FAIL2BAN_LIST_LOG_PATH, fifo, folders, BANGUI_ERROR_INVALID_ARGUMENT);
        list_fails(&server, FAIL2BAN_LIST_LOG_PATH, link, folders, BANGUI_ERROR_INVALID_ARGUMENT);
        list_fails(&server, FAIL2BAN_LIST_LOG_PATH, "/etc/passwd", folders, BANGUI_ERROR_INVALID_ARGUMENT);
        list_fails(&server, FAIL2BAN_LIST_LOG_PATH, "/etc/none", folders, BANGUI_ERROR_INVALID_ARGUMENT);
        list_fails(&server, FAIL2BAN_LIST_LOG_PATH, "relative.log", folders, BANGUI_ERROR_INVALID_ARGUMENT);
        list_fails(&server, FAIL2BAN_LIST_LOG_PATH, inside, no_folders, BANGUI_ERROR_INVALID_ARGUMENT);
}

static void test_list_regexes(void) {
        static const Fail2banList lists[] = { FAIL2BAN_LIST_FAILREGEX, FAIL2BAN_LIST_IGNOREREGEX };
        static const char *const properties[] = { "Failregex", "Ignoreregex" };
        g_auto(Server) server = { 0 };
        g_autoptr(GError) error = NULL;

        server_start(&server, NULL);
        for (guint i = 0; i < G_N_ELEMENTS(lists); i++) {
                g_assert_true(fail2ban_list_add(server.client, "jail0", lists[i], "^plain (?P<fid>\\S+)$", FALSE,
                                                no_folders, &error));
                g_assert_no_error(error);
                g_assert_true(list_has(&server, properties[i], "^plain (?P<fid>\\S+)$"));
                g_assert_true(fail2ban_list_remove(server.client, "jail0", lists[i], "^plain (?P<fid>\\S+)$", &error));
                g_assert_no_error(error);
                g_assert_false(list_has(&server, properties[i], "^plain (?P<fid>\\S+)$"));
                list_remove_fails(&server, lists[i], "^plain (?P<fid>\\S+)$");
                list_remove_fails(&server, lists[i], "99");
                list_remove_fails(&server, lists[i], "-1");
                list_fails(&server, lists[i], "", no_folders, BANGUI_ERROR_INVALID_ARGUMENT);
                list_fails(&server, lists[i], "a\nb", no_folders, BANGUI_ERROR_INVALID_ARGUMENT);
                list_fails(&server, lists[i], "(unclosed", no_folders, BANGUI_ERROR_REGEX_INVALID);
        }
        list_fails(&server, FAIL2BAN_LIST_FAILREGEX, "^no host$", no_folders, BANGUI_ERROR_REGEX_INVALID);
        g_assert_true(fail2ban_list_remove(server.client, "jail0", FAIL2BAN_LIST_FAILREGEX, "0", &error));
        g_assert_no_error(error);
        list_remove_fails(&server, FAIL2BAN_LIST_FAILREGEX, "0");
}

static void test_list_journal(void) {
        g_auto(Server) server = { 0 };

        server_start(&server, NULL);
        list_fails(&server, FAIL2BAN_LIST_JOURNAL_MATCH, "_COMM=sshd + _UID=0", no_folders,
                   BANGUI_ERROR_REFUSED_BY_FAIL2BAN);
        list_fails(&server, FAIL2BAN_LIST_JOURNAL_MATCH, "", no_folders, BANGUI_ERROR_INVALID_ARGUMENT);
        list_fails(&server, FAIL2BAN_LIST_JOURNAL_MATCH, "comm=sshd", no_folders, BANGUI_ERROR_INVALID_ARGUMENT);
        list_fails(&server, FAIL2BAN_LIST_JOURNAL_MATCH, "+ _UID=0", no_folders, BANGUI_ERROR_INVALID_ARGUMENT);
        list_fails(&server, FAIL2BAN_LIST_JOURNAL_MATCH, "_UID=0 +", no_folders, BANGUI_ERROR_INVALID_ARGUMENT);
        list_remove_fails(&server, FAIL2BAN_LIST_JOURNAL_MATCH, "_UID=0");
}

static void test_bans(void) {
        g_auto(Server) server = { 0 };
        const char *texts[] = { "192.0.2.1", "198.51.100.0/24", "2001:db8::1" };
        const char *absent[] = { "192.0.2.1", "192.0.2.99" };
        const char *bad[] = { "192.0.2.1", "999.1.2.3" };
        const char *option[] = { "--report-absent" };
        g_autoptr(GError) error = NULL;
        gboolean banned[3] = { FALSE };
        guint count = 0;

        server_start(&server, &(Fail2banFixtureOptions) { .n_jails = 2 });
        g_assert_true(fail2ban_ban(server.client, "jail0", texts, 3, &count, &error));
        g_assert_cmpuint(count, ==, 3);
        g_assert_true(fail2ban_ban(server.client, "jail0", texts, 3, &count, &error));
        g_assert_cmpuint(count, ==, 0);
        ban(&server, "jail1", "192.0.2.1", 1);

        g_assert_true(fail2ban_banned(server.client, "jail0", texts, 3, banned, &error));
        g_assert_true(banned[0] && banned[1] && banned[2]);
        g_assert_true(fail2ban_banned(server.client, "jail0", absent, 2, banned, &error));
        g_assert_true(banned[0] && !banned[1]);

        g_assert_true(fail2ban_unban(server.client, "jail0", absent, 2, &count, &error));
        g_assert_cmpuint(count, ==, 1);
        g_assert_true(fail2ban_unban(server.client, "jail0", NULL, 0, &count, &error));
        g_assert_cmpuint(count, ==, 0);
        g_assert_true(fail2ban_unban_all(server.client, &count, &error));
        g_assert_cmpuint(count, ==, 3);
        g_assert_no_error(error);

        g_assert_false(fail2ban_ban(server.client, "jail0", bad, 2, &count, &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_ADDRESS_INVALID);
        g_clear_error(&error);
        g_assert_false(fail2ban_unban(server.client, "jail0", option, 1, &count, &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT);
        g_clear_error(&error);
        g_assert_false(fail2ban_ban(server.client, "none", texts, 1, &count, &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_JAIL_NOT_FOUND);
}

typedef struct Listed {
        guint n;
        gint64 banned_at, ends_at;
        char *id;
} Listed;

static void add_listed(const char *id, gsize length, gint64 banned_at, gint64 ends_at, gpointer userdata) {
        Listed *self = userdata;

        g_assert_cmpuint(strlen(id), ==, length);
        self->n++;
        self->banned_at = banned_at;
        self->ends_at = ends_at;
        g_free(self->id);
        self->id = g_strdup(id);
}

static void test_ban_list(void) {
        g_auto(Server) server = { 0 };
        g_autoptr(GError) error = NULL;
        Listed listed = { 0 };
        gint64 now = g_get_real_time() / G_USEC_PER_SEC;

        server_start(&server, NULL);
        g_assert_true(fail2ban_ban_list(server.client, "jail0", TRUE, add_listed, &listed, &error));
        g_assert_cmpuint(listed.n, ==, 0);
        ban(&server, "jail0", "2001:db8::1", 1);
        g_assert_true(fail2ban_ban_list(server.client, "jail0", FALSE, add_listed, &listed, &error));
        g_assert_cmpstr(listed.id, ==, "2001:db8::1");
        g_assert_cmpint(listed.banned_at, ==, 0);
        g_assert_true(fail2ban_ban_list(server.client, "jail0", TRUE, add_listed, &listed, &error));
        g_assert_no_error(error);
        g_assert_cmpuint(listed.n, ==, 2);
        g_assert_cmpstr(listed.id, ==, "2001:db8::1");
        g_assert_cmpint(ABS(listed.banned_at - now), <=, 10);
        g_assert_cmpint(listed.ends_at, ==, listed.banned_at + 600);
        g_free(listed.id);
}

static void test_ban_list_permanent(void) {
        g_auto(Server) server = { 0 };
        g_autoptr(GError) error = NULL;
        Listed listed = { 0 };

        server_start(&server, &(Fail2banFixtureOptions) { .jail_lines = "bantime = -1\n" });
        ban(&server, "jail0", "192.0.2.1", 1);
        g_assert_true(fail2ban_ban_list(server.client, "jail0", TRUE, add_listed, &listed, &error));
        g_assert_no_error(error);
        g_assert_cmpint(listed.ends_at, ==, -1);
        g_free(listed.id);
}

static void test_many_bans(void) {
        g_auto(Server) server = { 0 };
        g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
        g_autoptr(GError) error = NULL;
        Listed listed = { 0 };
        Fail2banCounters counters;

        server_start(&server, NULL);
        for (guint i = 0; i < 3000; i++)
                g_ptr_array_add(texts, g_strdup_printf("10.0.%u.%u", i / 250, i % 250 + 1));
        for (guint i = 0; i < texts->len; i += BANS_CHUNK) {
                guint count = 0;

                g_assert_true(fail2ban_ban(server.client, "jail0", (const char *const *) texts->pdata + i, BANS_CHUNK,
                                           &count, &error));
                g_assert_cmpuint(count, ==, BANS_CHUNK);
        }
        g_assert_true(fail2ban_counters(server.client, "jail0", &counters, &error));
        g_assert_cmpuint(counters.currently_banned, ==, texts->len);
        g_assert_true(fail2ban_ban_list(server.client, "jail0", TRUE, add_listed, &listed, &error));
        g_assert_no_error(error);
        g_assert_cmpuint(listed.n, ==, texts->len);
        g_free(listed.id);
}

static void server_fails(Server *server, const char *key, GVariant *value, const char *const *folders, gint code) {
        g_autoptr(GVariant) given = g_variant_ref_sink(value);
        g_autoptr(GVariant) now = NULL;
        g_autoptr(GError) error = NULL;

        now = fail2ban_server_set(server->client, key, given, folders, &error);
        g_assert_null(now);
        g_assert_error(error, BANGUI_ERROR, code);
}

static void server_sets(Server *server, const char *key, GVariant *value, const char *const *folders) {
        g_autoptr(GVariant) given = g_variant_ref_sink(value);
        g_autoptr(GVariant) now = NULL;
        g_autoptr(GError) error = NULL;

        g_assert_true(fail2ban_server_option_check(key, given, folders, &error));
        now = fail2ban_server_set(server->client, key, given, folders, &error);
        g_assert_no_error(error);
        g_assert_cmpvariant(now, given);
}

static void test_server_settings(void) {
        g_auto(Server) server = { 0 };
        g_autoptr(GVariant) settings = NULL;
        g_autofree char *log = NULL, *link = NULL, *brackets = NULL;
        g_autoptr(GError) error = NULL;
        const char *folders[2] = { NULL };
        const char *text = NULL;
        gint64 number = 0;

        server_start(&server, NULL);
        folders[0] = fail2ban_fixture_log_folder(server.fixture);
        settings = fail2ban_server_settings(server.client, &error);
        g_assert_no_error(error);
        g_assert_cmpuint(g_variant_n_children(settings), ==, 6);
        g_assert_true(g_variant_lookup(settings, "database_file", "&s", &text));
        g_assert_cmpstr(text, ==, fail2ban_fixture_database(server.fixture));
        g_assert_true(g_variant_lookup(settings, "database_purge_age", "x", &number));
        g_assert_cmpint(number, ==, 86400);

        log = g_build_filename(folders[0], "other.log", NULL);
        link = g_build_filename(folders[0], "link.log", NULL);
        brackets = g_build_filename(folders[0], "a[format=x].log", NULL);
        g_assert_cmpint(symlink("/nonexistent/file", link), ==, 0);
        server_sets(&server, "log_level", g_variant_new_string("DEBUG"), folders);
        server_sets(&server, "log_target", g_variant_new_string(log), folders);
        g_assert_true(g_file_test(log, G_FILE_TEST_EXISTS));
        server_sets(&server, "database_purge_age", g_variant_new_int64(172800), folders);
        server_sets(&server, "database_max_matches", g_variant_new_int64(3), folders);
        server_sets(&server, "syslog_socket", g_variant_new_string("auto"), folders);
        g_assert_true(fail2ban_flush_logs(server.client, &error));

        server_fails(&server, "log_level", g_variant_new_string("LOUD"), folders, BANGUI_ERROR_INVALID_ARGUMENT);
        server_fails(&server, "log_target", g_variant_new_string("/etc/x.log"), folders, BANGUI_ERROR_INVALID_ARGUMENT);
        server_fails(&server, "log_target", g_variant_new_string(link), folders, BANGUI_ERROR_INVALID_ARGUMENT);
        server_fails(&server, "log_target", g_variant_new_string(brackets), folders, BANGUI_ERROR_INVALID_ARGUMENT);
        server_fails(&server, "log_target", g_variant_new_string("nowhere"), folders, BANGUI_ERROR_INVALID_ARGUMENT);
        server_fails(&server, "syslog_socket", g_variant_new_string("/etc/passwd"), folders,
                     BANGUI_ERROR_INVALID_ARGUMENT);
        server_fails(&server, "database_purge_age", g_variant_new_int64(0), folders, BANGUI_ERROR_INVALID_ARGUMENT);
        server_fails(&server, "database_purge_age", g_variant_new_string("1d"), folders, BANGUI_ERROR_INVALID_ARGUMENT);
        server_fails(&server, "database_file", g_variant_new_string("/etc/x.db"), folders,
                     BANGUI_ERROR_INVALID_ARGUMENT);
        server_fails(&server, "database_file", g_variant_new_string("None"), folders, BANGUI_ERROR_REFUSED_BY_FAIL2BAN);
        server_fails(&server, "color", g_variant_new_string("red"), folders, BANGUI_ERROR_INVALID_ARGUMENT);
}

static void test_server_without_database(void) {
        g_auto(Server) server = { 0 };
        g_autoptr(GVariant) settings = NULL;
        g_autoptr(GError) error = NULL;
        const char *text = NULL;
        gint64 number = -1;

        server_start(&server, &(Fail2banFixtureOptions) { .without_database = TRUE });
        settings = fail2ban_server_settings(server.client, &error);
        g_assert_no_error(error);
        g_assert_true(g_variant_lookup(settings, "database_file", "&s", &text));
        g_assert_cmpstr(text, ==, "");
        g_assert_true(g_variant_lookup(settings, "database_purge_age", "x", &number));
        g_assert_cmpint(number, ==, 0);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/fail2ban/commands/jail-names", test_jail_names);
        g_test_add_func("/fail2ban/commands/status", test_status);
        g_test_add_func("/fail2ban/commands/all-counters", test_all_counters);
        g_test_add_func("/fail2ban/commands/stats", test_stats);
        g_test_add_func("/fail2ban/commands/wrong-shapes", test_wrong_shapes);
        g_test_add_func("/fail2ban/commands/strange-names", test_strange_names);
        g_test_add_func("/fail2ban/commands/settings", test_settings);
        g_test_add_func("/fail2ban/commands/action", test_action);
        g_test_add_func("/fail2ban/commands/options", test_options);
        g_test_add_func("/fail2ban/commands/options-bad", test_options_bad);
        g_test_add_func("/fail2ban/commands/list-addresses", test_list_addresses);
        g_test_add_func("/fail2ban/commands/list-log-paths", test_list_log_paths);
        g_test_add_func("/fail2ban/commands/list-regexes", test_list_regexes);
        g_test_add_func("/fail2ban/commands/list-journal", test_list_journal);
        g_test_add_func("/fail2ban/commands/bans", test_bans);
        g_test_add_func("/fail2ban/commands/ban-list", test_ban_list);
        g_test_add_func("/fail2ban/commands/ban-list-permanent", test_ban_list_permanent);
        g_test_add_func("/fail2ban/commands/many-bans", test_many_bans);
        g_test_add_func("/fail2ban/commands/server-settings", test_server_settings);
        g_test_add_func("/fail2ban/commands/server-without-database", test_server_without_database);
        return g_test_run();
}
