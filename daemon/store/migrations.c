/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The schema, and the steps that lead to it
 *
 * Step n leads from version n to n + 1 (PRAGMA user_version). A step that was released is never changed. None destroys
 * data.
 *
 * audit            what callers changed; read newest first, so the id is the order
 * jail             names as small numbers
 * manual           one command that banned by hand: when, who, why
 * manual_address   what it banned; the newest command for (address, jail) stays. Addresses as store_bind_address()
 *                  writes them
 * ban              the archive: id = banned_at << 20 | sequence. `address` is a BLOB as above, or the text of an id
 *                  that is no address
 * ban_data         what led to it, as JSON; apart, so that rows without it stay small
 * unban            how bans ended, id as in ban; `ban` is NULL when the ban itself is not known
 * ban_total        what retention took away, by day (since 1970), jail, country and origin
 * sync             'fail2ban': where reading its database stopped: the last row, since a purge restarts its numbering;
 *                  'retention': nothing that began before banned_at is kept; 'geo': the geo files that the countries in
 *                  ban are of, as a number
 * place            what the look-up outside knows
 * allow            who is never to be banned; `jails` and `addresses` (of a host name) have a line end between two,
 *                  jails "" = all
 * allow_mark       what the allow list stands for in a jail's ignore list, and whether we put it there
 * setting          values set at run time
 * activity         a sample every few minutes: bans in force, and failures, counted on from sample to sample
 * job              the last run of each job that is not to be made again because the daemon was started again
 */

#include "store/migrations.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "core/error.h"

const char *const store_steps[] = {
        "CREATE TABLE audit ("
        "  id INTEGER PRIMARY KEY,"
        "  at INTEGER NOT NULL,"
        "  uid INTEGER NOT NULL,"
        "  caller TEXT NOT NULL,"
        "  session TEXT NOT NULL,"
        "  unit TEXT NOT NULL,"
        "  method TEXT NOT NULL,"
        "  action TEXT NOT NULL,"
        "  object TEXT NOT NULL,"
        "  reason TEXT NOT NULL,"
        "  result TEXT NOT NULL,"
        "  message TEXT NOT NULL,"
        "  correlation TEXT NOT NULL"
        ") STRICT;"
        "CREATE INDEX audit_at ON audit (at);"

        "CREATE TABLE jail ("
        "  id INTEGER PRIMARY KEY,"
        "  name TEXT NOT NULL UNIQUE"
        ") STRICT;"

        "CREATE TABLE manual ("
        "  id INTEGER PRIMARY KEY,"
        "  at INTEGER NOT NULL,"
        "  uid INTEGER NOT NULL,"
        "  reason TEXT NOT NULL"
        ") STRICT;"
        "CREATE INDEX manual_at ON manual (at);"

        "CREATE TABLE manual_address ("
        "  address BLOB NOT NULL,"
        "  jail INTEGER NOT NULL REFERENCES jail (id),"
        "  manual INTEGER NOT NULL REFERENCES manual (id),"
        "  PRIMARY KEY (address, jail)"
        ") STRICT, WITHOUT ROWID;"
        "CREATE INDEX manual_address_manual ON manual_address (manual);",

        "CREATE TABLE ban ("
        "  id INTEGER PRIMARY KEY,"
        "  jail INTEGER NOT NULL,"
        "  address ANY NOT NULL,"
        "  country INTEGER NOT NULL,"
        "  network INTEGER NOT NULL,"
        "  bantime INTEGER NOT NULL,"
        "  count INTEGER NOT NULL,"
        "  failures INTEGER NOT NULL,"
        "  origin INTEGER NOT NULL,"
        "  sources INTEGER NOT NULL,"
        "  ended_at INTEGER NOT NULL,"
        "  cause INTEGER NOT NULL"
        ") STRICT;"
        "CREATE INDEX ban_address ON ban (address);"
        "CREATE INDEX ban_jail ON ban (jail);"
        "CREATE INDEX ban_country ON ban (country);"
        "CREATE INDEX ban_network ON ban (network) WHERE network > 0;"
        "CREATE INDEX ban_origin ON ban (origin);"

        "CREATE TABLE ban_data ("
        "  id INTEGER PRIMARY KEY,"
        "  data TEXT NOT NULL"
        ") STRICT;"

        "CREATE TABLE unban ("
        "  id INTEGER PRIMARY KEY,"
        "  jail INTEGER NOT NULL,"
        "  address ANY NOT NULL,"
        "  country INTEGER NOT NULL,"
        "  network INTEGER NOT NULL,"
        "  ban INTEGER,"
        "  cause INTEGER NOT NULL,"
        "  sources INTEGER NOT NULL,"
        "  uid INTEGER,"
        "  reason TEXT NOT NULL"
        ") STRICT;"
        "CREATE INDEX unban_address ON unban (address);"
        "CREATE INDEX unban_jail ON unban (jail);"
        "CREATE INDEX unban_country ON unban (country);"
        "CREATE INDEX unban_network ON unban (network) WHERE network > 0;"
        "CREATE INDEX unban_loose ON unban (address) WHERE ban IS NULL;"

        "CREATE TABLE ban_total ("
        "  day INTEGER NOT NULL,"
        "  jail INTEGER NOT NULL REFERENCES jail (id),"
        "  country INTEGER NOT NULL,"
        "  origin INTEGER NOT NULL,"
        "  bans INTEGER NOT NULL,"
        "  PRIMARY KEY (day, jail, country, origin)"
        ") STRICT, WITHOUT ROWID;"

        "CREATE TABLE sync ("
        "  source TEXT PRIMARY KEY,"
        "  position INTEGER NOT NULL,"
        "  jail TEXT NOT NULL,"
        "  address TEXT NOT NULL,"
        "  banned_at INTEGER NOT NULL,"
        "  synced_at INTEGER NOT NULL"
        ") STRICT, WITHOUT ROWID;"

        "CREATE TABLE place ("
        "  address BLOB PRIMARY KEY,"
        "  country INTEGER NOT NULL,"
        "  network INTEGER NOT NULL,"
        "  organisation TEXT NOT NULL,"
        "  found_at INTEGER NOT NULL,"
        "  seen_at INTEGER NOT NULL"
        ") STRICT, WITHOUT ROWID;"
        "CREATE INDEX place_seen ON place (seen_at);"

        "CREATE TABLE allow ("
        "  id INTEGER PRIMARY KEY,"
        "  entry TEXT NOT NULL UNIQUE,"
        "  jails TEXT NOT NULL,"
        "  note TEXT NOT NULL,"
        "  uid INTEGER NOT NULL,"
        "  author TEXT NOT NULL,"
        "  unban INTEGER NOT NULL,"
        "  created_at INTEGER NOT NULL,"
        "  expires_at INTEGER NOT NULL,"
        "  addresses TEXT NOT NULL,"
        "  resolved_at INTEGER NOT NULL"
        ") STRICT;"

        "CREATE TABLE allow_mark ("
        "  jail INTEGER NOT NULL REFERENCES jail (id),"
        "  text TEXT NOT NULL,"
        "  ours INTEGER NOT NULL,"
        "  done INTEGER NOT NULL,"
        "  PRIMARY KEY (jail, text)"
        ") STRICT, WITHOUT ROWID;"

        "CREATE TABLE setting ("
        "  key TEXT PRIMARY KEY,"
        "  value TEXT NOT NULL,"
        "  uid INTEGER NOT NULL,"
        "  changed_at INTEGER NOT NULL"
        ") STRICT, WITHOUT ROWID;"

        "CREATE TABLE job ("
        "  name TEXT PRIMARY KEY,"
        "  started_at INTEGER NOT NULL,"
        "  took_us INTEGER NOT NULL,"
        "  result INTEGER NOT NULL,"
        "  error TEXT NOT NULL,"
        "  message TEXT NOT NULL"
        ") STRICT, WITHOUT ROWID;",

        "CREATE TABLE activity ("
        "  at INTEGER PRIMARY KEY,"
        "  active INTEGER NOT NULL,"
        "  failures INTEGER NOT NULL"
        ") STRICT;",

        NULL,
};

/* Whose file it is. A new one has neither mark nor version nor tables. */
static gboolean check_owner(StoreConnection *connection, gint64 version, GError **error) {
        gint64 application = 0, tables = 0;

        if (!store_read_integer(connection, "PRAGMA application_id", "reading the database", &application, error))
                return FALSE;
        if (application == STORE_APPLICATION_ID)
                return TRUE;

        if (!store_read_integer(connection, "SELECT count(*) FROM sqlite_schema", "reading the database", &tables,
                                error))
                return FALSE;
        if (application == 0 && version == 0 && tables == 0)
                return TRUE;

        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_DATABASE_PATH_INVALID,
                    "the file is the database of another program; move it away, or set store-folder to another folder");
        return FALSE;
}

static gboolean check_version(gint64 version, gint64 newest, GError **error) {
        if (version >= 0 && version <= newest)
                return TRUE;

        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_DATABASE_UNAVAILABLE,
                    "the database has version %" G_GINT64_FORMAT
                    ", and this program knows versions up to %" G_GINT64_FORMAT
                    "; use the newer program, or the copy that it made of the older version",
                    version, newest);
        return FALSE;
}

typedef struct Step {
        gint64 version; /* before it */
        const char *sql;
} Step;

static gboolean run_step(StoreConnection *connection, gpointer userdata, GError **error) {
        const Step *step = userdata;
        g_autofree char *mark = g_strdup_printf("PRAGMA application_id = %d;"
                                                "PRAGMA user_version = %" G_GINT64_FORMAT ";",
                                                STORE_APPLICATION_ID, step->version + 1);

        return store_execute(connection, step->sql, "changing the schema", error) &&
               store_execute(connection, mark, "changing the schema", error);
}

/* Empty and readable by us alone. */
static gboolean make_file(const char *file, GError **error) {
        int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);

        if (fd < 0) {
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_DATABASE_UNAVAILABLE, "making the copy %s failed: %s",
                            file, g_strerror(errno));
                return FALSE;
        }
        close(fd);
        return TRUE;
}

/* Under another name first, so that FILE.vN is always whole. */
static gboolean keep_copy(StoreConnection *connection, const char *file, gint64 version, GError **error) {
        g_autofree char *copy = g_strdup_printf("%s.v%" G_GINT64_FORMAT, file, version);
        g_autofree char *unfinished = g_strconcat(copy, ".tmp", NULL);

        if (!make_file(unfinished, error) || !store_copy(connection, unfinished, NULL, NULL, error)) {
                (void) g_unlink(unfinished);
                return FALSE;
        }
        if (g_rename(unfinished, copy) < 0) {
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_DATABASE_UNAVAILABLE, "making the copy %s failed: %s",
                            copy, g_strerror(errno));
                return FALSE;
        }
        return TRUE;
}

gboolean store_migrate(StoreConnection *connection, const char *file, const char *const *steps, GError **error) {
        gint64 version = 0, newest = (gint64) g_strv_length((char **) steps);

        if (!store_read_integer(connection, "PRAGMA user_version", "reading the database", &version, error) ||
            !check_owner(connection, version, error) || !check_version(version, newest, error))
                return FALSE;

        if (version > 0 && version < newest && !keep_copy(connection, file, version, error))
                return FALSE;

        for (; version < newest; version++) {
                Step step = { .version = version, .sql = steps[version] };

                if (!store_transaction(connection, "BEGIN IMMEDIATE", run_step, &step, error))
                        return FALSE;
        }
        return TRUE;
}
