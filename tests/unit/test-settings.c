/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <glib/gstdio.h>
#include <string.h>

#include "core/error.h"
#include "core/settings.h"

typedef struct Fixture {
        char *folder;
        char *file;
} Fixture;

static void setup(Fixture *self, gconstpointer data) {
        self->folder = g_dir_make_tmp("bangui-settings-XXXXXX", NULL);
        self->file = g_build_filename(self->folder, "bangui.conf", NULL);
        g_assert_true(g_file_set_contents(self->file, "[bangui]\n", -1, NULL));
}

static void teardown(Fixture *self, gconstpointer data) {
        g_unlink(self->file);
        g_rmdir(self->folder);
        g_free(self->file);
        g_free(self->folder);
}

static Settings *load(Fixture *self, const char *text, const char *const *environment, const char *const *overrides) {
        g_autoptr(GError) error = NULL;
        Settings *settings;

        g_assert_true(g_file_set_contents(self->file, text, -1, NULL));
        settings = settings_load(self->file, environment, overrides, &error);
        g_assert_no_error(error);
        return settings;
}

static void assert_text(const Settings *settings, Setting key, const char *expected) {
        g_autofree char *text = settings_dup_text(settings, key);

        g_assert_cmpstr(text, ==, expected);
}

static void test_defaults(Fixture *self, gconstpointer data) {
        g_autoptr(Settings) settings = load(self, "", NULL, NULL);
        g_auto(GStrv) folders = settings_list(settings, SETTING_FAIL2BAN_LOG_FOLDERS);

        g_assert_cmpstr(settings_text(settings, SETTING_BUS_ADDRESS), ==, "");
        g_assert_cmpint(settings_int(settings, SETTING_BUS_CALLS_MAX), ==, 2048);
        g_assert_cmpstr(settings_text(settings, SETTING_FAIL2BAN_SOCKET), ==, "/run/fail2ban/fail2ban.sock");
        g_assert_cmpint(settings_int(settings, SETTING_FAIL2BAN_PROBE_INTERVAL), ==, 30);
        assert_text(settings, SETTING_LOG_LEVEL, "notice");
        g_assert_true(settings_bool(settings, SETTING_GUARD_LOCKOUT));
        g_assert_cmpuint(g_strv_length(folders), ==, 1);
        g_assert_cmpstr(folders[0], ==, "/var/log");
}

/* Each source wins over the ones before it. */
static void test_precedence(Fixture *self, gconstpointer data) {
        static const char *const environment[] = { "PATH=/bin",
                                                   "BANGUI_LOG_LEVEL=info",
                                                   "BANGUI_STORE_FOLDER=/tmp/environment",
                                                   "BANGUI_BUS=unix:path=/x",
                                                   "BANGUI_TEST_LONG=1",
                                                   "NOEQUALS",
                                                   NULL };
        static const char *const overrides[] = { "log-level=debug", NULL };
        g_autoptr(Settings) settings = load(self,
                                            "[bangui]\nlog-level=error\nstore-folder=/tmp/file\n"
                                            "fail2ban-log-folders=/var/log::/srv/log:\nguard-lockout=off\n",
                                            environment, overrides);
        g_auto(GStrv) folders = settings_list(settings, SETTING_FAIL2BAN_LOG_FOLDERS);

        assert_text(settings, SETTING_LOG_LEVEL, "debug");
        g_assert_cmpstr(settings_text(settings, SETTING_STORE_FOLDER), ==, "/tmp/environment");
        g_assert_false(settings_bool(settings, SETTING_GUARD_LOCKOUT));
        g_assert_cmpuint(g_strv_length(folders), ==, 2);
        g_assert_cmpstr(folders[1], ==, "/srv/log");
}

static void test_bools(Fixture *self, gconstpointer data) {
        static const char *const yes[] = { "true", "yes", "on", "1" }, *const no[] = { "false", "no", "off", "0" };

        for (guint i = 0; i < 4; i++) {
                g_autofree char *on = g_strdup_printf("[bangui]\nguard-lockout = %s\n", yes[i]);
                g_autofree char *off = g_strdup_printf("[bangui]\nguard-lockout = %s\n", no[i]);
                g_autoptr(Settings) a = load(self, on, NULL, NULL), b = load(self, off, NULL, NULL);

                g_assert_true(settings_bool(a, SETTING_GUARD_LOCKOUT));
                g_assert_false(settings_bool(b, SETTING_GUARD_LOCKOUT));
        }
}

static void assert_message(GError *error, const char *const *parts) {
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT);
        for (; *parts; parts++)
                if (!strstr(error->message, *parts))
                        g_error("'%s' is not in '%s'", *parts, error->message);
}

static void refuse_file(Fixture *self, const char *text, const char *const *parts) {
        g_autoptr(GError) error = NULL;

        g_test_message("%s", text);
        g_assert_true(g_file_set_contents(self->file, text, -1, NULL));
        g_assert_null(settings_load(self->file, NULL, NULL, &error));
        assert_message(error, parts);
        g_assert_nonnull(strstr(error->message, self->file));
}

#define PARTS(...) ((const char *const[]) { __VA_ARGS__, NULL })

static void test_bad_file(Fixture *self, gconstpointer data) {
        refuse_file(self, "[bangui]\nlog-levle=info\n", PARTS("'log-levle'", "did you mean 'log-level'?"));
        refuse_file(self, "[bangui]\nbanana=info\n", PARTS("there is no setting 'banana'"));
        refuse_file(self, "[bus]\naddress=\n", PARTS("'bus'", "did you mean 'bangui'?"));
        refuse_file(self, "[bangui]\nlog-level=loud\n", PARTS("'log-level'", "'loud'", "error, warning, notice"));
        refuse_file(self, "[bangui]\nlog-level=\n", PARTS("''", "one of"));
        refuse_file(self, "[bangui]\nguard-lockout=maybe\n", PARTS("'maybe'", "true or false"));
        refuse_file(self, "[bangui]\nfail2ban-probe-interval=4\n", PARTS("'4'", "from 5 to 3600 (seconds)"));
        refuse_file(self, "[bangui]\nfail2ban-probe-interval=3601\n", PARTS("'3601'"));
        refuse_file(self, "[bangui]\nfail2ban-probe-interval=30s\n", PARTS("'30s'"));
        refuse_file(self, "[bangui]\nstore-folder=var/lib\n", PARTS("'var/lib'", "an absolute path"));
        refuse_file(self, "[bangui]\nfail2ban-log-folders=/var/log:log\n", PARTS("absolute paths"));
        refuse_file(self, "[bangui]\nfail2ban-log-folders=:\n", PARTS("absolute paths"));
        refuse_file(self, "[bangui]\nfail2ban-start-command=sh -c 'x\n", PARTS("command line"));
        refuse_file(self, "[bangui]\nfail2ban-start-command=\n", PARTS("command line"));
        refuse_file(self, "[bangui]\nfail2ban-start-command=''\n", PARTS("command line"));
        refuse_file(self, "[bangui]\nbus-address=/run/bus\n", PARTS("a D-Bus address"));
        refuse_file(self, "[bangui]\nstore-folder=/a\\nb\n", PARTS("'/a\\x0ab'"));
        refuse_file(self, "[bangui]\nstore-folder=/a\\q\n", PARTS("store-folder"));
        refuse_file(self, "log-level=info\n", PARTS("not readable"));
        refuse_file(self, "[bangui]\nbanana\n", PARTS("not readable"));
}

static void test_socket_too_long(Fixture *self, gconstpointer data) {
        g_autofree char *name = g_strnfill(107, 'x');
        g_autofree char *text = g_strdup_printf("[bangui]\nfail2ban-socket=/%s\n", name);

        refuse_file(self, text, PARTS("at most 107 bytes"));
}

static void refuse_sources(Fixture *self, const char *variable, const char *override, const char *const *parts) {
        const char *const environment[] = { variable, NULL }, *const overrides[] = { override, NULL };
        g_autoptr(GError) error = NULL;

        g_assert_null(settings_load(self->file, environment, overrides, &error));
        assert_message(error, parts);
}

static void test_bad_sources(Fixture *self, gconstpointer data) {
        refuse_sources(self, "BANGUI_LOG_LEVLE=info", NULL,
                       PARTS("BANGUI_LOG_LEVLE", "did you mean 'BANGUI_LOG_LEVEL'?"));
        refuse_sources(self, "BANGUI_log_level=info", NULL, PARTS("'BANGUI_LOG_LEVEL'?"));
        refuse_sources(self, "BANGUI_=x", NULL, PARTS("'BANGUI_'"));
        refuse_sources(self, "BANGUI_LOG_LEVEL=loud", NULL, PARTS("environment variable BANGUI_LOG_LEVEL", "'loud'"));
        refuse_sources(self, "BANGUI_STORE_FOLDER=/a\xff", NULL, PARTS("an absolute path"));
        refuse_sources(self, "A=b", "log-level", PARTS("command line", "KEY=VALUE", "'log-level'"));
        refuse_sources(self, "A=b", "loglevel=info", PARTS("'loglevel'", "did you mean 'log-level'?"));
        refuse_sources(self, "A=b", "log-level=loud", PARTS("command line", "'loud'"));
        refuse_sources(self, "A=b", "=loud", PARTS("''"));
}

static void test_file_missing(Fixture *self, gconstpointer data) {
        g_autofree char *missing = g_build_filename(self->folder, "missing.conf", NULL);
        g_autoptr(GError) error = NULL;

        g_assert_null(settings_load(missing, NULL, NULL, &error));
        assert_message(error, PARTS(missing));
}

static void test_table(Fixture *self, gconstpointer data) {
        static const char *const overrides[] = { "store-audit-days=7", NULL };
        g_autoptr(Settings) settings = load(self, "[bangui]\nlog-level=info\n", NULL, overrides);
        g_autofree char *text = settings_to_text(settings);
        g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
        const char *origin = strstr(lines[0], "ORIGIN");
        gboolean level = FALSE, days = FALSE;

        g_assert_cmpuint(g_strv_length(lines), ==, _SETTING_MAX + 2);
        g_assert_nonnull(origin);
        for (guint i = 1; i <= _SETTING_MAX; i++) {
                const char *cell = lines[i] + (origin - lines[0]);

                if (g_str_has_prefix(lines[i], "log-level "))
                        level = g_str_has_prefix(cell, self->file);
                if (g_str_has_prefix(lines[i], "store-audit-days "))
                        days = g_str_has_prefix(cell, "command line ");
        }
        g_assert_true(level);
        g_assert_true(days);
}

/* The default file is one that we read, and with its comments taken off it says just the defaults. */
static void test_default_file(Fixture *self, gconstpointer data) {
        g_autofree char *file = settings_default_file();
        g_autoptr(GRegex) comment = g_regex_new("^#(?! )", G_REGEX_MULTILINE, 0, NULL);
        g_autofree char *bare = g_regex_replace_literal(comment, file, -1, 0, "", 0, NULL);
        g_autoptr(Settings) a = load(self, "", NULL, NULL), b = load(self, file, NULL, NULL);
        g_autoptr(Settings) c = load(self, bare, NULL, NULL);
        guint n = 0;

        for (guint i = 0; i < _SETTING_MAX; i++) {
                g_autofree char *text = settings_dup_text(a, i);

                assert_text(b, i, text);
                assert_text(c, i, text);
        }
        for (const char *p = strstr(bare, "\n# Allowed"); p; p = strstr(p + 1, "\n# Allowed"))
                n++;
        g_assert_cmpuint(n, ==, _SETTING_MAX);
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);
#define ADD(name, func) g_test_add("/core/settings/" name, Fixture, NULL, setup, func, teardown)
        ADD("defaults", test_defaults);
        ADD("precedence", test_precedence);
        ADD("bools", test_bools);
        ADD("bad-file", test_bad_file);
        ADD("socket-too-long", test_socket_too_long);
        ADD("bad-sources", test_bad_sources);
        ADD("file-missing", test_file_missing);
        ADD("table", test_table);
        ADD("default-file", test_default_file);
#undef ADD
        return g_test_run();
}
