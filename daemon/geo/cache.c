/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Entries stand in a hash table by address and in a queue by use, newest first. An entry that is not stored yet keeps
 * its place as long as another can go.
 */

#include "geo/cache.h"

typedef enum EntryState {
        ENTRY_SAVED,
        ENTRY_UNSAVED,
        ENTRY_TAKEN, /* a flush has it */
        ENTRY_NEGATIVE,
} EntryState;

typedef struct Entry {
        GeoKnown known; /* its address is the key */
        EntryState state;
        GList link; /* in the queue */
} Entry;

struct GeoCache {
        GMutex lock;
        guint max;
        GHashTable *entries;
        GQueue order;
        guint by_state[ENTRY_NEGATIVE + 1];
        guint64 hits, misses, evicted;
        gint count; /* atomic: entries, so that an empty cache costs no lock */
};

void geo_known_clear(GeoKnown *self) {
        g_clear_pointer(&self->organisation, g_ref_string_release);
}

static void known_copy(const GeoKnown *from, GeoKnown *to) {
        *to = *from;
        if (from->organisation)
                to->organisation = g_ref_string_acquire(from->organisation);
}

static void entry_free(gpointer data) {
        Entry *self = data;

        geo_known_clear(&self->known);
        g_free(self);
}

GeoCache *geo_cache_new(guint max) {
        GeoCache *self = g_new0(GeoCache, 1);

        g_mutex_init(&self->lock);
        g_queue_init(&self->order);
        self->max = max;
        self->entries = g_hash_table_new_full(address_hash, address_equal, NULL, entry_free);
        return self;
}

void geo_cache_free(GeoCache *self) {
        if (!self)
                return;
        g_hash_table_destroy(self->entries);
        g_mutex_clear(&self->lock);
        g_free(self);
}

static void set_state(GeoCache *self, Entry *entry, EntryState state) {
        self->by_state[entry->state]--;
        entry->state = state;
        self->by_state[state]++;
}

static void touch(GeoCache *self, Entry *entry) {
        g_queue_unlink(&self->order, &entry->link);
        g_queue_push_head_link(&self->order, &entry->link);
}

static void drop(GeoCache *self, Entry *entry) {
        g_queue_unlink(&self->order, &entry->link);
        self->by_state[entry->state]--;
        g_hash_table_remove(self->entries, &entry->known.address);
        g_atomic_int_set(&self->count, (gint) g_hash_table_size(self->entries));
}

/* The least recently used that need not be stored first; when all need it, the least recently used. */
static void make_room(GeoCache *self) {
        Entry *victim = NULL;

        if (g_hash_table_size(self->entries) < self->max)
                return;
        for (GList *link = self->order.tail; link && !victim; link = link->prev) {
                Entry *entry = link->data;

                if (entry->state == ENTRY_SAVED || entry->state == ENTRY_NEGATIVE)
                        victim = entry;
        }
        if (!victim)
                victim = g_queue_peek_tail(&self->order);
        if (!victim)
                return;
        self->evicted++;
        drop(self, victim);
}

static void insert(GeoCache *self, const GeoKnown *known, EntryState state, gboolean newest) {
        Entry *entry = g_new0(Entry, 1);

        known_copy(known, &entry->known);
        entry->state = state;
        entry->link.data = entry;
        if (newest)
                g_queue_push_head_link(&self->order, &entry->link);
        else
                g_queue_push_tail_link(&self->order, &entry->link);
        self->by_state[state]++;
        g_hash_table_insert(self->entries, &entry->known.address, entry);
        g_atomic_int_set(&self->count, (gint) g_hash_table_size(self->entries));
}

/* A negative answer does not wipe out what is known. */
void geo_cache_put(GeoCache *self, const GeoKnown *known) {
        gboolean negative = known->country == 0 && known->network == 0;
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);
        Entry *entry = g_hash_table_lookup(self->entries, &known->address);

        if (entry && negative && entry->state != ENTRY_NEGATIVE)
                return;
        if (entry)
                drop(self, entry);
        else
                make_room(self);
        if (self->max > 0)
                insert(self, known, negative ? ENTRY_NEGATIVE : ENTRY_UNSAVED, TRUE);
}

gboolean geo_cache_load(GeoCache *self, const GeoKnown *known) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

        if (g_hash_table_size(self->entries) >= self->max)
                return FALSE;
        if (!g_hash_table_contains(self->entries, &known->address))
                insert(self, known, ENTRY_SAVED, FALSE);
        return TRUE;
}

static void note_seen(GeoCache *self, Entry *entry, gint64 now) {
        touch(self, entry);
        if (now < entry->known.seen_at + GEO_CACHE_SEEN_S)
                return;
        entry->known.seen_at = now;
        set_state(self, entry, ENTRY_UNSAVED);
}

gboolean geo_cache_find(GeoCache *self, const Address *address, gint64 now, GeoKnown *ret) {
        g_autoptr(GMutexLocker) locker = NULL;
        Entry *entry;

        if (g_atomic_int_get(&self->count) == 0)
                return FALSE;

        locker = g_mutex_locker_new(&self->lock);
        entry = g_hash_table_lookup(self->entries, address);
        if (!entry || entry->state == ENTRY_NEGATIVE) {
                self->misses++;
                return FALSE;
        }
        self->hits++;
        note_seen(self, entry, now);
        if (ret)
                known_copy(&entry->known, ret);
        return TRUE;
}

gboolean geo_cache_is_negative(GeoCache *self, const Address *address, gint64 now) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);
        Entry *entry = g_hash_table_lookup(self->entries, address);

        if (!entry || entry->state != ENTRY_NEGATIVE)
                return FALSE;
        /* a clock that was set back makes no answer last longer */
        if (now >= entry->known.found_at && now < entry->known.found_at + GEO_CACHE_NEGATIVE_S)
                return TRUE;
        drop(self, entry);
        return FALSE;
}

GArray *geo_cache_take(GeoCache *self) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);
        GArray *taken;

        if (self->by_state[ENTRY_UNSAVED] == 0)
                return NULL;

        taken = g_array_sized_new(FALSE, FALSE, sizeof(GeoKnown), self->by_state[ENTRY_UNSAVED]);
        g_array_set_clear_func(taken, (GDestroyNotify) geo_known_clear);
        for (GList *link = self->order.head; link; link = link->next) {
                Entry *entry = link->data;
                GeoKnown known;

                if (entry->state != ENTRY_UNSAVED)
                        continue;
                known_copy(&entry->known, &known);
                g_array_append_val(taken, known);
                set_state(self, entry, ENTRY_TAKEN);
        }
        return taken;
}

/* What changed while the flush ran is unsaved again, and stays so. */
void geo_cache_flushed(GeoCache *self, GArray *taken, gboolean stored) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

        for (guint i = 0; i < taken->len; i++) {
                Entry *entry = g_hash_table_lookup(self->entries, &g_array_index(taken, GeoKnown, i).address);

                if (entry && entry->state == ENTRY_TAKEN)
                        set_state(self, entry, stored ? ENTRY_SAVED : ENTRY_UNSAVED);
        }
        g_array_unref(taken);
}

void geo_cache_counts(GeoCache *self, GeoCacheCounts *ret) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

        *ret = (GeoCacheCounts) {
                .addresses = g_hash_table_size(self->entries),
                .addresses_max = self->max,
                .negative = self->by_state[ENTRY_NEGATIVE],
                .unsaved = self->by_state[ENTRY_UNSAVED] + self->by_state[ENTRY_TAKEN],
                .hits = self->hits,
                .misses = self->misses,
                .evicted = self->evicted,
        };
}
