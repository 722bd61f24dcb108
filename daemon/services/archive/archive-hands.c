/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "services/archive/archive-hands.h"

#define SLACK_S 2 /* fail2ban rounds, and its clock is read at another moment */

struct ArchiveHand {
        ArchiveHands *hands;
        const char *jail;
        GHashTable *addresses; /* of const Address * */
        gint64 since_at;
};

struct ArchiveHands {
        GMutex lock;
        GPtrArray *running; /* of ArchiveHand */
};

ArchiveHands *archive_hands_new(void) {
        ArchiveHands *self = g_new0(ArchiveHands, 1);

        g_mutex_init(&self->lock);
        self->running = g_ptr_array_new();
        return self;
}

void archive_hands_free(ArchiveHands *self) {
        if (!self)
                return;

        g_ptr_array_unref(self->running);
        g_mutex_clear(&self->lock);
        g_free(self);
}

ArchiveHand *archive_hands_begin(ArchiveHands *self, const char *jail, const Address *addresses, guint n, gint64 at) {
        g_autoptr(GMutexLocker) locker = NULL;
        ArchiveHand *hand = g_new0(ArchiveHand, 1);

        hand->hands = self;
        hand->jail = jail;
        hand->since_at = at - SLACK_S;
        hand->addresses = g_hash_table_new(address_hash, address_equal);
        for (guint i = 0; i < n; i++)
                g_hash_table_add(hand->addresses, (gpointer) &addresses[i]);

        locker = g_mutex_locker_new(&self->lock);
        g_ptr_array_add(self->running, hand);
        return hand;
}

void archive_hand_end(ArchiveHand *self) {
        if (!self)
                return;

        g_mutex_lock(&self->hands->lock);
        g_ptr_array_remove_fast(self->hands->running, self);
        g_mutex_unlock(&self->hands->lock);
        g_hash_table_unref(self->addresses);
        g_free(self);
}

static gboolean is_by_hand(const ArchiveHand *self, const ArchiveEvent *event) {
        return event->at >= self->since_at && g_str_equal(self->jail, event->jail) &&
               g_hash_table_contains(self->addresses, &event->address);
}

void archive_hands_mark(ArchiveHands *self, ArchiveEvent *events, guint n) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

        for (guint i = 0; i < self->running->len; i++)
                for (guint j = 0; j < n; j++)
                        if (events[j].kind == ARCHIVE_EVENT_BAN && !events[j].text)
                                events[j].by_hand |= is_by_hand(self->running->pdata[i], &events[j]);
}
