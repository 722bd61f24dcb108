/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Adding to the archive: a batch of events, each once. */

#include "store/archive-write.h"

static const char what_add[] = "writing the archive";

#define INSERT_BAN \
        "INSERT INTO ban (id, jail, address, country, network, bantime, count, failures, origin, sources, ended_at, " \
        "cause) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0)"

/* New rows */

/* The next id of a second; 0: it is full, which more bans in a second take than any machine carries out. */
static gboolean next_id(ArchiveWrite *self, gint64 at, gint64 *ret, GError **error) {
        sqlite3_stmt *statement;
        gboolean row;

        if (at > self->newest) {
                self->second = self->newest = at;
                self->next = ARCHIVE_ID(at, 0);
        } else if (at != self->second) {
                statement =
                        store_statement(self->connection, "SELECT max(id) FROM ban WHERE id BETWEEN ? AND ?", error);
                if (!statement)
                        return FALSE;
                sqlite3_bind_int64(statement, 1, ARCHIVE_ID(at, 0));
                sqlite3_bind_int64(statement, 2, ARCHIVE_ID(at, ARCHIVE_SEQUENCE_MAX));
                if (!store_next(self->connection, statement, what_add, &row, error))
                        return FALSE;
                self->second = at;
                self->next = sqlite3_column_type(statement, 0) == SQLITE_NULL ? ARCHIVE_ID(at, 0)
                                                                              : sqlite3_column_int64(statement, 0) + 1;
        }
        *ret = ARCHIVE_ID_TIME(self->next) == at ? self->next++ : 0;
        return TRUE;
}

/* By hand is what is known to be, or when the newest command by hand for who and jail lies within this ban. */
static gboolean read_origin(ArchiveWrite *self, const ArchiveEvent *event, gint64 at, ArchiveOrigin *ret,
                            GError **error) {
        sqlite3_stmt *statement;
        gboolean row = event->by_hand;

        if (!row && self->has_manual && !event->text) {
                statement = store_statement(self->connection,
                                            "SELECT 1 FROM manual_address JOIN manual ON manual.id = manual "
                                            "WHERE address = ? AND jail = ? AND manual.at BETWEEN ? AND ?",
                                            error);
                if (!statement)
                        return FALSE;
                store_bind_address(statement, 1, &event->address);
                sqlite3_bind_int64(statement, 2, self->jail);
                sqlite3_bind_int64(statement, 3, at - ARCHIVE_SLACK_S);
                sqlite3_bind_int64(statement, 4, event->bantime < 0 ? G_MAXINT64 : at + event->bantime);
                if (!store_next(self->connection, statement, what_add, &row, error))
                        return FALSE;
        }
        *ret = row                                                        ? ARCHIVE_ORIGIN_MANUAL
               : g_strcmp0(event->jail, self->batch->blocklist_jail) == 0 ? ARCHIVE_ORIGIN_BLOCKLIST
                                                                          : ARCHIVE_ORIGIN_SELF;
        return TRUE;
}

static gboolean insert_ban(ArchiveWrite *self, const ArchiveBan *ban, GError **error) {
        sqlite3_stmt *statement = store_statement(self->connection, INSERT_BAN, error);

        if (!statement)
                return FALSE;
        sqlite3_bind_int64(statement, 1, ban->id);
        sqlite3_bind_int64(statement, 2, ban->jail);
        archive_row_bind_who(statement, 3, &ban->address, ban->text);
        sqlite3_bind_int(statement, 4, ban->country);
        sqlite3_bind_int64(statement, 5, ban->network);
        sqlite3_bind_int64(statement, 6, ban->bantime);
        sqlite3_bind_int64(statement, 7, ban->count);
        sqlite3_bind_int64(statement, 8, ban->failures);
        sqlite3_bind_int(statement, 9, (int) ban->origin);
        sqlite3_bind_int(statement, 10, (int) ban->sources);
        return store_run(self->connection, statement, what_add, error);
}

static gboolean put_data(ArchiveWrite *self, gint64 ban, const char *data, GError **error) {
        sqlite3_stmt *statement;

        if (!data)
                return TRUE;
        statement =
                store_statement(self->connection, "INSERT OR REPLACE INTO ban_data (id, data) VALUES (?, ?)", error);
        if (!statement)
                return FALSE;
        sqlite3_bind_int64(statement, 1, ban);
        store_bind_text(statement, 2, data);
        return store_run(self->connection, statement, what_add, error);
}

gboolean archive_write_ban(ArchiveWrite *self, const ArchiveEvent *event, gint64 at, ArchiveBan *ret, GError **error) {
        *ret = (ArchiveBan) {
                .jail = self->jail,
                .text = event->text,
                .address = event->address,
                .country = event->country,
                .network = event->network,
                .banned_at = at,
                .bantime = event->bantime,
                .count = event->count,
                .failures = event->failures,
                .sources = self->batch->source,
        };
        if (!next_id(self, at, &ret->id, error) || !read_origin(self, event, at, &ret->origin, error))
                return FALSE;
        if (ret->id == 0) {
                self->tally.refused++;
                return TRUE;
        }
        if (!insert_ban(self, ret, error) || !put_data(self, ret->id, event->data, error))
                return FALSE;
        self->tally.bans++;
        g_array_append_val(self->added, *ret);
        return !self->has_loose || archive_link_loose(self, ret, error);
}

/* Known rows */

static gboolean is_longer(gint64 a, gint64 b) {
        if (a == b || a == -2 || b == -1)
                return FALSE;
        return a == -1 || b == -2 || a > b;
}

/* The database's time takes the place of another witness's. */
static gboolean move_ban(ArchiveWrite *self, ArchiveBan *row, gint64 at, GError **error) {
        static const char *const steps[] = {
                "INSERT INTO ban SELECT ?2, jail, address, country, network, bantime, count, failures, origin, "
                "sources, ended_at, cause FROM ban WHERE id = ?1",
                "UPDATE ban_data SET id = ?2 WHERE id = ?1",
                "UPDATE unban SET ban = ?2 WHERE ban = ?1 AND address = (SELECT address FROM ban WHERE id = ?1)",
                "DELETE FROM ban WHERE id = ?1",
        };
        gint64 id;

        if (!next_id(self, at, &id, error))
                return FALSE;
        if (id == 0)
                return TRUE;
        for (guint i = 0; i < G_N_ELEMENTS(steps); i++) {
                sqlite3_stmt *statement = store_statement(self->connection, steps[i], error);

                if (!statement)
                        return FALSE;
                sqlite3_bind_int64(statement, 1, row->id);
                sqlite3_bind_int64(statement, 2, id);
                if (!store_run(self->connection, statement, what_add, error))
                        return FALSE;
        }
        row->id = id;
        row->banned_at = at;
        self->moved = TRUE;
        return TRUE;
}

static gboolean update_ban(ArchiveWrite *self, const ArchiveBan *ban, GError **error) {
        sqlite3_stmt *statement = store_statement(
                self->connection, "UPDATE ban SET bantime = ?2, count = ?3, failures = ?4, sources = ?5 WHERE id = ?1",
                error);

        if (!statement)
                return FALSE;
        sqlite3_bind_int64(statement, 1, ban->id);
        sqlite3_bind_int64(statement, 2, ban->bantime);
        sqlite3_bind_int64(statement, 3, ban->count);
        sqlite3_bind_int64(statement, 4, ban->failures);
        sqlite3_bind_int64(statement, 5, ban->sources);
        return store_run(self->connection, statement, what_add, error);
}

/* Whether what the event says of the ban is better than what is known. */
static gboolean says_more(const ArchiveWrite *self, const ArchiveEvent *event, const ArchiveBan *row) {
        if (row->sources & ARCHIVE_SOURCE_DATABASE)
                return self->batch->source == ARCHIVE_SOURCE_DATABASE &&
                       (is_longer(event->bantime, row->bantime) || event->count > row->count);
        return self->batch->source == ARCHIVE_SOURCE_DATABASE || is_longer(event->bantime, row->bantime) ||
               event->count > row->count;
}

static gboolean merge_ban(ArchiveWrite *self, const ArchiveEvent *event, ArchiveBan *row, GError **error) {
        gboolean again = archive_is_again(self, event, row), more = again || says_more(self, event, row);
        guint source = self->batch->source;

        if (!more && (row->sources & source)) {
                self->tally.known++;
                return TRUE;
        }
        if (more) {
                row->bantime = event->bantime == -2 ? row->bantime : event->bantime;
                row->count = event->count > 0 ? event->count : row->count;
                row->failures = event->failures > 0 ? event->failures : row->failures;
                self->tally.changed++;
        } else {
                self->tally.known++;
        }
        row->sources |= source;
        if (source == ARCHIVE_SOURCE_DATABASE && row->banned_at != event->at && !move_ban(self, row, event->at, error))
                return FALSE;
        if (again && !archive_write_end(self, row->id, 0, ARCHIVE_CAUSE_NONE, error))
                return FALSE;
        return update_ban(self, row, error) && (!more || put_data(self, row->id, event->data, error));
}

static gboolean add_ban(ArchiveWrite *self, const ArchiveEvent *event, GError **error) {
        ArchiveBan row;
        gboolean found;

        if (!archive_match_ban(self, event, &row, &found, error))
                return FALSE;
        return found ? merge_ban(self, event, &row, error) : archive_write_ban(self, event, event->at, &row, error);
}

/* Also one that was added at that moment before, because its beginning is not known. */
static gboolean add_restored(ArchiveWrite *self, const ArchiveEvent *event, GError **error) {
        ArchiveBan row;
        gboolean found;

        if (!archive_match_running(self, event, &row, &found, error))
                return FALSE;
        if (!found || (row.bantime >= 0 && row.banned_at + row.bantime + ARCHIVE_SLACK_S < event->at))
                return archive_write_ban(self, event, event->at, &row, error);
        if (row.ended_at == 0 || row.ended_at > event->at) {
                self->tally.known++;
                return TRUE;
        }
        self->tally.changed++;
        return archive_write_end(self, row.id, 0, ARCHIVE_CAUSE_NONE, error);
}

static gboolean add_prolonged(ArchiveWrite *self, const ArchiveEvent *event, GError **error) {
        ArchiveBan row;
        gboolean found;

        if (!archive_match_running(self, event, &row, &found, error))
                return FALSE;
        if (!found || (row.ended_at != 0 && row.ended_at <= event->at))
                return archive_write_ban(self, event, event->at, &row, error);
        return merge_ban(self, event, &row, error);
}

/* One that nobody heard of before is seen in a dry run alone; it goes with the rest. */
static gboolean find_jail(ArchiveWrite *self, const char *name, GError **error) {
        sqlite3_stmt *statement;
        gboolean row;

        if (g_strcmp0(self->jail_name, name) == 0)
                return TRUE;
        self->jail_name = name;
        self->jail = archive_jail_cached(self->store, name);
        if (self->jail > 0)
                return TRUE;

        statement =
                store_statement(self->connection, "INSERT INTO jail (name) VALUES (?) ON CONFLICT DO NOTHING", error);
        if (!statement)
                return FALSE;
        store_bind_text(statement, 1, name);
        if (!store_run(self->connection, statement, what_add, error))
                return FALSE;
        statement = store_statement(self->connection, "SELECT id FROM jail WHERE name = ?", error);
        if (!statement)
                return FALSE;
        store_bind_text(statement, 1, name);
        if (!store_next(self->connection, statement, what_add, &row, error))
                return FALSE;
        self->jail = (guint) sqlite3_column_int64(statement, 0);
        return TRUE;
}

static gboolean add_one(ArchiveWrite *self, const ArchiveEvent *event, GError **error) {
        switch (event->kind) {
        case ARCHIVE_EVENT_BAN:
                return add_ban(self, event, error);
        case ARCHIVE_EVENT_RESTORED:
                return add_restored(self, event, error);
        case ARCHIVE_EVENT_PROLONGED:
                return add_prolonged(self, event, error);
        case ARCHIVE_EVENT_UNBAN:
                return archive_write_unban(self, event, error);
        default:
                g_return_val_if_reached(TRUE);
        }
}

static gboolean add_event(ArchiveWrite *self, const ArchiveEvent *event, GError **error) {
        ArchiveEvent copy;

        if (event->at < MAX(self->kept_from, 1) || event->at > ARCHIVE_AT_MAX) {
                self->tally.refused++;
                return TRUE;
        }
        if (!find_jail(self, event->jail, error))
                return FALSE;
        if (event->bantime <= ARCHIVE_AT_MAX)
                return add_one(self, event, error);

        /* so that no sum with it overflows */
        copy = *event;
        copy.bantime = ARCHIVE_AT_MAX;
        return add_one(self, &copy, error);
}

/* The batch */

static gboolean keep_position(ArchiveWrite *self, GError **error) {
        const ArchivePosition *position = self->batch->position;
        sqlite3_stmt *statement;

        if (!position)
                return TRUE;
        statement = store_statement(self->connection,
                                    "INSERT OR REPLACE INTO sync (source, position, jail, address, banned_at, "
                                    "synced_at) VALUES ('fail2ban', ?, ?, ?, ?, ?)",
                                    error);
        if (!statement)
                return FALSE;
        sqlite3_bind_int64(statement, 1, position->rowid);
        store_bind_text(statement, 2, position->jail ? position->jail : "");
        store_bind_text(statement, 3, position->id ? position->id : "");
        sqlite3_bind_int64(statement, 4, position->banned_at);
        sqlite3_bind_int64(statement, 5, self->batch->now);
        return store_run(self->connection, statement, what_add, error);
}

static gboolean read_facts(ArchiveWrite *self, GError **error) {
        sqlite3_stmt *statement =
                store_statement(self->connection,
                                "SELECT EXISTS (SELECT 1 FROM manual_address), "
                                "EXISTS (SELECT 1 FROM unban INDEXED BY unban_loose WHERE ban IS NULL), "
                                "(SELECT banned_at FROM sync WHERE source = 'retention'), (SELECT max(id) FROM ban)",
                                error);
        gboolean row;

        if (!statement || !store_next(self->connection, statement, what_add, &row, error))
                return FALSE;
        self->has_manual = sqlite3_column_int(statement, 0);
        self->has_loose = sqlite3_column_int(statement, 1);
        self->kept_from = sqlite3_column_int64(statement, 2);
        self->newest = ARCHIVE_ID_TIME(sqlite3_column_int64(statement, 3));
        return TRUE;
}

/* FALSE without an error: a dry run, which is rolled back. */
static gboolean add_all(StoreConnection *connection, gpointer userdata, GError **error) {
        ArchiveWrite *self = userdata;

        self->connection = connection;
        if (!read_facts(self, error))
                return FALSE;
        for (guint i = 0; i < self->batch->n; i++)
                if (!add_event(self, &self->batch->events[i], error))
                        return FALSE;
        return keep_position(self, error) && !self->batch->dry_run;
}

static gboolean ensure_jails(ArchiveStore *self, const ArchiveBatch *batch, GError **error) {
        const char *last = NULL;

        for (guint i = 0; i < batch->n && !batch->dry_run; i++) {
                if (g_strcmp0(batch->events[i].jail, last) == 0)
                        continue;
                last = batch->events[i].jail;
                if (!archive_jail_ensure(self, last, error))
                        return FALSE;
        }
        return TRUE;
}

static gint compare_ids(gconstpointer a, gconstpointer b) {
        const ArchiveBan *first = a, *second = b;

        return (first->id > second->id) - (first->id < second->id);
}

gboolean archive_store_add(ArchiveStore *self, const ArchiveBatch *batch, ArchiveTally *ret, GArray **ret_added,
                           gboolean *ret_moved, GError **error) {
        g_autoptr(GArray) added = g_array_new(FALSE, FALSE, sizeof(ArchiveBan));
        ArchiveWrite write = { .store = self, .batch = batch, .added = added, .second = -1 };
        GError *failure = NULL;

        if (!ensure_jails(self, batch, error))
                return FALSE;
        (void) store_write(self->store, add_all, &write, &failure);
        g_clear_pointer(&write.short_ones, g_hash_table_unref);
        if (failure) {
                g_propagate_error(error, failure);
                return FALSE;
        }

        *ret = write.tally;
        if (batch->dry_run)
                g_array_set_size(added, 0);
        g_array_sort(added, compare_ids);
        *ret_added = g_steal_pointer(&added);
        *ret_moved = write.moved && !batch->dry_run;
        return TRUE;
}
