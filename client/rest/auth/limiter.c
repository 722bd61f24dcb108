/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/rest/auth/limiter.h"

#include <string.h>

#include "client/rest/http/networks.h"

#define WINDOW 60
#define DELAY_FIRST 60
#define DELAY_MAX (15 * 60)
#define DELAY_FORGOTTEN (60 * 60)
#define ADDRESSES_MAX 4096

typedef struct Entry {
        GList link; /* in `recent`, its data is the entry */
        char *key;
        guint waiting;
        gint64 delay; /* the last one; 0 = none yet */
        gint64 closed_until;
        gint64 last_at; /* the last attempt */
        guint n_failures;
        gint64 failures[]; /* the last ones, oldest first; room for the limit */
} Entry;

struct Limiter {
        guint limit;
        GHashTable *entries; /* key, owned by the entry -> Entry, owned */
        GQueue recent;       /* the latest first */
};

static void free_entry(gpointer data) {
        Entry *entry = data;

        g_free(entry->key);
        g_free(entry);
}

Limiter *limiter_new(gint64 limit) {
        Limiter *self = g_new0(Limiter, 1);

        self->limit = (guint) CLAMP(limit, 0, LIMITER_LIMIT_MAX);
        self->entries = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_entry);
        g_queue_init(&self->recent);
        return self;
}

void limiter_free(Limiter *self) {
        g_hash_table_unref(self->entries);
        g_free(self);
}

static void drop(Limiter *self, Entry *entry) {
        g_queue_unlink(&self->recent, &entry->link);
        g_hash_table_remove(self->entries, entry->key);
}

static Entry *find(Limiter *self, const char *address) {
        g_autofree char *key = networks_counting_key_of_text(address);

        return g_hash_table_lookup(self->entries, key);
}

static Entry *find_or_add(Limiter *self, const char *address) {
        g_autofree char *key = networks_counting_key_of_text(address);
        Entry *entry = g_hash_table_lookup(self->entries, key);

        if (entry) {
                g_queue_unlink(&self->recent, &entry->link);
        } else {
                if (g_hash_table_size(self->entries) == ADDRESSES_MAX)
                        drop(self, g_queue_peek_tail(&self->recent));
                entry = g_malloc0(sizeof(Entry) + self->limit * sizeof(gint64));
                entry->key = g_steal_pointer(&key);
                entry->link.data = entry;
                g_hash_table_insert(self->entries, entry->key, entry);
        }
        g_queue_push_head_link(&self->recent, &entry->link);
        return entry;
}

static void forget_first(Entry *entry, guint n) {
        entry->n_failures -= n;
        memmove(entry->failures, entry->failures + n, entry->n_failures * sizeof(gint64));
}

static void forget_old(Entry *entry, gint64 now) {
        guint n = 0;

        while (n < entry->n_failures && entry->failures[n] <= now - WINDOW)
                n++;
        forget_first(entry, n);
        if (entry->last_at <= now - DELAY_FORGOTTEN && entry->closed_until <= now)
                entry->delay = 0;
}

/* Who waited has one more attempt; it closes again at once. */
static guint limit_of(const Limiter *self, const Entry *entry) {
        return entry->delay > 0 ? 1 : self->limit;
}

static void add_failure(Limiter *self, Entry *entry, gint64 now) {
        if (entry->n_failures == self->limit)
                forget_first(entry, 1);
        entry->failures[entry->n_failures++] = now;
        if (entry->n_failures < limit_of(self, entry))
                return;
        entry->delay = entry->delay == 0 ? DELAY_FIRST : MIN(entry->delay * 2, DELAY_MAX);
        entry->closed_until = now + entry->delay;
}

gboolean limiter_begin(Limiter *self, const char *address, gint64 now, gint64 *ret_wait) {
        Entry *entry = find_or_add(self, address);

        forget_old(entry, now);
        if (entry->closed_until > now) {
                *ret_wait = entry->closed_until - now;
                return FALSE;
        }
        if (entry->waiting >= LIMITER_WAITING_MAX) {
                *ret_wait = 1;
                return FALSE;
        }
        entry->waiting++;
        entry->last_at = now;
        if (self->limit > 0)
                add_failure(self, entry, now);
        return TRUE;
}

static void take_back(Entry *entry, gint64 began) {
        if (entry->n_failures > 0)
                entry->n_failures--;
        if (entry->closed_until != began + entry->delay)
                return;
        entry->closed_until = 0;
        entry->delay = entry->delay <= DELAY_FIRST ? 0 : entry->delay / 2;
}

void limiter_end(Limiter *self, const char *address, gint64 now, LimiterEnd end) {
        Entry *entry = find(self, address);

        if (!entry)
                return; /* forgotten for others */
        if (entry->waiting > 0)
                entry->waiting--;
        if (end == LIMITER_BROKEN && self->limit > 0)
                take_back(entry, now);
        if (end == LIMITER_PASSED) {
                entry->n_failures = 0;
                entry->delay = entry->closed_until = 0;
        }
        if (entry->waiting == 0 && entry->n_failures == 0 && entry->delay == 0)
                drop(self, entry);
}

gint64 limiter_left(Limiter *self, const char *address, gint64 now) {
        Entry *entry = find(self, address);

        if (self->limit == 0)
                return -1;
        if (!entry)
                return self->limit;
        forget_old(entry, now);
        if (entry->closed_until > now)
                return 0;
        return limit_of(self, entry) - MIN(entry->n_failures, limit_of(self, entry));
}
