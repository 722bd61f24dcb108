/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Tables (step n leads from PRAGMA user_version n to n + 1; one that was released is never changed):
 *
 * password     one row, none before the set-up
 * credential   sessions and tokens; ids are not used again, so that what still names an old one finds nothing
 */

#include "client/rest/auth/store.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/rest/errors.h"

#define FILE_NAME "rest.db"
#define BUSY_TRIES 3
#define BUSY_FIRST_USEC (100 * 1000)

static const char *const steps[] = {
        "CREATE TABLE password ("
        "  id INTEGER PRIMARY KEY CHECK (id = 1),"
        "  hash TEXT NOT NULL,"
        "  changed_at INTEGER NOT NULL"
        ") STRICT;"
        "CREATE TABLE credential ("
        "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
        "  kind TEXT NOT NULL CHECK (kind IN ('session', 'token')),"
        "  hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),"
        "  scope TEXT NOT NULL CHECK (scope IN ('read', 'ban', 'admin')),"
        "  name TEXT NOT NULL,"
        "  address TEXT NOT NULL,"
        "  agent TEXT NOT NULL,"
        "  created_at INTEGER NOT NULL,"
        "  seen_at INTEGER NOT NULL,"
        "  expires_at INTEGER NOT NULL"
        ") STRICT;",
};

struct AuthStore {
        sqlite3 *db;
        gboolean patient; /* waits for a lock */
        gint64 version;   /* PRAGMA data_version: changes with each commit of another process */
};

typedef sqlite3_stmt Statement;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Statement, sqlite3_finalize)

/* Gives TRUE to be called again. */
static int on_busy(void *userdata, int count) {
        const AuthStore *self = userdata;

        if (!self->patient || count >= BUSY_TRIES)
                return FALSE;
        g_usleep((gulong) BUSY_FIRST_USEC << count);
        return TRUE;
}

static const char *reason_of(int code) {
        switch (code & 0xff) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
                return "is locked by another program; try again";
        case SQLITE_PERM:
        case SQLITE_READONLY:
        case SQLITE_AUTH:
        case SQLITE_CANTOPEN:
                return "cannot be written; its folder and files have to belong to the bridge's user";
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
        case SQLITE_FORMAT:
                return "is damaged; put a backup in its place, or move it away and do the set-up again";
        case SQLITE_FULL:
                return "cannot grow; make room on its disk";
        default:
                return "fails";
        }
}

static gboolean fail_with(int code, const char *detail, GError **error) {
        g_set_error(error, REST_ERROR, REST_ERROR_STORE, "the bridge's database %s (%s, %d)", reason_of(code), detail,
                    code);
        return FALSE;
}

static gboolean fail(AuthStore *self, GError **error) {
        return fail_with(sqlite3_extended_errcode(self->db), sqlite3_errmsg(self->db), error);
}

static gboolean execute(AuthStore *self, const char *sql, GError **error) {
        return sqlite3_exec(self->db, sql, NULL, NULL, NULL) == SQLITE_OK || fail(self, error);
}

static Statement *prepare(AuthStore *self, const char *sql, GError **error) {
        Statement *statement = NULL;

        if (sqlite3_prepare_v2(self->db, sql, -1, &statement, NULL) != SQLITE_OK)
                (void) fail(self, error);
        return statement;
}

/* Steps; *ret_row FALSE: no row, or no more. */
static gboolean step(AuthStore *self, Statement *statement, gboolean *ret_row, GError **error) {
        int r = sqlite3_step(statement);

        *ret_row = r == SQLITE_ROW;
        return r == SQLITE_ROW || r == SQLITE_DONE || fail(self, error);
}

static gboolean run(AuthStore *self, Statement *statement, GError **error) {
        gboolean row;

        return step(self, statement, &row, error);
}

static void bind_text(Statement *statement, int index, const char *text) {
        (void) sqlite3_bind_text(statement, index, text, -1, SQLITE_STATIC);
}

static void bind_integer(Statement *statement, int index, gint64 number) {
        (void) sqlite3_bind_int64(statement, index, number);
}

static const char *column_text(Statement *statement, int column) {
        const char *text = (const char *) sqlite3_column_text(statement, column);

        return text ? text : "";
}

/* The first column of the first row. */
static gboolean read_text(AuthStore *self, const char *sql, char **ret, GError **error) {
        g_autoptr(Statement) statement = prepare(self, sql, error);
        gboolean row;

        *ret = NULL;
        if (!statement || !step(self, statement, &row, error))
                return FALSE;
        if (row)
                *ret = g_strdup(column_text(statement, 0));
        return TRUE;
}

static gboolean read_integer(AuthStore *self, const char *sql, gint64 *ret, GError **error) {
        g_autofree char *text = NULL;

        if (!read_text(self, sql, &text, error))
                return FALSE;
        *ret = text ? g_ascii_strtoll(text, NULL, 10) : 0;
        return TRUE;
}

/* Ends the transaction with what `done` says; SQLite takes some back by itself. */
static gboolean finish(AuthStore *self, gboolean done, GError **error) {
        if (done)
                done = execute(self, "COMMIT", error);
        if (!done && !sqlite3_get_autocommit(self->db))
                (void) sqlite3_exec(self->db, "ROLLBACK", NULL, NULL, NULL);
        return done;
}

static gboolean migrate_from(AuthStore *self, gsize version, GError **error) {
        for (; version < G_N_ELEMENTS(steps); version++) {
                g_autofree char *mark = g_strdup_printf("PRAGMA user_version = %zu", version + 1);

                if (!execute(self, steps[version], error) || !execute(self, mark, error))
                        return FALSE;
        }
        return TRUE;
}

static gboolean migrate(AuthStore *self, GError **error) {
        gint64 version;

        if (!execute(self, "BEGIN IMMEDIATE", error))
                return FALSE;
        if (!read_integer(self, "PRAGMA user_version", &version, error))
                return finish(self, FALSE, error);
        if (version < 0 || version > (gint64) G_N_ELEMENTS(steps)) {
                g_set_error(error, REST_ERROR, REST_ERROR_STORE,
                            "the bridge's database is of version %" G_GINT64_FORMAT ", this program knows %zu; install "
                            "the bangui-rest that wrote it, or a newer one",
                            version, G_N_ELEMENTS(steps));
                return finish(self, FALSE, error);
        }
        return finish(self, migrate_from(self, (gsize) version, error), error);
}

/* The file is small, so all of it is looked at. */
static gboolean check(AuthStore *self, GError **error) {
        g_autofree char *found = NULL;

        if (!read_text(self, "PRAGMA quick_check(1)", &found, error))
                return FALSE;
        if (g_strcmp0(found, "ok") == 0)
                return TRUE;
        return fail_with(SQLITE_CORRUPT, found ? g_strdelimit(found, "\n", ' ') : "no answer", error);
}

static gboolean configure(AuthStore *self, GError **error) {
        (void) sqlite3_extended_result_codes(self->db, 1);
        (void) sqlite3_busy_handler(self->db, on_busy, self);
        (void) sqlite3_db_config(self->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
        (void) sqlite3_db_config(self->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
        return execute(self, "PRAGMA cache_size = -256; PRAGMA secure_delete = ON; PRAGMA journal_mode = WAL", error) &&
               execute(self, "PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 65536", error);
}

static gboolean fail_path(const char *path, GError **error) {
        int saved_errno = errno;

        g_set_error(error, REST_ERROR, REST_ERROR_STORE, "%s: %s; store-folder must name a folder that we may write to",
                    path, g_strerror(saved_errno));
        return FALSE;
}

/* SQLite gives the modes of the file to those beside it. */
static gboolean make_file(const char *folder, const char *path, GError **error) {
        int fd;

        if (g_mkdir_with_parents(folder, 0700) < 0)
                return fail_path(folder, error);
        fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd < 0)
                return fail_path(path, error);
        if (fchmod(fd, 0600) < 0) {
                (void) fail_path(path, error);
                (void) close(fd);
                return FALSE;
        }
        (void) close(fd);
        return TRUE;
}

static gboolean open_file(AuthStore *self, const char *path, GError **error) {
        const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;

        if (sqlite3_open_v2(path, &self->db, flags, NULL) != SQLITE_OK)
                return fail(self, error);
        return configure(self, error) && migrate(self, error) && check(self, error);
}

AuthStore *auth_store_open(const char *folder, GError **error) {
        g_autofree char *path = g_build_filename(folder, FILE_NAME, NULL);
        g_autoptr(AuthStore) self = g_new0(AuthStore, 1);

        self->patient = TRUE;
        if (!make_file(folder, path, error))
                return NULL;
        if (!open_file(self, path, error)) {
                g_prefix_error(error, "%s: ", path);
                return NULL;
        }
        (void) auth_store_changed(self);
        return g_steal_pointer(&self);
}

void auth_store_close(AuthStore *self) {
        (void) sqlite3_close(self->db);
        g_free(self);
}

gboolean auth_store_read_password(AuthStore *self, char **ret_hash, GError **error) {
        return read_text(self, "SELECT hash FROM password", ret_hash, error);
}

gboolean auth_store_set_up(AuthStore *self, const char *hash, gint64 now, GError **error) {
        g_autoptr(Statement) statement =
                prepare(self, "INSERT INTO password VALUES (1, ?, ?) ON CONFLICT DO NOTHING", error);

        if (!statement)
                return FALSE;
        bind_text(statement, 1, hash);
        bind_integer(statement, 2, now);
        if (!run(self, statement, error))
                return FALSE;
        if (sqlite3_changes(self->db) == 1)
                return TRUE;
        g_set_error_literal(error, REST_ERROR, REST_ERROR_SETUP_DONE, "the set-up was done before; sign in");
        return FALSE;
}

static gboolean write_password(AuthStore *self, const char *hash, gint64 now, GError **error) {
        g_autoptr(Statement) statement = prepare(self, "INSERT OR REPLACE INTO password VALUES (1, ?, ?)", error);

        if (!statement)
                return FALSE;
        bind_text(statement, 1, hash);
        bind_integer(statement, 2, now);
        return run(self, statement, error);
}

static gboolean remove_sessions_but(AuthStore *self, gint64 keep, GError **error) {
        g_autoptr(Statement) statement =
                prepare(self, "DELETE FROM credential WHERE kind = 'session' AND id <> ?", error);

        if (!statement)
                return FALSE;
        bind_integer(statement, 1, keep);
        return run(self, statement, error);
}

gboolean auth_store_change_password(AuthStore *self, const char *hash, gint64 keep, gint64 now, GError **error) {
        if (!execute(self, "BEGIN IMMEDIATE", error))
                return FALSE;
        return finish(self, write_password(self, hash, now, error) && remove_sessions_but(self, keep, error), error);
}

gboolean auth_store_add(AuthStore *self, Credential *credential, GError **error) {
        g_autoptr(Statement) statement =
                prepare(self, "INSERT INTO credential VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?)", error);

        if (!statement)
                return FALSE;
        bind_text(statement, 1, credential_kind_text(credential->kind));
        (void) sqlite3_bind_blob(statement, 2, credential->hash, CREDENTIAL_HASH_SIZE, SQLITE_STATIC);
        bind_text(statement, 3, credential_scope_text(credential->scope));
        bind_text(statement, 4, credential->name);
        bind_text(statement, 5, credential->address);
        bind_text(statement, 6, credential->agent);
        bind_integer(statement, 7, credential->created_at);
        bind_integer(statement, 8, credential->seen_at);
        bind_integer(statement, 9, credential->expires_at);
        if (!run(self, statement, error))
                return FALSE;
        credential->id = sqlite3_last_insert_rowid(self->db);
        return TRUE;
}

static gboolean remove_each(AuthStore *self, const gint64 *ids, gsize n_ids, GError **error) {
        g_autoptr(Statement) statement = prepare(self, "DELETE FROM credential WHERE id = ?", error);

        for (gsize i = 0; statement && i < n_ids; i++) {
                bind_integer(statement, 1, ids[i]);
                if (!run(self, statement, error))
                        return FALSE;
                (void) sqlite3_reset(statement);
        }
        return statement != NULL;
}

gboolean auth_store_remove(AuthStore *self, const gint64 *ids, gsize n_ids, GError **error) {
        if (n_ids == 0)
                return TRUE;
        if (!execute(self, "BEGIN IMMEDIATE", error))
                return FALSE;
        return finish(self, remove_each(self, ids, n_ids, error), error);
}

gboolean auth_store_touch(AuthStore *self, const Credential *credential, GError **error) {
        g_autoptr(Statement) statement = prepare(
                self, "UPDATE credential SET address = ?, agent = ?, seen_at = ?, expires_at = ? WHERE id = ?", error);
        gboolean done;

        if (!statement)
                return FALSE;
        bind_text(statement, 1, credential->address);
        bind_text(statement, 2, credential->agent);
        bind_integer(statement, 3, credential->seen_at);
        bind_integer(statement, 4, credential->expires_at);
        bind_integer(statement, 5, credential->id);
        self->patient = FALSE;
        done = run(self, statement, error);
        self->patient = TRUE;
        return done;
}

static Credential *read_credential(Statement *statement) {
        g_autoptr(Credential) self = g_new0(Credential, 1);

        self->id = sqlite3_column_int64(statement, 0);
        self->kind = g_str_equal(column_text(statement, 1), "token") ? REST_CREDENTIAL_TOKEN : REST_CREDENTIAL_SESSION;
        if (sqlite3_column_bytes(statement, 2) != CREDENTIAL_HASH_SIZE ||
            !credential_scope_parse(column_text(statement, 3), &self->scope))
                return NULL;
        memcpy(self->hash, sqlite3_column_blob(statement, 2), CREDENTIAL_HASH_SIZE);
        self->name = g_strdup(column_text(statement, 4));
        self->address = g_strdup(column_text(statement, 5));
        self->agent = g_strdup(column_text(statement, 6));
        self->created_at = sqlite3_column_int64(statement, 7);
        self->seen_at = self->written_at = sqlite3_column_int64(statement, 8);
        self->expires_at = sqlite3_column_int64(statement, 9);
        return g_steal_pointer(&self);
}

GPtrArray *auth_store_list(AuthStore *self, GError **error) {
        g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func((GDestroyNotify) credential_free);
        g_autoptr(Statement) statement =
                prepare(self,
                        "SELECT id, kind, hash, scope, name, address, agent, created_at, seen_at, expires_at "
                        "FROM credential ORDER BY id",
                        error);
        gboolean row;

        while (statement && step(self, statement, &row, error)) {
                Credential *credential;

                if (!row)
                        return g_steal_pointer(&rows);
                credential = read_credential(statement);
                if (!credential) {
                        (void) fail_with(SQLITE_CORRUPT, "a row that cannot be", error);
                        return NULL;
                }
                g_ptr_array_add(rows, credential);
        }
        return NULL;
}

gboolean auth_store_changed(AuthStore *self) {
        gint64 version, before = self->version;

        if (!read_integer(self, "PRAGMA data_version", &version, NULL))
                return FALSE;
        self->version = version;
        return version != before;
}
