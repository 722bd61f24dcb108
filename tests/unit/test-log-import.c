/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "services/archive/log-import.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <gio/gio.h>

#include "archive-fixture.h"
#include "core/error.h"
#include "fail2ban/log-lines.h"

#define NOW G_GINT64_CONSTANT(1700100000)

static void set_up(ArchiveFixture *f, gconstpointer data) {
        archive_fixture_open(f);
}

static void tear_down(ArchiveFixture *f, gconstpointer data) {
        archive_fixture_close(f);
}

static int file_of(gconstpointer data, gsize length) {
        int fd = memfd_create("log", MFD_CLOEXEC);

        g_assert_cmpint(write(fd, data, length), ==, length);
        g_assert_cmpint(lseek(fd, 0, SEEK_SET), ==, 0);
        return fd;
}

static GVariant *import_bytes(ArchiveFixture *f, gconstpointer data, gsize length, GError **error) {
        LogImport request = { .fd = file_of(data, length), .name = "my.log", .timezone = "UTC", .now = NOW };
        GVariant *result = log_import(f->archive, &request, error);

        close(request.fd);
        return result ? g_variant_ref_sink(result) : NULL;
}

static guint64 count_of(GVariant *result, const char *key) {
        guint64 number = G_MAXUINT64;

        g_assert_true(g_variant_lookup(result, key, "t", &number));
        return number;
}

static void assert_counts(ArchiveFixture *f, const GString *log, guint lines, guint bans, guint unbans,
                          guint unreadable) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) result = import_bytes(f, log->str, log->len, &error);

        g_assert_no_error(error);
        g_assert_cmpuint(count_of(result, "lines"), ==, lines);
        g_assert_cmpuint(count_of(result, "bans"), ==, bans);
        g_assert_cmpuint(count_of(result, "unbans"), ==, unbans);
        g_assert_cmpuint(count_of(result, "unreadable"), ==, unreadable);
}

static void assert_fails(ArchiveFixture *f, gconstpointer data, gsize length, const char *word) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) result = import_bytes(f, data, length, &error);

        g_assert_null(result);
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT);
        g_assert_true(g_str_has_prefix(error->message, "'my.log'"));
        if (!strstr(error->message, word))
                g_test_message("%s", error->message);
        g_assert_nonnull(strstr(error->message, word));
}

static void append_line(GString *log, guint second, const char *jail, const char *what) {
        g_string_append_printf(log, "2023-11-14 %02u:%02u:%02u,123 fail2ban.actions [1]: NOTICE  [%s] %s\n",
                               second / 3600, second / 60 % 60, second % 60, jail, what);
}

/* Bans of as many addresses, one a second. */
static GString *some_bans(guint n) {
        GString *log = g_string_new(NULL);

        for (guint i = 0; i < n; i++) {
                g_autofree char *what = g_strdup_printf("Ban 10.0.%u.%u", i / 250, i % 250);

                append_line(log, i, "sshd", what);
        }
        return log;
}

static GBytes *packed(const GString *text) {
        g_autoptr(GConverter) gzip = G_CONVERTER(g_zlib_compressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP, 6));
        g_autoptr(GBytes) plain = g_bytes_new(text->str, text->len);
        g_autoptr(GError) error = NULL;
        g_autoptr(GInputStream) source = g_memory_input_stream_new_from_bytes(plain);
        g_autoptr(GInputStream) stream = g_converter_input_stream_new(source, gzip);
        g_autoptr(GOutputStream) target = g_memory_output_stream_new_resizable();

        g_output_stream_splice(target, stream, G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET, NULL, &error);
        g_assert_no_error(error);
        return g_memory_output_stream_steal_as_bytes(G_MEMORY_OUTPUT_STREAM(target));
}

static void test_events(ArchiveFixture *f, gconstpointer data) {
        g_autoptr(GString) log = g_string_new(NULL);

        append_line(log, 10, "a jail ü", "Ban 192.0.2.1");
        append_line(log, 10, "a jail ü", "Increase Ban 192.0.2.1 (2 # 20m -> 2023-11-14 00:20:10)");
        append_line(log, 20, "a jail ü", "192.0.2.1 already banned");
        append_line(log, 30, "sshd", "Ban someone");
        append_line(log, 40, "sshd", "Repeal Ban someone");
        append_line(log, 50, "sshd", "Ban  ");
        g_string_append(log, "Traceback (most recent call last):\n");
        append_line(log, 1210, "a jail ü", "Unban 192.0.2.1");
        assert_counts(f, log, 8, 2, 2, 1);
        assert_counts(f, log, 8, 0, 0, 1);
}

static void test_gzip(ArchiveFixture *f, gconstpointer data) {
        g_autoptr(GString) log = some_bans(20000);
        g_autoptr(GBytes) bytes = packed(log);
        g_autoptr(GByteArray) twice = g_byte_array_new();
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) result = NULL, again = NULL;
        static const guint8 zeros[512] = { 0 };
        gsize length;
        gconstpointer raw = g_bytes_get_data(bytes, &length);

        result = import_bytes(f, raw, length, &error);
        g_assert_no_error(error);
        g_assert_cmpuint(count_of(result, "bans"), ==, 20000);

        /* members behind each other, and what some programs pad with */
        g_byte_array_append(twice, raw, (guint) length);
        g_byte_array_append(twice, raw, (guint) length);
        g_byte_array_append(twice, zeros, sizeof(zeros));
        again = import_bytes(f, twice->data, twice->len, &error);
        g_assert_no_error(error);
        g_assert_cmpuint(count_of(again, "lines"), ==, 40000);
        g_assert_cmpuint(count_of(again, "bans"), ==, 0);
}

static void test_cut_gzip(ArchiveFixture *f, gconstpointer data) {
        g_autoptr(GString) log = some_bans(20000);
        g_autoptr(GBytes) bytes = packed(log);
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) result = NULL;
        gsize length;
        gconstpointer raw = g_bytes_get_data(bytes, &length);
        g_autofree guint8 *broken = g_memdup2(raw, length);

        assert_fails(f, raw, length / 2, "cut off");
        assert_fails(f, raw, length - 1, "cut off");
        assert_fails(f, raw, 2, "cut off");
        result = import_bytes(f, raw, length, &error);
        g_assert_no_error(error);
        g_assert_cmpuint(count_of(result, "bans"), <, 20000);

        broken[length / 2] ^= 0xff;
        assert_fails(f, broken, length, "gzip data");
}

static void test_rubbish(ArchiveFixture *f, gconstpointer data) {
        g_autoptr(GString) text = g_string_new(NULL), nothing = g_string_new(NULL), one = g_string_new(NULL);
        gsize length = 3 * 1024 * 1024;
        g_autofree char *bytes = g_malloc(length);
        g_autoptr(GRand) random = g_rand_new_with_seed(g_test_rand_int());

        for (gsize i = 0; i < length; i++)
                bytes[i] = (char) g_rand_int(random);
        bytes[0] = 'x';
        assert_fails(f, bytes, length, "no log");
        memset(bytes, 0, length);
        assert_fails(f, bytes, length, "no log");
        memset(bytes, 'x', length);
        assert_fails(f, bytes, length, "no log");
        for (guint i = 0; i < 100; i++)
                g_string_append(text, "some text\n");
        assert_fails(f, text->str, text->len, "no log");
        assert_fails(f, "x", 1, "no log");
        assert_counts(f, nothing, 0, 0, 0, 0);

        /* lines that are too long stand between the others */
        append_line(one, 5, "sshd", "Ban 192.0.2.1");
        g_string_append_len(one, bytes, 1024 * 1024);
        g_string_append_c(one, '\n');
        g_string_append_len(one, bytes, FAIL2BAN_LOG_LINE_MAX);
        g_string_append_c(one, '\n');
        append_line(one, 6, "sshd", "Ban 192.0.2.2");
        g_string_truncate(one, one->len - 1); /* and the last has no end */
        assert_counts(f, one, 4, 2, 0, 0);
}

typedef struct Feed {
        int fd;
        const GString *text;
} Feed;

static gpointer feed(gpointer data) {
        const Feed *self = data;

        for (gsize at = 0; at < self->text->len;) {
                gssize n = write(self->fd, self->text->str + at, MIN(self->text->len - at, 777));

                g_assert_cmpint(n, >, 0);
                at += (gsize) n;
        }
        close(self->fd);
        return NULL;
}

static void test_pipe(ArchiveFixture *f, gconstpointer data) {
        g_autoptr(GString) log = some_bans(3000);
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) result = NULL;
        LogImport request = { .timezone = "UTC", .now = NOW };
        int pair[2];
        GThread *thread;

        g_assert_cmpint(pipe2(pair, O_CLOEXEC | O_NONBLOCK), ==, 0);
        g_assert_cmpint(fcntl(pair[1], F_SETFL, 0), ==, 0);
        thread = g_thread_new("feed", feed, &(Feed) { pair[1], log });
        request.fd = pair[0];
        result = log_import(f->archive, &request, &error);
        g_thread_join(thread);
        close(pair[0]);
        g_assert_no_error(error);
        g_variant_ref_sink(result);
        g_assert_cmpuint(count_of(result, "lines"), ==, 3000);
        g_assert_cmpuint(count_of(result, "bans"), ==, 3000);
}

/* Nobody waits for an empty pipe who was told to stop. */
static void test_cancel(ArchiveFixture *f, gconstpointer data) {
        g_autoptr(Operation) operation = operation_new("History.ImportLog", NULL, NULL);
        LogImport request = { .timezone = "UTC", .now = NOW, .operation = operation };
        g_autoptr(GError) error = NULL;
        int pair[2];

        g_assert_cmpint(pipe2(pair, O_CLOEXEC), ==, 0);
        operation_cancel(operation);
        request.fd = pair[0];
        g_assert_null(log_import(f->archive, &request, &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_CANCELLED);
        close(pair[0]);
        close(pair[1]);
}

static void test_descriptor(ArchiveFixture *f, gconstpointer data) {
        static const struct {
                const char *path;
                int flags;
                const char *word;
        } cases[] = {
                { "/dev/null", O_WRONLY, "not open for reading" },
                { "/", O_RDONLY | O_DIRECTORY, "folder" },
                { "/", O_PATH, "not open for reading" },
        };

        for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
                LogImport request = { .fd = open(cases[i].path, cases[i].flags | O_CLOEXEC), .now = NOW };
                g_autoptr(GError) error = NULL;

                g_assert_null(log_import(f->archive, &request, &error));
                g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT);
                g_assert_nonnull(strstr(error->message, cases[i].word));
                close(request.fd);
        }
}

/* From where the descriptor stands, with the progress of what is left. */
static void test_offset_and_progress(ArchiveFixture *f, gconstpointer data) {
        g_autoptr(GString) log = some_bans(30000);
        g_autoptr(Operation) operation = operation_new("History.ImportLog", NULL, NULL);
        LogImport request = {
                .fd = file_of(log->str, log->len), .timezone = "UTC", .now = NOW, .operation = operation
        };
        g_autoptr(GVariant) result = NULL;
        g_autofree char *message = NULL;
        gsize half = (gsize) (strchr(log->str + log->len / 2, '\n') + 1 - log->str);

        g_assert_cmpint(lseek(request.fd, (off_t) half, SEEK_SET), ==, half);
        result = g_variant_ref_sink(log_import(f->archive, &request, NULL));
        g_assert_cmpuint(count_of(result, "lines"), <, 15001);
        g_assert_cmpuint(count_of(result, "lines"), ==, count_of(result, "bans"));
        g_assert_cmpfloat(operation_progress(operation, &message), >, 0.99);
        g_assert_nonnull(strstr(message, "lines"));
        close(request.fd);
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);
#define ADD(name, func) g_test_add("/services/log-import/" name, ArchiveFixture, NULL, set_up, func, tear_down)
        ADD("events", test_events);
        ADD("gzip", test_gzip);
        ADD("cut-gzip", test_cut_gzip);
        ADD("rubbish", test_rubbish);
        ADD("pipe", test_pipe);
        ADD("cancel", test_cancel);
        ADD("descriptor", test_descriptor);
        ADD("offset-and-progress", test_offset_and_progress);
        return g_test_run();
}
