/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <string.h>

#include "core/error.h"
#include "geo-fixture.h"
#include "geo/geo.h"
#include "geo/outside-reply.h"
#include "geo/outside.h"
#include "http-fake.h"

#define NOW G_GINT64_CONSTANT(1700000000)

static const GeoOutsideOptions quick = { .timeout_ms = 300, .tries = 3, .pause_ms = 1, .patience_ms = 200 };

static GArray *new_answers(void) {
        GArray *answers = g_array_new(FALSE, FALSE, sizeof(GeoKnown));

        g_array_set_clear_func(answers, (GDestroyNotify) geo_known_clear);
        return answers;
}

/* 5.0.0.0 and so on. */
static GArray *addresses(guint n) {
        GArray *array = g_array_new(FALSE, FALSE, sizeof(Address));

        for (guint i = 0; i < n; i++) {
                Address address = { .bytes = { 5, 0, (guint8) (i >> 8), (guint8) i }, .version = 4, .prefix = 32 };

                g_array_append_val(array, address);
        }
        return array;
}

/* How many answers there are; code -1: no error. */
static guint ask(GeoOutside *outside, const char *url, guint n, int code) {
        g_autoptr(GArray) answers = new_answers(), asked = addresses(n);
        g_autoptr(GError) error = NULL;
        gboolean ok =
                geo_outside_ask(outside, url, (const Address *) (gpointer) asked->data, n, NOW, NULL, answers, &error);

        g_assert_cmpint(ok, ==, code < 0);
        if (code >= 0)
                g_assert_error(error, BANGUI_ERROR, code);
        return answers->len;
}

static GeoOutsideCounts counts_of(GeoOutside *outside) {
        GeoOutsideCounts counts;

        geo_outside_counts(outside, &counts);
        return counts;
}

/* Replies */

static GArray *read_reply(const char *text, int code) {
        static const char *const asked[] = { "5.0.0.1", "5.0.0.2", "2a00::1" };
        Address list[G_N_ELEMENTS(asked)];
        g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
        g_autoptr(GArray) answers = new_answers();
        g_autoptr(GError) error = NULL;

        for (guint i = 0; i < G_N_ELEMENTS(asked); i++)
                list[i] = geo_fixture_address(asked[i]);
        g_assert_cmpint(outside_reply_read(bytes, list, G_N_ELEMENTS(list), NOW, answers, &error), ==, code < 0);
        if (code >= 0)
                g_assert_error(error, BANGUI_ERROR, code);
        return g_steal_pointer(&answers);
}

static void assert_answer(GArray *answers, guint index, const char *country, guint32 network,
                          const char *organisation) {
        const GeoKnown *known = &g_array_index(answers, GeoKnown, index);
        char code[3];

        g_assert_cmpuint(index, <, answers->len);
        g_assert_cmpstr(geo_country_text(known->country, code), ==, country);
        g_assert_cmpuint(known->network, ==, network);
        g_assert_cmpstr(known->organisation, ==, organisation);
        g_assert_cmpint(known->found_at, ==, NOW);
}

static void test_reply(void) {
        g_autoptr(GArray) answers = read_reply(
                "[{\"status\":\"success\",\"countryCode\":\"DE\",\"as\":\"AS3320 Deutsche Telekom AG\",\"query\":"
                "\"5.0.0.1\"},{\"status\":\"fail\",\"message\":\"reserved range\",\"query\":\"5.0.0.2\"},"
                "{\"status\":\"success\",\"countryCode\":\"\",\"as\":\"\",\"query\":\"2a00:0:0::1\"}]",
                -1);

        g_assert_cmpuint(answers->len, ==, 3);
        assert_answer(answers, 0, "DE", 3320, "Deutsche Telekom AG");
        assert_answer(answers, 1, "", 0, NULL);
        assert_answer(answers, 2, "", 0, NULL);
}

/* What is not as it should be is left out, and what is there is taken. */
static void test_reply_odd(void) {
        g_autoptr(GArray) answers = read_reply(
                "[{\"status\":\"success\",\"countryCode\":\"Germany\",\"as\":\"AS99999999999 x\",\"query\":"
                "\"5.0.0.1\"},"
                "{\"status\":\"success\",\"countryCode\":\"DE\",\"query\":\"5.0.0.1\"},"
                "{\"status\":\"success\",\"countryCode\":\"DE\",\"query\":\"9.9.9.9\"},"
                "{\"status\":1,\"countryCode\":[],\"as\":{},\"query\":\"5.0.0.2\"},"
                "{\"status\":\"success\",\"countryCode\":\"SE\",\"as\":\"AS7 \\u001b[31mred\",\"query\":\"2a00::1\"},"
                "{\"query\":\"nonsense\"}, {\"query\":7}, 5, null, [], {}]",
                -1);

        g_assert_cmpuint(answers->len, ==, 3);
        assert_answer(answers, 0, "", 0, NULL);
        assert_answer(answers, 1, "", 0, NULL);
        assert_answer(answers, 2, "SE", 7, NULL);
}

static void test_reply_bad(void) {
        static const char *const bad[] = { "",
                                           "nonsense",
                                           "{}",
                                           "[",
                                           "[{\"query\":\"5.0.0.1\"}",
                                           "\"text\"",
                                           "[]",
                                           "[{\"query\":\"9.9.9.9\"}]",
                                           "[\"\xff\xfe\"]" };
        g_autofree char *deep = g_strnfill(200000, '[');

        for (guint i = 0; i < G_N_ELEMENTS(bad); i++)
                g_array_unref(read_reply(bad[i], BANGUI_ERROR_OUTSIDE_FAILED));
        g_array_unref(read_reply(deep, BANGUI_ERROR_OUTSIDE_FAILED));
}

/* Asking */

static char *serve_places(HttpFake *self, guint number, const char *request) {
        g_autofree char *places = http_fake_places(request, "DE");

        g_assert_nonnull(strstr(request, "POST /batch HTTP/1.1"));
        return http_fake_answer(200, "X-Rl: 14\r\nX-Ttl: 60\r\n", places);
}

static void test_batches(void) {
        g_autoptr(HttpFake) server = http_fake_start(serve_places, NULL);
        g_autoptr(GeoOutside) outside = geo_outside_new(&quick);

        g_assert_cmpuint(ask(outside, server->url, 250, -1), ==, 250);
        g_assert_cmpuint(http_fake_requests(server), ==, 3);
        g_assert_cmpuint(counts_of(outside).requests, ==, 3);
        g_assert_cmpuint(counts_of(outside).asked, ==, 250);
        g_assert_cmpuint(counts_of(outside).answered, ==, 250);
        g_assert_cmpuint(ask(outside, server->url, 0, -1), ==, 0);
        g_assert_cmpuint(http_fake_requests(server), ==, 3);
}

/* userdata: what comes first, before all is well. */
static char *serve_after(HttpFake *self, guint number, const char *request) {
        return number < 2 ? g_strdup(self->userdata) : serve_places(self, number, request);
}

static void test_tried_again(void) {
        g_autofree char *busy = http_fake_answer(429, "", ""), *broken = http_fake_answer(502, "", "sorry");
        char *const firsts[] = { busy, broken, NULL, (char *) "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n[" };

        for (guint i = 0; i < G_N_ELEMENTS(firsts); i++) {
                g_autoptr(HttpFake) server = http_fake_start(serve_after, firsts[i]);
                g_autoptr(GeoOutside) outside = geo_outside_new(&quick);

                g_assert_cmpuint(ask(outside, server->url, 5, -1), ==, 5);
                g_assert_cmpuint(http_fake_requests(server), ==, 3);
                g_assert_cmpuint(counts_of(outside).failures, ==, 2);
        }
}

static char *serve_always(HttpFake *self, guint number, const char *request) {
        return g_strdup(self->userdata);
}

static void assert_gives_up(char *answer, guint requests, int code) {
        g_autoptr(HttpFake) server = http_fake_start(serve_always, answer);
        g_autoptr(GeoOutside) outside = geo_outside_new(&quick);

        g_assert_cmpuint(ask(outside, server->url, 5, code), ==, 0);
        g_assert_cmpuint(http_fake_requests(server), ==, requests);
}

static void test_given_up(void) {
        g_autofree char *broken = http_fake_answer(500, "", ""), *forbidden = http_fake_answer(403, "", "no");
        g_autofree char *nonsense = http_fake_answer(200, "", "<html>"), *fill = g_strnfill(300000, ' ');
        g_autofree char *huge = http_fake_answer(200, "", fill);

        assert_gives_up(broken, 3, BANGUI_ERROR_OUTSIDE_FAILED);
        assert_gives_up(NULL, 3, BANGUI_ERROR_OUTSIDE_FAILED);
        assert_gives_up(forbidden, 1, BANGUI_ERROR_OUTSIDE_FAILED);
        assert_gives_up(nonsense, 1, BANGUI_ERROR_OUTSIDE_FAILED);
        assert_gives_up(huge, 1, BANGUI_ERROR_TOO_LARGE);
}

static char *serve_slow(HttpFake *self, guint number, const char *request) {
        self->hold = TRUE;
        return NULL;
}

static void test_slow(void) {
        g_autoptr(HttpFake) server = http_fake_start(serve_slow, NULL);
        g_autoptr(GeoOutside) outside = geo_outside_new(&quick);

        g_assert_cmpuint(ask(outside, server->url, 5, BANGUI_ERROR_TIMEOUT), ==, 0);
        g_assert_cmpuint(counts_of(outside).requests, ==, 3);
}

/* The last request of the minute is answered; then nobody asks until the minute is over. */
static char *serve_last(HttpFake *self, guint number, const char *request) {
        g_autofree char *places = http_fake_places(request, "DE");

        return http_fake_answer(200, "X-Rl: 0\r\nX-Ttl: 60\r\n", places);
}

static void test_limit(void) {
        g_autoptr(HttpFake) server = http_fake_start(serve_last, NULL);
        g_autoptr(GeoOutside) outside = geo_outside_new(&quick);

        g_assert_cmpint(counts_of(outside).quiet_until, ==, 0);
        g_assert_cmpuint(ask(outside, server->url, 150, BANGUI_ERROR_BUSY), ==, 100);
        g_assert_cmpuint(http_fake_requests(server), ==, 1);
        g_assert_cmpuint(ask(outside, server->url, 1, BANGUI_ERROR_BUSY), ==, 0);
        g_assert_cmpuint(http_fake_requests(server), ==, 1);
        g_assert_cmpint(counts_of(outside).quiet_until, >, 0);
}

static void test_retry_after(void) {
        g_autofree char *wait = http_fake_answer(429, "Retry-After: 60\r\n", "");
        g_autofree char *window = http_fake_answer(429, "X-Ttl: 60\r\n", "");
        g_autofree char *lost = http_fake_answer(429, "X-Ttl: 99999999999\r\nRetry-After: tomorrow\r\n", "");

        assert_gives_up(wait, 1, BANGUI_ERROR_BUSY);
        assert_gives_up(window, 1, BANGUI_ERROR_BUSY);
        assert_gives_up(lost, 3, BANGUI_ERROR_OUTSIDE_FAILED);
}

static void test_wrong_count(void) {
        g_autofree char *one = http_fake_answer(
                200, "",
                "[{\"status\":\"success\",\"countryCode\":\"DE\",\"query\":\"5.0.0.3\"},{\"query\":\"6.6.6.6\"}]");
        g_autoptr(HttpFake) server = http_fake_start(serve_always, one);
        g_autoptr(GeoOutside) outside = geo_outside_new(&quick);

        g_assert_cmpuint(ask(outside, server->url, 5, -1), ==, 1);
}

static char *serve_cancel(HttpFake *self, guint number, const char *request) {
        g_cancellable_cancel(self->userdata);
        return NULL;
}

static void test_cancelled(void) {
        g_autoptr(GCancellable) cancellable = g_cancellable_new();
        g_autoptr(HttpFake) server = http_fake_start(serve_cancel, cancellable);
        g_autoptr(GeoOutside) outside = geo_outside_new(
                &(GeoOutsideOptions) { .timeout_ms = 60000, .tries = 9, .pause_ms = 60000, .patience_ms = 60000 });
        g_autoptr(GArray) asked = addresses(1), answers = new_answers();
        g_autoptr(GError) error = NULL;

        g_assert_false(geo_outside_ask(outside, server->url, (const Address *) (gpointer) asked->data, 1, NOW,
                                       cancellable, answers, &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_CANCELLED);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/geo/outside/reply", test_reply);
        g_test_add_func("/geo/outside/reply-odd", test_reply_odd);
        g_test_add_func("/geo/outside/reply-bad", test_reply_bad);
        g_test_add_func("/geo/outside/batches", test_batches);
        g_test_add_func("/geo/outside/tried-again", test_tried_again);
        g_test_add_func("/geo/outside/given-up", test_given_up);
        g_test_add_func("/geo/outside/slow", test_slow);
        g_test_add_func("/geo/outside/limit", test_limit);
        g_test_add_func("/geo/outside/retry-after", test_retry_after);
        g_test_add_func("/geo/outside/wrong-count", test_wrong_count);
        g_test_add_func("/geo/outside/cancelled", test_cancelled);
        return g_test_run();
}
