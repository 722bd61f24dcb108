/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Text that came from outside: judged, and made fit to be shown in a message. */

#pragma once

#include <glib.h>

/* Valid UTF-8 without control characters. */
gboolean text_is_plain(const char *text);

/* 'text' in quotes for a message: valid UTF-8, control characters as \xNN, shortened with "..." above 64
 * characters. Free with g_free. */
char *text_quote(const char *text);

/* The candidate that a person who wrote `word` most likely meant: letters swapped, missing, added or wrong,
 * case aside. NULL when none is near. `candidates` ends with NULL. */
const char *text_nearest(const char *word, const char *const *candidates);
