/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The bans that are not over, as far as the archive knows. */

#include "store/archive-row.h"

static const char what_running[] = "looking for running bans in the archive";

typedef struct Running {
        gint64 now;
        ArchiveBansFunc each;
        gpointer userdata;
} Running;

static gboolean read_running(StoreConnection *connection, gpointer userdata, GError **error) {
        const Running *self = userdata;
        sqlite3_stmt *statement = store_statement(connection,
                                                  "SELECT " ARCHIVE_BAN_COLUMNS " FROM ban WHERE ended_at = 0 AND "
                                                  "(bantime = -1 OR bantime > 0 AND (id >> 20) + bantime > ?) "
                                                  "ORDER BY id",
                                                  error);
        gboolean row;

        if (!statement)
                return FALSE;
        sqlite3_bind_int64(statement, 1, self->now);
        for (;;) {
                ArchiveBan ban;

                if (!store_next(connection, statement, what_running, &row, error))
                        return FALSE;
                if (!row)
                        return TRUE;
                archive_row_read(statement, 0, &ban);
                if (!self->each(&ban, 1, self->userdata))
                        return TRUE;
        }
}

gboolean archive_store_running(ArchiveStore *self, gint64 now, ArchiveBansFunc each, gpointer userdata,
                               GError **error) {
        Running running = { now, each, userdata };

        return store_read(self->store, read_running, &running, error);
}
