/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>

#include "core/error.h"
#include "services/settings/settings-service.h"

typedef struct Fixture {
        char *folder;
        char *file;
        char *database;
        Settings *settings;
        Store *store;
        SettingStore *setting_store;
        Findings *findings;
        SettingsService *service;
        GVariant *told; /* by the last event */
        guint times;
} Fixture;

static void on_event(EventType type, const char *name, const char *address, GVariant *properties, gpointer userdata) {
        Fixture *self = userdata;

        if (type != EVENT_SETTINGS)
                return;
        g_clear_pointer(&self->told, g_variant_unref);
        self->told = g_variant_ref(properties);
        self->times++;
}

static void write_file(Fixture *self, const char *text) {
        g_autofree char *whole = g_strconcat("[bangui]\n", text, NULL);

        g_assert_true(g_file_set_contents(self->file, whole, -1, NULL));
}

/* As the daemon does when it starts. */
static void start(Fixture *self, const char *const *environment, const char *const *overrides) {
        const EventSink sink = { on_event, self };
        g_autoptr(GError) error = NULL;

        self->settings = settings_load(self->file, environment, overrides, &error);
        g_assert_no_error(error);
        self->store = store_open(self->folder, &error);
        g_assert_no_error(error);
        self->setting_store = setting_store_new(self->store);
        self->findings = findings_new(&sink);
        self->service = settings_service_new(self->settings, self->setting_store, self->findings, &sink, 100);
}

static void stop(Fixture *self) {
        g_clear_pointer(&self->service, settings_service_free);
        g_clear_pointer(&self->findings, findings_free);
        g_clear_pointer(&self->setting_store, setting_store_free);
        g_clear_pointer(&self->store, store_close);
        g_clear_pointer(&self->settings, settings_free);
}

static void restart(Fixture *self, const char *const *environment, const char *const *overrides) {
        stop(self);
        start(self, environment, overrides);
}

static void setup(Fixture *self, gconstpointer data) {
        self->folder = g_dir_make_tmp("bangui-settings-service-XXXXXX", NULL);
        self->file = g_build_filename(self->folder, "bangui.conf", NULL);
        self->database = g_build_filename(self->folder, STORE_FILE_NAME, NULL);
        write_file(self, "");
        start(self, NULL, NULL);
}

/* The log of a database that nobody wrote to since it was made stays behind. */
static void remove_log(Fixture *self) {
        static const char *const ends[] = { "-wal", "-shm", NULL };

        for (guint i = 0; ends[i]; i++) {
                g_autofree char *path = g_strconcat(self->database, ends[i], NULL);

                (void) g_unlink(path);
        }
}

static void teardown(Fixture *self, gconstpointer data) {
        stop(self);
        remove_log(self);
        g_clear_pointer(&self->told, g_variant_unref);
        g_assert_cmpint(g_unlink(self->database), ==, 0);
        g_assert_cmpint(g_unlink(self->file), ==, 0);
        g_assert_cmpint(g_rmdir(self->folder), ==, 0);
        g_free(self->database);
        g_free(self->file);
        g_free(self->folder);
}

static void run_sql(Fixture *self, const char *sql) {
        sqlite3 *database;

        stop(self);
        g_assert_cmpint(sqlite3_open(self->database, &database), ==, SQLITE_OK);
        g_assert_cmpint(sqlite3_exec(database, sql, NULL, NULL, NULL), ==, SQLITE_OK);
        g_assert_cmpint(sqlite3_close(database), ==, SQLITE_OK);
        start(self, NULL, NULL);
}

/* changes in GVariant's text form. */
static GVariant *try_set(Fixture *self, const char *changes, GError **error) {
        g_autoptr(GVariant) dictionary = g_variant_parse(G_VARIANT_TYPE_VARDICT, changes, NULL, NULL, NULL);
        GVariant *rows;

        g_assert_nonnull(dictionary);
        rows = settings_service_set(self->service, dictionary, 1000, 200, error);
        return rows ? g_variant_ref_sink(rows) : NULL;
}

static void set(Fixture *self, const char *changes) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) rows = try_set(self, changes, &error);

        g_assert_no_error(error);
        g_assert_nonnull(rows);
}

static void refuse(Fixture *self, const char *changes, int code, const char *message) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) rows = try_set(self, changes, &error);

        g_assert_error(error, BANGUI_ERROR, code);
        g_assert_cmpstr(error->message, ==, message);
        g_assert_null(rows);
}

static void reset(Fixture *self, const char *key, const char *other) {
        const char *const keys[] = { key, other, NULL };
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) rows = settings_service_reset(self->service, keys, 200, &error);

        g_assert_no_error(error);
        g_assert_nonnull(rows);
        g_variant_ref_sink(rows);
}

static void assert_value(Fixture *self, Setting key, const char *text, SettingLayer layer) {
        g_auto(SettingView) view = {};

        settings_view(self->settings, key, &view);
        g_assert_cmpstr(view.text, ==, text);
        g_assert_cmpint(view.layer, ==, layer);
}

/* The message of a finding, or NULL; free with g_free. */
static char *finding(Fixture *self, const char *kind) {
        g_autoptr(GVariant) health = findings_health(self->findings);
        g_autoptr(GVariant) rows = g_variant_lookup_value(health, "Findings", G_VARIANT_TYPE("aa{sv}"));

        for (gsize i = 0; i < g_variant_n_children(rows); i++) {
                g_autoptr(GVariant) row = g_variant_get_child_value(rows, i);
                const char *found, *message;

                if (g_variant_lookup(row, "kind", "&s", &found) && g_str_equal(found, kind) &&
                    g_variant_lookup(row, "message", "&s", &message))
                        return g_strdup(message);
        }
        return NULL;
}

static void assert_finding(Fixture *self, const char *kind, const char *expected) {
        g_autofree char *message = finding(self, kind);

        g_assert_cmpstr(message, ==, expected);
}

/* What was set is in force, is told, and is there after a restart; taken back, the file counts. */
static void test_set(Fixture *self, gconstpointer data) {
        const char *key;

        write_file(self, "store-audit-days=10\n");
        restart(self, NULL, NULL);
        set(self, "{'log-level': <'info'>, 'store-audit-days': <int16 20>, 'guard-lockout': <false>}");
        assert_value(self, SETTING_LOG_LEVEL, "info", SETTING_LAYER_STORED);
        assert_value(self, SETTING_STORE_AUDIT_DAYS, "20", SETTING_LAYER_STORED);
        g_assert_false(settings_bool(self->settings, SETTING_GUARD_LOCKOUT));
        while (self->times == 0)
                g_main_context_iteration(NULL, TRUE);
        g_assert_cmpuint(g_variant_n_children(self->told), ==, 3);
        {
                g_autoptr(GVariant) row = g_variant_get_child_value(self->told, 0);

                g_assert_true(g_variant_lookup(row, "key", "&s", &key));
                g_assert_cmpstr(key, ==, "store-audit-days");
        }

        restart(self, NULL, NULL);
        assert_value(self, SETTING_LOG_LEVEL, "info", SETTING_LAYER_STORED);
        assert_value(self, SETTING_STORE_AUDIT_DAYS, "20", SETTING_LAYER_STORED);
        reset(self, "store-audit-days", "log-level");
        assert_value(self, SETTING_STORE_AUDIT_DAYS, "10", SETTING_LAYER_FILE);
        restart(self, NULL, NULL);
        assert_value(self, SETTING_LOG_LEVEL, "notice", SETTING_LAYER_DEFAULT);
        assert_value(self, SETTING_GUARD_LOCKOUT, "false", SETTING_LAYER_STORED);
}

static void test_refused(Fixture *self, gconstpointer data) {
        g_autofree char *restart_needed = g_strdup_printf(
                "setting 'store-folder' does not change while banguid runs: set it in %s and restart banguid",
                self->file);

        refuse(self, "{'log-levl': <'info'>}", BANGUI_ERROR_SETTING_NOT_FOUND,
               "there is no setting 'log-levl'; did you mean 'log-level'?");
        refuse(self, "{'store-audit-days': <0>}", BANGUI_ERROR_INVALID_ARGUMENT,
               "setting 'store-audit-days' has the value '0'; it must be an integer from 1 to 36500 (days)");
        refuse(self, "{'store-audit-days': <1.5>}", BANGUI_ERROR_INVALID_ARGUMENT,
               "setting 'store-audit-days' has a value of the type 'd'; it must be an integer from 1 to 36500 (days)");
        refuse(self, "{'guard-lockout': <'maybe'>}", BANGUI_ERROR_INVALID_ARGUMENT,
               "setting 'guard-lockout' has the value 'maybe'; it must be true or false (also yes, no, on, off, 1, 0)");
        refuse(self, "{'store-folder': <'/x'>}", BANGUI_ERROR_RESTART_NEEDED, restart_needed);
        refuse(self, "{'log-level': <'info'>, 'log-level': <'debug'>}", BANGUI_ERROR_INVALID_ARGUMENT,
               "setting 'log-level' stands there twice");
        refuse(self, "{}", BANGUI_ERROR_INVALID_ARGUMENT, "no setting was named");
}

/* One of several is not allowed: none changes, and none is stored. */
static void test_all_or_nothing(Fixture *self, gconstpointer data) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GHashTable) stored = NULL;

        refuse(self, "{'log-level': <'debug'>, 'map-threshold-low': <50>}", BANGUI_ERROR_INVALID_ARGUMENT,
               "setting 'map-threshold-low' is 50 (stored) and 'map-threshold-medium' is 50 (default); the first must "
               "be less than the second");
        assert_value(self, SETTING_LOG_LEVEL, "notice", SETTING_LAYER_DEFAULT);
        stored = setting_store_read(self->setting_store, 10, &error);
        g_assert_no_error(error);
        g_assert_cmpuint(g_hash_table_size(stored), ==, 0);

        /* Together they keep the rule, in whichever order they stand. */
        set(self, "{'map-threshold-low': <500>, 'map-threshold-high': <2000>, 'map-threshold-medium': <'1000'>}");
        assert_value(self, SETTING_MAP_THRESHOLD_MEDIUM, "1000", SETTING_LAYER_STORED);
}

/* What cannot be stored does not change. */
static void test_store_fails(Fixture *self, gconstpointer data) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) rows = NULL;

        run_sql(self, "CREATE TRIGGER no BEFORE INSERT ON setting BEGIN SELECT raise(ABORT, 'no'); END");
        rows = try_set(self, "{'log-level': <'debug'>}", &error);
        g_assert_null(rows);
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_DATABASE_UNAVAILABLE);
        assert_value(self, SETTING_LOG_LEVEL, "notice", SETTING_LAYER_DEFAULT);
}

static void test_pinned(Fixture *self, gconstpointer data) {
        static const char *const environment[] = { "BANGUI_LOG_LEVEL=error", NULL };
        static const char *const overrides[] = { "store-audit-days=5", NULL };

        set(self, "{'log-level': <'debug'>}");
        restart(self, environment, overrides);
        assert_value(self, SETTING_LOG_LEVEL, "error", SETTING_LAYER_ENVIRONMENT);
        refuse(self, "{'log-level': <'info'>}", BANGUI_ERROR_SETTING_PINNED,
               "setting 'log-level' is pinned to 'error' by the environment (BANGUI_LOG_LEVEL): take it away there and "
               "restart banguid");
        refuse(self, "{'guard-lockout': <false>, 'store-audit-days': <6>}", BANGUI_ERROR_SETTING_PINNED,
               "setting 'store-audit-days' is pinned to '5' by the command line (--set store-audit-days): take it away "
               "there and restart banguid");
        g_assert_true(settings_bool(self->settings, SETTING_GUARD_LOCKOUT));

        /* What lies below the pin is back when it goes, unless it was taken back meanwhile. */
        restart(self, NULL, NULL);
        assert_value(self, SETTING_LOG_LEVEL, "debug", SETTING_LAYER_STORED);
        restart(self, environment, NULL);
        reset(self, "log-level", NULL);
        restart(self, NULL, NULL);
        assert_value(self, SETTING_LOG_LEVEL, "notice", SETTING_LAYER_DEFAULT);
}

/* An older or a newer program, or a person, wrote them: the daemon starts without them and says so. */
static void test_foreign_values(Fixture *self, gconstpointer data) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GHashTable) stored = NULL;

        run_sql(self, "INSERT INTO setting VALUES ('from-the-future', '1', 0, 0), ('store-folder', '/x', 0, 0), "
                      "('log-level', CAST (x'ff0a' AS TEXT), 0, 0), ('store-audit-days', '30', 0, 0)");
        assert_value(self, SETTING_STORE_AUDIT_DAYS, "30", SETTING_LAYER_STORED);
        assert_value(self, SETTING_LOG_LEVEL, "notice", SETTING_LAYER_DEFAULT);
        assert_value(self, SETTING_STORE_FOLDER, "/var/lib/bangui", SETTING_LAYER_DEFAULT);
        assert_finding(
                self, "settings-stored",
                "setting 'log-level' has the value '\xef\xbf\xbd\\x0a'; it must be one of error, warning, notice, "
                "info, debug; setting 'store-folder' does not change at run time, so only the file, the "
                "environment and the command line count; there is no setting 'from-the-future'");

        /* Kept all the same, until they are set or taken back. */
        stored = setting_store_read(self->setting_store, 10, &error);
        g_assert_cmpuint(g_hash_table_size(stored), ==, 4);
        set(self, "{'log-level': <'info'>}");
        reset(self, "from-the-future", "store-folder");
        assert_finding(self, "settings-stored", NULL);
        restart(self, NULL, NULL);
        assert_finding(self, "settings-stored", NULL);
        assert_value(self, SETTING_LOG_LEVEL, "info", SETTING_LAYER_STORED);
}

/* The file was changed since: together they break a rule, and the file counts. */
static void test_stored_against_file(Fixture *self, gconstpointer data) {
        set(self, "{'map-threshold-low': <40>, 'store-audit-days': <30>}");
        write_file(self, "map-threshold-low=5\nmap-threshold-medium=30\n");
        restart(self, NULL, NULL);
        assert_value(self, SETTING_MAP_THRESHOLD_LOW, "5", SETTING_LAYER_FILE);
        assert_value(self, SETTING_STORE_AUDIT_DAYS, "30", SETTING_LAYER_STORED);
        assert_finding(self, "settings-stored",
                       "setting 'map-threshold-low' is 40 (stored) and 'map-threshold-medium' is 30 (file); the first "
                       "must be less than the second");
}

static void test_unreadable_store(Fixture *self, gconstpointer data) {
        g_autofree char *message = NULL;

        run_sql(self, "ALTER TABLE setting RENAME TO elsewhere");
        message = finding(self, "settings-stored");
        g_assert_nonnull(message);
        g_assert_true(g_str_has_prefix(message, "what was set at run time cannot be read: "));
        assert_value(self, SETTING_LOG_LEVEL, "notice", SETTING_LAYER_DEFAULT);
        run_sql(self, "ALTER TABLE elsewhere RENAME TO setting");
        assert_finding(self, "settings-stored", NULL);
}

static guint count(GVariant *result, const char *list) {
        g_autoptr(GVariant) rows = g_variant_lookup_value(result, list, G_VARIANT_TYPE("aa{sv}"));

        g_assert_nonnull(rows);
        return (guint) g_variant_n_children(rows);
}

static void assert_reload(Fixture *self, guint changed, guint problems, guint hidden) {
        g_autoptr(GVariant) result = g_variant_ref_sink(settings_service_reload(self->service, 300));

        g_assert_cmpuint(count(result, "changed"), ==, changed);
        g_assert_cmpuint(count(result, "problems"), ==, problems);
        g_assert_cmpuint(count(result, "hidden"), ==, hidden);
}

static void test_reload(Fixture *self, gconstpointer data) {
        g_autofree char *fault = g_strdup_printf("%s: there is no setting 'nonsense'", self->file);
        g_autofree char *restart_needed = g_strdup_printf(
                "%s: setting 'bus-calls-max' changes with the next start; until then it stays '2048'", self->file);

        set(self, "{'log-level': <'info'>}");
        write_file(self, "log-level=debug\nstore-audit-days=9\nbus-calls-max=99\nnonsense=1\n");
        assert_reload(self, 1, 2, 1);
        assert_value(self, SETTING_LOG_LEVEL, "info", SETTING_LAYER_STORED);
        assert_value(self, SETTING_STORE_AUDIT_DAYS, "9", SETTING_LAYER_FILE);
        assert_finding(self, "settings-file", fault);
        assert_finding(self, "settings-restart", restart_needed);

        write_file(self, "log-level=debug\nstore-audit-days=9\n");
        assert_reload(self, 0, 0, 0);
        assert_finding(self, "settings-file", NULL);
        assert_finding(self, "settings-restart", NULL);
        reset(self, "log-level", NULL);
        assert_value(self, SETTING_LOG_LEVEL, "debug", SETTING_LAYER_FILE);
}

/* Every key says all that its type has. */
static void test_list(Fixture *self, gconstpointer data) {
        g_autoptr(GVariant) rows = g_variant_ref_sink(settings_service_list(self->service));

        g_assert_cmpuint(g_variant_n_children(rows), ==, _SETTING_MAX);
        for (gsize i = 0; i < _SETTING_MAX; i++) {
                g_autoptr(GVariant) row = g_variant_get_child_value(rows, i);
                g_autoptr(GVariant) value = g_variant_lookup_value(row, "value", NULL);
                g_autoptr(GVariant) fallback = g_variant_lookup_value(row, "default", NULL);
                const char *type;
                gboolean runtime;
                gint64 min, max;

                g_assert_true(g_variant_lookup(row, "type", "&s", &type));
                g_assert_cmpstr(g_variant_get_type_string(value), ==, g_variant_get_type_string(fallback));
                g_assert_cmpstr(g_variant_get_type_string(value), ==,
                                g_str_equal(type, "integer")   ? "x"
                                : g_str_equal(type, "boolean") ? "b"
                                                               : "s");
                /* What root runs is for root's file alone. */
                g_assert_true(g_variant_lookup(row, "runtime", "b", &runtime));
                g_assert_false(runtime && g_str_equal(type, "command"));
                if (g_str_equal(type, "integer")) {
                        g_assert_true(g_variant_lookup(row, "min", "x", &min));
                        g_assert_true(g_variant_lookup(row, "max", "x", &max));
                        g_assert_cmpint(min, <=, g_variant_get_int64(value));
                        g_assert_cmpint(max, >=, g_variant_get_int64(value));
                }
        }
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);
#define ADD(name, func) g_test_add("/services/settings/" name, Fixture, NULL, setup, func, teardown)
        ADD("set", test_set);
        ADD("refused", test_refused);
        ADD("all-or-nothing", test_all_or_nothing);
        ADD("store-fails", test_store_fails);
        ADD("pinned", test_pinned);
        ADD("foreign-values", test_foreign_values);
        ADD("stored-against-file", test_stored_against_file);
        ADD("unreadable-store", test_unreadable_store);
        ADD("reload", test_reload);
        ADD("list", test_list);
#undef ADD
        return g_test_run();
}
