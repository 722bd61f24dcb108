/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Reading the whole archive once: what the columns in memory are filled from
 *
 * The rows are arguments of an SQL function of ours, an aggregate: SQLite then runs through all of them without coming
 * back for each, which takes a third of the time off. A million rows are read at every start.
 */

#include "store/archive-row.h"

#define SCAN_PIECE 1024
#define SCAN_CHUNK 4096
#define SCAN_FUNCTION "archive_scan"

static const char what_scan[] = "reading the archive";

typedef struct Scan {
        gboolean whole;
        void (*taken)(gpointer userdata);
        ArchiveBansFunc each;
        gpointer userdata;
        ArchiveBan bans[SCAN_PIECE];
        guint n;
        GStringChunk *texts;
        gboolean ended; /* as `each` wished */
} Scan;

static void hand_out(Scan *self) {
        if (self->n > 0 && !self->ended)
                self->ended = !self->each(self->bans, self->n, self->userdata);
        self->n = 0;
        g_string_chunk_clear(self->texts);
}

static void read_who(Scan *self, sqlite3_value *value, ArchiveBan *ret) {
        if (sqlite3_value_type(value) == SQLITE_BLOB) {
                const void *bytes = sqlite3_value_blob(value);

                archive_row_read_address(bytes, sqlite3_value_bytes(value), &ret->address);
                ret->text = NULL;
        } else {
                const char *text = (const char *) sqlite3_value_text(value);

                ret->text = g_string_chunk_insert(self->texts, text ? text : "");
        }
}

static void read_rest(sqlite3_value **values, ArchiveBan *ret) {
        ret->bantime = sqlite3_value_int64(values[0]);
        ret->count = (guint) sqlite3_value_int64(values[1]);
        ret->failures = (guint) sqlite3_value_int64(values[2]);
        ret->sources = (guint) sqlite3_value_int64(values[3]);
        ret->ended_at = sqlite3_value_int64(values[4]);
        ret->cause = (ArchiveCause) sqlite3_value_int64(values[5]);
}

/* The first argument is the scan. */
static void on_row(sqlite3_context *context, int n_values, sqlite3_value **values) {
        Scan *self = sqlite3_value_pointer(values[0], SCAN_FUNCTION);
        ArchiveBan *ban = &self->bans[self->n++];

        ban->id = sqlite3_value_int64(values[1]);
        ban->banned_at = ARCHIVE_ID_TIME(ban->id);
        ban->jail = (guint) sqlite3_value_int64(values[2]);
        read_who(self, values[3], ban);
        ban->country = (CountryCode) sqlite3_value_int64(values[4]);
        ban->network = (guint32) sqlite3_value_int64(values[5]);
        ban->origin = (ArchiveOrigin) sqlite3_value_int64(values[6]);
        if (self->whole)
                read_rest(values + 7, ban);

        if (self->n == SCAN_PIECE)
                hand_out(self);
        if (self->ended)
                sqlite3_result_error(context, "ended", -1);
}

static void on_end(sqlite3_context *context) {
        sqlite3_result_null(context);
}

/* A table is read in the order of its rowid, which is the id, where no index is to be had. */
static const char sql_part[] =
        "SELECT " SCAN_FUNCTION "(?, id, jail, address, country, network, origin) FROM ban NOT INDEXED";
static const char sql_whole[] =
        "SELECT " SCAN_FUNCTION "(?, id, jail, address, country, network, origin, bantime, count, failures, sources,"
        " ended_at, cause) FROM ban NOT INDEXED";

/* SQLite refuses it while a statement of the connection runs. */
static gboolean add_function(StoreConnection *connection, sqlite3 *db, GError **error) {
        const int flags = SQLITE_UTF8 | SQLITE_DIRECTONLY;

        return sqlite3_create_function_v2(db, SCAN_FUNCTION, -1, flags, NULL, NULL, on_row, on_end, NULL) ==
                       SQLITE_OK ||
               store_fail(connection, what_scan, error);
}

static gboolean run_scan(StoreConnection *connection, Scan *self, GError **error) {
        sqlite3_stmt *statement = store_statement(connection, self->whole ? sql_whole : sql_part, error);
        g_autoptr(GError) failure = NULL;
        gboolean row;

        if (!statement)
                return FALSE;
        sqlite3_bind_pointer(statement, 1, self, SCAN_FUNCTION, NULL);
        if (!store_next(connection, statement, what_scan, &row, &failure) && !self->ended) {
                g_propagate_error(error, g_steal_pointer(&failure));
                return FALSE;
        }
        hand_out(self);
        return TRUE;
}

/* A snapshot stands from the first read on. */
static gboolean scan_all(StoreConnection *connection, gpointer userdata, GError **error) {
        Scan *self = userdata;
        sqlite3_stmt *statement = store_statement(connection, "SELECT max(id) FROM ban", error);
        gboolean row;

        if (!statement || !add_function(connection, sqlite3_db_handle(statement), error) ||
            !store_next(connection, statement, what_scan, &row, error))
                return FALSE;
        if (self->taken)
                self->taken(self->userdata);
        return run_scan(connection, self, error);
}

gboolean archive_store_scan(ArchiveStore *self, gboolean whole, void (*taken)(gpointer userdata), ArchiveBansFunc each,
                            gpointer userdata, GError **error) {
        g_autofree Scan *scan = g_new0(Scan, 1);
        gboolean done;

        scan->whole = whole;
        scan->taken = taken;
        scan->each = each;
        scan->userdata = userdata;
        scan->texts = g_string_chunk_new(SCAN_CHUNK);
        done = store_read(self->store, scan_all, scan, error);
        g_string_chunk_free(scan->texts);
        return done;
}
