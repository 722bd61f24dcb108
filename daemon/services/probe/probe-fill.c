/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The first fill of the ban table, of all jails at the start and of one when it starts
 *
 * The database's rows are taken where they are as many as the jail counts; else only those that fail2ban's list has,
 * and what the list has beyond them comes from the list. Nothing is put in that would have to be taken out again.
 */

#include "services/probe/probe-entry.h"
#include "services/probe/probe-private.h"

typedef struct Fill {
        ProbeJail *jail;
        guint rows;
        GHashTable *listed; /* NULL: the database and the counter agree, each row counts */
} Fill;

static void fill_free(gpointer data) {
        Fill *fill = data;

        g_clear_pointer(&fill->listed, g_hash_table_unref);
        g_free(fill);
}

typedef struct FillReader {
        Probe *probe;
        GHashTable *fills; /* jail -> Fill */
        gboolean quiet;
} FillReader;

static void count_row(const Fail2banRow *row, gpointer userdata) {
        FillReader *self = userdata;
        Fill *fill = g_hash_table_lookup(self->fills, row->jail);

        if (fill)
                fill->rows++;
}

static void put_filling_row(const Fail2banRow *row, gpointer userdata) {
        FillReader *self = userdata;
        Fill *fill = g_hash_table_lookup(self->fills, row->jail);
        ProbeEntry entry;

        if (!fill)
                return;
        probe_entry_from_row(&entry, fill->jail, row);
        if (fill->listed && !g_hash_table_remove(fill->listed, entry.ban.id))
                return;
        ban_table_put(self->probe->bans, &entry.ban, self->probe->now, self->quiet);
}

static gboolean list_doubtful(Probe *self, GHashTable *fills, GError **error) {
        GHashTableIter iter;
        gpointer value;

        g_hash_table_iter_init(&iter, fills);
        while (g_hash_table_iter_next(&iter, NULL, &value)) {
                Fill *fill = value;
                g_auto(ProbeList) list = { NULL };

                if (fill->rows == fill->jail->counters.currently_banned)
                        continue;
                if (!probe_list_read(self, fill->jail, FALSE, &list, error))
                        return FALSE;
                fill->listed = g_steal_pointer(&list.ids);
        }
        return TRUE;
}

/* Two short reads of the database rather than one whose rows are kept: a table of 100,000 bans is then filled
 * without ever holding a second copy of it. */
static gboolean fill_from_database(Probe *self, GHashTable *fills, const char *only, GError **error) {
        gboolean quiet = !self->filled_once;
        FillReader reader = { .probe = self, .fills = fills, .quiet = quiet };
        Fail2banMark *mark = self->mark_valid ? NULL : &self->mark;
        GError *local = NULL;

        if (mark)
                fail2ban_mark_clear(mark);
        if (!fail2ban_database_running(self->database, only, self->now, mark, count_row, &reader, &local)) {
                probe_database_failed(self, local);
                return TRUE;
        }
        self->mark_valid = TRUE;
        if (!list_doubtful(self, fills, error))
                return FALSE;
        if (!fail2ban_database_running(self->database, only, self->now, NULL, put_filling_row, &reader, &local))
                probe_database_failed(self, local);
        return TRUE;
}

/* What fail2ban lists and the database does not know, or, without a database, everything. */
static gboolean fill_from_times(Probe *self, GHashTable *fills, GError **error) {
        gboolean quiet = !self->filled_once;
        GHashTableIter iter;
        gpointer value;

        g_hash_table_iter_init(&iter, fills);
        while (g_hash_table_iter_next(&iter, NULL, &value)) {
                Fill *fill = value;
                g_auto(ProbeList) list = { NULL };

                if (self->database ? !fill->listed || g_hash_table_size(fill->listed) == 0
                                   : fill->jail->counters.currently_banned == 0)
                        continue;
                if (!probe_list_read(self, fill->jail, TRUE, &list, error))
                        return FALSE;
                probe_list_put(self, fill->jail, self->database ? fill->listed : list.ids, &list, quiet);
        }
        return TRUE;
}

static GHashTable *collect_fills(Probe *self, const char **ret_only) {
        g_autoptr(GHashTable) fills = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, fill_free);
        GHashTableIter iter;
        gpointer value;

        g_hash_table_iter_init(&iter, self->jails);
        while (g_hash_table_iter_next(&iter, NULL, &value)) {
                ProbeJail *jail = value;
                Fill *fill;

                if (jail->filled)
                        continue;
                fill = g_new0(Fill, 1);
                fill->jail = jail;
                g_hash_table_insert(fills, jail->name, fill);
                *ret_only = jail->name;
        }

        /* The mark, where to go on reading, is set by a read of all jails. */
        if (g_hash_table_size(fills) != 1 || !self->mark_valid)
                *ret_only = NULL;
        return g_steal_pointer(&fills);
}

gboolean probe_fill(Probe *self, GError **error) {
        const char *only = NULL;
        g_autoptr(GHashTable) fills = collect_fills(self, &only);
        GHashTableIter iter;
        gpointer value;

        if (g_hash_table_size(fills) > 0 || (self->database && !self->mark_valid)) {
                if (self->database && !fill_from_database(self, fills, only, error))
                        return FALSE;
                if (!fill_from_times(self, fills, error))
                        return FALSE;
        }

        g_hash_table_iter_init(&iter, fills);
        while (g_hash_table_iter_next(&iter, NULL, &value))
                ((Fill *) value)->jail->filled = TRUE;
        self->filled_once = TRUE;
        return TRUE;
}
