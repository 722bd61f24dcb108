/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Host names of the allow list
 *
 * fail2ban would look a name of its ignore list up while it judges a line, on the thread that bans. So it gets the
 * addresses from us, and a job looks whether they are still the same.
 */

#include <netdb.h>
#include <netinet/in.h>
#include <string.h>

#include "core/error.h"
#include "core/log.h"
#include "services/allow/allow-private.h"

static gboolean address_from(const struct addrinfo *info, Address *ret) {
        char text[ADDRESS_TEXT_MAX];

        return getnameinfo(info->ai_addr, info->ai_addrlen, text, sizeof(text), NULL, 0, NI_NUMERICHOST) == 0 &&
               address_try_parse(text, ret);
}

static gint compare_texts(gconstpointer a, gconstpointer b) {
        return strcmp(*(const char *const *) a, *(const char *const *) b);
}

static GStrv take_addresses(const struct addrinfo *list) {
        g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
        GPtrArray *texts = g_ptr_array_new();

        for (const struct addrinfo *i = list; i && texts->len < ALLOW_ADDRESSES_MAX; i = i->ai_next) {
                char text[ADDRESS_TEXT_MAX];
                Address address;
                char *copy;

                if (!address_from(i, &address) || g_hash_table_contains(seen, address_format(&address, text)))
                        continue;
                copy = g_strdup(text);
                g_hash_table_add(seen, copy);
                g_ptr_array_add(texts, copy);
        }
        g_ptr_array_sort(texts, compare_texts);
        g_ptr_array_add(texts, NULL);
        return (GStrv) g_ptr_array_free(texts, FALSE);
}

/* The system's resolver: files, DNS, whatever it is set up to ask. */
static GStrv resolve_by_system(const char *name, GError **error) {
        const struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };
        struct addrinfo *list = NULL;
        int r = getaddrinfo(name, NULL, &hints, &list);
        GStrv addresses;

        if (r != 0) {
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_ADDRESS_NOT_FOUND, "the host name %s is not found: %s",
                            name, r == EAI_SYSTEM ? g_strerror(errno) : gai_strerror(r));
                return NULL;
        }
        addresses = take_addresses(list);
        freeaddrinfo(list);
        if (addresses[0])
                return addresses;
        g_strfreev(addresses);
        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_ADDRESS_NOT_FOUND, "the host name %s has no address", name);
        return NULL;
}

GStrv allow_resolve_name(Allow *self, const char *name, GError **error) {
        return (self->parts.resolve ? self->parts.resolve : resolve_by_system)(name, error);
}

static GStrv all_names(Allow *self) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);
        g_autoptr(GStrvBuilder) names = g_strv_builder_new();

        for (guint i = 0; i < self->entries->len; i++) {
                const AllowEntry *entry = self->entries->pdata[i];

                if (allow_kind(entry->entry) == ALLOW_NAME)
                        g_strv_builder_add(names, entry->entry);
        }
        return g_strv_builder_end(names);
}

static void note_problem(Allow *self, const char *name, const GError *failure) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);
        const char *before = g_hash_table_lookup(self->problems, name);

        if (g_strcmp0(before, failure->message) == 0)
                return;
        g_hash_table_insert(self->problems, g_strdup(name), g_strdup(failure->message));
        log_event(LOG_PRIORITY_WARNING, "allow.name-not-found",
                  "a host name of the allow list is not found; its last known addresses stay allowed", "DETAIL",
                  failure->message, NULL);
}

/* Takes addresses. The entry may have gone meanwhile. */
static gboolean take_found(Allow *self, const char *name, GStrv addresses, gint64 now, GError **error) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);
        g_auto(GStrv) taken = addresses;
        AllowEntry *entry = allow_find(self, name, NULL);
        AllowEntry changed;

        g_hash_table_remove(self->problems, name);
        if (!entry)
                return TRUE;
        if (g_strv_equal((const char *const *) entry->addresses, (const char *const *) taken)) {
                entry->resolved_at = now;
                return TRUE;
        }

        changed = *entry;
        changed.addresses = taken;
        changed.resolved_at = now;
        if (!allow_store_change(self->parts.store, &changed, error))
                return FALSE;
        g_strfreev(entry->addresses);
        *entry = changed;
        taken = NULL;
        allow_tell(self, name, "changed");
        return TRUE;
}

static gboolean resolve_one(Allow *self, const char *name, gint64 now, GError **error) {
        g_autoptr(GError) failure = NULL;
        GStrv addresses = allow_resolve_name(self, name, &failure);

        if (addresses)
                return take_found(self, name, addresses, now, error);
        note_problem(self, name, failure);
        return TRUE;
}

gboolean allow_resolve(Allow *self, gint64 now, Operation *operation, GError **error) {
        g_auto(GStrv) names = all_names(self);
        guint n = g_strv_length(names);

        for (guint i = 0; i < n; i++) {
                if (!operation_check(operation, error))
                        return FALSE;
                operation_report(operation, (double) i / n, names[i]);
                if (!resolve_one(self, names[i], now, error))
                        return FALSE;
        }
        return n == 0 || allow_apply(self, now, operation, error);
}
