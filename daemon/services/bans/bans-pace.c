/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "services/bans/bans-pace.h"

#define TARGET_USEC 15000
#define FIRST 2   /* of a jail that nothing is known of */
#define CAUTION 4 /* its action may be another one since the last time */

struct BansPace {
        GMutex lock;
        GHashTable *sizes; /* jail -> addresses that the next command may have */
};

BansPace *bans_pace_new(void) {
        BansPace *self = g_new0(BansPace, 1);

        g_mutex_init(&self->lock);
        self->sizes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        return self;
}

void bans_pace_free(BansPace *self) {
        if (!self)
                return;

        g_hash_table_unref(self->sizes);
        g_mutex_clear(&self->lock);
        g_free(self);
}

guint bans_pace_first(BansPace *self, const char *jail) {
        g_autoptr(GMutexLocker) lock = g_mutex_locker_new(&self->lock);
        guint size = GPOINTER_TO_UINT(g_hash_table_lookup(self->sizes, jail));

        return size > 0 ? MAX(size / CAUTION, 1) : FIRST;
}

guint bans_pace_next(BansPace *self, const char *jail, guint n, gint64 usec) {
        g_autoptr(GMutexLocker) lock = g_mutex_locker_new(&self->lock);
        guint known = GPOINTER_TO_UINT(g_hash_table_lookup(self->sizes, jail));
        guint size = (guint) CLAMP(n * (gint64) TARGET_USEC / MAX(usec, 1), 1, MIN(2 * n, BANS_PACE_MAX));

        /* a short command that was quick says nothing against a longer one */
        if (usec > TARGET_USEC || size > known)
                g_hash_table_insert(self->sizes, g_strdup(jail), GUINT_TO_POINTER(size));
        return size;
}
