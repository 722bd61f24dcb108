/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The entries, as memory and database have them. */

#include "services/allow/allow.h"

#include "services/allow/allow-private.h"

AllowKind allow_kind(const char *entry) {
        Address address;

        if (!address_try_parse(entry, &address))
                return ALLOW_NAME;
        return address_is_single(&address) ? ALLOW_ADDRESS : ALLOW_NETWORK;
}

gboolean allow_entry_counts(const AllowEntry *entry, const char *jail, gint64 now) {
        if (entry->expires_at > 0 && entry->expires_at <= now)
                return FALSE;
        return !jail || !entry->jails[0] || g_strv_contains((const char *const *) entry->jails, jail);
}

AllowEntry *allow_find(Allow *self, const char *text, guint *ret_index) {
        for (guint i = 0; i < self->entries->len; i++) {
                AllowEntry *entry = self->entries->pdata[i];

                if (!g_str_equal(entry->entry, text))
                        continue;
                if (ret_index)
                        *ret_index = i;
                return entry;
        }
        return NULL;
}

static void want(GHashTable *wanted, const char *text, gboolean unban) {
        gboolean before = GPOINTER_TO_INT(g_hash_table_lookup(wanted, text));

        g_hash_table_insert(wanted, g_strdup(text), GINT_TO_POINTER(before || unban));
}

GHashTable *allow_wanted(Allow *self, const char *jail, gint64 now) {
        GHashTable *wanted = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

        for (guint i = 0; i < self->entries->len; i++) {
                const AllowEntry *entry = self->entries->pdata[i];

                if (!allow_entry_counts(entry, jail, now))
                        continue;
                if (allow_kind(entry->entry) != ALLOW_NAME)
                        want(wanted, entry->entry, entry->unban);
                for (guint j = 0; entry->addresses[j]; j++)
                        want(wanted, entry->addresses[j], entry->unban);
        }
        return wanted;
}

static GVariant *state(Allow *self) {
        GVariantDict properties;

        g_variant_dict_init(&properties, NULL);
        g_variant_dict_insert(&properties, "Entries", "u", self->entries->len);
        return g_variant_ref_sink(g_variant_dict_end(&properties));
}

GVariant *allow_state(Allow *self) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

        return state(self);
}

void allow_tell(Allow *self, const char *entry, const char *change) {
        g_autoptr(GVariant) dictionary = state(self);

        event_emit(&self->parts.sink, EVENT_ALLOW, entry, change, dictionary);
}

void allow_tell_next(Allow *self) {
        gint64 next = self->again_at;

        for (guint i = 0; i < self->entries->len; i++) {
                const AllowEntry *entry = self->entries->pdata[i];

                if (entry->expires_at > 0 && (next == 0 || entry->expires_at < next))
                        next = entry->expires_at;
        }
        if (self->parts.next)
                self->parts.next(next, self->parts.userdata);
}

guint allow_size(Allow *self) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

        return self->entries->len;
}

Allow *allow_new(const AllowParts *parts, GError **error) {
        g_autoptr(GPtrArray) entries = allow_store_entries(parts->store, error);
        Allow *self;

        if (!entries)
                return NULL;
        self = g_new0(Allow, 1);
        self->parts = *parts;
        self->programs = (Fail2banPrograms) {
                .client = g_strdup(parts->programs->client),
                .configuration = g_strdup(parts->programs->configuration),
                .socket = g_strdup(parts->programs->socket),
                .timeout_s = parts->programs->timeout_s,
        };
        self->parts.programs = &self->programs;
        self->entries = g_steal_pointer(&entries);
        self->problems = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
        self->running = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
        g_mutex_init(&self->lock);
        g_mutex_init(&self->applying);
        allow_tell_next(self);
        return self;
}

void allow_free(Allow *self) {
        if (!self)
                return;
        g_mutex_clear(&self->applying);
        g_mutex_clear(&self->lock);
        g_hash_table_unref(self->running);
        g_hash_table_unref(self->problems);
        g_ptr_array_unref(self->entries);
        g_free((char *) self->programs.client);
        g_free((char *) self->programs.configuration);
        g_free((char *) self->programs.socket);
        g_free(self);
}
