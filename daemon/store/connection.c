/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One connection to our database
 *
 * Used by one thread at a time, so SQLite's own locks are off. A lock held by another process is waited for by the busy
 * handler: 100, 200 and 400 ms, then the call fails with DATABASE_BUSY.
 */

#include "store/connection.h"

#include <errno.h>
#include <string.h>

#include "core/error.h"

#define BUSY_TRIES 3
#define BUSY_FIRST_USEC (100 * 1000)
#define COPY_PAGES 256
#define CHECK_OPERATIONS 100000 /* of SQLite's machine */

/* Texts are mostly constants, so the same pointer is most likely the same text. */
#define RECENT_BITS 6

typedef struct Recent {
        const char *sql; /* as it was asked for; perhaps freed since */
        sqlite3_stmt *statement;
} Recent;

struct StoreConnection {
        sqlite3 *db;
        GHashTable *statements; /* SQL text, owned by SQLite -> sqlite3_stmt */
        Recent recent[1 << RECENT_BITS];
};

typedef sqlite3_stmt Statement;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Statement, sqlite3_finalize)

static void free_statement(gpointer statement) {
        (void) sqlite3_finalize(statement);
}

/* Gives TRUE to be called again. */
static int on_busy(void *userdata, int count) {
        if (count >= BUSY_TRIES)
                return FALSE;
        g_usleep((gulong) BUSY_FIRST_USEC << count);
        return TRUE;
}

static BanguiError code_of_cantopen(int system_errno) {
        if (system_errno == EACCES || system_errno == EPERM || system_errno == EROFS)
                return BANGUI_ERROR_DATABASE_PERMISSION_DENIED;
        return BANGUI_ERROR_DATABASE_PATH_INVALID;
}

static BanguiError code_of(int extended, int system_errno) {
        if (extended == SQLITE_READONLY_DBMOVED)
                return BANGUI_ERROR_DATABASE_PATH_INVALID;

        switch (extended & 0xff) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
                return BANGUI_ERROR_DATABASE_BUSY;
        case SQLITE_PERM:
        case SQLITE_READONLY:
        case SQLITE_AUTH:
                return BANGUI_ERROR_DATABASE_PERMISSION_DENIED;
        case SQLITE_CANTOPEN:
                return code_of_cantopen(system_errno);
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
        case SQLITE_FORMAT:
                return BANGUI_ERROR_DATABASE_CORRUPTED;
        default:
                /* among them SQLITE_FULL and SQLITE_IOERR, whose text says it */
                return BANGUI_ERROR_DATABASE_UNAVAILABLE;
        }
}

static gboolean fail_with(sqlite3 *db, const char *what, GError **error) {
        int extended = sqlite3_extended_errcode(db);

        g_set_error(error, BANGUI_ERROR, (gint) code_of(extended, sqlite3_system_errno(db)), "%s failed: %s (%d)", what,
                    sqlite3_errmsg(db), extended);
        return FALSE;
}

gboolean store_fail(StoreConnection *self, const char *what, GError **error) {
        return fail_with(self->db, what, error);
}

gboolean store_execute(StoreConnection *self, const char *sql, const char *what, GError **error) {
        if (sqlite3_exec(self->db, sql, NULL, NULL, NULL) != SQLITE_OK)
                return store_fail(self, what, error);
        return TRUE;
}

gboolean store_read_integer(StoreConnection *self, const char *sql, const char *what, gint64 *ret, GError **error) {
        g_autoptr(Statement) statement = NULL;

        if (sqlite3_prepare_v2(self->db, sql, -1, &statement, NULL) != SQLITE_OK ||
            sqlite3_step(statement) != SQLITE_ROW)
                return store_fail(self, what, error);
        *ret = sqlite3_column_int64(statement, 0);
        return TRUE;
}

static sqlite3_stmt *find_statement(StoreConnection *self, const char *sql) {
        Recent *recent = &self->recent[((guintptr) sql >> 3) & ((1 << RECENT_BITS) - 1)];

        if (recent->sql != sql || !g_str_equal(sqlite3_sql(recent->statement), sql)) {
                recent->statement = g_hash_table_lookup(self->statements, sql);
                recent->sql = recent->statement ? sql : NULL;
        }
        return recent->statement;
}

sqlite3_stmt *store_statement(StoreConnection *self, const char *sql, GError **error) {
        sqlite3_stmt *statement = find_statement(self, sql);

        if (statement) {
                (void) sqlite3_reset(statement);
                (void) sqlite3_clear_bindings(statement);
                return statement;
        }

        if (sqlite3_prepare_v3(self->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) != SQLITE_OK) {
                (void) store_fail(self, "preparing a statement", error);
                return NULL;
        }
        g_hash_table_insert(self->statements, (gpointer) sqlite3_sql(statement), statement);
        return statement;
}

gboolean store_next(StoreConnection *self, sqlite3_stmt *statement, const char *what, gboolean *ret_row,
                    GError **error) {
        int r = sqlite3_step(statement);

        if (r != SQLITE_ROW && r != SQLITE_DONE)
                return store_fail(self, what, error);
        *ret_row = r == SQLITE_ROW;
        return TRUE;
}

gboolean store_run(StoreConnection *self, sqlite3_stmt *statement, const char *what, GError **error) {
        gboolean row;

        return store_next(self, statement, what, &row, error);
}

guint store_changes(StoreConnection *self) {
        return (guint) sqlite3_changes(self->db);
}

gint64 store_last_id(StoreConnection *self) {
        return sqlite3_last_insert_rowid(self->db);
}

void store_bind_text(sqlite3_stmt *statement, int index, const char *text) {
        (void) sqlite3_bind_text(statement, index, text, -1, SQLITE_STATIC);
}

void store_bind_address(sqlite3_stmt *statement, int index, const Address *address) {
        guint8 key[sizeof(address->bytes) + 1];
        int length = address->version == 4 ? 4 : 16;

        memcpy(key, address->bytes, (size_t) length);
        if (!address_is_single(address))
                key[length++] = address->prefix;
        (void) sqlite3_bind_blob(statement, index, key, length, SQLITE_TRANSIENT);
}

const char *store_column_text(sqlite3_stmt *statement, int column) {
        const char *text = (const char *) sqlite3_column_text(statement, column);

        return text ? text : "";
}

/* A statement left in the middle would keep the snapshot, and the end of the transaction from happening. */
static void reset_statements(StoreConnection *self) {
        for (sqlite3_stmt *s = sqlite3_next_stmt(self->db, NULL); s; s = sqlite3_next_stmt(self->db, s))
                if (sqlite3_stmt_busy(s))
                        (void) sqlite3_reset(s);
}

static gboolean run_text(StoreConnection *self, const char *sql, const char *what, GError **error) {
        sqlite3_stmt *statement = store_statement(self, sql, error);

        if (!statement || !store_run(self, statement, what, error))
                return FALSE;
        (void) sqlite3_reset(statement);
        return TRUE;
}

gboolean store_transaction(StoreConnection *self, const char *begin, StoreFunc work, gpointer userdata,
                           GError **error) {
        gboolean done;

        if (!run_text(self, begin, "beginning a transaction", error))
                return FALSE;

        done = work(self, userdata, error);
        reset_statements(self);
        if (done)
                done = run_text(self, "COMMIT", "committing", error);

        /* SQLite rolls back by itself for some errors (disk full), and forgets about it. */
        if (!done && !sqlite3_get_autocommit(self->db))
                (void) sqlite3_exec(self->db, "ROLLBACK", NULL, NULL, NULL);
        reset_statements(self);
        return done;
}

/* FALSE without an error: `target` has it. */
static gboolean copy_pages(sqlite3_backup *backup, StoreProgressFunc progress, gpointer userdata, GError **error) {
        int r;

        while ((r = sqlite3_backup_step(backup, COPY_PAGES)) == SQLITE_OK) {
                double left = sqlite3_backup_remaining(backup), all = sqlite3_backup_pagecount(backup);

                if (progress && !progress(1 - left / MAX(all, 1), userdata, error))
                        return FALSE;
        }
        return r == SQLITE_DONE;
}

/* A file that nobody knows yet needs no journal, and leaves none behind. */
gboolean store_copy(StoreConnection *self, const char *file, StoreProgressFunc progress, gpointer userdata,
                    GError **error) {
        sqlite3 *target = NULL;
        sqlite3_backup *backup = NULL;
        gboolean done = FALSE;
        GError *stopped = NULL;
        int r = sqlite3_open_v2(file, &target, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
                                NULL);

        if (r == SQLITE_OK)
                r = sqlite3_exec(target, "PRAGMA journal_mode = OFF", NULL, NULL, NULL);
        if (r == SQLITE_OK)
                backup = sqlite3_backup_init(target, "main", self->db, "main");
        if (backup) {
                done = copy_pages(backup, progress, userdata, &stopped);
                (void) sqlite3_backup_finish(backup);
        }
        if (stopped)
                g_propagate_error(error, stopped);
        else if (!done)
                (void) fail_with(target, "copying the database", error);

        (void) sqlite3_close(target);
        return done;
}

void store_set_check(StoreConnection *self, int (*check)(void *userdata), gpointer userdata) {
        sqlite3_progress_handler(self->db, CHECK_OPERATIONS, check, userdata);
}

void store_set_commit_hook(StoreConnection *self,
                           int (*hook)(void *userdata, sqlite3 *db, const char *database, int pages),
                           gpointer userdata) {
        (void) sqlite3_wal_hook(self->db, hook, userdata);
}

void store_checkpoint(StoreConnection *self, gboolean whole) {
        int mode = whole ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE;

        (void) sqlite3_wal_checkpoint_v2(self->db, NULL, mode, NULL, NULL);
}

static gboolean configure(StoreConnection *self, gboolean writer, GError **error) {
        (void) sqlite3_busy_handler(self->db, on_busy, NULL);

        if (sqlite3_db_config(self->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL) != SQLITE_OK ||
            sqlite3_db_config(self->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL) != SQLITE_OK ||
            sqlite3_db_config(self->db, SQLITE_DBCONFIG_ENABLE_FKEY, 1, NULL) != SQLITE_OK ||
            sqlite3_db_config(self->db, SQLITE_DBCONFIG_DQS_DML, 0, NULL) != SQLITE_OK ||
            sqlite3_db_config(self->db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL) != SQLITE_OK)
                return store_fail(self, "configuring the connection", error);

        return store_execute(self,
                             "PRAGMA mmap_size = 0; PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 4194304;",
                             "configuring the connection", error) &&
               store_execute(self,
                             writer ? "PRAGMA cache_size = -8192" : "PRAGMA cache_size = -2048; PRAGMA query_only = 1",
                             "configuring the connection", error);
}

StoreConnection *store_connection_open(const char *file, gboolean writer, GError **error) {
        g_autoptr(StoreConnection) self = g_new0(StoreConnection, 1);
        int flags =
                SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | (writer ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY);

        self->statements = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_statement);
        if (sqlite3_open_v2(file, &self->db, flags, NULL) != SQLITE_OK) {
                (void) store_fail(self, "opening the database", error);
                return NULL;
        }
        if (!configure(self, writer, error))
                return NULL;
        return g_steal_pointer(&self);
}

void store_connection_trim(StoreConnection *self) {
        (void) sqlite3_db_release_memory(self->db);
}

void store_connection_close(StoreConnection *self) {
        g_hash_table_unref(self->statements);
        (void) sqlite3_close(self->db);
        g_free(self);
}
