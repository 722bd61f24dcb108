/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fail2ban/client.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/error.h"
#include "fail2ban-fake.h"
#include "fail2ban-fixture.h"
#include "fail2ban/pickle.h"

/* (0, 'pong') */
#define PONG "\x80\x02K\x00X\x04\x00\x00\x00pong\x86."
#define PONG_LENGTH (sizeof(PONG) - 1)

static gboolean ping(Fail2banClient *client, Fail2banKind kind, GError **error) {
        const Value *value = NULL;
        g_autoptr(ValueTree) tree = fail2ban_client_ask(client, kind, &value, error, "ping", NULL);
        gsize length;

        if (!tree)
                return FALSE;
        g_assert_cmpint(value_type(value), ==, VALUE_TEXT);
        (void) value_data(value, &length);
        return length > 0;
}

/* One call against a faulty server: the error it must end in. */
static void expect(Fail2banFakeServe serve, Fail2banKind kind, gint code, gint n_connections) {
        g_autoptr(Fail2banFake) server = fail2ban_fake_start(serve);
        g_autoptr(Fail2banClient) client = fail2ban_client_new(server->path, 1, 1);
        g_autoptr(GError) error = NULL;

        g_assert_false(ping(client, kind, &error));
        g_assert_error(error, BANGUI_ERROR, code);
        g_assert_cmpint(g_atomic_int_get(&server->n_connections), ==, n_connections);
}

static void serve_garbage(Fail2banFake *self, int fd, gint number) {
        if (!fail2ban_fake_read(fd))
                return;
        fail2ban_fake_write(fd, "HTTP/1.1 400 Bad Request\r\n", 26);
        fail2ban_fake_end(fd);
        (void) fail2ban_fake_read(fd);
}

static void serve_cut_off(Fail2banFake *self, int fd, gint number) {
        if (fail2ban_fake_read(fd))
                fail2ban_fake_write(fd, PONG, PONG_LENGTH - 4);
}

static void serve_nothing(Fail2banFake *self, int fd, gint number) {
        (void) fail2ban_fake_read(fd);
}

static void serve_silence(Fail2banFake *self, int fd, gint number) {
        char byte;

        (void) fail2ban_fake_read(fd);
        if (read(fd, &byte, 1) == 0)
                g_atomic_int_set(&self->saw_end, 1);
}

static void serve_shutdown(Fail2banFake *self, int fd, gint number) {
        static const char reply[] = "\x80\x02](X\x08\x00\x00\x00SHUTDOWNe.";

        if (!fail2ban_fake_read(fd))
                return;
        fail2ban_fake_write(fd, reply, sizeof(reply) - 1);
        fail2ban_fake_end(fd);
}

static void serve_slowly(Fail2banFake *self, int fd, gint number) {
        while (fail2ban_fake_read(fd)) {
                for (gsize i = 0; i < PONG_LENGTH; i++) {
                        fail2ban_fake_write(fd, PONG + i, 1);
                        g_usleep(1000);
                }
                fail2ban_fake_end(fd);
        }
}

/* The text ends with the marker twice, and what was written pauses behind each. */
static void serve_marker_in_text(Fail2banFake *self, int fd, gint number) {
        static const char head[] = "\x80\x02K\x00X\x27\x00\x00\x00";

        while (fail2ban_fake_read(fd)) {
                fail2ban_fake_write(fd, head, sizeof(head) - 1);
                fail2ban_fake_write(fd, "in: ", 4);
                fail2ban_fake_end(fd);
                g_usleep(30000);
                fail2ban_fake_write(fd, "\n", 1);
                fail2ban_fake_end(fd);
                g_usleep(30000);
                fail2ban_fake_write(fd, "\x86.", 2);
                fail2ban_fake_end(fd);
        }
}

/* Closes the first connection unanswered, is well from then on. */
static void serve_second(Fail2banFake *self, int fd, gint number) {
        while (fail2ban_fake_read(fd) && number > 0) {
                fail2ban_fake_write(fd, PONG, PONG_LENGTH);
                fail2ban_fake_end(fd);
        }
}

/* One answer for each connection. */
static void serve_once(Fail2banFake *self, int fd, gint number) {
        if (!fail2ban_fake_read(fd))
                return;
        fail2ban_fake_write(fd, PONG, PONG_LENGTH);
        fail2ban_fake_end(fd);
}

static void test_garbage(void) {
        expect(serve_garbage, FAIL2BAN_READ, BANGUI_ERROR_FAIL2BAN_PROTOCOL, 1);
}

static void test_cut_off(void) {
        expect(serve_cut_off, FAIL2BAN_READ, BANGUI_ERROR_FAIL2BAN_OFFLINE, 1);
}

static void test_closed_read(void) {
        expect(serve_nothing, FAIL2BAN_READ, BANGUI_ERROR_FAIL2BAN_OFFLINE, 3);
}

static void test_closed_change(void) {
        expect(serve_nothing, FAIL2BAN_CHANGE, BANGUI_ERROR_FAIL2BAN_OFFLINE, 1);
}

static void test_shutdown(void) {
        expect(serve_shutdown, FAIL2BAN_READ, BANGUI_ERROR_FAIL2BAN_OFFLINE, 1);
}

static void test_silence(void) {
        Fail2banFake *server = fail2ban_fake_start(serve_silence);
        g_autoptr(Fail2banClient) client = fail2ban_client_new(server->path, 1, 1);
        g_autoptr(GError) error = NULL;

        g_assert_false(ping(client, FAIL2BAN_READ, &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_TIMEOUT);
        fail2ban_fake_stop(server);
        g_assert_cmpint(server->saw_end, ==, 1);
        g_assert_cmpint(server->n_connections, ==, 1);
        fail2ban_fake_free(server);
}

static void expect_well(Fail2banFakeServe serve, Fail2banKind kind) {
        Fail2banFake *server = fail2ban_fake_start(serve);
        Fail2banClient *client = fail2ban_client_new(server->path, 5, 5);
        g_autoptr(GError) error = NULL;

        for (guint i = 0; i < 3; i++) {
                g_assert_true(ping(client, kind, &error));
                g_assert_no_error(error);
        }
        fail2ban_client_free(client);
        fail2ban_fake_free(server);
}

static void test_slow(void) {
        expect_well(serve_slowly, FAIL2BAN_READ);
}

static void test_marker_in_text(void) {
        expect_well(serve_marker_in_text, FAIL2BAN_READ);
}

static void test_read_repeated(void) {
        expect_well(serve_second, FAIL2BAN_READ);
}

/* A connection that ended while nothing was asked is made anew, also for a change. */
static void test_reconnect(void) {
        Fail2banFake *server = fail2ban_fake_start(serve_once);
        Fail2banClient *client = fail2ban_client_new(server->path, 5, 5);
        g_autoptr(GError) error = NULL;

        for (guint i = 0; i < 3; i++) {
                struct pollfd watched = { .events = 0 };

                g_assert_true(ping(client, FAIL2BAN_CHANGE, &error));
                watched.fd = fail2ban_client_dup_fd(client);
                g_assert_cmpint(poll(&watched, 1, 5000), ==, 1);
                close(watched.fd);
        }
        g_assert_cmpint(g_atomic_int_get(&server->n_connections), ==, 3);
        fail2ban_client_free(client);
        fail2ban_fake_free(server);
}

static int connect_plainly(const char *path) {
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

        g_strlcpy(address.sun_path, path, sizeof(address.sun_path));
        if (connect(fd, (struct sockaddr *) &address, sizeof(address)) == 0)
                return fd;
        g_assert_cmpint(errno, ==, EAGAIN);
        close(fd);
        return -1;
}

static void test_busy(void) {
        Fail2banFake *server = fail2ban_fake_start(NULL);
        Fail2banClient *client = fail2ban_client_new(server->path, 1, 10);
        g_autoptr(GArray) fds = g_array_new(FALSE, FALSE, sizeof(int));
        g_autoptr(GError) error = NULL;
        int fd;

        while ((fd = connect_plainly(server->path)) >= 0)
                g_array_append_val(fds, fd);
        g_assert_cmpint(fds->len, >, 0);

        g_assert_false(ping(client, FAIL2BAN_READ, &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_TIMEOUT);
        g_clear_error(&error);

        for (guint i = 0; i < fds->len; i++)
                close(g_array_index(fds, int, i));
        fail2ban_fake_accept(server, serve_once, 200000);
        g_assert_true(ping(client, FAIL2BAN_CHANGE, &error));
        g_assert_no_error(error);
        fail2ban_client_free(client);
        fail2ban_fake_free(server);
}

typedef struct Crowd {
        Fail2banClient *client;
        gint n_ok, n_offline, n_cancelled, n_other; /* atomic */
} Crowd;

static gpointer crowd_member(gpointer userdata) {
        Crowd *self = userdata;
        g_autoptr(GError) error = NULL;

        if (ping(self->client, FAIL2BAN_READ, &error))
                g_atomic_int_inc(&self->n_ok);
        else if (g_error_matches(error, BANGUI_ERROR, BANGUI_ERROR_FAIL2BAN_OFFLINE))
                g_atomic_int_inc(&self->n_offline);
        else if (g_error_matches(error, BANGUI_ERROR, BANGUI_ERROR_CANCELLED))
                g_atomic_int_inc(&self->n_cancelled);
        else
                g_atomic_int_inc(&self->n_other);
        return NULL;
}

static void crowd_start(Crowd *self, GThread **threads, guint n) {
        for (guint i = 0; i < n; i++)
                threads[i] = g_thread_new("member", crowd_member, self);
}

static void crowd_join(GThread **threads, guint n) {
        for (guint i = 0; i < n; i++)
                g_thread_join(threads[i]);
}

#define CROWD 200

static void test_offline(void) {
        g_autoptr(Fail2banClient) client = fail2ban_client_new("/nonexistent/f2b.sock", 10, 10);
        g_autoptr(GError) error = NULL;
        gint64 start = g_get_monotonic_time();

        g_assert_false(ping(client, FAIL2BAN_READ, &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_FAIL2BAN_OFFLINE);
        g_assert_cmpint(g_get_monotonic_time() - start, >=, 440000);
        g_assert_cmpint(fail2ban_client_dup_fd(client), ==, -1);
}

static void test_offline_shared(void) {
        g_autoptr(Fail2banClient) client = fail2ban_client_new("/nonexistent/f2b.sock", 10, 10);
        Crowd crowd = { .client = client };
        GThread *threads[CROWD];
        gint64 start = g_get_monotonic_time();

        crowd_start(&crowd, threads, CROWD);
        crowd_join(threads, CROWD);
        g_assert_cmpint(crowd.n_offline, ==, CROWD);
        g_assert_cmpint(g_get_monotonic_time() - start, <, 5 * G_USEC_PER_SEC);
}

static void test_path_too_long(void) {
        g_autofree char *path = g_strnfill(200, 'x');
        g_autoptr(Fail2banClient) client = fail2ban_client_new(path, 1, 1);
        g_autoptr(GError) error = NULL;

        g_assert_false(ping(client, FAIL2BAN_READ, &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_FAIL2BAN_OFFLINE);
}

static void test_stop(void) {
        Fail2banFake *server = fail2ban_fake_start(serve_silence);
        Fail2banClient *client = fail2ban_client_new(server->path, 60, 60);
        Crowd crowd = { .client = client };
        g_autoptr(GError) error = NULL;
        GThread *threads[CROWD];

        crowd_start(&crowd, threads, CROWD);
        while (g_atomic_int_get(&server->n_connections) == 0)
                g_thread_yield();
        fail2ban_client_stop(client);
        crowd_join(threads, CROWD);
        g_assert_cmpint(crowd.n_cancelled, ==, CROWD);
        g_assert_false(ping(client, FAIL2BAN_READ, &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_CANCELLED);
        fail2ban_client_free(client);
        fail2ban_fake_free(server);
}

static void test_real(void) {
        g_autoptr(Fail2banFixture) fixture = fail2ban_fixture_start(NULL);
        g_autoptr(Fail2banClient) client = fail2ban_client_new(fail2ban_fixture_socket(fixture), 10, 10);
        g_autoptr(ValueTree) tree = NULL;
        g_autoptr(GError) error = NULL;
        const Value *value = NULL;

        g_assert_true(ping(client, FAIL2BAN_READ, &error));
        tree = fail2ban_client_ask(client, FAIL2BAN_READ, &value, &error, "status", "none", NULL);
        g_assert_null(tree);
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_JAIL_NOT_FOUND);
        g_clear_error(&error);

        tree = fail2ban_client_ask(client, FAIL2BAN_READ, &value, &error, "nonsense", NULL);
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_REFUSED_BY_FAIL2BAN);
        g_clear_error(&error);

        tree = fail2ban_client_ask(client, FAIL2BAN_READ, &value, &error, "echo", "a" PICKLE_END_MARKER, NULL);
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT);
        g_clear_error(&error);

        g_assert_true(ping(client, FAIL2BAN_READ, &error));
}

/* Killed: the duplicate tells it at once, calls say offline; started again: the next call works. */
static void test_killed(void) {
        g_autoptr(Fail2banFixture) fixture = fail2ban_fixture_start(NULL);
        g_autoptr(Fail2banClient) client = fail2ban_client_new(fail2ban_fixture_socket(fixture), 10, 10);
        g_autoptr(GError) error = NULL;
        struct pollfd watched = { .events = 0 };

        g_assert_true(ping(client, FAIL2BAN_READ, &error));
        fail2ban_client_set_lacking(client, FAIL2BAN_FEATURE_STATS);
        g_assert_true(fail2ban_client_lacks(client, FAIL2BAN_FEATURE_STATS));
        watched.fd = fail2ban_client_dup_fd(client);
        g_assert_cmpint(watched.fd, >=, 0);
        g_assert_true(ping(client, FAIL2BAN_READ, &error));
        g_assert_cmpint(poll(&watched, 1, 0), ==, 0);

        fail2ban_fixture_kill(fixture);
        g_assert_cmpint(poll(&watched, 1, 5000), ==, 1);
        g_assert_true(watched.revents & POLLHUP);
        close(watched.fd);
        g_assert_false(ping(client, FAIL2BAN_READ, &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_FAIL2BAN_OFFLINE);
        g_clear_error(&error);

        fail2ban_fixture_restart(fixture);
        g_assert_true(ping(client, FAIL2BAN_CHANGE, &error));
        g_assert_no_error(error);
        g_assert_false(fail2ban_client_lacks(client, FAIL2BAN_FEATURE_STATS));
}

static void test_crowd(void) {
        g_autoptr(Fail2banFixture) fixture = fail2ban_fixture_start(NULL);
        g_autoptr(Fail2banClient) client = fail2ban_client_new(fail2ban_fixture_socket(fixture), 30, 30);
        Crowd crowd = { .client = client };
        GThread *threads[CROWD];

        for (guint round = 0; round < 3; round++) {
                crowd_start(&crowd, threads, CROWD);
                crowd_join(threads, CROWD);
        }
        g_assert_cmpint(crowd.n_ok, ==, 3 * CROWD);
}

/* A reply of several MiB, then a small one: the buffer grows and shrinks. */
static void test_large(void) {
        g_autoptr(Fail2banFixture) fixture = fail2ban_fixture_start(NULL);
        g_autoptr(Fail2banClient) client = fail2ban_client_new(fail2ban_fixture_socket(fixture), 30, 30);
        g_autofree char *text = g_strnfill(1000000, 'x');
        g_autoptr(GError) error = NULL;

        for (guint i = 0; i < 3; i++) {
                const Value *value = NULL;
                g_autoptr(ValueTree) tree = fail2ban_client_ask(client, FAIL2BAN_READ, &value, &error, "echo", text,
                                                                text, text, text, NULL);

                g_assert_no_error(error);
                g_assert_cmpuint(value_n_children(value), ==, 4);
                g_assert_true(ping(client, FAIL2BAN_READ, &error));
        }
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/fail2ban/client/garbage", test_garbage);
        g_test_add_func("/fail2ban/client/cut-off", test_cut_off);
        g_test_add_func("/fail2ban/client/closed-read", test_closed_read);
        g_test_add_func("/fail2ban/client/closed-change", test_closed_change);
        g_test_add_func("/fail2ban/client/shutdown", test_shutdown);
        g_test_add_func("/fail2ban/client/silence", test_silence);
        g_test_add_func("/fail2ban/client/slow", test_slow);
        g_test_add_func("/fail2ban/client/marker-in-text", test_marker_in_text);
        g_test_add_func("/fail2ban/client/read-repeated", test_read_repeated);
        g_test_add_func("/fail2ban/client/reconnect", test_reconnect);
        g_test_add_func("/fail2ban/client/busy", test_busy);
        g_test_add_func("/fail2ban/client/offline", test_offline);
        g_test_add_func("/fail2ban/client/offline-shared", test_offline_shared);
        g_test_add_func("/fail2ban/client/path-too-long", test_path_too_long);
        g_test_add_func("/fail2ban/client/stop", test_stop);
        g_test_add_func("/fail2ban/client/real", test_real);
        g_test_add_func("/fail2ban/client/killed", test_killed);
        g_test_add_func("/fail2ban/client/crowd", test_crowd);
        g_test_add_func("/fail2ban/client/large", test_large);
        return g_test_run();
}
