/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "core/window.h"

#include "core/error.h"
#include "core/text.h"

#define DAY_S (24 * 60 * 60)

const char *const window_ranges[] = { "24h", "7d", "30d", "365d", "all", NULL };

/* Beside the names; 0 = no beginning. */
static const gint64 range_lengths[] = { DAY_S, 7 * DAY_S, 30 * DAY_S, 365 * DAY_S, 0 };

G_STATIC_ASSERT(G_N_ELEMENTS(range_lengths) + 1 == G_N_ELEMENTS(window_ranges));

static gboolean read_range(const char *range, gint64 now, Window *ret, GError **error) {
        g_autofree char *quoted = NULL, *all = NULL;

        for (guint i = 0; window_ranges[i]; i++)
                if (g_str_equal(window_ranges[i], range)) {
                        gint64 length = range_lengths[i];

                        *ret = (Window) {
                                .since = length > 0 ? MAX(now - length - WINDOW_SLACK_S, 0) : 0,
                                .until = G_MAXINT64,
                        };
                        return TRUE;
                }

        quoted = text_quote(range);
        all = g_strjoinv(", ", (char **) window_ranges);
        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT, "range %s is none of %s", quoted, all);
        return FALSE;
}

static gboolean read_bound(const char *name, gint64 given, gint64 absent, gint64 *ret, GError **error) {
        if (given < -1) {
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT,
                            "%s must be in seconds since 1970, not %" G_GINT64_FORMAT, name, given);
                return FALSE;
        }
        *ret = given == -1 ? absent : given;
        return TRUE;
}

gboolean window_read(const char *range, gint64 since, gint64 until, const char *fallback, gint64 now, Window *ret,
                     GError **error) {
        gboolean bounded = since != -1 || until != -1;
        Window window;

        if (range && bounded) {
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT,
                            "give either range or since and until, not both");
                return FALSE;
        }
        if (!bounded)
                return read_range(range ? range : fallback ? fallback : "all", now, ret, error);

        if (!read_bound("since", since, 0, &window.since, error) ||
            !read_bound("until", until, G_MAXINT64, &window.until, error))
                return FALSE;
        if (window.since >= window.until) {
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT,
                            "since must lie before until, but %" G_GINT64_FORMAT
                            " does not lie before %" G_GINT64_FORMAT,
                            window.since, window.until);
                return FALSE;
        }
        *ret = window;
        return TRUE;
}

gboolean window_before(const Window *self, gint64 now, Window *ret) {
        gint64 end = self->until == G_MAXINT64 ? now : self->until;

        if (self->since <= 0 || end <= self->since)
                return FALSE;

        *ret = (Window) { .since = MAX(self->since - (end - self->since), 0), .until = self->since };
        return TRUE;
}
