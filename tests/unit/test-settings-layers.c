/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Settings that change while the daemon runs: layers, the file read again, who is told, many threads. */

#include <glib/gstdio.h>
#include <string.h>

#include "core/error.h"
#include "core/settings-layers.h"

#define CHANGES 2000
#define READERS 3

typedef struct Fixture {
        char *folder;
        char *file;
        Settings *settings;
        SettingMask told; /* to on_told() */
        guint times;
} Fixture;

static void write_file(Fixture *self, const char *text) {
        g_autofree char *whole = g_strconcat("[bangui]\n", text, NULL);

        g_assert_true(g_file_set_contents(self->file, whole, -1, NULL));
}

static void load(Fixture *self, const char *text, const char *const *environment, const char *const *overrides) {
        g_autoptr(GError) error = NULL;

        write_file(self, text);
        g_clear_pointer(&self->settings, settings_free);
        self->settings = settings_load(self->file, environment, overrides, &error);
        g_assert_no_error(error);
}

static void setup(Fixture *self, gconstpointer data) {
        self->folder = g_dir_make_tmp("bangui-layers-XXXXXX", NULL);
        self->file = g_build_filename(self->folder, "bangui.conf", NULL);
        load(self, "", NULL, NULL);
}

static void teardown(Fixture *self, gconstpointer data) {
        settings_free(self->settings);
        g_unlink(self->file);
        g_rmdir(self->folder);
        g_free(self->file);
        g_free(self->folder);
}

static void assert_value(Fixture *self, Setting key, const char *text, SettingLayer layer) {
        g_auto(SettingView) view = {};

        settings_view(self->settings, key, &view);
        g_assert_cmpstr(view.text, ==, text);
        g_assert_cmpstr(setting_layer_name(view.layer), ==, setting_layer_name(layer));
}

/* Stores a value as the service does; NULL takes it back. */
static SettingMask store(Fixture *self, Setting key, const char *text) {
        g_autoptr(SettingLayers) layers = settings_copy_layers(self->settings);
        g_autoptr(GError) error = NULL;

        if (text)
                g_assert_true(setting_layers_set(layers, SETTING_LAYER_STORED, key, text, NULL, &error));
        else
                setting_layers_unset(layers, SETTING_LAYER_STORED, key);
        g_assert_no_error(error);
        return settings_apply(self->settings, g_steal_pointer(&layers));
}

static GPtrArray *reload(Fixture *self, SettingMask *ret_changed) {
        GPtrArray *problems = g_ptr_array_new_with_free_func((GDestroyNotify) setting_problem_free);
        SettingMask changed = settings_reload(self->settings, problems);

        if (ret_changed)
                *ret_changed = changed;
        return problems;
}

static void assert_problem(GPtrArray *problems, guint index, SettingProblemKind kind, const char *key,
                           const char *part) {
        const SettingProblem *problem;

        g_assert_cmpuint(problems->len, >, index);
        problem = g_ptr_array_index(problems, index);
        g_assert_cmpint(problem->kind, ==, kind);
        g_assert_cmpstr(problem->key, ==, key);
        g_assert_nonnull(strstr(problem->message, part));
}

/* Each source wins over those before it, and what is taken away shows what was below. */
static void test_order_of_layers(Fixture *self, gconstpointer data) {
        static const char *const environment[] = { "BANGUI_STORE_AUDIT_DAYS=3", NULL };
        static const char *const overrides[] = { "log-level=error", NULL };
        g_auto(SettingView) view = {};

        load(self, "fail2ban-probe-interval=7\nstore-audit-days=2\nlog-level=info\n", environment, overrides);
        assert_value(self, SETTING_FAIL2BAN_PROBE_INTERVAL, "7", SETTING_LAYER_FILE);
        assert_value(self, SETTING_STORE_AUDIT_DAYS, "3", SETTING_LAYER_ENVIRONMENT);
        assert_value(self, SETTING_LOG_LEVEL, "error", SETTING_LAYER_COMMAND_LINE);

        g_assert_cmphex(store(self, SETTING_FAIL2BAN_PROBE_INTERVAL, "8"), ==,
                        SETTING_BIT(SETTING_FAIL2BAN_PROBE_INTERVAL));
        g_assert_cmphex(store(self, SETTING_STORE_AUDIT_DAYS, "9"), ==, 0);
        g_assert_cmphex(store(self, SETTING_LOG_LEVEL, "debug"), ==, 0);
        assert_value(self, SETTING_FAIL2BAN_PROBE_INTERVAL, "8", SETTING_LAYER_STORED);
        g_assert_cmpint(settings_int(self->settings, SETTING_FAIL2BAN_PROBE_INTERVAL), ==, 8);
        assert_value(self, SETTING_STORE_AUDIT_DAYS, "3", SETTING_LAYER_ENVIRONMENT);
        settings_view(self->settings, SETTING_STORE_AUDIT_DAYS, &view);
        g_assert_cmpstr(view.where, ==, "BANGUI_STORE_AUDIT_DAYS");

        /* The value is the same, the origin is not. */
        g_assert_cmphex(store(self, SETTING_FAIL2BAN_PROBE_INTERVAL, "7"), !=, 0);
        g_assert_cmphex(store(self, SETTING_FAIL2BAN_PROBE_INTERVAL, NULL), !=, 0);
        assert_value(self, SETTING_FAIL2BAN_PROBE_INTERVAL, "7", SETTING_LAYER_FILE);
}

static void test_longest_value(Fixture *self, gconstpointer data) {
        g_autoptr(SettingLayers) layers = settings_copy_layers(self->settings);
        g_autofree char *path = g_strnfill(4096, '/');
        g_autoptr(GError) error = NULL;

        g_assert_false(setting_layers_set(layers, SETTING_LAYER_STORED, SETTING_GEO_COUNTRY_FILE, path, NULL, &error));
        g_assert_cmpstr(error->message, ==, "setting 'geo-country-file' has a value of 4096 bytes; it may have 4095");
        path[4095] = '\0';
        g_assert_true(setting_layers_set(layers, SETTING_LAYER_STORED, SETTING_GEO_COUNTRY_FILE, path, NULL, NULL));
}

static void test_rule_at_the_start(Fixture *self, gconstpointer data) {
        g_autoptr(GError) error = NULL;

        write_file(self, "map-threshold-low=60\n");
        g_assert_null(settings_load(self->file, NULL, NULL, &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT);
        g_assert_cmpstr(
                error->message, ==,
                "setting 'map-threshold-low' is 60 (file) and 'map-threshold-medium' is 50 (default); the first "
                "must be less than the second");
}

static void test_reload(Fixture *self, gconstpointer data) {
        g_autoptr(GPtrArray) first = NULL, second = NULL;
        SettingMask changed;

        load(self, "log-level=info\nstore-audit-days=10\n", NULL, NULL);
        write_file(self, "store-audit-days=20\nguard-lockout=false\n");
        first = reload(self, &changed);
        g_assert_cmpuint(first->len, ==, 0);
        g_assert_cmphex(changed, ==,
                        SETTING_BIT(SETTING_LOG_LEVEL) | SETTING_BIT(SETTING_STORE_AUDIT_DAYS) |
                                SETTING_BIT(SETTING_GUARD_LOCKOUT));
        assert_value(self, SETTING_LOG_LEVEL, "notice", SETTING_LAYER_DEFAULT);
        assert_value(self, SETTING_STORE_AUDIT_DAYS, "20", SETTING_LAYER_FILE);
        g_assert_false(settings_bool(self->settings, SETTING_GUARD_LOCKOUT));

        second = reload(self, &changed);
        g_assert_cmpuint(second->len, ==, 0);
        g_assert_cmphex(changed, ==, 0);
}

/* What is wrong keeps what it was, and does not keep the rest from changing. */
static void test_reload_with_faults(Fixture *self, gconstpointer data) {
        g_autoptr(GPtrArray) problems = NULL;
        const char *socket = settings_text(self->settings, SETTING_FAIL2BAN_SOCKET);

        load(self, "store-audit-days=10\nmap-threshold-low=5\nfail2ban-socket=/run/a\n", NULL, NULL);
        socket = settings_text(self->settings, SETTING_FAIL2BAN_SOCKET);
        write_file(self, "store-audit-days=never\nlog-levl=info\nlog-level=debug\nmap-threshold-low=70\n"
                         "fail2ban-socket=/run/b\n");
        problems = reload(self, NULL);
        g_assert_cmpuint(problems->len, ==, 4);
        assert_problem(problems, 0, SETTING_PROBLEM_VALUE, "store-audit-days", "'never'; it must be an integer from 1");
        assert_problem(problems, 1, SETTING_PROBLEM_VALUE, "log-levl", "did you mean 'log-level'");
        assert_problem(problems, 2, SETTING_PROBLEM_RESTART, "fail2ban-socket", "stays '/run/a'");
        assert_problem(problems, 3, SETTING_PROBLEM_ORDER, "map-threshold-low", "must be less than");
        assert_value(self, SETTING_STORE_AUDIT_DAYS, "10", SETTING_LAYER_FILE);
        assert_value(self, SETTING_MAP_THRESHOLD_LOW, "5", SETTING_LAYER_FILE);
        assert_value(self, SETTING_LOG_LEVEL, "debug", SETTING_LAYER_FILE);

        /* Borrowed once, good for ever. */
        g_assert_cmpstr(socket, ==, "/run/a");
        g_assert_true(socket == settings_text(self->settings, SETTING_FAIL2BAN_SOCKET));
}

/* A file that a restart would not take is no file to take now, whatever the stored values hide. */
static void test_reload_judges_without_stored(Fixture *self, gconstpointer data) {
        g_autoptr(GPtrArray) problems = NULL;

        store(self, SETTING_MAP_THRESHOLD_LOW, "1");
        write_file(self, "map-threshold-low=70\n");
        problems = reload(self, NULL);
        assert_problem(problems, 0, SETTING_PROBLEM_ORDER, "map-threshold-low", "is 70 (file)");
        g_assert_cmpuint(problems->len, ==, 1);
        store(self, SETTING_MAP_THRESHOLD_LOW, NULL);
        assert_value(self, SETTING_MAP_THRESHOLD_LOW, "20", SETTING_LAYER_DEFAULT);
}

static void test_reload_of_no_file(Fixture *self, gconstpointer data) {
        static const char *const broken[] = { "no equals sign\n", "[other]\nx=1\n", NULL };
        SettingMask changed;

        load(self, "store-audit-days=10\n", NULL, NULL);
        for (guint i = 0; broken[i]; i++) {
                g_autoptr(GPtrArray) problems = NULL;

                write_file(self, broken[i]);
                problems = reload(self, &changed);
                g_assert_cmpuint(problems->len, ==, 1);
                assert_problem(problems, 0, SETTING_PROBLEM_FILE, "", i == 0 ? "not readable" : "no group 'other'");
                if (i == 0)
                        assert_value(self, SETTING_STORE_AUDIT_DAYS, "10", SETTING_LAYER_FILE);
        }
        g_unlink(self->file);
        {
                g_autoptr(GPtrArray) problems = reload(self, &changed);

                assert_problem(problems, 0, SETTING_PROBLEM_FILE, "", "not readable");
                g_assert_cmphex(changed, ==, 0);
        }
}

static void on_told(const Settings *settings, SettingMask changed, gpointer userdata) {
        Fixture *self = userdata;

        g_assert_true(settings == self->settings);
        g_assert_true(g_main_context_is_owner(NULL));
        self->told |= changed;
        self->times++;
}

static gpointer store_elsewhere(gpointer data) {
        store(data, SETTING_LOG_LEVEL, "info");
        store(data, SETTING_STORE_AUDIT_DAYS, "77");
        store(data, SETTING_GUARD_LOCKOUT, "no");
        return NULL;
}

static void await_told(Fixture *self, guint times) {
        while (self->times < times)
                g_main_context_iteration(NULL, TRUE);
}

/* Once for what changed on another thread, and only of the keys that were asked for. */
static void test_watch(Fixture *self, gconstpointer data) {
        SettingMask wanted = SETTING_BIT(SETTING_LOG_LEVEL) | SETTING_BIT(SETTING_STORE_AUDIT_DAYS);
        guint id = settings_watch(self->settings, wanted, on_told, self);

        g_thread_join(g_thread_new("store", store_elsewhere, self));
        g_assert_cmpuint(self->times, ==, 0);
        await_told(self, 1);
        g_assert_cmphex(self->told, ==, wanted);

        store(self, SETTING_GUARD_LOCKOUT, "yes");
        while (g_main_context_iteration(NULL, FALSE))
                ;
        g_assert_cmpuint(self->times, ==, 1);

        settings_unwatch(self->settings, id);
        store(self, SETTING_LOG_LEVEL, "debug");
        while (g_main_context_iteration(NULL, FALSE))
                ;
        g_assert_cmpuint(self->times, ==, 1);
}

typedef struct Readers {
        Fixture *fixture;
        gint done; /* atomic */
} Readers;

/* A value is one of the two that are stored in turn, its number and its origin are its own, and a copy stays. */
static gpointer read_on(gpointer data) {
        Readers *readers = data;
        const Settings *settings = readers->fixture->settings;

        while (!g_atomic_int_get(&readers->done)) {
                g_autofree char *text = settings_dup_text(settings, SETTING_BLOCKLIST_JAIL);
                g_auto(SettingView) view = {};
                gint64 number = settings_int(settings, SETTING_STORE_AUDIT_DAYS);

                settings_view(settings, SETTING_STORE_AUDIT_DAYS, &view);
                g_assert_cmpint(view.number, ==, g_ascii_strtoll(view.text, NULL, 10));
                g_assert_cmpint(view.layer, ==, view.number == 365 ? SETTING_LAYER_DEFAULT : SETTING_LAYER_STORED);
                g_assert_true(number == 365 || number == 10);
                g_assert_true(g_str_equal(text, "bangui-blocklist") || g_str_equal(text, "another-list"));
        }
        return NULL;
}

static void test_threads(Fixture *self, gconstpointer data) {
        Readers readers = { .fixture = self };
        GThread *threads[READERS];

        for (guint i = 0; i < READERS; i++)
                threads[i] = g_thread_new("reader", read_on, &readers);
        for (guint i = 0; i < CHANGES; i++) {
                store(self, SETTING_STORE_AUDIT_DAYS, i % 2 == 0 ? "10" : NULL);
                store(self, SETTING_BLOCKLIST_JAIL, i % 2 == 0 ? "another-list" : NULL);
        }
        g_atomic_int_set(&readers.done, TRUE);
        for (guint i = 0; i < READERS; i++)
                g_thread_join(threads[i]);
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);
#define ADD(name, func) g_test_add("/core/settings-layers/" name, Fixture, NULL, setup, func, teardown)
        ADD("order-of-layers", test_order_of_layers);
        ADD("longest-value", test_longest_value);
        ADD("rule-at-the-start", test_rule_at_the_start);
        ADD("reload", test_reload);
        ADD("reload-with-faults", test_reload_with_faults);
        ADD("reload-judges-without-stored", test_reload_judges_without_stored);
        ADD("reload-of-no-file", test_reload_of_no_file);
        ADD("watch", test_watch);
        ADD("threads", test_threads);
#undef ADD
        return g_test_run();
}
