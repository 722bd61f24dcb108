/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "core/fd-writer.h"

#include <fcntl.h>
#include <glib-unix.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/error.h"

#define LENGTH (1024 * 1024)

typedef struct Reader {
        int fd;
        GByteArray *got;
        gsize enough; /* closes after so many bytes */
} Reader;

static gpointer read_all(gpointer data) {
        Reader *self = data;
        guint8 piece[1500];
        ssize_t n;

        while (self->got->len < self->enough && (n = read(self->fd, piece, sizeof(piece))) > 0)
                g_byte_array_append(self->got, piece, (guint) n);
        close(self->fd);
        return NULL;
}

static guint8 *pattern(void) {
        guint8 *data = g_malloc(LENGTH);

        for (gsize i = 0; i < LENGTH; i++)
                data[i] = (guint8) (i * 7 + i / 251);
        return data;
}

static void check_sent(int reading, int writing) {
        g_autofree guint8 *data = pattern();
        Reader reader = { .fd = reading, .got = g_byte_array_new(), .enough = G_MAXSIZE };
        GThread *thread = g_thread_new("reader", read_all, &reader);
        g_autoptr(GError) error = NULL;
        int flags = fcntl(writing, F_GETFL);

        g_assert_true(fd_check_writable(writing, &error));
        g_assert_true(fd_write(writing, data, LENGTH, NULL, NULL, &error));
        g_assert_no_error(error);
        g_assert_cmpint(fcntl(writing, F_GETFL), ==, flags);
        close(writing);
        g_thread_join(thread);
        g_assert_cmpmem(reader.got->data, reader.got->len, data, LENGTH);
        g_byte_array_unref(reader.got);
}

static void test_pipe(void) {
        int fds[2];

        g_assert_true(g_unix_open_pipe(fds, FD_CLOEXEC, NULL));
        check_sent(fds[0], fds[1]);
}

static void test_socket(void) {
        int fds[2];

        g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
        check_sent(fds[0], fds[1]);
}

/* The caller's own flags: his descriptor may be one that does not block. */
static void test_nonblocking(void) {
        int fds[2];

        g_assert_true(g_unix_open_pipe(fds, FD_CLOEXEC, NULL));
        g_assert_true(g_unix_set_fd_nonblocking(fds[1], TRUE, NULL));
        check_sent(fds[0], fds[1]);
}

static void test_reader_closes(void) {
        g_autofree guint8 *data = pattern();
        Reader reader = { .got = g_byte_array_new(), .enough = 100000 };
        g_autoptr(GError) error = NULL;
        GThread *thread;
        int fds[2];

        g_assert_true(g_unix_open_pipe(fds, FD_CLOEXEC, NULL));
        reader.fd = fds[0];
        thread = g_thread_new("reader", read_all, &reader);
        g_assert_false(fd_write(fds[1], data, LENGTH, NULL, NULL, &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_CANCELLED);
        g_assert_nonnull(strstr(error->message, "closed"));
        g_thread_join(thread);
        close(fds[1]);
        g_byte_array_unref(reader.got);
}

static gboolean give_up(gpointer userdata, GError **error) {
        g_set_error_literal(error, BANGUI_ERROR, BANGUI_ERROR_BUSY, "enough");
        return FALSE;
}

/* Nobody reads: it is given up when the caller says so. */
static void test_given_up(void) {
        g_autofree guint8 *data = pattern();
        g_autoptr(GError) error = NULL;
        int fds[2];

        g_assert_true(g_unix_open_pipe(fds, FD_CLOEXEC, NULL));
        g_assert_false(fd_write(fds[1], data, LENGTH, give_up, NULL, &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_BUSY);
        close(fds[0]);
        close(fds[1]);
}

/* A file that may not grow any more is like one on a full disk. */
static void test_no_room(void) {
        g_autofree guint8 *data = pattern();
        g_autofree char *file = NULL;
        g_autoptr(GError) error = NULL;
        struct rlimit before, limit;
        int fd = g_file_open_tmp("bangui-writer-XXXXXX", &file, NULL);

        g_assert_cmpint(getrlimit(RLIMIT_FSIZE, &before), ==, 0);
        limit = before;
        limit.rlim_cur = LENGTH / 2;
        g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &limit), ==, 0);
        g_assert_false(fd_write(fd, data, LENGTH, NULL, NULL, &error));
        g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &before), ==, 0);
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT);
        g_assert_nonnull(strstr(error->message, "File too large"));
        close(fd);
        g_assert_cmpint(unlink(file), ==, 0);
}

static void test_reading_only(void) {
        g_autoptr(GError) error = NULL;
        int fds[2];

        g_assert_true(g_unix_open_pipe(fds, FD_CLOEXEC, NULL));
        g_assert_false(fd_check_writable(fds[0], &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT);
        close(fds[0]);
        close(fds[1]);
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);
        signal(SIGPIPE, SIG_IGN);
        signal(SIGXFSZ, SIG_IGN);
        g_test_add_func("/core/fd-writer/pipe", test_pipe);
        g_test_add_func("/core/fd-writer/socket", test_socket);
        g_test_add_func("/core/fd-writer/nonblocking", test_nonblocking);
        g_test_add_func("/core/fd-writer/reader-closes", test_reader_closes);
        g_test_add_func("/core/fd-writer/given-up", test_given_up);
        g_test_add_func("/core/fd-writer/no-room", test_no_room);
        g_test_add_func("/core/fd-writer/reading-only", test_reading_only);
        return g_test_run();
}
