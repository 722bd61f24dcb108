/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The probe's view of the jails
 *
 * Counters cost fail2ban 0.05 ms a jail and are read each time. Settings are about 33 commands a jail: read at once
 * for a jail that is new, in turn for the others, a few jails at a time, so that a hundred jails do not cost it
 * thousands of commands each half minute.
 */

#include "services/probe/probe-private.h"

#include "core/error.h"

#define SETTINGS_AT_ONCE 20 /* of those that are to be read */
#define SETTINGS_IN_TURN 1  /* of those that nothing speaks for, with each probe: about 32 commands */

GPtrArray *probe_jails(Probe *self) {
        g_autoptr(GPtrArray) all = g_ptr_array_new();
        GHashTableIter iter;
        gpointer jail;

        g_hash_table_iter_init(&iter, self->jails);
        while (g_hash_table_iter_next(&iter, NULL, &jail))
                g_ptr_array_add(all, jail);
        return g_steal_pointer(&all);
}

static ProbeJail *probe_jail_new(const char *name) {
        ProbeJail *jail = g_new0(ProbeJail, 1);

        jail->name = g_strdup(name);
        jail->refresh = TRUE;
        return jail;
}

void probe_jail_free(gpointer data) {
        ProbeJail *jail = data;

        g_clear_pointer(&jail->settings, g_variant_unref);
        g_free(jail->name);
        g_free(jail);
}

void probe_drop_jail(Probe *self, const char *name, const char *cause) {
        g_autofree char *kept = g_strdup(name); /* may be the hash table's own */

        ban_table_remove_jail(self->bans, kept, self->now, cause);
        model_remove_jail(self->model, kept);
        g_hash_table_remove(self->jails, kept);
}

void probe_drop_all_jails(Probe *self, const char *cause) {
        ban_table_remove_jail(self->bans, NULL, self->now, cause);
        g_hash_table_remove_all(self->jails);
}

typedef struct Census {
        Probe *probe;
        GHashTable *running; /* names */
        guint64 total_failed;
        gboolean changed;
} Census;

static void count_jail(const char *name, const Fail2banCounters *counters, gpointer userdata) {
        Census *self = userdata;
        ProbeJail *jail = g_hash_table_lookup(self->probe->jails, name);

        if (!jail) {
                jail = probe_jail_new(name);
                g_hash_table_insert(self->probe->jails, jail->name, jail);
                self->changed = TRUE;
        }
        jail->counters = *counters;
        self->total_failed += counters->total_failed;
        g_hash_table_add(self->running, g_strdup(name));
}

gboolean probe_read_jails(Probe *self, gboolean *ret_changed, GError **error) {
        g_autoptr(GHashTable) running = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        g_autoptr(GPtrArray) known = NULL;
        Census census = { .probe = self, .running = running };

        if (!fail2ban_all_counters(self->client, count_jail, &census, error))
                return FALSE;

        known = probe_jails(self);
        for (guint i = 0; i < known->len; i++) {
                const ProbeJail *jail = g_ptr_array_index(known, i);

                if (g_hash_table_contains(running, jail->name))
                        continue;
                probe_drop_jail(self, jail->name, "jail-stopped");
                census.changed = TRUE;
        }

        *ret_changed = census.changed || census.total_failed != self->total_failed;
        self->total_failed = census.total_failed;
        return TRUE;
}

static gint64 ban_time(GVariant *settings) {
        gint64 seconds = 0;

        if (settings)
                g_variant_lookup(settings, "BanTime", "x", &seconds);
        return seconds;
}

static void take_settings(Probe *self, ProbeJail *jail, GVariant *settings) {
        /* fail2ban applies a changed ban time to bans in force, but leaves their rows as they are. */
        if (jail->settings && ban_time(jail->settings) != ban_time(settings))
                jail->times_changed = TRUE;
        if (jail->settings && !g_variant_equal(jail->settings, settings))
                self->settings_changed = TRUE;

        g_clear_pointer(&jail->settings, g_variant_unref);
        jail->settings = g_variant_ref(settings);
        jail->refresh = FALSE;
}

/* One jail that answers nonsense must not hide the others: its settings stay as they were, or empty. */
static GVariant *read_settings(Probe *self, ProbeJail *jail, GError **error) {
        g_autoptr(GError) local = NULL;
        g_autoptr(GVariant) settings = fail2ban_jail_settings(self->client, jail->name, &local);

        if (settings)
                return g_variant_take_ref(g_steal_pointer(&settings));

        if (!g_error_matches(local, BANGUI_ERROR, BANGUI_ERROR_FAIL2BAN_PROTOCOL) &&
            !g_error_matches(local, BANGUI_ERROR, BANGUI_ERROR_REFUSED_BY_FAIL2BAN)) {
                g_propagate_error(error, g_steal_pointer(&local));
                return NULL;
        }
        if (!self->complaint)
                self->complaint = g_steal_pointer(&local);
        if (jail->settings)
                return g_variant_ref(jail->settings);
        return g_variant_ref_sink(g_variant_new_array(G_VARIANT_TYPE("{sv}"), NULL, 0));
}

static gboolean put_jail(Probe *self, ProbeJail *jail, gboolean with_settings, GError **error) {
        g_autoptr(GVariant) settings = NULL;

        if (with_settings) {
                settings = read_settings(self, jail, error);
                if (!settings)
                        return FALSE;
                take_settings(self, jail, settings);
        }
        model_put_jail(self->model, jail->name, &jail->counters, settings);
        return TRUE;
}

gboolean probe_read_jail(Probe *self, ProbeJail *jail, gboolean with_settings, GError **error) {
        return fail2ban_counters(self->client, jail->name, &jail->counters, error) &&
               put_jail(self, jail, with_settings, error);
}

gboolean probe_read_settings(Probe *self, GError **error) {
        g_autoptr(GPtrArray) all = probe_jails(self);
        guint refreshed = 0;

        for (guint i = 0; i < all->len; i++) {
                ProbeJail *jail = g_ptr_array_index(all, i);
                gboolean with_settings = !jail->settings || (jail->refresh && refreshed < SETTINGS_AT_ONCE);
                g_autoptr(GError) local = NULL;

                if (with_settings && jail->settings)
                        refreshed++;
                if (put_jail(self, jail, with_settings, &local)) {
                        if (jail->refresh)
                                probe_unsettle(self);
                        continue;
                }
                if (!g_error_matches(local, BANGUI_ERROR, BANGUI_ERROR_JAIL_NOT_FOUND)) {
                        g_propagate_error(error, g_steal_pointer(&local));
                        return FALSE;
                }
                /* It was stopped after we saw the list. */
                probe_drop_jail(self, jail->name, "jail-stopped");
        }

        return TRUE;
}

void probe_mark_all_settings(Probe *self) {
        GHashTableIter iter;
        gpointer jail;

        g_hash_table_iter_init(&iter, self->jails);
        while (g_hash_table_iter_next(&iter, NULL, &jail))
                ((ProbeJail *) jail)->refresh = TRUE;
}

void probe_mark_next_settings(Probe *self) {
        g_auto(GStrv) names = model_jails(self->model);
        guint n = g_strv_length(names), start = 0;

        while (self->turn && start < n && g_strcmp0(names[start], self->turn) <= 0)
                start++;

        for (guint i = 0; i < MIN(n, SETTINGS_IN_TURN); i++) {
                const char *name = names[(start + i) % n];
                ProbeJail *jail = g_hash_table_lookup(self->jails, name);

                if (jail)
                        jail->refresh = TRUE;
                g_free(self->turn);
                self->turn = g_strdup(name);
        }
}
