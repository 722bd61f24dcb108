/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How hard a password is to guess, roughly: what repeats, counts up, is common or names this host adds little. */

#pragma once

#include <glib.h>

typedef enum StrengthAdvice {
        STRENGTH_LONGER = 1 << 0,
        STRENGTH_COMMON = 1 << 1,   /* holds one of the commonest passwords */
        STRENGTH_REPEATS = 1 << 2,  /* "aaaa", "abcabc" */
        STRENGTH_SEQUENCE = 1 << 3, /* "1234", "dcba", "qwer" */
        STRENGTH_VARIETY = 1 << 4,  /* one kind of characters, and not long */
        STRENGTH_NAMES = 1 << 5,    /* holds the host's name, or ours */
} StrengthAdvice;

/* 0 (guessed at once) to 4; `ret_advice`: what would help. `host` is left out when empty. */
int strength_score(const char *password, const char *host, guint *ret_advice);

/* The codes of an advice, "longer" and so on, in an order that does not change; NULL ends it. To be freed with
 * g_free(). */
const char **strength_codes(guint advice);
