/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How many requests somebody may make in a minute */

#include "client/rest/http/limits.h"

/* The window slides by a slot: nobody gets twice the limit around its end. */
#define SLOTS 6
#define SLOT_USEC ((gint64) LIMITS_WINDOW_SECONDS * G_USEC_PER_SEC / SLOTS)

typedef struct Entry {
        GList link; /* in `recent` */
        char *key;
        gint64 begin_usec;   /* of slot 0 */
        gint64 newest;       /* number of the slot that is counted in */
        gint64 slots[SLOTS]; /* that one and those before it, slot n at n % SLOTS */
        gint64 count;        /* of all */
} Entry;

struct Limits {
        GHashTable *entries; /* key -> Entry */
        GQueue recent;       /* the one used last first */
};

static void entry_free(Entry *self) {
        g_free(self->key);
        g_free(self);
}

Limits *limits_new(void) {
        Limits *self = g_new0(Limits, 1);

        self->entries = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify) entry_free);
        g_queue_init(&self->recent);
        return self;
}

void limits_free(Limits *self) {
        g_hash_table_unref(self->entries);
        g_free(self);
}

static Entry *find(Limits *self, const char *key, gint64 now_usec) {
        Entry *entry = g_hash_table_lookup(self->entries, key);

        if (entry) {
                g_queue_unlink(&self->recent, &entry->link);
                g_queue_push_head_link(&self->recent, &entry->link);
                return entry;
        }
        if (g_hash_table_size(self->entries) >= LIMITS_ENTRIES_MAX) {
                Entry *oldest = self->recent.tail->data;

                g_queue_unlink(&self->recent, &oldest->link);
                g_hash_table_remove(self->entries, oldest->key);
        }
        entry = g_new0(Entry, 1);
        entry->link.data = entry;
        entry->key = g_strdup(key);
        entry->begin_usec = now_usec;
        g_hash_table_insert(self->entries, entry->key, entry);
        g_queue_push_head_link(&self->recent, &entry->link);
        return entry;
}

/* Forgets what is no longer in the window. */
static void slide(Entry *self, gint64 now_usec) {
        gint64 newest = (now_usec - self->begin_usec) / SLOT_USEC;
        gint64 past = CLAMP(newest - self->newest, 0, SLOTS);

        for (gint64 i = 1; i <= past; i++) {
                gint64 *slot = &self->slots[(self->newest + i) % SLOTS];

                self->count -= *slot;
                *slot = 0;
        }
        self->newest = MAX(newest, self->newest);
}

/* When there are fewer than `limit` in the window again. */
static gint64 free_at(const Entry *self, gint64 limit) {
        gint64 left = self->count, slot = MAX(self->newest - SLOTS + 1, 0);

        for (; slot < self->newest; slot++) {
                left -= self->slots[slot % SLOTS];
                if (left < limit)
                        break;
        }
        return self->begin_usec + (slot + SLOTS) * SLOT_USEC;
}

guint limits_count(Limits *self, const char *key, gint64 limit, gint64 now_usec) {
        Entry *entry;

        if (limit <= 0)
                return 0;
        entry = find(self, key, now_usec);
        slide(entry, now_usec);
        if (entry->count >= limit)
                return (guint) ((free_at(entry, limit) - now_usec + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC);
        entry->slots[entry->newest % SLOTS]++;
        entry->count++;
        return 0;
}
