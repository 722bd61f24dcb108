/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Text for people
 *
 * Attackers write into the logs that fail2ban reads, so nothing from the bus goes to a terminal as it is: control
 * characters, escape sequences, characters that turn the direction of writing and bytes that are no UTF-8 are shown
 * as \x1b, \u202e. No locale is needed: output is UTF-8, and the width of a character comes from a small table here.
 */

#pragma once

#include "client/lib/buffer.h"
#include "client/lib/value.h"

/* Adds TEXT made harmless. Returns how many columns it takes on a terminal. */
size_t text_add_safe(Buffer *buffer, const char *text, size_t length);

/* The columns of text that is harmless already. */
size_t text_width(const char *text, size_t length);

/* A made harmless copy, to be freed. */
char *text_safe(const char *text);

/* The one of a list of strings that WORD was probably meant to be, or NULL. */
const char *text_suggest(const char *word, const Value *candidates);
