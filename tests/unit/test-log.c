/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <fcntl.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/error.h"
#include "core/log.h"

/* stderr goes into a file while a test looks at it. */
typedef struct Fixture {
        char *file;
        int saved;
} Fixture;

static void setup(Fixture *self, gconstpointer data) {
        int fd = g_file_open_tmp("bangui-log-XXXXXX", &self->file, NULL);

        g_assert_cmpint(fd, >=, 0);
        self->saved = dup(STDERR_FILENO);
        g_assert_cmpint(dup2(fd, STDERR_FILENO), >=, 0);
        close(fd);
        log_set_level(LOG_PRIORITY_NOTICE);
}

static void teardown(Fixture *self, gconstpointer data) {
        g_assert_cmpint(dup2(self->saved, STDERR_FILENO), >=, 0);
        close(self->saved);
        g_unlink(self->file);
        g_free(self->file);
}

/* All lines so far; each must be one JSON object. */
static JsonArray *logged(Fixture *self) {
        g_autofree char *text = NULL;
        g_auto(GStrv) lines = NULL;
        JsonArray *array = json_array_new();

        g_assert_true(g_file_get_contents(self->file, &text, NULL, NULL));
        g_assert_true(g_utf8_validate(text, -1, NULL));
        lines = g_strsplit(text, "\n", -1);
        for (guint i = 0; lines[i] && lines[i][0]; i++) {
                g_autoptr(GError) error = NULL;
                JsonNode *node = json_from_string(lines[i], &error);

                g_assert_no_error(error);
                g_assert_true(JSON_NODE_HOLDS_OBJECT(node));
                json_array_add_element(array, node);
        }
        return array;
}

static const char *member(JsonArray *lines, guint i, const char *name) {
        JsonObject *object = json_array_get_object_element(lines, i);

        return json_object_get_string_member_with_default(object, name, NULL);
}

static void test_json(Fixture *self, gconstpointer data) {
        g_autoptr(JsonArray) lines = NULL;
        g_autoptr(GDateTime) time = NULL;

        log_event(LOG_PRIORITY_NOTICE, "ban.added", "banned 192.0.2.1", "JAIL", "sshd", "REASON", NULL, "ADDRESS",
                  "192.0.2.1", NULL);
        lines = logged(self);
        g_assert_cmpuint(json_array_get_length(lines), ==, 1);
        g_assert_cmpstr(member(lines, 0, "level"), ==, "notice");
        g_assert_cmpstr(member(lines, 0, "message"), ==, "banned 192.0.2.1");
        g_assert_cmpstr(member(lines, 0, "event"), ==, "ban.added");
        g_assert_cmpstr(member(lines, 0, "jail"), ==, "sshd");
        g_assert_cmpstr(member(lines, 0, "address"), ==, "192.0.2.1");
        g_assert_null(member(lines, 0, "reason"));
        g_assert_null(member(lines, 0, "correlation_id"));

        time = g_date_time_new_from_iso8601(member(lines, 0, "timestamp"), NULL);
        g_assert_nonnull(time);
        g_assert_cmpint(labs((long) (g_date_time_to_unix(time) - g_get_real_time() / G_USEC_PER_SEC)), <=, 5);
        g_assert_cmpuint(strlen(member(lines, 0, "timestamp")), ==, strlen("2026-01-31T23:59:59.999Z"));
}

static void test_hostile_text(Fixture *self, gconstpointer data) {
        g_autoptr(JsonArray) lines = NULL;

        log_event(LOG_PRIORITY_NOTICE, "test.text", "a\"b\\c\nd\te\x01\x1b[31m\x7f\xff \xe2\x80\xa8", "JAIL",
                  "x\",\"level\":\"error", NULL);
        lines = logged(self);
        g_assert_cmpuint(json_array_get_length(lines), ==, 1);
        g_assert_cmpstr(member(lines, 0, "message"), ==, "a\"b\\c\nd\te\x01\x1b[31m\x7f\xef\xbf\xbd \xe2\x80\xa8");
        g_assert_cmpstr(member(lines, 0, "jail"), ==, "x\",\"level\":\"error");
        g_assert_cmpstr(member(lines, 0, "level"), ==, "notice");
}

static void test_level(Fixture *self, gconstpointer data) {
        g_autoptr(JsonArray) lines = NULL;

        log_event(LOG_PRIORITY_INFO, "test.a", "not wanted", NULL);
        g_info("GLib, not wanted");
        log_set_level(LOG_PRIORITY_DEBUG);
        log_event(LOG_PRIORITY_DEBUG, "test.b", "wanted", NULL);
        g_debug("GLib, wanted");
        g_message("GLib, a notice");
        log_set_level(LOG_PRIORITY_ERROR);
        log_event(LOG_PRIORITY_WARNING, "test.c", "not wanted", NULL);
        g_message("GLib, not wanted");
        log_event(LOG_PRIORITY_ERROR, "test.d", "an error", NULL);

        lines = logged(self);
        g_assert_cmpuint(json_array_get_length(lines), ==, 4);
        g_assert_cmpstr(member(lines, 0, "event"), ==, "test.b");
        g_assert_cmpstr(member(lines, 1, "message"), ==, "GLib, wanted");
        g_assert_cmpstr(member(lines, 1, "level"), ==, "debug");
        g_assert_cmpstr(member(lines, 1, "glib_domain"), ==, "bangui");
        g_assert_cmpstr(member(lines, 2, "level"), ==, "notice");
        g_assert_cmpstr(member(lines, 3, "level"), ==, "error");
}

static void test_error(Fixture *self, gconstpointer data) {
        g_autoptr(GError) error = g_error_new(BANGUI_ERROR, BANGUI_ERROR_DATABASE_BUSY, "it is locked");
        g_autoptr(JsonArray) lines = NULL;

        log_error(LOG_PRIORITY_ERROR, "audit.store", "the audit was not stored", error);
        lines = logged(self);
        g_assert_cmpstr(member(lines, 0, "message"), ==, "the audit was not stored: it is locked");
        g_assert_cmpstr(member(lines, 0, "error"), ==, "DatabaseBusy");
}

static gpointer log_in_thread(gpointer data) {
        g_assert_null(log_get_correlation());
        log_set_correlation(data);
        for (guint i = 0; i < 200; i++)
                log_event(LOG_PRIORITY_NOTICE, "test.thread", data, NULL);
        return NULL;
}

/* Each thread has its own id, and lines of several threads do not mix. */
static void test_correlation(Fixture *self, gconstpointer data) {
        static const char *const ids[] = { "first", "second", "third", "fourth" };
        g_autoptr(JsonArray) lines = NULL;
        GThread *threads[G_N_ELEMENTS(ids)];

        log_set_correlation("main");
        g_assert_cmpstr(log_get_correlation(), ==, "main");
        for (guint i = 0; i < G_N_ELEMENTS(ids); i++)
                threads[i] = g_thread_new(ids[i], log_in_thread, (gpointer) ids[i]);
        for (guint i = 0; i < G_N_ELEMENTS(ids); i++)
                g_thread_join(threads[i]);
        g_assert_cmpstr(log_get_correlation(), ==, "main");
        log_set_correlation(NULL);
        g_assert_null(log_get_correlation());

        lines = logged(self);
        g_assert_cmpuint(json_array_get_length(lines), ==, 800);
        for (guint i = 0; i < 800; i++)
                g_assert_cmpstr(member(lines, i, "correlation_id"), ==, member(lines, i, "message"));
}

static void test_level_names(void) {
        LogPriority level = LOG_PRIORITY_ERROR;

        g_assert_true(log_level_from_text("debug", &level));
        g_assert_cmpint(level, ==, LOG_PRIORITY_DEBUG);
        g_assert_true(log_level_from_text("error", &level));
        g_assert_cmpint(level, ==, LOG_PRIORITY_ERROR);
        g_assert_false(log_level_from_text("loud", &level));
        g_assert_false(log_level_from_text("", &level));
}

static void use_terminal(char *name) {
        int controller = posix_openpt(O_RDWR | O_NOCTTY), terminal;

        g_assert_cmpint(controller, >=, 0);
        g_assert_cmpint(grantpt(controller), ==, 0);
        g_assert_cmpint(unlockpt(controller), ==, 0);
        terminal = open(ptsname(controller), O_RDWR | O_NOCTTY);
        g_assert_cmpint(terminal, >=, 0);
        g_assert_cmpint(dup2(terminal, STDERR_FILENO), >=, 0);
        close(terminal);

        log_setup(LOG_PRIORITY_NOTICE);
        log_event(LOG_PRIORITY_WARNING, "test.terminal", "a\x1b[31mb\nc", "JAIL", "sshd", NULL);
        memset(name, 0, 256);
        g_assert_cmpint(read(controller, name, 255), >, 0);
}

/* The chosen writer is for the process, so a process of its own. */
static void test_terminal(void) {
        if (g_test_subprocess()) {
                char line[256];

                use_terminal(line);
                g_print("%s", line);
                return;
        }
        g_test_trap_subprocess(NULL, 0, 0);
        g_test_trap_assert_passed();
        g_test_trap_assert_stdout("*warning a\\x1b?31mb\\x0ac ?event=test.terminal jail=sshd?*");
}

static void test_critical_is_fatal(void) {
        if (g_test_subprocess()) {
                log_setup(LOG_PRIORITY_ERROR);
                log_event(LOG_PRIORITY_ERROR, "test.harmless", "an event never ends the program", NULL);
                g_critical("this does");
                g_print("survived");
                return;
        }
        g_test_trap_subprocess(NULL, 0, 0);
        g_test_trap_assert_failed();
        g_test_trap_assert_stderr("*test.harmless*this does*");
        g_test_trap_assert_stdout_unmatched("*survived*");
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);
        if (!g_test_subprocess())
                log_setup(LOG_PRIORITY_NOTICE);

#define ADD(name, func) g_test_add("/core/log/" name, Fixture, NULL, setup, func, teardown)
        ADD("json", test_json);
        ADD("hostile-text", test_hostile_text);
        ADD("level", test_level);
        ADD("error", test_error);
        ADD("correlation", test_correlation);
#undef ADD
        g_test_add_func("/core/log/level-names", test_level_names);
        g_test_add_func("/core/log/terminal", test_terminal);
        g_test_add_func("/core/log/critical-is-fatal", test_critical_is_fatal);
        return g_test_run();
}
