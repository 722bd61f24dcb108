/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <errno.h>
#include <fcntl.h>
#include <json-glib/json-glib.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib.h>
#include <glib/gstdio.h>

#include "folder.h"

#include "core/error.h"
#include "services/server/server-log-entry.h"
#include "services/server/server-log-file.h"
#include "services/server/server-log.h"

#define PATIENCE_MS 5000 /* for what happens at once unless it is broken */

typedef struct Fixture {
        char *folder, *outside, *path;
        Model *model;
        ServerLog *log;
} Fixture;

static void ignore_event(EventType type, const char *name, const char *address, GVariant *properties,
                         gpointer userdata) {
}

static void set_target(Fixture *f, const char *target) {
        GVariantDict dict;
        g_autoptr(GVariant) settings = NULL;

        g_variant_dict_init(&dict, NULL);
        g_variant_dict_insert(&dict, "log_level", "s", "INFO");
        g_variant_dict_insert(&dict, "log_target", "s", target);
        g_variant_dict_insert(&dict, "syslog_socket", "s", "auto");
        g_variant_dict_insert(&dict, "database_file", "s", "");
        g_variant_dict_insert(&dict, "database_purge_age", "x", (gint64) 0);
        g_variant_dict_insert(&dict, "database_max_matches", "x", (gint64) 0);
        settings = g_variant_ref_sink(g_variant_dict_end(&dict));
        model_set_online(f->model, "1.0.2", settings, 1000);
}

static void set_up(Fixture *f, gconstpointer data) {
        static const EventSink sink = { .func = ignore_event };
        const char *folders[] = { NULL, NULL };

        f->folder = g_dir_make_tmp("server-log-XXXXXX", NULL);
        f->outside = g_dir_make_tmp("server-log-outside-XXXXXX", NULL);
        f->path = g_build_filename(f->folder, "fail2ban.log", NULL);
        g_assert_true(g_file_set_contents(f->path, "", 0, NULL));
        f->model = model_new(&sink);
        set_target(f, f->path);
        folders[0] = f->folder;
        f->log = server_log_new(f->model, folders);
}

static void tear_down(Fixture *f, gconstpointer data) {
        server_log_free(f->log);
        model_free(f->model);
        g_free(f->path);
        folder_remove(f->folder);
        g_free(f->folder);
        folder_remove(f->outside);
        g_free(f->outside);
}

static void append(const char *path, const char *text) {
        int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);

        g_assert_cmpint(fd, >=, 0);
        g_assert_cmpint(write(fd, text, strlen(text)), ==, (gssize) strlen(text));
        close(fd);
}

static char *entry_text(int second, const char *level, const char *message) {
        return g_strdup_printf("2026-01-02 03:04:%02d,678 fail2ban.actions        [1234]: %-7s %s\n", second % 60,
                               level, message);
}

static void append_entry(const char *path, int second, const char *level, const char *message) {
        g_autofree char *text = entry_text(second, level, message);

        append(path, text);
}

static char *text_of(GVariant *rows, gsize i, const char *key) {
        g_autoptr(GVariant) row = g_variant_get_child_value(rows, i);
        char *text = NULL;

        g_assert_true(g_variant_lookup(row, key, "s", &text));
        return text;
}

#define assert_row(rows, i, key, expected) \
        G_STMT_START { \
                g_autofree char *text_ = text_of(rows, i, key); \
                g_assert_cmpstr(text_, ==, expected); \
        } \
        G_STMT_END

/* ---- Entries ---- */

static LogEntry parse(const char *text) {
        LogEntry entry;

        log_entry_parse(text, strlen(text), &entry);
        return entry;
}

static void test_entry_normal(void) {
        g_auto(LogEntry) entry =
                parse("2026-01-02 03:04:05,678 fail2ban.actions        [1234]: NOTICE  [sshd] Ban 192.0.2.1\n");
        struct tm local = {
                .tm_year = 126, .tm_mon = 0, .tm_mday = 2, .tm_hour = 3, .tm_min = 4, .tm_sec = 5, .tm_isdst = -1
        };

        g_assert_cmpint(entry.at, ==, mktime(&local));
        g_assert_cmpstr(entry.level, ==, "NOTICE");
        g_assert_cmpstr(entry.component, ==, "fail2ban.actions");
        g_assert_cmpstr(entry.jail, ==, "sshd");
        g_assert_cmpstr(entry.message, ==, "[sshd] Ban 192.0.2.1");
        g_assert_true(g_str_has_suffix(entry.line, "[1234]: NOTICE  [sshd] Ban 192.0.2.1"));
}

static void test_entry_forms(void) {
        static const struct {
                const char *text, *level, *component, *jail, *message;
        } cases[] = {
                { "2026-01-02 03:04:05,678 fail2ban.server [9]: INFO    Starting", "INFO", "fail2ban.server", "",
                  "Starting" },
                { "fail2ban.filter [9]: WARNING [a b] odd", "WARNING", "fail2ban.filter", "a b", "[a b] odd" },
                { "2026-01-02 03:04:05,678 fail2ban[9]: CRITICAL Unhandled", "CRITICAL", "fail2ban", "", "Unhandled" },
                { " 2026-01-02 03:04:05,678 7F0A1234 TRACE [j] x", "TRACEDEBUG", "", "j", "[j] x" },
                { " +  123 7F0A12345678 fail2ban.filter           HEAVY  | filter-9 : m", "HEAVYDEBUG",
                  "fail2ban.filter", "", "| filter-9 : m" },
                { "Traceback (most recent call last):", "", "", "", "Traceback (most recent call last):" },
                { "[j] bare", "", "", "j", "[j] bare" },
                { "[never closed", "", "", "", "[never closed" },
                { "", "", "", "", "" },
        };

        for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
                g_auto(LogEntry) entry = parse(cases[i].text);

                g_assert_cmpint(log_entry_is_start(cases[i].text, strlen(cases[i].text)), ==, *cases[i].level != '\0');
                g_assert_cmpstr(entry.level, ==, cases[i].level);
                g_assert_cmpstr(entry.component, ==, cases[i].component);
                g_assert_cmpstr(entry.jail, ==, cases[i].jail);
                g_assert_cmpstr(entry.message, ==, cases[i].message);
        }
}

static void test_entry_bytes(void) {
        static const char text[] = "2026-01-02 03:04:05,678 fail2ban.filter [9]: ERROR   [j] caf\xe9 \xed\xb3\xa9 a\0b";
        g_auto(LogEntry) entry = { 0 };

        log_entry_parse(text, sizeof(text) - 1, &entry);
        g_assert_true(g_utf8_validate(entry.message, -1, NULL));
        g_assert_true(g_str_has_prefix(entry.message, "[j] caf\357\277\275 "));
        g_assert_true(g_str_has_suffix(entry.message, "a\357\277\275b"));
        g_assert_cmpstr(entry.level, ==, "ERROR");
}

static void test_entry_matches(void) {
        g_auto(LogEntry) entry = parse("2026-01-02 03:04:05,678 fail2ban.actions [1]: WARNING [a] b] Ban ÄRGER");

        g_assert_true(log_entry_matches(&entry, &(ServerLogQuery) { 0 }));
        g_assert_true(log_entry_matches(&entry, &(ServerLogQuery) { .level = "WARNING" }));
        g_assert_true(log_entry_matches(&entry, &(ServerLogQuery) { .level = "DEBUG" }));
        g_assert_false(log_entry_matches(&entry, &(ServerLogQuery) { .level = "ERROR" }));
        g_assert_true(log_entry_matches(&entry, &(ServerLogQuery) { .contains = "ärger" }));
        g_assert_false(log_entry_matches(&entry, &(ServerLogQuery) { .contains = "unban" }));
        g_assert_true(log_entry_matches(&entry, &(ServerLogQuery) { .jail = "a] b" }));
        g_assert_false(log_entry_matches(&entry, &(ServerLogQuery) { .jail = "b" }));
}

/* ---- Reading ---- */

static void test_read_order_and_limit(Fixture *f, gconstpointer data) {
        g_autoptr(GVariant) rows = NULL;
        g_autoptr(GError) error = NULL;

        for (int i = 0; i < 20; i++) {
                g_autofree char *message = g_strdup_printf("[sshd] Ban 192.0.2.%d", i);
                append_entry(f->path, i, "NOTICE", message);
        }
        rows = server_log_read(f->log, &(ServerLogQuery) { .lines = 3 }, &error);
        g_assert_no_error(error);
        g_assert_false(g_variant_is_floating(rows));
        g_assert_cmpstr(g_variant_get_type_string(rows), ==, "aa{sv}");
        g_assert_cmpuint(g_variant_n_children(rows), ==, 3);
        assert_row(rows, 0, "message", "[sshd] Ban 192.0.2.17");
        assert_row(rows, 2, "message", "[sshd] Ban 192.0.2.19");
        assert_row(rows, 2, "level", "NOTICE");
        assert_row(rows, 2, "component", "fail2ban.actions");
        assert_row(rows, 2, "jail", "sshd");
}

static void test_read_filters(Fixture *f, gconstpointer data) {
        g_autoptr(GVariant) rows = NULL;

        append_entry(f->path, 1, "NOTICE", "[sshd] Ban 192.0.2.1");
        append_entry(f->path, 2, "ERROR", "[web] Failed to execute ban jail 'web'");
        append_entry(f->path, 3, "INFO", "[web] Found 192.0.2.1");
        append_entry(f->path, 4, "ERROR", "[sshd] FAILED again");

        rows = server_log_read(
                f->log, &(ServerLogQuery) { .lines = 10, .level = "WARNING", .jail = "sshd", .contains = "failed" },
                NULL);
        g_assert_cmpuint(g_variant_n_children(rows), ==, 1);
        assert_row(rows, 0, "message", "[sshd] FAILED again");
}

static void test_read_continuation(Fixture *f, gconstpointer data) {
        g_autoptr(GVariant) rows = NULL;

        append(f->path, "left over of an older file\n");
        append_entry(f->path, 1, "ERROR", "[sshd] unhandled");
        append(f->path, "Traceback (most recent call last):\n  File \"x.py\", line 1\nKeyError: 1\n");
        append_entry(f->path, 2, "INFO", "after");
        append(f->path, "2026-01-02 03:04:09,678 fail2ban.actions [1]: INFO    being writ");

        rows = server_log_read(f->log, &(ServerLogQuery) { .lines = 10 }, NULL);
        g_assert_cmpuint(g_variant_n_children(rows), ==, 3);
        assert_row(rows, 0, "line", "left over of an older file");
        assert_row(rows, 1, "message",
                   "[sshd] unhandled\nTraceback (most recent call last):\n  File \"x.py\", line 1\nKeyError: 1");
        assert_row(rows, 2, "message", "after");
}

/* Larger than a block, with entries of all sizes over the blocks' borders. */
static void test_read_blocks(Fixture *f, gconstpointer data) {
        g_autoptr(GString) text = g_string_new(NULL);
        g_autoptr(GVariant) rows = NULL;

        for (int i = 0; i < 3000; i++) {
                g_autofree char *padding = g_strnfill((gsize) (i * 37 % 301), 'x');
                g_autofree char *message = g_strdup_printf("%d %s%s", i, padding, i % 7 == 0 ? "\n  more" : "");
                g_autofree char *entry = entry_text(i, "INFO", message);
                g_string_append(text, entry);
        }
        append(f->path, text->str);
        g_assert_cmpuint(text->len, >, 8 * 64 * 1024);

        rows = server_log_read(f->log, &(ServerLogQuery) { .lines = 5000 }, NULL);
        g_assert_cmpuint(g_variant_n_children(rows), ==, 3000);
        for (guint i = 0; i < 3000; i++) {
                g_autofree char *message = text_of(rows, i, "message");

                g_assert_cmpint(atoi(message), ==, (int) i);
                g_assert_cmpint(g_str_has_suffix(message, "\n  more"), ==, i % 7 == 0);
        }
}

static void test_read_no_end(Fixture *f, gconstpointer data) {
        g_autofree char *junk = g_strnfill(3 * 1024 * 1024, 'z');
        g_autoptr(GVariant) rows = NULL;

        append_entry(f->path, 1, "INFO", "first");
        append(f->path, junk);
        rows = server_log_read(f->log, &(ServerLogQuery) { .lines = 5000 }, NULL);
        g_assert_nonnull(rows);
        g_assert_cmpuint(g_variant_n_children(rows), <, 60);
        assert_row(rows, 0, "component", "fail2ban.actions");
}

/* Only the last 16 MiB are looked at. */
static void test_read_bounded(Fixture *f, gconstpointer data) {
        g_autofree char *line = g_strnfill(1023, 'y');
        g_autoptr(GString) text = g_string_sized_new(17 * 1024 * 1024);
        g_autoptr(GVariant) rows = NULL;

        append_entry(f->path, 1, "ERROR", "needle far up");
        for (int i = 0; i < 17 * 1024; i++) {
                g_autofree char *entry = entry_text(i, "INFO", line);
                g_string_append(text, entry);
        }
        append(f->path, text->str);
        append_entry(f->path, 1, "ERROR", "needle at the end");
        rows = server_log_read(f->log, &(ServerLogQuery) { .lines = 10, .contains = "NEEDLE" }, NULL);
        g_assert_cmpuint(g_variant_n_children(rows), ==, 1);
        assert_row(rows, 0, "message", "needle at the end");
}

static void assert_refused(Fixture *f, const ServerLogQuery *query, BanguiError code, const char *part) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) rows = server_log_read(f->log, query, &error);

        g_assert_null(rows);
        g_assert_error(error, BANGUI_ERROR, (int) code);
        g_assert_nonnull(strstr(error->message, part));
        g_clear_error(&error);
        g_assert_cmpint(server_log_follow(f->log, query, &error), ==, -1);
        g_assert_error(error, BANGUI_ERROR, (int) code);
}

static void test_bad_query(Fixture *f, gconstpointer data) {
        g_autoptr(GError) error = NULL;

        assert_refused(f, &(ServerLogQuery) { .lines = 5001 }, BANGUI_ERROR_INVALID_ARGUMENT, "5001");
        assert_refused(f, &(ServerLogQuery) { .lines = 1, .level = "LOUD" }, BANGUI_ERROR_INVALID_ARGUMENT, "LOUD");
        g_assert_null(server_log_read(f->log, &(ServerLogQuery) { .lines = 0 }, &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT);
}

static void test_bad_target(Fixture *f, gconstpointer data) {
        g_autofree char *absent = g_build_filename(f->folder, "absent.log", NULL);
        g_autofree char *outside = g_build_filename(f->outside, "other.log", NULL);
        g_autofree char *link = g_build_filename(f->folder, "link.log", NULL);
        g_autofree char *pipe = g_build_filename(f->folder, "pipe.log", NULL);
        g_autofree char *neighbour = g_strconcat(f->folder, "-neighbour", NULL);
        const ServerLogQuery query = { .lines = 1 };

        append(outside, "secret\n");
        append(neighbour, "secret\n");
        g_assert_cmpint(symlink(outside, link), ==, 0);
        g_assert_cmpint(mkfifo(pipe, 0600), ==, 0);

        set_target(f, absent);
        assert_refused(f, &query, BANGUI_ERROR_FILE_NOT_FOUND, "absent.log");
        set_target(f, outside);
        assert_refused(f, &query, BANGUI_ERROR_FILE_NOT_FOUND, "fail2ban-log-folders");
        set_target(f, link);
        assert_refused(f, &query, BANGUI_ERROR_FILE_NOT_FOUND, "fail2ban-log-folders");
        set_target(f, neighbour);
        assert_refused(f, &query, BANGUI_ERROR_FILE_NOT_FOUND, "fail2ban-log-folders");
        set_target(f, pipe);
        assert_refused(f, &query, BANGUI_ERROR_FILE_NOT_FOUND, "regular file");
        set_target(f, f->folder);
        assert_refused(f, &query, BANGUI_ERROR_FILE_NOT_FOUND, "folder");
        set_target(f, "INHERITED");
        assert_refused(f, &query, BANGUI_ERROR_FILE_NOT_FOUND, "INHERITED");
        g_assert_cmpint(g_unlink(neighbour), ==, 0);
}

static void test_never_online(void) {
        static const EventSink sink = { .func = ignore_event };
        g_autoptr(Model) model = model_new(&sink);
        g_autoptr(ServerLog) log = server_log_new(model, (const char *const[]) { "/var/log", NULL });
        g_autoptr(GError) error = NULL;

        g_assert_null(server_log_read(log, &(ServerLogQuery) { .lines = 1 }, &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_FAIL2BAN_OFFLINE);
}

/* ---- Following ---- */

typedef struct Reader {
        int fd;
        GString *buffer;
} Reader;

static Reader follow(Fixture *f, const ServerLogQuery *query) {
        g_autoptr(GError) error = NULL;
        Reader reader = { .fd = server_log_follow(f->log, query, &error), .buffer = g_string_new(NULL) };

        g_assert_no_error(error);
        g_assert_cmpint(reader.fd, >=, 0);
        g_assert_cmpint(fcntl(reader.fd, F_GETFD) & FD_CLOEXEC, !=, 0);
        return reader;
}

static void reader_close(Reader *self) {
        close(self->fd);
        g_string_free(self->buffer, TRUE);
}

/* FALSE: end of the stream. */
static gboolean reader_fill(Reader *self) {
        struct pollfd pollfd = { .fd = self->fd, .events = POLLIN };
        char block[4096];
        gssize n;

        g_assert_cmpint(poll(&pollfd, 1, PATIENCE_MS), ==, 1);
        n = read(self->fd, block, sizeof(block));
        g_assert_cmpint(n, >=, 0);
        g_string_append_len(self->buffer, block, n);
        return n > 0;
}

static char *reader_message(Reader *self) {
        g_autoptr(JsonNode) node = NULL;
        g_autoptr(GError) error = NULL;
        char *newline;

        while (!(newline = strchr(self->buffer->str, '\n')))
                g_assert_true(reader_fill(self));
        *newline = '\0';
        node = json_from_string(self->buffer->str, &error);
        g_assert_no_error(error);
        g_string_erase(self->buffer, 0, newline - self->buffer->str + 1);
        g_assert_cmpint(json_object_get_size(json_node_get_object(node)), ==, 6);
        return g_strdup(json_object_get_string_member(json_node_get_object(node), "message"));
}

#define assert_next(reader, expected) \
        G_STMT_START { \
                g_autofree char *message_ = reader_message(reader); \
                g_assert_cmpstr(message_, ==, expected); \
        } \
        G_STMT_END

static void test_follow(Fixture *f, gconstpointer data) {
        Reader reader;

        append_entry(f->path, 1, "INFO", "old");
        append_entry(f->path, 2, "INFO", "last");
        reader = follow(f, &(ServerLogQuery) { .lines = 1 });
        assert_next(&reader, "last");

        append_entry(f->path, 3, "INFO", "quote \" back\\slash \t tab");
        assert_next(&reader, "quote \" back\\slash \t tab");
        append(f->path, "2026-01-02 03:04:09,678 fail2ban.actions [1]: ERROR   half");
        append(f->path, " and half\nTraceback:\n  more\n");
        append_entry(f->path, 4, "INFO", "after");
        assert_next(&reader, "half and half\nTraceback:\n  more");
        assert_next(&reader, "after");
        reader_close(&reader);
}

static void test_follow_filtered(Fixture *f, gconstpointer data) {
        Reader reader;

        append_entry(f->path, 1, "ERROR", "[sshd] old");
        reader = follow(f, &(ServerLogQuery) { .lines = 0, .level = "NOTICE", .jail = "sshd" });
        append_entry(f->path, 2, "INFO", "[sshd] too low");
        append_entry(f->path, 2, "NOTICE", "[web] another");
        append_entry(f->path, 2, "NOTICE", "[sshd] right");
        assert_next(&reader, "[sshd] right");
        reader_close(&reader);
}

/* The follower has read what was written before a marker that it handed on. */
static void test_follow_rotation(Fixture *f, gconstpointer data) {
        g_autofree char *rotated = g_strconcat(f->path, ".1", NULL);
        Reader reader = follow(f, &(ServerLogQuery) { .lines = 0 });

        append_entry(f->path, 1, "INFO", "before");
        assert_next(&reader, "before");

        g_assert_cmpint(g_rename(f->path, rotated), ==, 0);
        append_entry(rotated, 2, "INFO", "into the renamed one");
        assert_next(&reader, "into the renamed one");
        append(f->path, "");
        append_entry(rotated, 3, "INFO", "still the renamed one");
        assert_next(&reader, "still the renamed one");
        append_entry(rotated, 4, "INFO", "the last of it");
        append_entry(f->path, 5, "INFO", "the new one");
        assert_next(&reader, "the last of it");
        assert_next(&reader, "the new one");
        append_entry(f->path, 6, "INFO", "and on");
        assert_next(&reader, "and on");
        reader_close(&reader);
}

static void test_follow_truncation(Fixture *f, gconstpointer data) {
        Reader reader = follow(f, &(ServerLogQuery) { .lines = 0 });

        append_entry(f->path, 1, "INFO", "a long entry before the file is copied and truncated");
        assert_next(&reader, "a long entry before the file is copied and truncated");
        g_assert_cmpint(truncate(f->path, 0), ==, 0);
        append_entry(f->path, 2, "INFO", "short");
        assert_next(&reader, "short");
        reader_close(&reader);
}

/* A file that comes to the path, but may not be read, is not. */
static void test_follow_link(Fixture *f, gconstpointer data) {
        g_autofree char *outside = g_build_filename(f->outside, "other.log", NULL);
        g_autofree char *rotated = g_strconcat(f->path, ".1", NULL);
        Reader reader = follow(f, &(ServerLogQuery) { .lines = 0 });

        append_entry(outside, 1, "INFO", "secret");
        g_assert_cmpint(g_rename(f->path, rotated), ==, 0);
        g_assert_cmpint(symlink(outside, f->path), ==, 0);
        append_entry(rotated, 2, "INFO", "open");
        assert_next(&reader, "open");
        g_assert_cmpint(g_unlink(f->path), ==, 0);
        append_entry(f->path, 3, "INFO", "proper");
        assert_next(&reader, "proper");
        reader_close(&reader);
}

static void test_follow_many(Fixture *f, gconstpointer data) {
        Reader readers[SERVER_LOG_FOLLOWERS_MAX];
        g_autoptr(GError) error = NULL;
        int fd = -1;
        gint64 deadline;

        for (gsize i = 0; i < G_N_ELEMENTS(readers); i++)
                readers[i] = follow(f, &(ServerLogQuery) { .lines = 0 });
        g_assert_cmpint(server_log_follow(f->log, &(ServerLogQuery) { .lines = 0 }, &error), ==, -1);
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_BUSY);

        append_entry(f->path, 1, "INFO", "for all");
        for (gsize i = 0; i < G_N_ELEMENTS(readers); i++)
                assert_next(&readers[i], "for all");

        /* A reader that closes makes room, though nothing is written to the log. */
        reader_close(&readers[0]);
        deadline = g_get_monotonic_time() + PATIENCE_MS * 1000;
        while (fd < 0 && g_get_monotonic_time() < deadline) {
                fd = server_log_follow(f->log, &(ServerLogQuery) { .lines = 0 }, NULL);
                g_thread_yield();
        }
        g_assert_cmpint(fd, >=, 0);
        close(fd);
        for (gsize i = 1; i < G_N_ELEMENTS(readers); i++)
                reader_close(&readers[i]);
}

static void test_follow_stop(Fixture *f, gconstpointer data) {
        Reader reader = follow(f, &(ServerLogQuery) { .lines = 0 });
        g_autofree char *filler = g_strnfill(30000, 'f');
        Reader stuck;
        g_autoptr(GError) error = NULL;
        gint64 start;

        /* One that waits for its source, one whose reader takes nothing. */
        stuck = follow(f, &(ServerLogQuery) { .lines = 0 });
        for (int i = 0; i < 10; i++)
                append_entry(f->path, i, "INFO", filler);
        for (int i = 0; i < 10; i++)
                assert_next(&reader, filler);

        start = g_get_monotonic_time();
        server_log_stop(f->log);
        g_assert_cmpint(g_get_monotonic_time() - start, <, G_USEC_PER_SEC);
        g_assert_false(reader_fill(&reader));
        while (reader_fill(&stuck))
                continue;

        g_assert_cmpint(server_log_follow(f->log, &(ServerLogQuery) { .lines = 0 }, &error), ==, -1);
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_CANCELLED);
        reader_close(&reader);
        reader_close(&stuck);
}

static void test_follow_slow_reader(Fixture *f, gconstpointer data) {
        g_autofree char *filler = g_strnfill(30000, 'f');
        Reader reader;

        for (int i = 0; i < 20; i++)
                append_entry(f->path, i, "INFO", filler);
        reader = follow(f, &(ServerLogQuery) { .lines = 20 });

        /* The end of the stream comes though nothing was taken: POLLHUP beside the data that is there. */
        for (;;) {
                struct pollfd pollfd = { .fd = reader.fd, .events = 0 };

                g_assert_cmpint(poll(&pollfd, 1, 3 * PATIENCE_MS), ==, 1);
                if (pollfd.revents & POLLHUP)
                        break;
        }
        while (reader_fill(&reader))
                continue;
        g_assert_cmpuint(reader.buffer->len, <, 20 * 30000);
        reader_close(&reader);
}

#define add(path, test) g_test_add(path, Fixture, NULL, set_up, test, tear_down)

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);

        g_test_add_func("/services/server-log/entry/normal", test_entry_normal);
        g_test_add_func("/services/server-log/entry/forms", test_entry_forms);
        g_test_add_func("/services/server-log/entry/bytes", test_entry_bytes);
        g_test_add_func("/services/server-log/entry/matches", test_entry_matches);
        add("/services/server-log/read/order-and-limit", test_read_order_and_limit);
        add("/services/server-log/read/filters", test_read_filters);
        add("/services/server-log/read/continuation", test_read_continuation);
        add("/services/server-log/read/blocks", test_read_blocks);
        add("/services/server-log/read/no-end", test_read_no_end);
        add("/services/server-log/read/bounded", test_read_bounded);
        add("/services/server-log/bad-query", test_bad_query);
        add("/services/server-log/bad-target", test_bad_target);
        g_test_add_func("/services/server-log/never-online", test_never_online);
        add("/services/server-log/follow/comes", test_follow);
        add("/services/server-log/follow/filtered", test_follow_filtered);
        add("/services/server-log/follow/rotation", test_follow_rotation);
        add("/services/server-log/follow/truncation", test_follow_truncation);
        add("/services/server-log/follow/link", test_follow_link);
        add("/services/server-log/follow/many", test_follow_many);
        add("/services/server-log/follow/stop", test_follow_stop);
        add("/services/server-log/follow/slow-reader", test_follow_slow_reader);

        return g_test_run();
}
