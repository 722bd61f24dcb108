/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <string.h>

#include "core/error.h"
#include "http-fake.h"
#include "http/http.h"

static HttpRequest request_of(const char *url) {
        return (HttpRequest) { .method = "GET", .url = url, .timeout_ms = 5000, .bytes_max = 1000 };
}

static void assert_fails(const HttpRequest *request, GCancellable *cancellable, BanguiError code) {
        g_autoptr(GError) error = NULL;
        HttpReply reply;

        g_assert_false(http_send(request, cancellable, &reply, &error));
        g_assert_error(error, BANGUI_ERROR, (int) code);
        g_assert_null(strstr(error->message, "secret"));
}

static char *serve_echo(HttpFake *self, guint number, const char *request) {
        g_autofree char *first = g_strndup(request, strcspn(request, "\r"));
        const char *body = strstr(request, "\r\n\r\n") + 4;
        g_autofree char *text = g_strdup_printf("%s|%s", first, body);

        return http_fake_answer(200, "X-Rl: 7\r\n", text);
}

static void test_answer(void) {
        g_autoptr(HttpFake) server = http_fake_start(serve_echo, NULL);
        HttpRequest request = request_of(server->url);
        g_autoptr(GBytes) body = g_bytes_new_static("[1]", 3);
        g_autoptr(GError) error = NULL;
        HttpReply reply;

        request.method = "POST";
        request.type = "application/json";
        request.body = body;
        g_assert_true(http_send(&request, NULL, &reply, &error));
        g_assert_no_error(error);
        g_assert_cmpuint(reply.status, ==, 200);
        g_assert_cmpmem(g_bytes_get_data(reply.body, NULL), g_bytes_get_size(reply.body), "POST /batch HTTP/1.1|[1]",
                        24);
        g_assert_cmpstr(http_reply_header(&reply, "X-RL"), ==, "7");
        g_assert_null(http_reply_header(&reply, "X-Ttl"));
        http_reply_clear(&reply);
}

static char *serve_elsewhere(HttpFake *self, guint number, const char *request) {
        return http_fake_answer(302, "Location: /elsewhere\r\n", "");
}

static void test_no_redirection(void) {
        g_autoptr(HttpFake) server = http_fake_start(serve_elsewhere, NULL);
        HttpRequest request = request_of(server->url);
        HttpReply reply;

        g_assert_true(http_send(&request, NULL, &reply, NULL));
        g_assert_cmpuint(reply.status, ==, 302);
        g_assert_cmpuint(http_fake_requests(server), ==, 1);
        http_reply_clear(&reply);
}

static char *serve_huge(HttpFake *self, guint number, const char *request) {
        g_autofree char *body = g_strnfill(self->userdata ? 1000 : 1001, 'x');

        return http_fake_answer(200, "", body);
}

static void test_size(void) {
        g_autoptr(HttpFake) large = http_fake_start(serve_huge, NULL);
        g_autoptr(HttpFake) fits = http_fake_start(serve_huge, GINT_TO_POINTER(1));
        HttpRequest request = request_of(large->url);
        HttpReply reply;

        assert_fails(&request, NULL, BANGUI_ERROR_TOO_LARGE);
        request = request_of(fits->url);
        g_assert_true(http_send(&request, NULL, &reply, NULL));
        g_assert_cmpuint(g_bytes_get_size(reply.body), ==, 1000);
        http_reply_clear(&reply);
}

/* Half an answer, and then nothing. */
static char *serve_half(HttpFake *self, guint number, const char *request) {
        self->hold = self->userdata != NULL;
        return g_strdup("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
}

static char *serve_nothing(HttpFake *self, guint number, const char *request) {
        self->hold = self->userdata != NULL;
        return NULL;
}

static void test_time(void) {
        g_autoptr(HttpFake) half = http_fake_start(serve_half, GINT_TO_POINTER(1));
        g_autoptr(HttpFake) nothing = http_fake_start(serve_nothing, GINT_TO_POINTER(1));
        HttpRequest request = request_of(half->url);

        request.timeout_ms = 100;
        assert_fails(&request, NULL, BANGUI_ERROR_TIMEOUT);
        request.url = nothing->url;
        assert_fails(&request, NULL, BANGUI_ERROR_TIMEOUT);
}

static char *serve_no_http(HttpFake *self, guint number, const char *request) {
        return g_strdup("220 this is the mail\r\n\r\n");
}

static void test_broken(void) {
        g_autoptr(HttpFake) half = http_fake_start(serve_half, NULL);
        g_autoptr(HttpFake) nothing = http_fake_start(serve_nothing, NULL);
        g_autoptr(HttpFake) mail = http_fake_start(serve_no_http, NULL);
        g_autofree char *gone = NULL;
        HttpRequest request = request_of(half->url);

        assert_fails(&request, NULL, BANGUI_ERROR_OUTSIDE_FAILED);
        request.url = nothing->url;
        assert_fails(&request, NULL, BANGUI_ERROR_OUTSIDE_FAILED);
        request.url = mail->url;
        assert_fails(&request, NULL, BANGUI_ERROR_OUTSIDE_FAILED);

        gone = g_strdup_printf("http://127.0.0.1:%u/?key=secret", nothing->port);
        g_clear_pointer(&nothing, http_fake_free);
        request.url = gone;
        assert_fails(&request, NULL, BANGUI_ERROR_OUTSIDE_FAILED);
}

static void test_bad_url(void) {
        static const char *const urls[] = { "", "secret", "ftp://host/secret", "file:///etc/secret", "http:///secret" };

        for (guint i = 0; i < G_N_ELEMENTS(urls); i++) {
                HttpRequest request = request_of(urls[i]);

                assert_fails(&request, NULL, BANGUI_ERROR_INVALID_ARGUMENT);
        }
}

static char *serve_cancel(HttpFake *self, guint number, const char *request) {
        self->hold = TRUE;
        g_cancellable_cancel(self->userdata);
        return NULL;
}

static void test_cancelled(void) {
        g_autoptr(GCancellable) cancellable = g_cancellable_new();
        g_autoptr(HttpFake) server = http_fake_start(serve_cancel, cancellable);
        HttpRequest request = request_of(server->url);

        assert_fails(&request, cancellable, BANGUI_ERROR_CANCELLED); /* while it waits */
        assert_fails(&request, cancellable, BANGUI_ERROR_CANCELLED); /* before it begins */
        g_assert_cmpuint(http_fake_requests(server), ==, 1);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/http/http/answer", test_answer);
        g_test_add_func("/http/http/no-redirection", test_no_redirection);
        g_test_add_func("/http/http/size", test_size);
        g_test_add_func("/http/http/time", test_time);
        g_test_add_func("/http/http/broken", test_broken);
        g_test_add_func("/http/http/bad-url", test_bad_url);
        g_test_add_func("/http/http/cancelled", test_cancelled);
        return g_test_run();
}
