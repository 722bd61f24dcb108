/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <string.h>

#include <glib/gstdio.h>

#include "core/error.h"
#include "fail2ban-fixture.h"
#include "services/jails/jails.h"

typedef struct World {
        Fail2banFixture *fail2ban;
        Fail2banClient *client;
        Model *model;
        BanTable *table;
        Findings *findings;
        Probe *probe;
        Jails *jails;
        gint64 now;
} World;

static void ignore_event(EventType type, const char *name, const char *address, GVariant *properties,
                         gpointer userdata) {
}

static const char *const three_jails[] = { "alpha", "beta", "with space", NULL };

static void set_up(World *w, gconstpointer data) {
        static const EventSink sink = { .func = ignore_event };
        const char *folders[2] = { NULL };
        Fail2banPrograms programs = { .client = "/usr/bin/fail2ban-client", .timeout_s = 60 };
        g_autoptr(GError) error = NULL;

        w->fail2ban = fail2ban_fixture_start(&(Fail2banFixtureOptions) { .jails = three_jails });
        w->client = fail2ban_client_new(fail2ban_fixture_socket(w->fail2ban), 10, 60);
        w->model = model_new(&sink);
        w->table = ban_table_new(&sink);
        w->findings = findings_new(&sink);
        w->probe = probe_new(w->client, w->model, w->table, w->findings, fail2ban_fixture_socket(w->fail2ban));
        programs.configuration = fail2ban_fixture_configuration(w->fail2ban);
        programs.socket = fail2ban_fixture_socket(w->fail2ban);
        folders[0] = fail2ban_fixture_log_folder(w->fail2ban);
        w->jails = jails_new(w->client, &programs, w->model, w->probe, folders);
        w->now = g_get_real_time() / G_USEC_PER_SEC;
        g_assert_true(probe_full(w->probe, w->now, &error));
        g_assert_no_error(error);
}

static void tear_down(World *w, gconstpointer data) {
        jails_free(w->jails);
        probe_free(w->probe);
        findings_free(w->findings);
        ban_table_free(w->table);
        model_free(w->model);
        fail2ban_client_free(w->client);
        fail2ban_fixture_free(w->fail2ban);
}

static void write_file(World *w, const char *name, const char *text) {
        g_autofree char *path = g_build_filename(fail2ban_fixture_configuration(w->fail2ban), name, NULL);
        g_autoptr(GError) error = NULL;

        g_file_set_contents(path, text, -1, &error);
        g_assert_no_error(error);
}

static gint64 number_of(World *w, const char *jail, const char *property) {
        g_autoptr(GVariant) properties = model_jail(w->model, jail);
        g_autoptr(GVariant) value = g_variant_lookup_value(properties, property, NULL);

        g_assert_nonnull(value);
        return g_variant_is_of_type(value, G_VARIANT_TYPE_UINT32) ? (gint64) g_variant_get_uint32(value)
                                                                  : g_variant_get_int64(value);
}

static gboolean has_entry(World *w, const char *jail, const char *property, const char *entry) {
        g_autoptr(GVariant) properties = model_jail(w->model, jail);
        g_auto(GStrv) entries = NULL;

        g_assert_true(g_variant_lookup(properties, property, "^as", &entries));
        return g_strv_contains((const char *const *) entries, entry);
}

#define assert_fails(call, code, part) \
        G_STMT_START { \
                g_autoptr(GError) error = NULL; \
                g_assert_false(!!(call)); \
                g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_##code); \
                g_test_message("%s", error->message); \
                g_assert_nonnull(strstr(error->message, part)); \
        } \
        G_STMT_END

#define assert_done(call) \
        G_STMT_START { \
                g_autoptr(GError) error = NULL; \
                gboolean done_ = !!(call); \
                g_assert_no_error(error); \
                g_assert_true(done_); \
        } \
        G_STMT_END

/* ---- Change ---- */

static GVariant *change(World *w, const char *jail, const char *text, GError **error) {
        g_autoptr(GVariant) changes = g_variant_ref_sink(g_variant_new_parsed(text));

        return jails_change(w->jails, jail, changes, w->now, error);
}

static void test_change(World *w, gconstpointer data) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) values =
                change(w, "with space",
                       "{'bantime': <int64 -1>, 'maxretry': <int64 7>, 'usedns': <'raw'>,"
                       " 'ignoreself': <true>, 'bantime_increment': <true>, 'log_timezone': <'UTC+0200'>}",
                       &error);
        gint64 maxretry = 0;

        g_assert_no_error(error);
        g_assert_cmpuint(g_variant_n_children(values), ==, 16);
        g_assert_true(g_variant_lookup(values, "maxretry", "x", &maxretry));
        g_assert_cmpint(maxretry, ==, 7);
        g_assert_cmpint(number_of(w, "with space", "BanTime"), ==, -1);
        g_assert_cmpint(number_of(w, "with space", "MaxRetry"), ==, 7);
        g_assert_cmpint(number_of(w, "alpha", "MaxRetry"), ==, 3);
}

static void test_change_bad(World *w, gconstpointer data) {
        assert_fails(change(w, "alpha", "{'maxretry': <int64 7>, 'bamtime': <int64 60>}", &error), INVALID_ARGUMENT,
                     "'bantime'");
        assert_fails(change(w, "alpha", "{'maxretry': <int64 7>, 'findtime': <int64 0>}", &error), INVALID_ARGUMENT,
                     "findtime");
        assert_fails(change(w, "alpha", "{'maxretry': <int64 7>, 'usedns': <int64 0>}", &error), INVALID_ARGUMENT,
                     "usedns");
        assert_fails(change(w, "alpah", "{'maxretry': <int64 7>}", &error), JAIL_NOT_FOUND, "alpha");
        assert_fails(change(w, "--all", "{'maxretry': <int64 7>}", &error), INVALID_ARGUMENT, "");
        g_assert_cmpint(number_of(w, "alpha", "MaxRetry"), ==, 3);
}

/* fail2ban alone knows its encodings. */
static void test_change_refused(World *w, gconstpointer data) {
        assert_fails(change(w, "alpha", "{'maxretry': <int64 7>, 'bantime': <int64 60>, 'log_encoding': <'klingon'>}",
                            &error),
                     REFUSED_BY_FAIL2BAN, "maxretry has its old value again");
        g_assert_cmpint(number_of(w, "alpha", "MaxRetry"), ==, 3);
        g_assert_cmpint(number_of(w, "alpha", "BanTime"), ==, 600);
}

/* What a jail has can be set again: so whatever is changed can be set back. */
static void test_change_all_back(World *w, gconstpointer data) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) before = change(w, "alpha", "{'maxretry': <int64 3>}", &error);
        g_autoptr(GVariant) after = NULL;

        g_assert_no_error(error);
        after = jails_change(w->jails, "alpha", before, w->now, &error);
        g_assert_no_error(error);
        g_assert_true(g_variant_equal(before, after));
}

/* ---- Lists ---- */

static gboolean add(World *w, const char *jail, Fail2banList list, const char *entry, GError **error) {
        return jails_add(w->jails, jail, list, entry, TRUE, w->now, error);
}

static gboolean take(World *w, const char *jail, Fail2banList list, const char *entry, GError **error) {
        return jails_remove(w->jails, jail, list, entry, w->now, error);
}

static void test_ignore_address(World *w, gconstpointer data) {
        assert_done(add(w, "alpha", FAIL2BAN_LIST_IGNORE_IP, "192.0.2.0/24", &error));
        assert_done(add(w, "alpha", FAIL2BAN_LIST_IGNORE_IP, "2001:DB8::0001", &error));
        assert_done(add(w, "alpha", FAIL2BAN_LIST_IGNORE_IP, "host.example", &error));
        g_assert_true(has_entry(w, "alpha", "IgnoreAddresses", "192.0.2.0/24"));
        g_assert_true(has_entry(w, "alpha", "IgnoreAddresses", "2001:db8::1"));
        g_assert_true(has_entry(w, "alpha", "IgnoreAddresses", "host.example"));
        assert_fails(add(w, "alpha", FAIL2BAN_LIST_IGNORE_IP, "2001:db8::1", &error), ALREADY_EXISTS, "2001:db8::1");
        assert_fails(add(w, "alpha", FAIL2BAN_LIST_IGNORE_IP, "192.0.2.7/24", &error), ALREADY_EXISTS,
                     "ignored address");
        assert_fails(add(w, "alpha", FAIL2BAN_LIST_IGNORE_IP, "a b", &error), INVALID_ARGUMENT, "a b");

        assert_done(take(w, "alpha", FAIL2BAN_LIST_IGNORE_IP, "2001:db8::1", &error));
        g_assert_false(has_entry(w, "alpha", "IgnoreAddresses", "2001:db8::1"));
        assert_fails(take(w, "alpha", FAIL2BAN_LIST_IGNORE_IP, "2001:db8::1", &error), INVALID_ARGUMENT, "2001:db8::1");
}

static void test_log_path(World *w, gconstpointer data) {
        g_autofree char *path = g_build_filename(fail2ban_fixture_log_folder(w->fail2ban), "more.log", NULL);

        assert_fails(add(w, "alpha", FAIL2BAN_LIST_LOG_PATH, path, &error), FILE_NOT_FOUND, "");
        g_assert_true(g_file_set_contents(path, "", 0, NULL));
        assert_done(add(w, "alpha", FAIL2BAN_LIST_LOG_PATH, path, &error));
        g_assert_true(has_entry(w, "alpha", "LogPaths", path));
        assert_fails(add(w, "alpha", FAIL2BAN_LIST_LOG_PATH, path, &error), ALREADY_EXISTS, "more.log");
        assert_fails(add(w, "alpha", FAIL2BAN_LIST_LOG_PATH, "/etc/passwd", &error), INVALID_ARGUMENT, "folders");
        assert_done(take(w, "alpha", FAIL2BAN_LIST_LOG_PATH, path, &error));
        g_assert_false(has_entry(w, "alpha", "LogPaths", path));
        assert_fails(take(w, "alpha", FAIL2BAN_LIST_LOG_PATH, path, &error), INVALID_ARGUMENT, "more.log");
}

static void test_regex(World *w, gconstpointer data) {
        g_autoptr(GVariant) properties = NULL;
        g_auto(GStrv) list = NULL;

        assert_done(add(w, "alpha", FAIL2BAN_LIST_FAILREGEX, "^second: <HOST>$", &error));
        assert_fails(add(w, "alpha", FAIL2BAN_LIST_FAILREGEX, "^second: <HOST>$", &error), ALREADY_EXISTS,
                     "^second: <HOST>$");
        assert_fails(add(w, "alpha", FAIL2BAN_LIST_FAILREGEX, "no host here", &error), REGEX_INVALID, "");
        assert_fails(add(w, "alpha", FAIL2BAN_LIST_FAILREGEX, "(<HOST>", &error), REGEX_INVALID, "");

        properties = model_jail(w->model, "alpha");
        g_assert_true(g_variant_lookup(properties, "Failregex", "^as", &list));
        g_assert_cmpuint(g_strv_length(list), ==, 2);
        assert_done(take(w, "alpha", FAIL2BAN_LIST_FAILREGEX, list[1], &error));
        g_assert_false(has_entry(w, "alpha", "Failregex", list[1]));
        g_assert_true(has_entry(w, "alpha", "Failregex", list[0]));

        assert_done(add(w, "alpha", FAIL2BAN_LIST_IGNOREREGEX, "ignore me", &error));
        g_assert_true(has_entry(w, "alpha", "Ignoreregex", "ignore me"));
        assert_fails(add(w, "alpha", FAIL2BAN_LIST_IGNOREREGEX, "ignore me", &error), ALREADY_EXISTS, "ignoreregex");
        assert_done(take(w, "alpha", FAIL2BAN_LIST_IGNOREREGEX, "ignore me", &error));
}

/* fail2ban would say yes and do nothing. */
static void test_journal_match_of_files(World *w, gconstpointer data) {
        assert_fails(add(w, "alpha", FAIL2BAN_LIST_JOURNAL_MATCH, "_SYSTEMD_UNIT=x.service", &error), INVALID_ARGUMENT,
                     "reads files");
}

static void test_idle(World *w, gconstpointer data) {
        g_autoptr(GVariant) properties = NULL;
        gboolean idle = FALSE;

        assert_done(jails_set_idle(w->jails, "alpha", TRUE, w->now, &error));
        properties = model_jail(w->model, "alpha");
        g_assert_true(g_variant_lookup(properties, "Idle", "b", &idle) && idle);
        g_clear_pointer(&properties, g_variant_unref);
        assert_done(jails_set_idle(w->jails, "alpha", FALSE, w->now, &error));
        properties = model_jail(w->model, "alpha");
        g_assert_true(g_variant_lookup(properties, "Idle", "b", &idle) && !idle);
        assert_fails(jails_set_idle(w->jails, "absent", TRUE, w->now, &error), JAIL_NOT_FOUND, "absent");
}

/* ---- Start and stop ---- */

static void test_stop_and_start(World *w, gconstpointer data) {
        assert_done(jails_stop(w->jails, "with space", w->now, &error));
        g_assert_false(model_check_jail(w->model, "with space", NULL));
        assert_done(jails_stop(w->jails, "with space", w->now, &error));
        assert_fails(jails_stop(w->jails, "withspace", w->now, &error), JAIL_NOT_FOUND, "withspace");
        assert_fails(jails_stop(w->jails, "--all", w->now, &error), INVALID_ARGUMENT, "");

        assert_done(jails_start(w->jails, "with space", w->now, &error));
        g_assert_true(model_check_jail(w->model, "with space", NULL));
        g_assert_cmpint(number_of(w, "with space", "MaxRetry"), ==, 3);
        assert_fails(jails_start(w->jails, "with space", w->now, &error), ALREADY_ACTIVE, "with space");
        assert_fails(jails_start(w->jails, "absent", w->now, &error), JAIL_NOT_FOUND, "absent");
}

static void test_start_not_enabled(World *w, gconstpointer data) {
        write_file(w, "jail.local",
                   "[beta]\nenabled = false\n[broken]\nenabled = true\nfilter = nosuch\nlogpath = /dev/null\n");
        assert_done(jails_stop(w->jails, "beta", w->now, &error));
        assert_fails(jails_start(w->jails, "beta", w->now, &error), REFUSED_BY_FAIL2BAN, "does not enable it");
        assert_fails(jails_start(w->jails, "broken", w->now, &error), REFUSED_BY_FAIL2BAN, "nosuch");
}

/* Only the configuration knows it. */
static void test_stop_never_ran(World *w, gconstpointer data) {
        write_file(w, "jail.local", "[sleeper]\nlogpath = /dev/null\n");
        assert_done(jails_stop(w->jails, "sleeper", w->now, &error));
}

/* ---- Reload ---- */

static gboolean result_has(GVariant *result, const char *key, const char *jail) {
        g_auto(GStrv) names = NULL;

        g_assert_true(g_variant_lookup(result, key, "^as", &names));
        return g_strv_contains((const char *const *) names, jail);
}

static void test_reload_one(World *w, gconstpointer data) {
        g_autoptr(GVariant) result = NULL;
        g_autoptr(GError) error = NULL;

        write_file(w, "jail.local", "[DEFAULT]\nmaxretry = 9\n");
        result = jails_reload(w->jails, "alpha", FALSE, FALSE, NULL, w->now, &error);
        g_assert_no_error(error);
        g_assert_true(result_has(result, "reloaded", "alpha"));
        g_assert_cmpint(number_of(w, "alpha", "MaxRetry"), ==, 9);
        g_assert_cmpint(number_of(w, "beta", "MaxRetry"), ==, 3);
}

static void test_reload_one_fails(World *w, gconstpointer data) {
        write_file(w, "jail.local", "[alpha]\nfilter = nosuch\n");
        assert_fails(jails_reload(w->jails, "alpha", FALSE, FALSE, NULL, w->now, &error), REFUSED_BY_FAIL2BAN,
                     "runs on as it was");
        g_assert_true(model_check_jail(w->model, "alpha", NULL));

        write_file(w, "jail.local", "[alpha]\nfailregex = (<HOST>\n");
        assert_fails(jails_reload(w->jails, "alpha", FALSE, FALSE, NULL, w->now, &error), REFUSED_BY_FAIL2BAN,
                     "does not run any more");
        g_assert_false(model_check_jail(w->model, "alpha", NULL));
        g_assert_true(model_check_jail(w->model, "beta", NULL));
        assert_fails(jails_reload(w->jails, "absent", FALSE, FALSE, NULL, w->now, &error), JAIL_NOT_FOUND, "absent");
}

static void assert_failed(GVariant *result, const char *jail, const char *part) {
        g_autoptr(GVariant) failed = g_variant_lookup_value(result, "failed", G_VARIANT_TYPE("a{ss}"));
        const char *reason = NULL;

        g_assert_true(g_variant_lookup(failed, jail, "&s", &reason));
        g_test_message("%s: %s", jail, reason);
        g_assert_nonnull(strstr(reason, part));
}

/* One broken, one disabled, one new, one whose section went: the others are reloaded, each is told apart. */
static void test_reload_all(World *w, gconstpointer data) {
        g_autoptr(GVariant) result = NULL;
        g_autoptr(GError) error = NULL;
        g_autofree char *jail_conf = NULL;
        g_autofree char *path = g_build_filename(fail2ban_fixture_configuration(w->fail2ban), "jail.conf", NULL);
        char *section;

        write_file(
                w, "jail.local",
                "[DEFAULT]\nmaxretry = 9\n[beta]\nfailregex = (<HOST>\n[fresh]\nenabled = true\nlogpath = /dev/null\n");
        g_assert_true(g_file_get_contents(path, &jail_conf, NULL, NULL));
        section = strstr(jail_conf, "[with space]");
        g_assert_nonnull(section);
        *section = '\0';
        write_file(w, "jail.conf", jail_conf);

        result = jails_reload(w->jails, NULL, FALSE, FALSE, NULL, w->now, &error);
        g_assert_no_error(error);
        g_assert_true(result_has(result, "reloaded", "alpha"));
        g_assert_true(result_has(result, "reloaded", "fresh"));
        g_assert_true(result_has(result, "missing", "beta"));
        g_assert_true(result_has(result, "missing", "with space"));
        g_assert_false(result_has(result, "missing", "alpha"));
        assert_failed(result, "beta", "regular expression");
        assert_failed(result, "with space", "no jail");

        g_assert_cmpint(number_of(w, "alpha", "MaxRetry"), ==, 9);
        g_assert_true(model_check_jail(w->model, "fresh", NULL));
        g_assert_false(model_check_jail(w->model, "beta", NULL));
        g_assert_false(model_check_jail(w->model, "with space", NULL));
}

static void test_reload_all_disabled(World *w, gconstpointer data) {
        g_autoptr(GVariant) result = NULL;
        g_autoptr(GError) error = NULL;

        write_file(w, "jail.local", "[beta]\nenabled = false\n");
        result = jails_reload(w->jails, NULL, FALSE, FALSE, NULL, w->now, &error);
        g_assert_no_error(error);
        g_assert_true(result_has(result, "missing", "beta"));
        assert_failed(result, "beta", "does not enable it");
        g_assert_true(result_has(result, "reloaded", "with space"));
}

/* A file that nobody can read harms nothing. */
static void test_reload_all_unreadable(World *w, gconstpointer data) {
        write_file(w, "jail.local", "[alpha]\nenabled = true\nenabled = true\n");
        assert_fails(jails_reload(w->jails, NULL, FALSE, FALSE, NULL, w->now, &error), REFUSED_BY_FAIL2BAN,
                     "already exists");
        for (gsize i = 0; three_jails[i]; i++)
                g_assert_true(model_check_jail(w->model, three_jails[i], NULL));
}

static void test_reload_keeps_and_lifts_bans(World *w, gconstpointer data) {
        const char *address[] = { "192.0.2.1" };
        g_autoptr(GVariant) kept = NULL;
        g_autoptr(GVariant) lifted = NULL;
        g_autoptr(GError) error = NULL;
        guint n = 0;

        g_assert_true(fail2ban_ban(w->client, "alpha", address, 1, &n, &error));
        g_assert_no_error(error);
        kept = jails_reload(w->jails, "alpha", FALSE, FALSE, NULL, w->now, &error);
        g_assert_no_error(error);
        g_assert_cmpint(number_of(w, "alpha", "CurrentlyBanned"), ==, 1);
        lifted = jails_reload(w->jails, "alpha", FALSE, TRUE, NULL, w->now, &error);
        g_assert_no_error(error);
        g_assert_cmpint(number_of(w, "alpha", "CurrentlyBanned"), ==, 0);
        g_assert_cmpuint(ban_table_count(w->table, "alpha"), ==, 0);
}

static void no_change(Operation *operation, gpointer userdata) {
}

static void test_reload_cancelled(World *w, gconstpointer data) {
        g_autoptr(Operation) operation = operation_new("Server.Reload", no_change, NULL);

        operation_cancel(operation);
        assert_fails(jails_reload(w->jails, NULL, FALSE, FALSE, operation, w->now, &error), CANCELLED, "0 of 3");
        for (gsize i = 0; three_jails[i]; i++)
                g_assert_true(model_check_jail(w->model, three_jails[i], NULL));
}

static void test_offline(World *w, gconstpointer data) {
        fail2ban_fixture_stop(w->fail2ban);
        assert_fails(jails_start(w->jails, "alpha", w->now, &error), FAIL2BAN_OFFLINE, "");
        assert_fails(jails_stop(w->jails, "alpha", w->now, &error), FAIL2BAN_OFFLINE, "");
        assert_fails(jails_reload(w->jails, NULL, FALSE, FALSE, NULL, w->now, &error), FAIL2BAN_OFFLINE, "");
        assert_fails(change(w, "alpha", "{'maxretry': <int64 7>}", &error), FAIL2BAN_OFFLINE, "");
        assert_fails(add(w, "alpha", FAIL2BAN_LIST_IGNORE_IP, "192.0.2.1", &error), FAIL2BAN_OFFLINE, "");
}

#define test(name, function) g_test_add("/services/jails/" name, World, NULL, set_up, function, tear_down)

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);

        test("change/all", test_change);
        test("change/bad", test_change_bad);
        test("change/refused", test_change_refused);
        test("change/all-back", test_change_all_back);
        test("list/ignore-address", test_ignore_address);
        test("list/log-path", test_log_path);
        test("list/regex", test_regex);
        test("list/journal-match-of-files", test_journal_match_of_files);
        test("idle", test_idle);
        test("stop-and-start", test_stop_and_start);
        test("start-not-enabled", test_start_not_enabled);
        test("stop-never-ran", test_stop_never_ran);
        test("reload/one", test_reload_one);
        test("reload/one-fails", test_reload_one_fails);
        test("reload/all", test_reload_all);
        test("reload/all-disabled", test_reload_all_disabled);
        test("reload/all-unreadable", test_reload_all_unreadable);
        test("reload/bans", test_reload_keeps_and_lifts_bans);
        test("reload/cancelled", test_reload_cancelled);
        test("offline", test_offline);

        return g_test_run();
}
