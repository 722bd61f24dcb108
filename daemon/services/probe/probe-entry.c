/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "services/probe/probe-entry.h"

#include "fail2ban/commands.h"

static const char *entry_set_id(ProbeEntry *self, const char *id) {
        self->ban.id = (char *) id;
        self->ban.is_address = address_try_parse(id, &self->ban.address);
        if (self->ban.is_address)
                self->ban.id = (char *) address_format(&self->ban.address, self->text);
        return self->ban.id;
}

static gint64 jail_ban_time(const ProbeJail *jail) {
        gint64 seconds = 0;

        if (jail->settings)
                g_variant_lookup(jail->settings, "BanTime", "x", &seconds);
        return seconds;
}

void probe_entry_from_row(ProbeEntry *self, const ProbeJail *jail, const Fail2banRow *row) {
        gint64 seconds = row->bantime == -2 ? jail_ban_time(jail) : row->bantime;

        *self = (ProbeEntry) {
                .ban = {
                        .jail = jail->name,
                        .banned_at = row->banned_at,
                        .ends_at = seconds < 0 ? -1 : row->banned_at + seconds,
                        .failures = row->failures,
                        .count = row->count,
                },
        };
        entry_set_id(self, row->id);
}

static void entry_from_times(ProbeEntry *self, const ProbeJail *jail, const char *id, const ProbeTimes *times) {
        *self = (ProbeEntry) {
                .ban = { .jail = jail->name, .banned_at = times->banned_at, .ends_at = times->ends_at },
        };
        entry_set_id(self, id);
}

void probe_list_clear(ProbeList *self) {
        g_clear_pointer(&self->ids, g_hash_table_unref);
}

static void add_listed(const char *id, gsize length, gint64 banned_at, gint64 ends_at, gpointer userdata) {
        ProbeList *self = userdata;
        g_autofree char *text = g_utf8_make_valid(id, (gssize) length);
        ProbeTimes *times = NULL;
        ProbeEntry entry;

        if (banned_at != 0) {
                times = g_new(ProbeTimes, 1);
                *times = (ProbeTimes) { banned_at, ends_at };
        }
        self->listed++;
        g_hash_table_insert(self->ids, g_strdup(entry_set_id(&entry, text)), times);
}

gboolean probe_list_read(Probe *self, ProbeJail *jail, gboolean with_times, ProbeList *ret, GError **error) {
        ret->ids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
        if (!fail2ban_ban_list(self->client, jail->name, with_times, add_listed, ret, error))
                return FALSE;
        jail->folded = (int) (ret->listed - g_hash_table_size(ret->ids));
        return TRUE;
}

void probe_list_put(Probe *self, ProbeJail *jail, GHashTable *wanted, const ProbeList *list, gboolean quiet) {
        GHashTableIter iter;
        gpointer id;

        g_hash_table_iter_init(&iter, wanted);
        while (g_hash_table_iter_next(&iter, &id, NULL)) {
                const ProbeTimes *times = g_hash_table_lookup(list->ids, id);
                ProbeEntry entry;

                if (!times)
                        continue;
                entry_from_times(&entry, jail, id, times);
                ban_table_put(self->bans, &entry.ban, self->now, quiet);
        }
}
