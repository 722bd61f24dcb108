/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The limit of failed logins
 *
 * Counted for each address (IPv6: its /64) within 60 s. Who used them up waits: 60 s, and each failure after that
 * doubles it up to 15 minutes, until an hour passed without one. It is answered at once, so that waiting costs us
 * nothing. Other addresses notice nothing. The memory is bounded: who was not seen for longest is forgotten.
 *
 * An attempt counts as failed when it begins, so that many at once are no way around; what went well is taken back.
 * Times are seconds of a clock that only goes forward.
 */

#pragma once

#include <glib.h>

#define LIMITER_LIMIT_MAX 100
#define LIMITER_WAITING_MAX 5 /* attempts of one address that wait for an answer */

typedef struct Limiter Limiter;

/* `limit` failures in 60 s; 0 = any number. More than LIMITER_LIMIT_MAX is that. */
Limiter *limiter_new(gint64 limit);
void limiter_free(Limiter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Limiter, limiter_free)

/* An attempt begins. FALSE: not before *ret_wait seconds. */
gboolean limiter_begin(Limiter *self, const char *address, gint64 now, gint64 *ret_wait);

typedef enum LimiterEnd {
        LIMITER_FAILED,
        LIMITER_PASSED, /* its failures are forgotten */
        LIMITER_BROKEN, /* nothing was learnt about the password: the attempt does not count */
} LimiterEnd;

/* It ended: once for each that began. `now` is when it began. */
void limiter_end(Limiter *self, const char *address, gint64 now, LimiterEnd end);

/* How many more may fail before the address has to wait; -1 = any number. */
gint64 limiter_left(Limiter *self, const char *address, gint64 now);
