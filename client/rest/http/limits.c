/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How many requests somebody may make in a minute */

#include "client/rest/http/limits.h"

#define WINDOW_USEC ((gint64) LIMITS_WINDOW_SECONDS * G_USEC_PER_SEC)

typedef struct Entry {
        GList link; /* in `recent` */
        char *key;
        gint64 begin_usec; /* of its window */
        gint64 count;
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

guint limits_count(Limits *self, const char *key, gint64 limit, gint64 now_usec) {
        Entry *entry;

        if (limit <= 0)
                return 0;
        entry = find(self, key, now_usec);
        if (now_usec - entry->begin_usec >= WINDOW_USEC) {
                entry->begin_usec = now_usec;
                entry->count = 0;
        }
        if (entry->count < limit) {
                entry->count++;
                return 0;
        }
        return (guint) ((entry->begin_usec + WINDOW_USEC - now_usec + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC);
}
