/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a ban is held against: our entries, and what the administrator's ignore lists have besides. */

#include "services/allow/allow-private.h"

static gboolean any_counts(const AllowEntry *entry, const char *const *jails, gint64 now) {
        for (; *jails; jails++)
                if (allow_entry_counts(entry, *jails, now))
                        return TRUE;
        return FALSE;
}

static void guard_ours(const AllowEntry *entry, GHashTable *known, Guard *guard) {
        g_autofree char *why = g_strdup_printf("which the allow list has as %s%s%s%s", entry->entry,
                                               *entry->note ? " (" : "", entry->note, *entry->note ? ")" : "");

        if (allow_kind(entry->entry) != ALLOW_NAME) {
                guard_add_allowed(guard, entry->entry, why);
                g_hash_table_add(known, g_strdup(entry->entry));
        }
        for (guint i = 0; entry->addresses[i]; i++) {
                guard_add_allowed(guard, entry->addresses[i], why);
                g_hash_table_add(known, g_strdup(entry->addresses[i]));
        }
}

static void guard_theirs(Model *model, const char *jail, GHashTable *known, Guard *guard) {
        g_autofree char *why = g_strdup_printf("which jail '%s' ignores", jail);
        g_autoptr(GHashTable) texts = allow_ignored(model, jail);
        GHashTableIter iter;
        gpointer text;

        g_hash_table_iter_init(&iter, texts);
        while (g_hash_table_iter_next(&iter, &text, NULL))
                if (g_hash_table_add(known, g_strdup(text)))
                        guard_add_allowed(guard, text, why);
}

void allow_guard(Allow *self, const char *const *jails, gint64 now, Guard *guard) {
        g_autoptr(GHashTable) known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

        g_mutex_lock(&self->lock);
        for (guint i = 0; i < self->entries->len; i++)
                if (any_counts(self->entries->pdata[i], jails, now))
                        guard_ours(self->entries->pdata[i], known, guard);
        g_mutex_unlock(&self->lock);
        for (; *jails; jails++)
                guard_theirs(self->parts.model, *jails, known, guard);
}
