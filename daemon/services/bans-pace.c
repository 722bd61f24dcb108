/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "services/bans-pace.h"

#define TARGET_USEC 15000
#define FIRST 2u

struct BansPace {
        GMutex lock;
        GHashTable *costs; /* jail -> double *, microseconds an address */
};

BansPace *bans_pace_new(void) {
        BansPace *self = g_new0(BansPace, 1);

        g_mutex_init(&self->lock);
        self->costs = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
        return self;
}

void bans_pace_free(BansPace *self) {
        if (!self)
                return;

        g_hash_table_unref(self->costs);
        g_mutex_clear(&self->lock);
        g_free(self);
}

static guint affordable(double cost) {
        return (guint) CLAMP(TARGET_USEC / MAX(cost, 1), 1, BANS_PACE_MAX);
}

guint bans_pace_first(BansPace *self, const char *jail) {
        g_autoptr(GMutexLocker) lock = g_mutex_locker_new(&self->lock);
        const double *cost = g_hash_table_lookup(self->costs, jail);

        return cost ? MIN(affordable(*cost), FIRST) : FIRST;
}

guint bans_pace_next(BansPace *self, const char *jail, guint n, gint64 usec) {
        g_autoptr(GMutexLocker) lock = g_mutex_locker_new(&self->lock);
        double *cost = g_hash_table_lookup(self->costs, jail), now = (double) usec / n;

        if (!cost) {
                cost = g_new(double, 1);
                *cost = now;
                g_hash_table_insert(self->costs, g_strdup(jail), cost);
        }

        *cost = (*cost + now) / 2;
        return MIN(affordable(*cost), 2 * n);
}
