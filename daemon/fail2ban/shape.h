/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Reading a reply's value strictly
 *
 * Each function gives what was expected or says FAIL2BAN_PROTOCOL with `what` it was asked for, what was expected
 * and what came. Nothing is converted silently, but that a number of seconds may be a float.
 */

#pragma once

#include <glib.h>

#include "fail2ban/value.h"

/* FALSE always: the message is "fail2ban's answer for WHAT is TYPE where EXPECTED was due". value may be NULL. */
gboolean shape_fail(const Value *value, const char *what, const char *expected, GError **error);

gboolean shape_is_sequence(const Value *value); /* LIST or TUPLE */

/* Text for display of TEXT, BYTES, a number, or the set of addresses from a file that newest fail2ban has
 * ("file:PATH"); else NULL. */
char *shape_display(const Value *value);

/* In a list of (label, value) pairs the value of a label; NULL when there is none. */
const Value *shape_labelled(const Value *pairs, const char *label);

gboolean shape_count(const Value *value, const char *what, guint *ret, GError **error);

/* INT, BIGINT (the largest or smallest gint64) or FLOAT, rounded up. */
gboolean shape_seconds(const Value *value, const char *what, gint64 *ret, GError **error);

char *shape_text(const Value *value, const char *what, GError **error);

/* A list of texts, addresses and numbers, for display. */
GStrv shape_texts(const Value *value, const char *what, GError **error);

/* A list of lists of words: each inner one as one text, a blank between its words. */
GStrv shape_phrases(const Value *value, const char *what, GError **error);
