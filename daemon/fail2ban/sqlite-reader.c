/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fail2ban/sqlite-reader.h"

#include <errno.h>
#include <math.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.h"
#include "core/log.h"

#define READER_BUSY_TIMEOUT_MSEC 2000
#define READER_TRIES 3
#define READER_FIRST_PAUSE_USEC (100 * 1000) /* doubled at each try */

G_DEFINE_AUTOPTR_CLEANUP_FUNC(sqlite3, sqlite3_close)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(sqlite3_stmt, sqlite3_finalize)

static void reader_fail_path(int number, GError **error) {
        if (number == EACCES || number == EPERM)
                g_set_error_literal(error, BANGUI_ERROR, BANGUI_ERROR_DATABASE_PERMISSION_DENIED,
                                    "fail2ban's database may not be opened");
        else
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_DATABASE_PATH_INVALID,
                            "fail2ban's database is not where fail2ban says: %s", g_strerror(number));
}

static gboolean reader_check_path(const char *path, GError **error) {
        struct stat status;

        if (!path || *path == '\0' || g_ascii_strcasecmp(path, "None") == 0) {
                g_set_error_literal(error, BANGUI_ERROR, BANGUI_ERROR_DATABASE_PATH_INVALID,
                                    "fail2ban keeps no database");
                return FALSE;
        }
        if (stat(path, &status) < 0) {
                reader_fail_path(errno, error);
                return FALSE;
        }
        if (*path != '/' || !S_ISREG(status.st_mode)) {
                g_set_error_literal(error, BANGUI_ERROR, BANGUI_ERROR_DATABASE_PATH_INVALID,
                                    "fail2ban's database is no regular file with an absolute path");
                return FALSE;
        }
        return TRUE;
}

/* Of SQLite's result, whatever step gave it. */
static void reader_fail(sqlite3 *database, int result, const char *path, GError **error) {
        switch (result & 0xff) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
                g_set_error_literal(error, BANGUI_ERROR, BANGUI_ERROR_DATABASE_BUSY,
                                    "fail2ban's database stayed locked");
                return;
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_DATABASE_CORRUPTED, "fail2ban's database is damaged: %s",
                            sqlite3_errstr(result));
                return;
        case SQLITE_PERM:
        case SQLITE_AUTH:
        case SQLITE_READONLY:
                reader_fail_path(EACCES, error);
                return;
        case SQLITE_CANTOPEN:
                reader_fail_path(access(path, R_OK) < 0 ? errno : EACCES, error);
                return;
        case SQLITE_ERROR:
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_DATABASE_UNAVAILABLE,
                            "fail2ban's database has another schema: %s", sqlite3_errmsg(database));
                return;
        default:
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_DATABASE_UNAVAILABLE,
                            "fail2ban's database cannot be read: %s", sqlite3_errstr(result));
        }
}

/* SQLITE_OK when all rows were read. */
static int reader_steps(const SqliteReader *self, sqlite3 *database, const char *sql) {
        g_autoptr(sqlite3_stmt) statement = NULL;
        int result = sqlite3_prepare_v2(database, sql, -1, &statement, NULL);

        if (result != SQLITE_OK)
                return result;
        if (self->bind)
                self->bind(statement, self->userdata);
        while ((result = sqlite3_step(statement)) == SQLITE_ROW)
                if (self->row)
                        self->row(statement, self->userdata);
        return result == SQLITE_DONE ? SQLITE_OK : result;
}

static gboolean reader_try(const SqliteReader *self, const char *path, const char *sql, GError **error) {
        g_autoptr(sqlite3) database = NULL;
        int result = sqlite3_open_v2(path, &database, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL);

        if (result == SQLITE_OK) {
                (void) sqlite3_extended_result_codes(database, 1);
                (void) sqlite3_busy_timeout(database, READER_BUSY_TIMEOUT_MSEC);
                result = reader_steps(self, database, sql);
        }
        if (result == SQLITE_OK)
                return TRUE;
        reader_fail(database, result, path, error);
        return FALSE;
}

gboolean sqlite_reader_run(const SqliteReader *self, const char *path, const char *sql, GError **error) {
        gulong pause = READER_FIRST_PAUSE_USEC;

        if (!reader_check_path(path, error))
                return FALSE;
        for (guint number = 1;; number++) {
                g_autoptr(GError) failure = NULL;

                if (reader_try(self, path, sql, &failure))
                        return TRUE;
                if (number == READER_TRIES || !g_error_matches(failure, BANGUI_ERROR, BANGUI_ERROR_DATABASE_BUSY)) {
                        g_propagate_error(error, g_steal_pointer(&failure));
                        return FALSE;
                }
                log_error(LOG_PRIORITY_INFO, "fail2ban.database-retry", "reading it is tried again", failure);
                if (self->restart)
                        self->restart(self->userdata);
                g_usleep(pause);
                pause *= 2;
        }
}

char *sqlite_reader_text(sqlite3_stmt *statement, int column) {
        const char *text = (const char *) sqlite3_column_text(statement, column);

        return text ? g_utf8_make_valid(text, -1) : g_strdup("");
}

char *sqlite_reader_chunk(sqlite3_stmt *statement, int column, GStringChunk *texts, gboolean shared) {
        const char *text = (const char *) sqlite3_column_text(statement, column);
        g_autofree char *valid = NULL;

        if (!text)
                text = "";
        else if (!g_utf8_validate(text, -1, NULL))
                text = valid = g_utf8_make_valid(text, -1);
        return shared ? g_string_chunk_insert_const(texts, text) : g_string_chunk_insert(texts, text);
}

gint64 sqlite_reader_seconds(sqlite3_stmt *statement, int column) {
        double number;

        if (sqlite3_column_type(statement, column) != SQLITE_FLOAT)
                return sqlite3_column_int64(statement, column);
        number = ceil(sqlite3_column_double(statement, column));
        return (gint64) CLAMP(number, -9.2e18, 9.2e18);
}

guint sqlite_reader_count(sqlite3_stmt *statement, int column) {
        return (guint) CLAMP(sqlite3_column_int64(statement, column), 0, (gint64) G_MAXUINT);
}
