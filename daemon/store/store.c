/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Our SQLite database: the file, the writer, the pool of readers
 *
 * The writer is one connection; who wants it draws a number and waits for its turn (a plain mutex would let a busy
 * thread starve the others). A reader is taken from the pool, made when none is idle and fewer than READERS_MAX exist,
 * or waited for. `lock` covers the numbers and the pool, never a query. The write-ahead log is moved into the file by a
 * thread of its own, so that a short commit stays short; one that makes the log long takes part in the work.
 */

#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <malloc.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.h"
#include "store/checkpointer.h"
#include "store/connection.h"
#include "store/migrations.h"

#define READERS_MAX 4
/* Pages of the write-ahead log, from which on the checkpointer, and from which on the writer itself moves them. */
#define LOG_LONG 1000
#define LOG_TOO_LONG 6000

struct Store {
        char *file;
        StoreConnection *writer;
        Checkpointer *checkpointer;

        GMutex lock;
        GCond changed; /* a turn ended, or a reader came back */
        guint64 next_number;
        guint64 turn;
        StoreConnection *idle[READERS_MAX];
        guint n_idle;
        guint n_readers; /* idle and in use */
};

static gboolean fail_path(int saved_errno, const char *what, const char *path, const char *advice, GError **error) {
        BanguiError code = saved_errno == EACCES || saved_errno == EPERM || saved_errno == EROFS
                                   ? BANGUI_ERROR_DATABASE_PERMISSION_DENIED
                                   : BANGUI_ERROR_DATABASE_PATH_INVALID;

        g_set_error(error, BANGUI_ERROR, (gint) code, "%s %s: %s; %s", what, path, g_strerror(saved_errno), advice);
        return FALSE;
}

static gboolean check_folder(const char *folder, GError **error) {
        static const char advice[] = "the setting store-folder must name a folder in which we may write";
        GStatBuf found;

        if (g_stat(folder, &found) < 0)
                return fail_path(errno, "the folder of our database", folder, advice, error);
        if (!S_ISDIR(found.st_mode))
                return fail_path(ENOTDIR, "the folder of our database", folder, advice, error);
        if (faccessat(AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS) < 0)
                return fail_path(errno, "the folder of our database", folder, advice, error);
        return TRUE;
}

/* SQLite gives the files beside it the same mode. An existing file is not opened here: closing a descriptor of it would
 * drop the locks that another connection of this process has. */
static gboolean check_file(const char *file, GError **error) {
        static const char advice[] = "it must be a regular file that we may read and write";
        GStatBuf found;
        int fd = open(file, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

        if (fd >= 0) {
                close(fd);
                return TRUE;
        }
        if (errno != EEXIST || g_lstat(file, &found) < 0)
                return fail_path(errno, "our database", file, advice, error);
        if (!S_ISREG(found.st_mode)) {
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_DATABASE_PATH_INVALID, "our database %s: %s", file,
                            advice);
                return FALSE;
        }
        if (faccessat(AT_FDCWD, file, R_OK | W_OK, AT_EACCESS) < 0)
                return fail_path(errno, "our database", file, advice, error);
        return TRUE;
}

static gboolean check_wal(StoreConnection *connection, GError **error) {
        sqlite3_stmt *statement = store_statement(connection, "PRAGMA journal_mode = WAL", error);
        gboolean row = FALSE;

        if (!statement || !store_next(connection, statement, "switching to the write-ahead log", &row, error))
                return FALSE;
        if (row && g_str_equal(store_column_text(statement, 0), "wal")) {
                (void) sqlite3_reset(statement);
                return TRUE;
        }

        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_DATABASE_UNAVAILABLE,
                    "the file system does not do what SQLite's write-ahead log needs; store-folder must be on a local "
                    "disk");
        return FALSE;
}

static int on_commit(void *userdata, sqlite3 *db, const char *database, int pages) {
        Store *self = userdata;

        if (pages >= LOG_TOO_LONG)
                store_checkpoint(self->writer, FALSE);
        else if (pages >= LOG_LONG)
                checkpointer_ask(self->checkpointer);
        return SQLITE_OK;
}

/* A writer that never looked into the log would not take it away when it closes, and readers cannot. */
static gboolean open_log(StoreConnection *connection, GError **error) {
        gint64 tables;

        return store_read_integer(connection, "SELECT count(*) FROM sqlite_schema", "reading the database", &tables,
                                  error);
}

static gboolean open_writer(Store *self, GError **error) {
        g_autoptr(StoreConnection) writer = store_connection_open(self->file, TRUE, error);

        /* The versions first: a file that is not ours or newer stays as it is. */
        if (!writer || !store_migrate(writer, self->file, store_steps, error) || !check_wal(writer, error) ||
            !open_log(writer, error)) {
                g_prefix_error(error, "our database %s: ", self->file);
                return FALSE;
        }
        self->writer = g_steal_pointer(&writer);
        self->checkpointer = checkpointer_new(self->file);
        store_set_commit_hook(self->writer, on_commit, self);
        return TRUE;
}

/* What was under way when a daemon was killed. */
static void remove_backup(const Store *self) {
        g_autofree char *file = store_backup_file(self);

        (void) g_unlink(file);
}

/* Where SQLite puts what does not fit into memory, for all connections of the process; NULL: where it likes. A
 * compaction writes as much as the database has: that is for our disk, and not for a small /tmp in memory. */
static void use_temporary_folder(const char *folder) {
        sqlite3_free(sqlite3_temp_directory);
        sqlite3_temp_directory = folder ? sqlite3_mprintf("%s", folder) : NULL;
}

Store *store_open(const char *folder, GError **error) {
        g_autoptr(Store) self = g_new0(Store, 1);

        g_mutex_init(&self->lock);
        g_cond_init(&self->changed);
        self->file = g_build_filename(folder, STORE_FILE_NAME, NULL);

        if (!check_folder(folder, error) || !check_file(self->file, error))
                return NULL;
        remove_backup(self);
        use_temporary_folder(folder);
        if (!open_writer(self, error))
                return NULL;
        return g_steal_pointer(&self);
}

void store_close(Store *self) {
        g_assert(self->n_idle == self->n_readers);

        /* Readers first: the last connection to close checkpoints and takes the log away. */
        while (self->n_idle > 0)
                store_connection_close(self->idle[--self->n_idle]);
        g_clear_pointer(&self->checkpointer, checkpointer_free);
        g_clear_pointer(&self->writer, store_connection_close);
        use_temporary_folder(NULL);

        g_cond_clear(&self->changed);
        g_mutex_clear(&self->lock);
        g_free(self->file);
        g_free(self);
}

static void take_turn(Store *self) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);
        guint64 number = self->next_number++;

        while (self->turn != number)
                g_cond_wait(&self->changed, &self->lock);
}

static void end_turn(Store *self) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

        self->turn++;
        g_cond_broadcast(&self->changed);
}

gboolean store_write(Store *self, StoreFunc work, gpointer userdata, GError **error) {
        gboolean done;

        take_turn(self);
        done = store_transaction(self->writer, "BEGIN IMMEDIATE", work, userdata, error);
        end_turn(self);
        return done;
}

gboolean store_alone(Store *self, StoreFunc work, gpointer userdata, GError **error) {
        gboolean done;

        take_turn(self);
        done = work(self->writer, userdata, error);
        end_turn(self);
        return done;
}

void store_trim(Store *self) {
        take_turn(self);
        store_connection_trim(self->writer);
        end_turn(self);

        g_mutex_lock(&self->lock);
        for (guint i = 0; i < self->n_idle; i++)
                store_connection_trim(self->idle[i]);
        g_mutex_unlock(&self->lock);

        (void) malloc_trim(0);
}

void store_empty_log(Store *self) {
        checkpointer_hold(self->checkpointer);
        store_checkpoint(self->writer, TRUE);
        checkpointer_release(self->checkpointer);
}

const char *store_file(const Store *self) {
        return self->file;
}

char *store_backup_file(const Store *self) {
        return g_strconcat(self->file, ".backup", NULL);
}

/* A reader that is idle, or NULL for one to be made; it counts as in use from here. */
static StoreConnection *take_reader(Store *self) {
        StoreConnection *reader = NULL;

        g_mutex_lock(&self->lock);
        while (self->n_idle == 0 && self->n_readers == READERS_MAX)
                g_cond_wait(&self->changed, &self->lock);
        if (self->n_idle > 0)
                reader = self->idle[--self->n_idle];
        else
                self->n_readers++;
        g_mutex_unlock(&self->lock);
        return reader;
}

/* NULL: it could not be made. */
static void give_reader_back(Store *self, StoreConnection *reader) {
        g_mutex_lock(&self->lock);
        if (reader)
                self->idle[self->n_idle++] = reader;
        else
                self->n_readers--;
        g_cond_broadcast(&self->changed);
        g_mutex_unlock(&self->lock);
}

gboolean store_read(Store *self, StoreFunc work, gpointer userdata, GError **error) {
        StoreConnection *reader = take_reader(self);
        gboolean done = FALSE;

        if (!reader)
                reader = store_connection_open(self->file, FALSE, error);
        if (reader)
                done = store_transaction(reader, "BEGIN", work, userdata, error);

        give_reader_back(self, reader);
        return done;
}
