/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "geo/outside.h"

#include <string.h>

#include "core/error.h"
#include "geo/outside-reply.h"
#include "http/http.h"

#define REPLY_BYTES_MAX (256 << 10)
#define QUIET_MAX_S 3600 /* a service that asks for more has lost its clock */

struct GeoOutside {
        GeoOutsideOptions options;
        GMutex work; /* held while somebody asks */
        GMutex lock; /* guards what follows */
        GeoOutsideCounts counts;
        gint64 quiet_until_us; /* monotonic; 0 = no */
};

GeoOutside *geo_outside_new(const GeoOutsideOptions *options) {
        GeoOutside *self = g_new0(GeoOutside, 1);

        self->options = options ? *options
                                : (GeoOutsideOptions) {
                                          .timeout_ms = 10000, .tries = 4, .pause_ms = 1000, .patience_ms = 10000
                                  };
        g_mutex_init(&self->work);
        g_mutex_init(&self->lock);
        return self;
}

void geo_outside_free(GeoOutside *self) {
        if (!self)
                return;
        g_mutex_clear(&self->work);
        g_mutex_clear(&self->lock);
        g_free(self);
}

static gint64 quiet_ms(GeoOutside *self) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);
        gint64 left = self->quiet_until_us - g_get_monotonic_time();

        return left > 0 ? (left + 999) / 1000 : 0;
}

static void be_quiet(GeoOutside *self, gint64 ms) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

        self->quiet_until_us = g_get_monotonic_time() + ms * 1000;
}

static void count_try(GeoOutside *self, gboolean failed) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

        self->counts.requests++;
        self->counts.failures += failed;
}

static void count_batch(GeoOutside *self, guint asked, guint answered) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

        self->counts.asked += asked;
        self->counts.answered += answered;
}

/* -1 = it does not say. */
static gint64 header_number(const HttpReply *reply, const char *name) {
        const char *text = http_reply_header(reply, name);
        guint64 number;

        return text && g_ascii_string_to_unsigned(text, 10, 0, QUIET_MAX_S, &number, NULL) ? (gint64) number : -1;
}

/* How long the service wants to be left alone, as far as it says so. */
static gint64 wanted_quiet_ms(const HttpReply *reply) {
        gint64 left = header_number(reply, "X-Rl"), window = header_number(reply, "X-Ttl");
        gint64 after = header_number(reply, "Retry-After");

        if (reply->status == 429 || reply->status == 503)
                return MAX(MAX(after, window), 0) * 1000;
        return left == 0 && window > 0 ? window * 1000 : 0;
}

/* Ends early when it is cancelled. */
static void pause_for(gint64 ms, GCancellable *cancellable) {
        GPollFD poll = { .fd = -1 };

        if (cancellable && g_cancellable_make_pollfd(cancellable, &poll)) {
                (void) g_poll(&poll, 1, (gint) ms);
                g_cancellable_release_fd(cancellable);
        } else {
                g_usleep((gulong) ms * 1000);
        }
}

static GBytes *write_request(const Address *addresses, guint n) {
        g_autoptr(GString) text = g_string_new("[");
        char buffer[ADDRESS_TEXT_MAX];

        for (guint i = 0; i < n; i++)
                g_string_append_printf(text, "%s\"%s\"", i > 0 ? "," : "", address_format(&addresses[i], buffer));
        g_string_append_c(text, ']');
        return g_string_free_to_bytes(g_steal_pointer(&text));
}

typedef enum Outcome {
        OUTCOME_ANSWERED,
        OUTCOME_AGAIN, /* may go better the next time */
        OUTCOME_FAILED,
} Outcome;

static Outcome judge_status(const HttpReply *reply, GError **error) {
        if (reply->status == 200)
                return OUTCOME_ANSWERED;
        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_OUTSIDE_FAILED, "the service answered with status %u",
                    reply->status);
        return reply->status == 429 || reply->status >= 500 ? OUTCOME_AGAIN : OUTCOME_FAILED;
}

static Outcome judge_error(const GError *error) {
        return g_error_matches(error, BANGUI_ERROR, BANGUI_ERROR_TIMEOUT) ||
                               g_error_matches(error, BANGUI_ERROR, BANGUI_ERROR_OUTSIDE_FAILED)
                       ? OUTCOME_AGAIN
                       : OUTCOME_FAILED;
}

typedef struct Batch {
        const Address *addresses;
        guint n;
        gint64 now;
        GArray *answers;
} Batch;

static Outcome try_once(GeoOutside *self, const HttpRequest *request, const Batch *batch, GCancellable *cancellable,
                        GError **error) {
        HttpReply reply = { 0 };
        GError *local = NULL;
        Outcome outcome;

        if (http_send(request, cancellable, &reply, &local)) {
                be_quiet(self, wanted_quiet_ms(&reply));
                outcome = judge_status(&reply, &local);
                if (outcome == OUTCOME_ANSWERED &&
                    !outside_reply_read(reply.body, batch->addresses, batch->n, batch->now, batch->answers, &local))
                        outcome = OUTCOME_FAILED;
                http_reply_clear(&reply);
        } else {
                outcome = judge_error(local);
        }
        count_try(self, outcome != OUTCOME_ANSWERED);
        if (local)
                g_propagate_error(error, local);
        return outcome;
}

/* Waits until the service may be asked; FALSE: that is too long, or it is cancelled. */
static gboolean wait_quiet(GeoOutside *self, gint64 pause_ms, GCancellable *cancellable, GError **error) {
        gint64 ms = MAX(pause_ms, quiet_ms(self));

        if (ms > self->options.patience_ms) {
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_BUSY,
                            "the service wants to be left alone for %" G_GINT64_FORMAT " s", (ms + 999) / 1000);
                return FALSE;
        }
        if (ms > 0)
                pause_for(ms, cancellable);
        if (!g_cancellable_is_cancelled(cancellable))
                return TRUE;
        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_CANCELLED, "the look-up outside was cancelled");
        return FALSE;
}

static gboolean ask_batch(GeoOutside *self, const char *url, const Batch *batch, GCancellable *cancellable,
                          GError **error) {
        g_autoptr(GBytes) body = write_request(batch->addresses, batch->n);
        const HttpRequest request = { .method = "POST",
                                      .url = url,
                                      .type = "application/json",
                                      .body = body,
                                      .timeout_ms = self->options.timeout_ms,
                                      .bytes_max = REPLY_BYTES_MAX };
        gint64 pause_ms = 0;

        for (guint i = 1;; i++) {
                g_autoptr(GError) local = NULL;
                Outcome outcome;

                if (!wait_quiet(self, pause_ms, cancellable, error))
                        return FALSE;
                outcome = try_once(self, &request, batch, cancellable, &local);
                if (outcome == OUTCOME_ANSWERED)
                        return TRUE;
                if (outcome == OUTCOME_FAILED || i >= self->options.tries) {
                        g_propagate_error(error, g_steal_pointer(&local));
                        return FALSE;
                }
                pause_ms = pause_ms > 0 ? pause_ms * 2 : self->options.pause_ms;
        }
}

gboolean geo_outside_ask(GeoOutside *self, const char *url, const Address *addresses, guint n, gint64 now,
                         GCancellable *cancellable, GArray *answers, GError **error) {
        g_autoptr(GMutexLocker) work = g_mutex_locker_new(&self->work);
        gboolean ok = TRUE;

        for (guint i = 0; i < n && ok; i += GEO_OUTSIDE_BATCH) {
                const Batch batch = { addresses + i, MIN(n - i, GEO_OUTSIDE_BATCH), now, answers };
                guint before = answers->len;

                ok = ask_batch(self, url, &batch, cancellable, error);
                count_batch(self, batch.n, answers->len - before);
        }
        return ok;
}

void geo_outside_counts(GeoOutside *self, GeoOutsideCounts *ret) {
        gint64 quiet = quiet_ms(self);
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

        *ret = self->counts;
        ret->quiet_until = quiet > 0 ? (g_get_real_time() / 1000 + quiet) / 1000 : 0;
}
