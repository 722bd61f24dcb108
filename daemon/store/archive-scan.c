/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Reading the whole archive once: what the columns in memory are filled from. */

#include "store/archive-row.h"

#define SCAN_PIECE 1024
#define SCAN_CHUNK 4096

static const char what_scan[] = "reading the archive";

typedef struct Scan {
        gboolean whole;
        void (*taken)(gpointer userdata);
        ArchiveBansFunc each;
        gpointer userdata;
        ArchiveBan bans[SCAN_PIECE];
        guint n;
        GStringChunk *texts;
} Scan;

/* A million rows are read in this way at every start: fewer columns are less time. */
static void read_part(sqlite3_stmt *statement, ArchiveBan *ret) {
        ret->id = sqlite3_column_int64(statement, 0);
        ret->banned_at = ARCHIVE_ID_TIME(ret->id);
        ret->jail = (guint) sqlite3_column_int64(statement, 1);
        archive_row_read_who(statement, 2, &ret->address, &ret->text);
        ret->country = (CountryCode) sqlite3_column_int64(statement, 3);
        ret->network = (guint32) sqlite3_column_int64(statement, 4);
        ret->origin = (ArchiveOrigin) sqlite3_column_int64(statement, 5);
}

static void read_row(Scan *self, sqlite3_stmt *statement) {
        ArchiveBan *ban = &self->bans[self->n++];

        if (self->whole)
                archive_row_read(statement, 0, ban);
        else
                read_part(statement, ban);
        if (ban->text)
                ban->text = g_string_chunk_insert(self->texts, ban->text);
}

static gboolean hand_out(Scan *self) {
        guint n = self->n;

        self->n = 0;
        return n == 0 || self->each(self->bans, n, self->userdata);
}

/* A snapshot stands from the first read on. */
static gboolean take_snapshot(StoreConnection *connection, GError **error) {
        sqlite3_stmt *statement = store_statement(connection, "SELECT max(id) FROM ban", error);
        gboolean row;

        return statement && store_next(connection, statement, what_scan, &row, error);
}

static gboolean scan_all(StoreConnection *connection, gpointer userdata, GError **error) {
        Scan *self = userdata;
        sqlite3_stmt *statement;
        gboolean row = TRUE;

        if (!take_snapshot(connection, error))
                return FALSE;
        if (self->taken)
                self->taken(self->userdata);

        statement = store_statement(connection,
                                    self->whole ? "SELECT " ARCHIVE_BAN_COLUMNS " FROM ban ORDER BY id"
                                                : "SELECT id, jail, address, country, network, origin FROM ban "
                                                  "ORDER BY id",
                                    error);
        if (!statement)
                return FALSE;
        while (row) {
                if (!store_next(connection, statement, what_scan, &row, error))
                        return FALSE;
                if (row)
                        read_row(self, statement);
                if (!row || self->n == SCAN_PIECE) {
                        if (!hand_out(self))
                                return TRUE;
                        g_string_chunk_clear(self->texts);
                }
        }
        return TRUE;
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
