/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/rest/api/cache.h"

#include <string.h>

#define PACK_MIN 1024
#define PACK_LEVEL 1
#define ENTRY_BYTES_MAX (REST_CACHE_BYTES_MAX / 4) /* a larger one would push out all that others ask for */
#define ENTRY_OVERHEAD 256

typedef struct Entry {
        char *key;
        guint64 generation;
        gint64 born_usec;
        GBytes *body, *packed; /* packed: NULL until somebody wants it */
        char *etag;
        GList link; /* in RestCache.order */
} Entry;

struct RestCache {
        GHashTable *entries; /* key -> Entry */
        GHashTable *flights; /* generation and key -> GPtrArray of RestRequest */
        GQueue order;        /* the oldest first */
        gsize bytes;
        guint64 hits, misses;
};

static gsize entry_size(const Entry *entry) {
        return ENTRY_OVERHEAD + strlen(entry->key) + g_bytes_get_size(entry->body) +
               (entry->packed ? g_bytes_get_size(entry->packed) : 0);
}

static void entry_free(gpointer data) {
        Entry *entry = data;

        g_free(entry->key);
        g_bytes_unref(entry->body);
        g_clear_pointer(&entry->packed, g_bytes_unref);
        g_free(entry->etag);
        g_free(entry);
}

RestCache *rest_cache_new(void) {
        RestCache *self = g_new0(RestCache, 1);

        self->entries = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, entry_free);
        self->flights = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
        g_queue_init(&self->order);
        return self;
}

void rest_cache_free(RestCache *self) {
        if (!self)
                return;
        g_hash_table_unref(self->entries);
        g_hash_table_unref(self->flights);
        g_free(self);
}

static void drop(RestCache *self, Entry *entry) {
        self->bytes -= entry_size(entry);
        g_queue_unlink(&self->order, &entry->link);
        g_hash_table_remove(self->entries, entry->key);
}

static void make_room(RestCache *self) {
        while (self->bytes > REST_CACHE_BYTES_MAX)
                drop(self, g_queue_peek_head(&self->order));
}

static Entry *entry_new(const char *key, guint64 generation, char *json) {
        gsize length = strlen(json);
        Entry *entry = g_new0(Entry, 1);

        entry->key = g_strdup(key);
        entry->generation = generation;
        entry->born_usec = g_get_monotonic_time();
        entry->etag = g_compute_checksum_for_data(G_CHECKSUM_MD5, (const guchar *) json, length);
        entry->body = g_bytes_new_take(json, length);
        entry->link.data = entry;
        return entry;
}

/* Whether to spend time on the compressed form: not for who takes none, nor for who has the answer already. */
static gboolean wants_packed(const Entry *entry, const RestRequest *request) {
        const char *takes, *has;

        if (g_bytes_get_size(entry->body) < PACK_MIN)
                return FALSE;
        takes = rest_request_get_header(request, "Accept-Encoding");
        has = rest_request_get_header(request, "If-None-Match");
        return takes && strstr(takes, "gzip") && !(has && strstr(has, entry->etag));
}

static void reply(Entry *entry, RestRequest *request) {
        if (!entry->packed && wants_packed(entry, request))
                entry->packed = rest_gzip(entry->body, PACK_LEVEL);
        rest_request_reply_packed(request, 200, "application/json", entry->body, entry->packed, entry->etag);
}

static char *flight_key(const char *key, guint64 generation) {
        return g_strdup_printf("%" G_GINT64_MODIFIER "x %s", generation, key);
}

gboolean rest_cache_serve(RestCache *self, const char *key, guint64 generation, RestRequest *request) {
        Entry *entry = g_hash_table_lookup(self->entries, key);
        g_autofree char *flight = NULL;
        GPtrArray *waiting;
        gsize before;

        if (entry && entry->generation == generation &&
            g_get_monotonic_time() - entry->born_usec < REST_CACHE_AGE_USEC) {
                before = entry_size(entry);
                reply(entry, request);
                self->bytes += entry_size(entry) - before;
                make_room(self);
                self->hits++;
                return TRUE;
        }
        flight = flight_key(key, generation);
        waiting = g_hash_table_lookup(self->flights, flight);
        if (waiting) {
                g_ptr_array_add(waiting, rest_request_ref(request));
                self->hits++;
                return TRUE;
        }
        self->misses++;
        waiting = g_ptr_array_new_with_free_func((GDestroyNotify) rest_request_unref);
        g_ptr_array_add(waiting, rest_request_ref(request));
        g_hash_table_insert(self->flights, g_steal_pointer(&flight), waiting);
        return FALSE;
}

static GPtrArray *land(RestCache *self, const char *key, guint64 generation) {
        g_autofree char *flight = flight_key(key, generation);
        gpointer waiting = NULL;
        g_autofree char *stored = NULL;

        g_hash_table_steal_extended(self->flights, flight, (gpointer *) &stored, &waiting);
        return waiting;
}

void rest_cache_answer(RestCache *self, const char *key, guint64 generation, char *json) {
        g_autoptr(GPtrArray) waiting = land(self, key, generation);
        Entry *entry = entry_new(key, generation, json), *old = g_hash_table_lookup(self->entries, key);

        for (guint i = 0; waiting && i < waiting->len; i++)
                reply(entry, waiting->pdata[i]);
        if (entry_size(entry) > ENTRY_BYTES_MAX || (old && old->generation > generation)) {
                entry_free(entry);
                return;
        }
        if (old)
                drop(self, old);
        g_hash_table_insert(self->entries, entry->key, entry);
        g_queue_push_tail_link(&self->order, &entry->link);
        self->bytes += entry_size(entry);
        make_room(self);
}

void rest_cache_fail(RestCache *self, const char *key, guint64 generation, const GError *error) {
        g_autoptr(GPtrArray) waiting = land(self, key, generation);

        for (guint i = 0; waiting && i < waiting->len; i++)
                rest_request_reply_error(waiting->pdata[i], error);
}

void rest_cache_count(const RestCache *self, guint64 *ret_hits, guint64 *ret_misses) {
        *ret_hits = self->hits;
        *ret_misses = self->misses;
}
