/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The probe's care for the ban table
 *
 * There are three witnesses, used in the order of what they cost:
 *
 *  - the counter of a jail (fail2ban: 0.05 ms): says that something is wrong, not what;
 *  - fail2ban's database (fail2ban: nothing): new rows are bans, rows that went are unbans. It is not always true: rows
 *    come some time after the ban, rows of bans that a stopped jail did not restore stay, and a changed ban time does
 *    not show;
 *  - fail2ban's list (1.2 us a ban of its only thread): the truth. To ask about single addresses is no way out:
 *    an address that is not banned costs fail2ban a walk over all bans of the jail, half as much as the whole list.
 *
 * So a small jail whose counter disagrees is compared with the list at once. In a large one the database's word is
 * taken if it explains the counter exactly, and the list is asked for when it does not and both have stood still, or
 * after some seconds.
 *
 * The ids in the table are copied before the list is asked for, and only differences between the two are applied: what
 * a service puts in or takes out meanwhile is then never undone.
 */

#include "core/error.h"
#include "services/probe/probe-entry.h"
#include "services/probe/probe-private.h"

#define PATIENCE_S 5    /* a large jail that disagrees for so long is listed even while it changes */
#define HELD_RETIME 3   /* bans found in force so many times after their end: ask for their real end */
#define HELD_PAUSE_S 30 /* then they are not asked for again so soon: the jail may be idle */
#define DUE_AT_ONCE 20000

static gboolean is_over(const Ban *ban, gint64 now) {
        return ban->ends_at >= 0 && ban->ends_at <= now;
}

/* fail2ban rounds the time of a ban to seconds in its database, so an end may come a second early. */
static void remove_ban(Probe *self, const ProbeJail *jail, const char *id) {
        Ban ban;
        gboolean over;

        if (!ban_table_get(self->bans, jail->name, id, &ban))
                return;
        over = is_over(&ban, self->now + 1);
        ban_clear(&ban);
        ban_table_remove(self->bans, jail->name, id, self->now, over ? "expired" : "unbanned");
}

/* The database */

typedef struct RowReader {
        Probe *probe;
        ProbeJail *jail;    /* NULL = of the row */
        gint64 newer_than;  /* rows of bans that were not known before count from here on */
        GHashTable *ids;    /* what is asked for, or what is in the table */
        GPtrArray *missing; /* copies of rows that the table lacks */
} RowReader;

static ProbeJail *reader_jail(const RowReader *self, const Fail2banRow *row) {
        return self->jail ? self->jail : g_hash_table_lookup(self->probe->jails, row->jail);
}

static void put_new_row(const Fail2banRow *row, gpointer userdata) {
        RowReader *self = userdata;
        ProbeJail *jail = reader_jail(self, row);
        ProbeEntry entry;

        if (!jail || !jail->filled)
                return;
        probe_entry_from_row(&entry, jail, row);
        if (!is_over(&entry.ban, self->probe->now))
                ban_table_put(self->probe->bans, &entry.ban, self->probe->now, FALSE);
}

/* After the numbering broke off: what is newer than what we have. Rows that lack in the table for another reason are
 * the counters' business. */
static void put_newer_row(const Fail2banRow *row, gpointer userdata) {
        RowReader *self = userdata;
        ProbeJail *jail = reader_jail(self, row);
        gboolean newer;
        ProbeEntry entry;
        Ban known;

        if (!jail || !jail->filled)
                return;
        probe_entry_from_row(&entry, jail, row);
        if (ban_table_get(self->probe->bans, jail->name, entry.ban.id, &known)) {
                newer = row->banned_at > known.banned_at || row->count > known.count;
                ban_clear(&known);
        } else {
                newer = row->banned_at >= self->newer_than;
        }
        if (newer && !is_over(&entry.ban, self->probe->now))
                ban_table_put(self->probe->bans, &entry.ban, self->probe->now, FALSE);
}

static gboolean read_all_rows(Probe *self, GError **error) {
        RowReader reader = { .probe = self, .newer_than = self->mark.banned_at };

        fail2ban_mark_clear(&self->mark);
        self->mark_valid =
                fail2ban_database_running(self->database, NULL, self->now, &self->mark, put_newer_row, &reader, error);
        return self->mark_valid;
}

gboolean probe_read_rows(Probe *self) {
        RowReader reader = { .probe = self };
        Fail2banDelta delta = FAIL2BAN_DELTA_NOTHING;
        GError *error = NULL;

        if (!self->database || !self->mark_valid)
                return FALSE;

        if (!fail2ban_database_delta(self->database, &self->mark, &delta, put_new_row, &reader, &error) ||
            (delta == FAIL2BAN_DELTA_RESTART && !read_all_rows(self, &error)))
                probe_database_failed(self, error);
        return delta != FAIL2BAN_DELTA_NOTHING;
}

static gboolean put_by_times(Probe *self, ProbeJail *jail, GHashTable *wanted, gboolean quiet, GError **error) {
        g_auto(ProbeList) list = { NULL };

        if (!probe_list_read(self, jail, TRUE, &list, error))
                return FALSE;
        probe_list_put(self, jail, wanted, &list, quiet);
        return TRUE;
}

/* One jail */

static GHashTable *table_ids(Probe *self, const ProbeJail *jail) {
        g_autoptr(GHashTable) set = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        g_autofree char **ids = ban_table_ids(self->bans, jail->name);

        for (guint i = 0; ids[i]; i++)
                g_hash_table_add(set, ids[i]); /* the set takes the text */
        return g_steal_pointer(&set);
}

static void put_wanted_row(const Fail2banRow *row, gpointer userdata) {
        RowReader *self = userdata;
        ProbeEntry entry;

        probe_entry_from_row(&entry, self->jail, row);
        if (g_hash_table_remove(self->ids, entry.ban.id))
                ban_table_put(self->probe->bans, &entry.ban, self->probe->now, FALSE);
}

/* Takes out of `missing` what it could put. */
static void put_from_database(Probe *self, ProbeJail *jail, GHashTable *missing) {
        RowReader reader = { .probe = self, .jail = jail, .ids = missing };
        GError *error = NULL;

        if (!fail2ban_database_running(self->database, jail->name, self->now, NULL, put_wanted_row, &reader, &error))
                probe_database_failed(self, error);
}

static gboolean compare_with_list(Probe *self, ProbeJail *jail, gboolean insist, GError **error) {
        g_autoptr(GHashTable) known = table_ids(self, jail);
        g_autoptr(GHashTable) missing = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        g_auto(ProbeList) list = { NULL };
        GHashTableIter iter;
        gpointer id;

        if (!probe_list_read(self, jail, !self->database, &list, error))
                return FALSE;

        g_hash_table_iter_init(&iter, known);
        while (g_hash_table_iter_next(&iter, &id, NULL))
                if (!g_hash_table_contains(list.ids, id))
                        remove_ban(self, jail, id);

        g_hash_table_iter_init(&iter, list.ids);
        while (g_hash_table_iter_next(&iter, &id, NULL))
                if (!g_hash_table_contains(known, id))
                        g_hash_table_add(missing, g_strdup(id));

        if (g_hash_table_size(missing) == 0)
                return TRUE;
        if (!self->database) {
                probe_list_put(self, jail, missing, &list, FALSE);
                return TRUE;
        }
        put_from_database(self, jail, missing);
        if (g_hash_table_size(missing) > 0 && insist)
                return put_by_times(self, jail, missing, FALSE, error);
        return TRUE;
}

static void note_row(const Fail2banRow *row, gpointer userdata) {
        RowReader *self = userdata;
        ProbeEntry entry;
        Fail2banRow *copy;

        probe_entry_from_row(&entry, self->jail, row);
        if (g_hash_table_remove(self->ids, entry.ban.id))
                return;
        copy = g_new(Fail2banRow, 1);
        *copy = *row;
        copy->jail = NULL;
        copy->id = g_strdup(row->id);
        g_ptr_array_add(self->missing, copy);
}

static void row_copy_free(gpointer data) {
        Fail2banRow *row = data;

        g_free(row->id);
        g_free(row);
}

/* Leaves in `ids` what is still in force by the clock, gives back what is not. */
static GPtrArray *take_due(Probe *self, ProbeJail *jail, GHashTable *ids) {
        g_autoptr(GPtrArray) due = g_ptr_array_new_with_free_func(g_free);
        GHashTableIter iter;
        gpointer id;
        Ban ban;

        g_hash_table_iter_init(&iter, ids);
        while (g_hash_table_iter_next(&iter, &id, NULL)) {
                if (!ban_table_get(self->bans, jail->name, id, &ban))
                        continue;
                if (is_over(&ban, self->now)) {
                        g_ptr_array_add(due, id);
                        g_hash_table_iter_steal(&iter);
                }
                ban_clear(&ban);
        }
        return g_steal_pointer(&due);
}

/* Applies what the database says when that makes the table's count the counter's. */
static gboolean believe_database(Probe *self, ProbeJail *jail, guint table, guint counter) {
        g_autoptr(GHashTable) gone = table_ids(self, jail);
        g_autoptr(GPtrArray) missing = g_ptr_array_new_with_free_func(row_copy_free);
        g_autoptr(GPtrArray) due = NULL;
        RowReader reader = { .probe = self, .jail = jail, .ids = gone, .missing = missing };
        GError *error = NULL;
        GHashTableIter iter;
        gpointer id;
        guint result;

        if (!fail2ban_database_running(self->database, jail->name, self->now, NULL, note_row, &reader, &error)) {
                probe_database_failed(self, error);
                return FALSE;
        }
        due = take_due(self, jail, gone);
        result = table + missing->len - g_hash_table_size(gone);
        if (result != counter && result - due->len != counter)
                return FALSE;

        for (guint i = 0; result != counter && i < due->len; i++)
                remove_ban(self, jail, g_ptr_array_index(due, i));
        g_hash_table_iter_init(&iter, gone);
        while (g_hash_table_iter_next(&iter, &id, NULL))
                remove_ban(self, jail, id);
        for (guint i = 0; i < missing->len; i++) {
                ProbeEntry entry;

                probe_entry_from_row(&entry, jail, g_ptr_array_index(missing, i));
                ban_table_put(self->bans, &entry.ban, self->now, FALSE);
        }
        return TRUE;
}

static void move_end(Probe *self, ProbeJail *jail, const char *id, const ProbeTimes *times) {
        Ban ban;

        if (!times || !ban_table_get(self->bans, jail->name, id, &ban))
                return;
        if (ban.ends_at != times->ends_at &&
            (ban.ends_at < 0 || times->ends_at < 0 || ABS(ban.ends_at - times->ends_at) > 1)) {
                ban.ends_at = times->ends_at;
                ban_table_put(self->bans, &ban, self->now, FALSE);
        }
        ban_clear(&ban);
}

static gboolean read_ends_anew(Probe *self, ProbeJail *jail, GError **error) {
        g_autoptr(GHashTable) known = table_ids(self, jail);
        g_auto(ProbeList) list = { NULL };
        GHashTableIter iter;
        gpointer id;

        if (g_hash_table_size(known) == 0)
                return TRUE;
        if (!probe_list_read(self, jail, TRUE, &list, error))
                return FALSE;

        g_hash_table_iter_init(&iter, known);
        while (g_hash_table_iter_next(&iter, &id, NULL))
                move_end(self, jail, id, g_hash_table_lookup(list.ids, id));
        return TRUE;
}

static gboolean resolve(Probe *self, ProbeJail *jail, guint table, guint counter, gboolean insist, GError **error) {
        gint64 waited = self->now - jail->disagrees_since;
        gboolean still = jail->last_table == table && jail->last_counter == counter;

        jail->last_table = table;
        jail->last_counter = counter;

        if (!self->database || MAX(table, counter) <= PROBE_SMALL_JAIL)
                return compare_with_list(self, jail, insist || waited >= 1, error);
        if ((table > counter || waited >= 1 || insist) && believe_database(self, jail, table, counter))
                return TRUE;
        if (!insist && !(still && waited >= 1) && waited < PATIENCE_S)
                return TRUE;
        jail->disagrees_since = self->now;
        return compare_with_list(self, jail, TRUE, error);
}

static guint expected_count(const ProbeJail *jail) {
        return (guint) MAX((gint64) jail->counters.currently_banned - jail->folded, 0);
}

gboolean probe_check_bans(Probe *self, ProbeJail *jail, gboolean insist, GError **error) {
        guint table = ban_table_count(self->bans, jail->name), counter = expected_count(jail);

        if (jail->times_changed) {
                if (!read_ends_anew(self, jail, error))
                        return FALSE;
                jail->times_changed = FALSE;
        }
        if (table == counter) {
                jail->disagrees_since = 0;
                return TRUE;
        }
        if (jail->disagrees_since == 0)
                jail->disagrees_since = self->now;
        if (!resolve(self, jail, table, counter, insist, error))
                return FALSE;

        if (ban_table_count(self->bans, jail->name) == expected_count(jail))
                jail->disagrees_since = 0;
        else
                probe_unsettle(self);
        return TRUE;
}

/* Bans whose end has come */

static void note_due(const Ban *ban, gpointer userdata) {
        GHashTable *due = userdata;
        GPtrArray *ids = g_hash_table_lookup(due, ban->jail);

        if (!ids) {
                ids = g_ptr_array_new_with_free_func(g_free);
                g_hash_table_insert(due, g_strdup(ban->jail), ids);
        }
        g_ptr_array_add(ids, g_strdup(ban->id));
}

/* fail2ban lifts bans in rounds of a second, so at first it is only late. Later on it may have been told another ban
 * time, or have been told to be idle. */
static gboolean still_held(Probe *self, ProbeJail *jail, GError **error) {
        jail->held++;
        jail->retry_at = self->now + (jail->held > HELD_RETIME ? HELD_PAUSE_S : 1);
        return jail->held == HELD_RETIME ? read_ends_anew(self, jail, error) : TRUE;
}

static gboolean end_bans_of(Probe *self, ProbeJail *jail, GPtrArray *due, GError **error) {
        guint table, counter;

        if (!probe_read_jail(self, jail, FALSE, error))
                return FALSE;

        table = ban_table_count(self->bans, jail->name);
        counter = expected_count(jail);
        if (table == counter)
                return still_held(self, jail, error);

        if (table > PROBE_SMALL_JAIL && table - due->len == counter) {
                for (guint i = 0; i < due->len; i++)
                        ban_table_remove(self->bans, jail->name, g_ptr_array_index(due, i), self->now, "expired");
                jail->held = 0;
                return TRUE;
        }
        if (table > PROBE_SMALL_JAIL && jail->held < HELD_RETIME)
                return still_held(self, jail, error);
        jail->held = 0;
        jail->retry_at = self->now + 1;
        return probe_check_bans(self, jail, TRUE, error);
}

gboolean probe_end_bans(Probe *self, GError **error) {
        g_autoptr(GHashTable) due =
                g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
        GHashTableIter iter;
        gpointer name, ids;

        ban_table_due(self->bans, self->now, DUE_AT_ONCE, note_due, due);
        g_hash_table_iter_init(&iter, due);
        while (g_hash_table_iter_next(&iter, &name, &ids)) {
                ProbeJail *jail = g_hash_table_lookup(self->jails, name);
                g_autoptr(GError) local = NULL;

                if (!jail || jail->retry_at > self->now || end_bans_of(self, jail, ids, &local))
                        continue;
                if (!g_error_matches(local, BANGUI_ERROR, BANGUI_ERROR_JAIL_NOT_FOUND)) {
                        g_propagate_error(error, g_steal_pointer(&local));
                        return FALSE;
                }
                probe_drop_jail(self, name, "jail-stopped");
        }
        return TRUE;
}
