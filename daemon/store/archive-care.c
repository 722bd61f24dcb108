/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Keeping the archive: retention with daily totals, countries anew, origins that were recorded late. */

#include "store/archive-row.h"
#include "store/archive-store.h"

#define DAY_S (24 * 60 * 60)

static const char what_purge[] = "purging the archive";
static const char what_totals[] = "reading the totals of the archive";
static const char what_place[] = "writing countries";
static const char what_manual[] = "marking bans by hand";

static gboolean run_with(StoreConnection *connection, const char *sql, const char *what, gint64 first, gint64 second,
                         GError **error) {
        sqlite3_stmt *statement = store_statement(connection, sql, error);

        if (!statement)
                return FALSE;
        sqlite3_bind_int64(statement, 1, first);
        if (sqlite3_bind_parameter_count(statement) > 1)
                sqlite3_bind_int64(statement, 2, second);
        return store_run(connection, statement, what, error);
}

/* Retention */

typedef struct Purge {
        gint64 before_at;
        guint limit;
        guint bans, unbans;
} Purge;

/* The last id to go. */
static gboolean find_last(StoreConnection *connection, Purge *self, gint64 *ret, GError **error) {
        sqlite3_stmt *statement = store_statement(
                connection, "SELECT max(id), count(*) FROM (SELECT id FROM ban WHERE id < ?1 ORDER BY id LIMIT ?2)",
                error);
        gboolean row;

        if (!statement)
                return FALSE;
        sqlite3_bind_int64(statement, 1, ARCHIVE_ID(self->before_at, 0));
        sqlite3_bind_int64(statement, 2, self->limit);
        if (!store_next(connection, statement, what_purge, &row, error))
                return FALSE;
        *ret = sqlite3_column_int64(statement, 0);
        self->bans = (guint) sqlite3_column_int64(statement, 1);
        return TRUE;
}

static gboolean purge_bans(StoreConnection *connection, Purge *self, GError **error) {
        gint64 last;

        if (!find_last(connection, self, &last, error))
                return FALSE;
        return self->bans == 0 ||
               (run_with(connection,
                         "INSERT INTO ban_total (day, jail, country, origin, bans) "
                         "SELECT (id >> 20) / 86400, jail, country, origin, count(*) FROM ban WHERE id <= ? "
                         "GROUP BY 1, 2, 3, 4 "
                         "ON CONFLICT (day, jail, country, origin) DO UPDATE SET bans = bans + excluded.bans",
                         what_purge, last, 0, error) &&
                run_with(connection, "DELETE FROM ban_data WHERE id <= ?", what_purge, last, 0, error) &&
                run_with(connection, "DELETE FROM ban WHERE id <= ?", what_purge, last, 0, error));
}

static gboolean purge_unbans(StoreConnection *connection, Purge *self, GError **error) {
        if (!run_with(connection,
                      "DELETE FROM unban WHERE id IN (SELECT id FROM unban WHERE id < ? ORDER BY id LIMIT ?)",
                      what_purge, ARCHIVE_ID(self->before_at, 0), self->limit, error))
                return FALSE;
        self->unbans = store_changes(connection);
        return TRUE;
}

/* What was purged would be counted again if it were told again. */
static gboolean keep_bound(StoreConnection *connection, Purge *self, GError **error) {
        return run_with(connection,
                        "INSERT INTO sync (source, position, jail, address, banned_at, synced_at) "
                        "VALUES ('retention', 0, '', '', ?, 0) "
                        "ON CONFLICT (source) DO UPDATE SET banned_at = max(banned_at, excluded.banned_at)",
                        what_purge, self->before_at, 0, error);
}

static gboolean purge_step(StoreConnection *connection, gpointer userdata, GError **error) {
        Purge *self = userdata;

        if (!purge_bans(connection, self, error) || (self->bans == 0 && !purge_unbans(connection, self, error)))
                return FALSE;
        return self->bans + self->unbans == 0 || keep_bound(connection, self, error);
}

gboolean archive_store_purge(ArchiveStore *self, gint64 before_at, guint limit, guint *ret_bans, guint *ret_unbans,
                             GError **error) {
        Purge purge = { .before_at = CLAMP(before_at, 0, ARCHIVE_AT_MAX), .limit = limit };

        if (!store_write(self->store, purge_step, &purge, error))
                return FALSE;
        *ret_bans = purge.bans;
        *ret_unbans = purge.unbans;
        return TRUE;
}

typedef struct Totals {
        gint64 since_day, until_day;
        ArchiveTotalFunc each;
        gpointer userdata;
} Totals;

static gboolean read_totals(StoreConnection *connection, gpointer userdata, GError **error) {
        const Totals *self = userdata;
        sqlite3_stmt *statement = store_statement(connection,
                                                  "SELECT day, jail, country, origin, bans FROM ban_total "
                                                  "WHERE day >= ? AND day < ? ORDER BY day, jail, country, origin",
                                                  error);
        gboolean row;

        if (!statement)
                return FALSE;
        sqlite3_bind_int64(statement, 1, self->since_day);
        sqlite3_bind_int64(statement, 2, self->until_day);
        for (;;) {
                ArchiveTotal total;

                if (!store_next(connection, statement, what_totals, &row, error))
                        return FALSE;
                if (!row)
                        return TRUE;
                total = (ArchiveTotal) {
                        .day = sqlite3_column_int64(statement, 0),
                        .jail = (guint) sqlite3_column_int64(statement, 1),
                        .country = (CountryCode) sqlite3_column_int(statement, 2),
                        .origin = (ArchiveOrigin) sqlite3_column_int(statement, 3),
                        .bans = (guint64) sqlite3_column_int64(statement, 4),
                };
                self->each(&total, self->userdata);
        }
}

gboolean archive_store_totals(ArchiveStore *self, gint64 since_day, gint64 until_day, ArchiveTotalFunc each,
                              gpointer userdata, GError **error) {
        Totals totals = { since_day, until_day, each, userdata };

        return store_read(self->store, read_totals, &totals, error);
}

/* Countries anew */

typedef struct Placed {
        gint64 id;
        CountryCode country;
        guint32 network;
} Placed;

typedef struct Place {
        gint64 cursor, last;
        guint limit, n;
        ArchivePlaceFunc find;
        gpointer userdata;
        GArray *changed; /* of Placed */
        guint n_changed;
} Place;

/* Rows behind the cursor up to and with `last`, at most `limit`. */
static gboolean find_changed(StoreConnection *connection, Place *self, const char *sql, gint64 limit, GError **error) {
        sqlite3_stmt *statement = store_statement(connection, sql, error);

        if (!statement)
                return FALSE;
        sqlite3_bind_int64(statement, 1, self->cursor);
        sqlite3_bind_int64(statement, 2, self->last);
        sqlite3_bind_int64(statement, 3, limit);
        g_array_set_size(self->changed, 0);
        for (self->n = 0;; self->n++) {
                Placed placed;
                Address address;
                const char *text;
                gboolean row;

                if (!store_next(connection, statement, what_place, &row, error))
                        return FALSE;
                if (!row)
                        return TRUE;
                placed = (Placed) { .id = sqlite3_column_int64(statement, 0) };
                archive_row_read_who(statement, 1, &address, &text);
                if (!text)
                        self->find(&address, &placed.country, &placed.network, self->userdata);
                if (placed.country != sqlite3_column_int(statement, 2) ||
                    placed.network != sqlite3_column_int64(statement, 3))
                        g_array_append_val(self->changed, placed);
                self->cursor = placed.id;
        }
}

static gboolean write_changed(StoreConnection *connection, Place *self, const char *sql, GError **error) {
        for (guint i = 0; i < self->changed->len; i++) {
                const Placed *placed = &g_array_index(self->changed, Placed, i);
                sqlite3_stmt *statement = store_statement(connection, sql, error);

                if (!statement)
                        return FALSE;
                sqlite3_bind_int64(statement, 1, placed->id);
                sqlite3_bind_int(statement, 2, placed->country);
                sqlite3_bind_int64(statement, 3, placed->network);
                if (!store_run(connection, statement, what_place, error))
                        return FALSE;
        }
        self->n_changed += self->changed->len;
        return TRUE;
}

/* Bans first; then the unbans of the same stretch of time. */
static gboolean place_step(StoreConnection *connection, gpointer userdata, GError **error) {
        Place *self = userdata;
        gint64 start = self->cursor;

        self->last = G_MAXINT64;
        if (!find_changed(connection, self,
                          "SELECT id, address, country, network FROM ban WHERE id > ? AND id <= ? ORDER BY id LIMIT ?",
                          self->limit, error) ||
            !write_changed(connection, self, "UPDATE ban SET country = ?2, network = ?3 WHERE id = ?1", error))
                return FALSE;

        self->last = self->n < self->limit ? G_MAXINT64 : self->cursor;
        self->cursor = start;
        if (!find_changed(connection, self,
                          "SELECT id, address, country, network FROM unban WHERE id > ? AND id <= ? ORDER BY id "
                          "LIMIT ?",
                          -1, error) ||
            !write_changed(connection, self, "UPDATE unban SET country = ?2, network = ?3 WHERE id = ?1", error))
                return FALSE;
        self->cursor = self->last;
        return TRUE;
}

gboolean archive_store_place(ArchiveStore *self, gint64 *cursor, guint limit, ArchivePlaceFunc find, gpointer userdata,
                             guint *ret_changed, GError **error) {
        g_autoptr(GArray) changed = g_array_new(FALSE, FALSE, sizeof(Placed));
        Place place = { .cursor = *cursor, .limit = limit, .find = find, .userdata = userdata, .changed = changed };

        if (!store_write(self->store, place_step, &place, error))
                return FALSE;
        *cursor = place.cursor;
        *ret_changed = place.n_changed;
        return TRUE;
}

/* Bans by hand */

typedef struct Manual {
        gint64 after, last;
        gint64 since_at;
        guint changed;
} Manual;

static gboolean read_last_command(StoreConnection *connection, gpointer userdata, GError **error) {
        Manual *self = userdata;
        sqlite3_stmt *statement = store_statement(connection, "SELECT max(id) FROM manual", error);
        gboolean row;

        if (!statement || !store_next(connection, statement, what_manual, &row, error))
                return FALSE;
        self->last = sqlite3_column_int64(statement, 0);
        return TRUE;
}

/* For each address of a command, the newest ban that began before it was recorded and lasted until then. */
static gboolean mark_manual(StoreConnection *connection, gpointer userdata, GError **error) {
        Manual *self = userdata;
        sqlite3_stmt *statement = store_statement(
                connection,
                "UPDATE ban SET origin = 1 WHERE origin = 0 AND id IN ("
                "SELECT (SELECT max(b.id) FROM ban AS b INDEXED BY ban_address "
                "WHERE b.address = a.address AND b.jail = a.jail AND b.id < (c.at + 3) << 20 "
                "AND (b.bantime < 0 OR (b.id >> 20) + b.bantime >= c.at)) "
                "FROM manual AS c JOIN manual_address AS a INDEXED BY manual_address_manual ON a.manual = c.id "
                "WHERE c.id > ? AND c.id <= ? AND c.at >= ?)",
                error);

        if (!statement)
                return FALSE;
        sqlite3_bind_int64(statement, 1, self->after);
        sqlite3_bind_int64(statement, 2, self->last);
        sqlite3_bind_int64(statement, 3, self->since_at);
        if (!store_run(connection, statement, what_manual, error))
                return FALSE;
        self->changed = store_changes(connection);
        return TRUE;
}

gboolean archive_store_mark_manual(ArchiveStore *self, gint64 *after, gint64 now, guint *ret_changed, GError **error) {
        Manual manual = { .after = *after, .since_at = *after == 0 ? now - DAY_S : 0 };

        *ret_changed = 0;
        if (!store_read(self->store, read_last_command, &manual, error))
                return FALSE;
        if (manual.last <= manual.after)
                return TRUE;
        if (!store_write(self->store, mark_manual, &manual, error))
                return FALSE;
        *after = manual.last;
        *ret_changed = manual.changed;
        return TRUE;
}
