/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "core/text.h"

#include <string.h>

#define QUOTE_MAX 64   /* characters */
#define NEAREST_MAX 64 /* bytes; longer words get no suggestion */

gboolean text_is_plain(const char *text) {
        if (!g_utf8_validate(text, -1, NULL))
                return FALSE;

        for (const char *p = text; *p; p = g_utf8_next_char(p))
                if (g_unichar_iscntrl(g_utf8_get_char(p)))
                        return FALSE;
        return TRUE;
}

char *text_quote(const char *text) {
        /* Four bytes are the longest character: what lies behind can not be shown, so it is not looked at. */
        g_autofree char *valid = g_utf8_make_valid(text, (gssize) strnlen(text, (QUOTE_MAX + 1) * 4));
        GString *quoted = g_string_new("'");
        guint n = 0;

        for (const char *p = valid; *p; p = g_utf8_next_char(p)) {
                gunichar c = g_utf8_get_char(p);

                if (n++ == QUOTE_MAX) {
                        g_string_append(quoted, "...");
                        break;
                }
                if (g_unichar_iscntrl(c))
                        g_string_append_printf(quoted, "\\x%02x", c);
                else
                        g_string_append_unichar(quoted, c);
        }

        g_string_append_c(quoted, '\'');
        return g_string_free(quoted, FALSE);
}

/* Optimal string alignment: the least number of insertions, deletions, replacements and swaps of neighbours.
 * Three rows of the table are enough. */
static guint text_distance(const char *a, size_t a_len, const char *b, size_t b_len) {
        guint rows[3][NEAREST_MAX + 1];
        guint *before = rows[0], *last = rows[1], *now = rows[2];

        for (size_t j = 0; j <= b_len; j++)
                last[j] = (guint) j;

        for (size_t i = 1; i <= a_len; i++) {
                guint *spare = before;

                now[0] = (guint) i;
                for (size_t j = 1; j <= b_len; j++) {
                        guint wrong = g_ascii_tolower(a[i - 1]) != g_ascii_tolower(b[j - 1]);

                        now[j] = MIN(MIN(last[j], now[j - 1]) + 1, last[j - 1] + wrong);
                        if (i > 1 && j > 1 && wrong && g_ascii_tolower(a[i - 1]) == g_ascii_tolower(b[j - 2]) &&
                            g_ascii_tolower(a[i - 2]) == g_ascii_tolower(b[j - 1]))
                                now[j] = MIN(now[j], before[j - 2] + 1);
                }

                before = last;
                last = now;
                now = spare;
        }
        return last[b_len];
}

const char *text_nearest(const char *word, const char *const *candidates) {
        size_t length = strnlen(word, NEAREST_MAX + 1);
        const char *nearest = NULL;
        guint best;

        if (length == 0 || length > NEAREST_MAX)
                return NULL;

        /* One slip for each three letters; more is another word. */
        best = (guint) MAX(length / 3, 1) + 1;

        for (; *candidates; candidates++) {
                size_t candidate_length = strlen(*candidates);
                guint distance;

                if (candidate_length > NEAREST_MAX)
                        continue;
                distance = text_distance(word, length, *candidates, candidate_length);
                if (distance < best) {
                        best = distance;
                        nearest = *candidates;
                }
        }
        return nearest;
}
