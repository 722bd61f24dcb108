/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "services/figures/local-clock.h"

#include <string.h>

#include "core/error.h"
#include "core/text.h"

#define DAY_S (24 * 60 * 60)
#define FAR_S (G_GINT64_CONSTANT(200) * 365 * DAY_S)
#define ZONE_MAX 64

struct LocalClock {
        GTimeZone *zone;
        gint64 from, until; /* of the offset below */
        gint64 offset;
};

/* GLib reads a file of this name. */
static gboolean is_name(const char *text) {
        static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-:/";

        return strlen(text) <= ZONE_MAX && strspn(text, allowed) == strlen(text) && text[0] != '/' && text[0] != ':';
}

LocalClock *local_clock_new(const char *timezone, GError **error) {
        const char *name = timezone && timezone[0] ? timezone : "UTC";
        g_autofree char *quoted = NULL;
        GTimeZone *zone = is_name(name) ? g_time_zone_new_identifier(name) : NULL;
        LocalClock *self;

        if (!zone) {
                quoted = text_quote(name);
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT,
                            "timezone %s is not known; right would be Europe/Berlin, UTC or +02:00", quoted);
                return NULL;
        }
        self = g_new0(LocalClock, 1);
        self->zone = zone;
        return self;
}

void local_clock_free(LocalClock *self) {
        if (!self)
                return;
        g_time_zone_unref(self->zone);
        g_free(self);
}

static gint interval_at(const LocalClock *self, gint64 at) {
        return g_time_zone_find_interval(self->zone, G_TIME_TYPE_UNIVERSAL, at);
}

/* Between two times, only one of which is in the interval: the first time on the other side. GLib does not tell when an
 * interval begins and ends, but numbers them in the order of time. */
static gint64 find_border(const LocalClock *self, gint64 low, gint64 high, gint interval) {
        gboolean inside = interval_at(self, low) == interval;

        while (high - low > 1) {
                gint64 middle = low + (high - low) / 2;

                if ((interval_at(self, middle) == interval) == inside)
                        low = middle;
                else
                        high = middle;
        }
        return high;
}

static void find_interval(LocalClock *self, gint64 at) {
        gint interval = interval_at(self, at);
        gboolean first = interval_at(self, at - FAR_S) == interval, last = interval_at(self, at + FAR_S) == interval;

        self->from = first ? G_MININT64 : find_border(self, at - FAR_S, at, interval);
        self->until = last ? G_MAXINT64 : find_border(self, at, at + FAR_S, interval);
        self->offset = g_time_zone_get_offset(self->zone, interval);
}

gint64 local_clock_offset(LocalClock *self, gint64 at, gint64 *ret_until) {
        if (at < self->from || at >= self->until)
                find_interval(self, at);
        *ret_until = self->until;
        return self->offset;
}

/* Two days before, no clock showed it. A time that is shown twice is its first; one that is skipped is the
 * moment of the skip. */
gint64 local_clock_when(LocalClock *self, gint64 local) {
        gint64 before = local - 2 * DAY_S, until;

        for (;;) {
                gint64 offset = local_clock_offset(self, before, &until), at = local - offset;

                if (at < before)
                        return before;
                if (at < until)
                        return at;
                before = until;
        }
}
