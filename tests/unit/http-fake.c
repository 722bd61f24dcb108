/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "http-fake.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Head and body, as long as the head says. */
static char *read_request(int fd) {
        g_autoptr(GString) text = g_string_new(NULL);
        char part[4096];

        for (;;) {
                const char *end = strstr(text->str, "\r\n\r\n"), *length = strcasestr(text->str, "\r\nContent-Length:");
                gsize wanted = length ? (gsize) g_ascii_strtoull(length + 17, NULL, 10) : 0;
                ssize_t n;

                if (end && strlen(end + 4) >= wanted)
                        return g_string_free(g_steal_pointer(&text), FALSE);
                n = read(fd, part, sizeof(part));
                if (n <= 0)
                        return g_string_free(g_steal_pointer(&text), FALSE);
                g_string_append_len(text, part, n);
        }
}

static void wait_for_end(HttpFake *self, int fd) {
        struct pollfd poll_fd = { .fd = fd, .events = POLLIN };

        while (!g_atomic_int_get(&self->stopping) && poll(&poll_fd, 1, 20) == 0)
                continue;
}

static void serve_one(HttpFake *self, int fd) {
        g_autofree char *request = read_request(fd), *answer = NULL;
        gsize length;

        if (request[0] == '\0')
                return;
        answer = self->serve(self, self->n_requests, request);
        g_atomic_int_inc((gint *) &self->n_requests);
        length = answer ? strlen(answer) : 0;
        for (gsize at = 0; at < length;) {
                ssize_t n = send(fd, answer + at, length - at, MSG_NOSIGNAL);

                if (n <= 0)
                        return;
                at += (gsize) n;
        }
        if (self->hold) {
                self->hold = FALSE;
                wait_for_end(self, fd);
        }
}

static gpointer run(gpointer data) {
        HttpFake *self = data;

        for (;;) {
                int fd = accept(self->fd, NULL, NULL);

                if (fd < 0)
                        return NULL;
                serve_one(self, fd);
                close(fd);
        }
}

HttpFake *http_fake_start(HttpFakeServe serve, gpointer userdata) {
        HttpFake *self = g_new0(HttpFake, 1);
        struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
        socklen_t length = sizeof(address);

        self->serve = serve;
        self->userdata = userdata;
        self->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        g_assert_cmpint(self->fd, >=, 0);
        g_assert_cmpint(bind(self->fd, (struct sockaddr *) &address, length), ==, 0);
        g_assert_cmpint(listen(self->fd, 8), ==, 0);
        g_assert_cmpint(getsockname(self->fd, (struct sockaddr *) &address, &length), ==, 0);
        self->port = ntohs(address.sin_port);
        self->url = g_strdup_printf("http://127.0.0.1:%u/batch", self->port);
        self->thread = g_thread_new("http-fake", run, self);
        return self;
}

guint http_fake_requests(HttpFake *self) {
        return (guint) g_atomic_int_get((gint *) &self->n_requests);
}

void http_fake_free(HttpFake *self) {
        if (!self)
                return;
        g_atomic_int_set(&self->stopping, TRUE);
        shutdown(self->fd, SHUT_RDWR);
        g_thread_join(self->thread);
        close(self->fd);
        g_free(self->url);
        g_free(self);
}

char *http_fake_answer(guint status, const char *headers, const char *body) {
        return g_strdup_printf("HTTP/1.1 %u Whatever\r\nContent-Type: application/json\r\nConnection: close\r\n"
                               "Content-Length: %zu\r\n%s\r\n%s",
                               status, strlen(body), headers, body);
}

char *http_fake_places(const char *request, const char *country) {
        g_autoptr(GString) body = g_string_new("[");
        const char *text = strstr(request, "\r\n\r\n");
        g_auto(GStrv) words = g_strsplit(text ? text : "", "\"", -1);

        for (guint i = 1; words[0] && words[i] && words[i + 1]; i += 2)
                g_string_append_printf(body,
                                       "%s{\"status\":\"success\",\"countryCode\":\"%s\",\"as\":\"AS64500 Example AG\","
                                       "\"query\":\"%s\"}",
                                       i > 1 ? "," : "", country, words[i]);
        g_string_append_c(body, ']');
        return g_string_free(g_steal_pointer(&body), FALSE);
}
