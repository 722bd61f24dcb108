/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "services/archive/archive-sync.h"

#include <glib/gstdio.h>
#include <sqlite3.h>

#include "core/error.h"

#define NOW G_GINT64_CONSTANT(1790000000)

/* fail2ban's own schema, of version 4 */
static const char schema[] = "CREATE TABLE bans(jail TEXT NOT NULL, ip TEXT, timeofban INTEGER NOT NULL, "
                             "bantime INTEGER NOT NULL, bancount INTEGER NOT NULL default 1, data JSON);"
                             "CREATE INDEX bans_ip ON bans(ip);";

typedef struct World {
        char *folder, *path;
        sqlite3 *fail2ban;
        sqlite3 *beside; /* a look at our file from outside */
        Store *store;
        ArchiveStore *rows;
        Archive *archive;
        ArchiveRecorder *recorder;
        EventSink sink;
        Model *model;
        BanTable *table;
        ArchiveSync *sync;
        GPtrArray *states; /* of GVariant, EVENT_HISTORY */
        gint notified;     /* atomic */
} World;

static void execute(sqlite3 *database, const char *sql) {
        char *message = NULL;

        if (sqlite3_exec(database, sql, NULL, NULL, &message) != SQLITE_OK)
                g_error("%s: %s", sql, message);
}

G_GNUC_PRINTF(2, 3)
static void fail2ban_does(World *world, const char *format, ...) {
        va_list arguments;
        g_autofree char *sql = NULL;

        va_start(arguments, format);
        sql = g_strdup_vprintf(format, arguments);
        va_end(arguments);
        execute(world->fail2ban, sql);
}

static gint64 number(sqlite3 *database, const char *sql) {
        sqlite3_stmt *statement;
        gint64 result;

        g_assert_cmpint(sqlite3_prepare_v2(database, sql, -1, &statement, NULL), ==, SQLITE_OK);
        g_assert_cmpint(sqlite3_step(statement), ==, SQLITE_ROW);
        result = sqlite3_column_int64(statement, 0);
        sqlite3_finalize(statement);
        return result;
}

static char *text(sqlite3 *database, const char *sql) {
        sqlite3_stmt *statement;
        char *result = NULL;

        g_assert_cmpint(sqlite3_prepare_v2(database, sql, -1, &statement, NULL), ==, SQLITE_OK);
        if (sqlite3_step(statement) == SQLITE_ROW)
                result = g_strdup((const char *) sqlite3_column_text(statement, 0));
        sqlite3_finalize(statement);
        return result;
}

static void on_state(EventType type, const char *name, const char *address, GVariant *properties, gpointer userdata) {
        World *world = userdata;

        g_assert_cmpint(type, ==, EVENT_HISTORY);
        g_ptr_array_add(world->states, g_variant_ref(properties));
}

static void on_notify(gpointer userdata) {
        World *world = userdata;

        g_atomic_int_inc(&world->notified);
}

static void say_database(World *world, const char *path) {
        model_set_online(world->model, "1.0.2",
                         g_variant_new_parsed("{'log_level': <'INFO'>, 'log_target': <'/f2b.log'>, "
                                              "'syslog_socket': <'auto'>, 'database_file': <%s>, "
                                              "'database_purge_age': <int64 86400>, "
                                              "'database_max_matches': <int64 10>}",
                                              path),
                         NOW);
}

static void start_ours(World *world) {
        const EventSink sink = { on_state, world };
        g_autoptr(GError) error = NULL;

        world->store = store_open(world->folder, &error);
        g_assert_no_error(error);
        world->rows = archive_store_new(world->store, &error);
        g_assert_no_error(error);
        world->archive = archive_new(world->rows, NULL, NULL);
        archive_set_sink(world->archive, &sink);
        world->recorder = archive_recorder_new(world->archive);
        archive_recorder_set_notify(world->recorder, on_notify, world);
        world->sink = archive_recorder_sink(world->recorder);
        world->model = model_new(&world->sink);
        world->table = ban_table_new(&world->sink);
        world->sync = archive_sync_new(world->archive, world->model, world->table, world->recorder);
        say_database(world, world->path);
}

static void stop_ours(World *world) {
        g_clear_pointer(&world->sync, archive_sync_free);
        g_clear_pointer(&world->table, ban_table_free);
        g_clear_pointer(&world->model, model_free);
        g_clear_pointer(&world->recorder, archive_recorder_free);
        g_clear_pointer(&world->archive, archive_free);
        g_clear_pointer(&world->rows, archive_store_free);
        g_clear_pointer(&world->store, store_close);
}

static void open_fail2ban(World *world) {
        g_assert_cmpint(sqlite3_open(world->path, &world->fail2ban), ==, SQLITE_OK);
        execute(world->fail2ban, schema);
}

static void set_up(World *world, gconstpointer data) {
        g_autofree char *ours = NULL;

        world->folder = g_dir_make_tmp("bangui-sync-XXXXXX", NULL);
        world->path = g_build_filename(world->folder, "fail2ban.sqlite3", NULL);
        world->states = g_ptr_array_new_with_free_func((GDestroyNotify) g_variant_unref);
        open_fail2ban(world);
        start_ours(world);
        ours = g_build_filename(world->folder, STORE_FILE_NAME, NULL);
        g_assert_cmpint(sqlite3_open_v2(ours, &world->beside, SQLITE_OPEN_READONLY, NULL), ==, SQLITE_OK);
}

static void tear_down(World *world, gconstpointer data) {
        g_autofree char *ours = g_build_filename(world->folder, STORE_FILE_NAME, NULL);

        sqlite3_close(world->beside);
        stop_ours(world);
        sqlite3_close(world->fail2ban);
        g_ptr_array_unref(world->states);
        g_unlink(ours);
        g_unlink(world->path);
        g_assert_cmpint(g_rmdir(world->folder), ==, 0);
        g_free(world->path);
        g_free(world->folder);
}

static guint64 run(World *world) {
        g_autoptr(GError) error = NULL;
        ArchiveTally tally;

        g_assert_true(archive_sync_run(world->sync, NULL, &tally, &error));
        g_assert_no_error(error);
        return tally.bans;
}

static gint64 bans(World *world) {
        return number(world->beside, "SELECT count(*) FROM ban");
}

static void ban(World *world, const char *address, gint64 at) {
        fail2ban_does(world, "INSERT INTO bans VALUES('sshd', '%s', %" G_GINT64_FORMAT ", 600, 1, NULL)", address, at);
}

/* All that is there at the first run, nothing at the next, which writes nothing at all. */
static void test_first(World *world, gconstpointer data) {
        gint64 version;

        ban(world, "192.0.2.1", NOW);
        ban(world, "2001:db8::1", NOW + 1);
        ban(world, "192.0.2.1", NOW + 700);
        g_assert_cmpuint(run(world), ==, 3);
        g_assert_cmpint(bans(world), ==, 3);

        version = number(world->beside, "PRAGMA data_version");
        for (guint i = 0; i < 3; i++)
                g_assert_cmpuint(run(world), ==, 0);
        g_assert_cmpint(number(world->beside, "PRAGMA data_version"), ==, version);

        ban(world, "192.0.2.2", NOW + 800);
        g_assert_cmpuint(run(world), ==, 1);
}

static void test_values(World *world, gconstpointer data) {
        g_autofree char *lines = NULL;

        fail2ban_does(world,
                      "INSERT INTO bans VALUES('web', '192.0.2.1', %" G_GINT64_FORMAT
                      ", 21.25, 4, CAST('{\"matches\": [[\"a \", \"date\", \" b\"]], \"failures\": 5, \"user\": "
                      "\"root\"}' AS BLOB)), ('web', '192.0.2.2', %" G_GINT64_FORMAT
                      ", -1, 1, X'7B00FF'), ('web', '192.0.2.3', %" G_GINT64_FORMAT ", -2, 1, NULL)",
                      NOW, NOW, NOW);
        g_assert_cmpuint(run(world), ==, 3);
        g_assert_cmpint(number(world->beside, "SELECT bantime FROM ban WHERE address = X'C0000201'"), ==, 22);
        g_assert_cmpint(number(world->beside, "SELECT count FROM ban WHERE address = X'C0000201'"), ==, 4);
        g_assert_cmpint(number(world->beside, "SELECT failures FROM ban WHERE address = X'C0000201'"), ==, 5);
        g_assert_cmpint(number(world->beside, "SELECT bantime FROM ban WHERE address = X'C0000202'"), ==, -1);
        g_assert_cmpint(number(world->beside, "SELECT bantime FROM ban WHERE address = X'C0000203'"), ==, -2);
        lines = text(world->beside, "SELECT data FROM ban_data");
        g_assert_cmpstr(lines, ==, "{\"captured\":{\"user\":\"root\"},\"matches\":[\"a date b\"]}");
        g_assert_cmpint(number(world->beside, "SELECT count(*) FROM ban_data"), ==, 1);
}

static void fill(World *world, guint n) {
        fail2ban_does(world,
                      "WITH RECURSIVE c(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM c WHERE i < %u) "
                      "INSERT INTO bans SELECT 'sshd', '10.' || (i / 65536) || '.' || (i / 256 %% 256) || '.' || "
                      "(i %% 256), %" G_GINT64_FORMAT " + i / 3, 600, 1, CAST('{\"matches\": [\"line ' || i || "
                      "'\"], \"failures\": 3}' AS BLOB) FROM c",
                      n - 1, NOW);
}

/* Several pieces, and no second of many bans is cut. */
static void test_pieces(World *world, gconstpointer data) {
        fill(world, 25000);
        g_assert_cmpuint(run(world), ==, 25000);
        g_assert_cmpint(bans(world), ==, 25000);
        g_assert_cmpint(number(world->beside, "SELECT count(*) FROM ban_data"), ==, 25000);
        g_assert_cmpuint(run(world), ==, 0);
}

/* An unban takes the last rows, whose numbers the next bans get. */
static void test_number_again(World *world, gconstpointer data) {
        fill(world, 100);
        g_assert_cmpuint(run(world), ==, 100);
        fail2ban_does(world, "DELETE FROM bans WHERE rowid > 97");
        ban(world, "192.0.2.1", NOW + 100);
        ban(world, "192.0.2.2", NOW + 100);
        g_assert_cmpuint(run(world), ==, 2);
        g_assert_cmpint(bans(world), ==, 102);
        fail2ban_does(world, "DELETE FROM bans WHERE rowid > 3");
        ban(world, "192.0.2.3", NOW + 101);
        g_assert_cmpuint(run(world), ==, 1);
        g_assert_cmpint(bans(world), ==, 103);
}

static void test_purged(World *world, gconstpointer data) {
        fill(world, 100);
        g_assert_cmpuint(run(world), ==, 100);
        fail2ban_does(world, "DELETE FROM bans");
        g_assert_cmpuint(run(world), ==, 0);
        for (guint i = 0; i < 200; i++)
                ban(world, "192.0.2.9", NOW + 10000 + i * 700);
        g_assert_cmpuint(run(world), ==, 200);
        g_assert_cmpint(bans(world), ==, 300);
}

/* Another file in its place, with some rows that are known and some that are not; its clock went back. */
static void test_replaced(World *world, gconstpointer data) {
        fill(world, 50);
        g_assert_cmpuint(run(world), ==, 50);
        sqlite3_close(world->fail2ban);
        g_assert_cmpint(g_unlink(world->path), ==, 0);
        open_fail2ban(world);
        ban(world, "198.51.100.1", NOW - 86400);
        fill(world, 50);
        ban(world, "198.51.100.2", NOW - 864000);
        g_assert_cmpuint(run(world), ==, 2);
        g_assert_cmpint(bans(world), ==, 52);
        g_assert_cmpuint(run(world), ==, 0);
}

/* The daemon goes on where it stopped, and when that row went meanwhile it reads all and takes nothing twice. */
static void test_started_again(World *world, gconstpointer data) {
        fill(world, 30);
        g_assert_cmpuint(run(world), ==, 30);
        stop_ours(world);
        ban(world, "192.0.2.1", NOW + 100);
        start_ours(world);
        g_assert_cmpuint(run(world), ==, 1);
        stop_ours(world);
        fail2ban_does(world, "DELETE FROM bans WHERE rowid > 28");
        ban(world, "192.0.2.2", NOW + 101);
        start_ours(world);
        g_assert_cmpuint(run(world), ==, 1);
        g_assert_cmpint(bans(world), ==, 32);
}

/* Increments: the same time with a longer bantime, in a row of its own. */
static void test_increment(World *world, gconstpointer data) {
        ban(world, "192.0.2.1", NOW);
        g_assert_cmpuint(run(world), ==, 1);
        fail2ban_does(world, "INSERT INTO bans VALUES('sshd', '192.0.2.1', %" G_GINT64_FORMAT ", 1200, 2, NULL)", NOW);
        g_assert_cmpuint(run(world), ==, 0);
        g_assert_cmpint(number(world->beside, "SELECT bantime FROM ban"), ==, 1200);
        g_assert_cmpint(number(world->beside, "SELECT count FROM ban"), ==, 2);
}

static Ban table_ban(const char *id, gint64 at, gint64 ends_at) {
        Ban one = { .jail = (char *) "sshd", .id = (char *) id, .banned_at = at, .ends_at = ends_at, .count = 1 };

        one.is_address = address_try_parse(id, &one.address);
        return one;
}

static void put(World *world, const char *id, gint64 at, gint64 ends_at, gboolean quiet) {
        const Ban one = table_ban(id, at, ends_at);

        ban_table_put(world->table, &one, at, quiet);
}

static char *end_of(World *world, const char *id) {
        g_autofree char *sql = g_strdup_printf("SELECT cause || ' ' || ifnull(uid, '-') || ' ' || reason FROM unban "
                                               "WHERE address = X'%s'",
                                               id);

        return text(world->beside, sql);
}

#define assert_end(world, id, expected) \
        G_STMT_START { \
                g_autofree char *end_ = end_of(world, id); \
                g_assert_cmpstr(end_, ==, expected); \
        } \
        G_STMT_END

/* Each end with its reason, whether the ban was read from the database before or not. */
static void test_ends(World *world, gconstpointer data) {
        static const char *const mine[] = { "192.0.2.3", "192.0.2.9" };
        gint64 now = g_get_real_time() / G_USEC_PER_SEC;
        ArchiveNote *note;

        g_assert_cmpuint(run(world), ==, 0);
        for (guint i = 1; i <= 5; i++) {
                g_autofree char *id = g_strdup_printf("192.0.2.%u", i);

                put(world, id, now - 600, now - 1, FALSE);
                if (i != 5)
                        ban(world, id, now - 600);
        }
        g_assert_cmpint(g_atomic_int_get(&world->notified), >=, 5);
        ban_table_remove(world->table, "sshd", "192.0.2.1", now, "expired");
        ban_table_remove(world->table, "sshd", "192.0.2.2", now, "unbanned");
        note = archive_recorder_note(world->recorder, "sshd", mine, 2, ARCHIVE_CAUSE_HAND, 1000, "a customer");
        ban_table_remove(world->table, "sshd", "192.0.2.3", now, "unbanned");
        archive_note_end(note);
        ban_table_remove(world->table, "sshd", "192.0.2.4", now, "jail-stopped");
        ban_table_remove(world->table, "sshd", "192.0.2.5", now, "unbanned");

        g_assert_cmpuint(run(world), ==, 4);
        g_assert_cmpint(bans(world), ==, 5);
        assert_end(world, "C0000201", "1 - ");
        assert_end(world, "C0000202", "2 - ");
        assert_end(world, "C0000203", "2 1000 a customer");
        assert_end(world, "C0000204", NULL);
        assert_end(world, "C0000205", "2 - ");
        g_assert_cmpint(number(world->beside, "SELECT ended_at FROM ban WHERE address = X'C0000201'"), ==, now - 1);
        g_assert_cmpint(number(world->beside, "SELECT cause FROM ban WHERE address = X'C0000203'"), ==,
                        ARCHIVE_CAUSE_HAND);
        g_assert_cmpint(number(world->beside, "SELECT ended_at FROM ban WHERE address = X'C0000204'"), ==, 0);

        /* what was seen before its row came */
        ban(world, "192.0.2.5", now - 600);
        g_assert_cmpuint(run(world), ==, 0);
        g_assert_cmpint(bans(world), ==, 5);
}

/* fail2ban keeps no database: those of the first look, and those that come. */
static void test_no_database(World *world, gconstpointer data) {
        say_database(world, "");
        put(world, "192.0.2.1", NOW, NOW + 600, TRUE);
        g_assert_cmpuint(run(world), ==, 1);
        put(world, "192.0.2.2", NOW, NOW + 600, FALSE);
        put(world, "192.0.2.2", NOW, NOW + 900, FALSE);
        g_assert_cmpuint(run(world), ==, 0);
        g_assert_cmpint(bans(world), ==, 2);
        g_assert_cmpint(number(world->beside, "SELECT bantime FROM ban WHERE address = X'C0000202'"), ==, 900);
        g_assert_cmpint(number(world->beside, "SELECT sources FROM ban WHERE address = X'C0000202'"), ==,
                        ARCHIVE_SOURCE_LIVE);

        /* now it keeps one */
        say_database(world, world->path);
        fail2ban_does(world, "INSERT INTO bans VALUES('sshd', '192.0.2.2', %" G_GINT64_FORMAT ", 900, 1, NULL)",
                      NOW + 1);
        g_assert_cmpuint(run(world), ==, 0);
        put(world, "192.0.2.3", NOW, NOW + 600, FALSE);
        g_assert_cmpuint(run(world), ==, 0);
        g_assert_cmpint(bans(world), ==, 2);
        g_assert_cmpint(number(world->beside, "SELECT id >> 20 FROM ban WHERE address = X'C0000202'"), ==, NOW + 1);
}

/* As if there were none. */
static void test_unreadable(World *world, gconstpointer data) {
        say_database(world, "/nonexistent/fail2ban.sqlite3");
        put(world, "192.0.2.1", NOW, NOW + 600, FALSE);
        g_assert_cmpuint(run(world), ==, 1);
}

static void test_damaged(World *world, gconstpointer data) {
        g_autoptr(GError) error = NULL;

        ban(world, "192.0.2.1", NOW);
        g_assert_cmpuint(run(world), ==, 1);
        sqlite3_close(world->fail2ban);
        world->fail2ban = NULL;
        g_assert_true(g_file_set_contents(world->path, "This is no database, whatever its name is.", -1, NULL));
        g_assert_false(archive_sync_run(world->sync, NULL, NULL, &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_DATABASE_CORRUPTED);
}

static void test_state(World *world, gconstpointer data) {
        GVariant *last;
        guint64 count;
        gint64 oldest, newest, synced;
        g_autoptr(GError) error = NULL;

        ban(world, "192.0.2.1", NOW);
        ban(world, "192.0.2.2", NOW + 50);
        run(world);
        g_assert_true(archive_count(world->archive, &error));
        last = g_ptr_array_index(world->states, world->states->len - 1);
        g_assert_true(g_variant_lookup(last, "Bans", "t", &count));
        g_assert_true(g_variant_lookup(last, "OldestAt", "x", &oldest));
        g_assert_true(g_variant_lookup(last, "NewestAt", "x", &newest));
        g_assert_true(g_variant_lookup(last, "SyncedAt", "x", &synced));
        g_assert_cmpuint(count, ==, 2);
        g_assert_cmpint(oldest, ==, NOW);
        g_assert_cmpint(newest, ==, NOW + 50);
        g_assert_cmpint(synced, >, 0);
}

/* What could not be written is written later, in its order. */
static void test_locked(World *world, gconstpointer data) {
        g_autofree char *ours = g_build_filename(world->folder, STORE_FILE_NAME, NULL);
        gint64 now = g_get_real_time() / G_USEC_PER_SEC;
        g_autoptr(GError) error = NULL;
        sqlite3 *other;

        run(world);
        put(world, "192.0.2.1", now - 600, now + 600, FALSE);
        ban_table_remove(world->table, "sshd", "192.0.2.1", now, "unbanned");
        g_assert_cmpint(sqlite3_open(ours, &other), ==, SQLITE_OK);
        execute(other, "BEGIN IMMEDIATE");
        g_assert_false(archive_sync_run(world->sync, NULL, NULL, &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_DATABASE_BUSY);
        put(world, "192.0.2.2", now - 600, now + 600, FALSE);
        ban_table_remove(world->table, "sshd", "192.0.2.2", now, "unbanned");
        execute(other, "ROLLBACK");
        sqlite3_close(other);

        run(world);
        assert_end(world, "C0000201", "2 - ");
        assert_end(world, "C0000202", "2 - ");
        g_assert_cmpint(number(world->beside, "SELECT address = X'C0000201' FROM unban ORDER BY id"), ==, 1);
}

static void say_counter(World *world, guint banned) {
        const Fail2banCounters counters = { .currently_banned = banned, .total_banned = banned };

        model_put_jail(world->model, "sshd", &counters, g_variant_new_parsed("{'BanTime': <int64 600>}"));
}

static void check_lost(World *world) {
        g_autoptr(GError) error = NULL;

        g_assert_true(archive_sync_check(world->sync, &error));
        g_assert_no_error(error);
}

/* Lifted while the daemon was away. The first look only suspects, and a jail that is not known exactly does not count;
 * what is over by its time or still there stays as it is. */
static void test_lost(World *world, gconstpointer data) {
        gint64 now = g_get_real_time() / G_USEC_PER_SEC;

        ban(world, "192.0.2.1", now - 100);
        ban(world, "192.0.2.2", now - 100);
        ban(world, "192.0.2.3", now - 700);
        ban(world, "192.0.2.4", now - 90);
        g_assert_cmpuint(run(world), ==, 4);
        put(world, "192.0.2.2", now - 100, now + 500, TRUE);

        say_counter(world, 2);
        check_lost(world);
        check_lost(world);
        g_assert_cmpint(number(world->beside, "SELECT count(*) FROM ban WHERE ended_at > 0"), ==, 0);

        model_set_offline(world->model, "stopped", now);
        check_lost(world);
        say_database(world, world->path);
        say_counter(world, 1);
        check_lost(world);
        g_assert_cmpint(number(world->beside, "SELECT count(*) FROM ban WHERE ended_at > 0"), ==, 0);
        put(world, "192.0.2.4", now - 90, now + 510, FALSE);
        say_counter(world, 2);
        check_lost(world);
        g_assert_cmpint(number(world->beside, "SELECT count(*) FROM ban WHERE ended_at > 0"), ==, 1);
        assert_end(world, "C0000201", "6 - ");
}

/* Banned, unbanned and banned again in one second, before and after the database was read: it is in force. */
static void test_same_second(World *world, gconstpointer data) {
        gint64 now = g_get_real_time() / G_USEC_PER_SEC;

        for (guint i = 0; i < 2; i++) {
                ban(world, "192.0.2.1", now);
                put(world, "192.0.2.1", now, now + 600, FALSE);
                if (i == 0)
                        run(world);
                fail2ban_does(world, "DELETE FROM bans");
                ban_table_remove(world->table, "sshd", "192.0.2.1", now, "unbanned");
                if (i == 0)
                        run(world);
                ban(world, "192.0.2.1", now);
                put(world, "192.0.2.1", now, now + 600, FALSE);
                run(world);
                g_assert_cmpint(number(world->beside, "SELECT count(*) FROM ban WHERE ended_at = 0"), ==, 1);
                g_assert_cmpint(bans(world), ==, 1);
        }
        fail2ban_does(world, "DELETE FROM bans");
        ban_table_remove(world->table, "sshd", "192.0.2.1", now + 9, "unbanned");
        run(world);
        g_assert_cmpint(number(world->beside, "SELECT count(*) FROM ban WHERE ended_at > 0"), ==, 1);
}

/* Lifted behind our back before the ban table heard of it; one that comes into the table late is left alone. */
static void test_lost_early(World *world, gconstpointer data) {
        gint64 now = g_get_real_time() / G_USEC_PER_SEC;

        say_counter(world, 0);
        for (guint i = 0; i < 3; i++)
                check_lost(world);
        ban(world, "192.0.2.1", now);
        ban(world, "192.0.2.2", now);
        ban(world, "192.0.2.3", now);
        put(world, "192.0.2.3", now, now + 600, TRUE);
        g_assert_cmpuint(run(world), ==, 3);
        fail2ban_does(world, "DELETE FROM bans WHERE ip = '192.0.2.1'");
        say_counter(world, 1);
        check_lost(world);
        say_counter(world, 2);
        check_lost(world);
        say_counter(world, 1);
        check_lost(world);
        put(world, "192.0.2.2", now, now + 600, FALSE);
        say_counter(world, 2);
        g_assert_cmpint(number(world->beside, "SELECT count(*) FROM ban WHERE ended_at > 0"), ==, 0);
        check_lost(world);
        g_assert_cmpint(number(world->beside, "SELECT count(*) FROM ban WHERE ended_at > 0"), ==, 1);
        assert_end(world, "C0000201", "6 - ");
        check_lost(world);
        g_assert_cmpint(number(world->beside, "SELECT count(*) FROM unban"), ==, 1);
}

/* Whoever lifted it told of it: it is not lost as well. */
static void test_lost_but_told(World *world, gconstpointer data) {
        gint64 now = g_get_real_time() / G_USEC_PER_SEC;

        say_counter(world, 0);
        for (guint i = 0; i < 3; i++)
                check_lost(world);
        ban(world, "192.0.2.1", now);
        g_assert_cmpuint(run(world), ==, 1);
        archive_recorder_ended(world->recorder, "sshd", "192.0.2.1");
        run(world);
        for (guint i = 0; i < 3; i++)
                check_lost(world);
        assert_end(world, "C0000201", "2 - ");
        g_assert_cmpint(number(world->beside, "SELECT count(*) FROM unban"), ==, 1);
}

/* A note counts for what it names, and for a moment after the command. */
static void test_notes(World *world, gconstpointer data) {
        static const char *const one[] = { "192.0.2.1" };
        g_autoptr(ArchiveNote) narrow =
                archive_recorder_note(world->recorder, "sshd", one, 1, ARCHIVE_CAUSE_DAEMON, -1, NULL);
        g_autoptr(ArchiveNote) other =
                archive_recorder_note(world->recorder, "web", NULL, 0, ARCHIVE_CAUSE_LIST, 5, "");

        run(world);
        for (guint i = 1; i <= 2; i++) {
                g_autofree char *id = g_strdup_printf("192.0.2.%u", i);

                put(world, id, NOW, -1, FALSE);
                ban_table_remove(world->table, "sshd", id, NOW + 5, "unbanned");
        }
        run(world);
        assert_end(world, "C0000201", "3 - ");
        assert_end(world, "C0000202", "2 - ");
        g_assert_cmpint(number(world->beside, "SELECT bantime FROM ban WHERE address = X'C0000201'"), ==, -1);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);

#define ADD(name, func) g_test_add("/services/archive-sync/" name, World, NULL, set_up, func, tear_down)
        ADD("first", test_first);
        ADD("values", test_values);
        ADD("pieces", test_pieces);
        ADD("number-again", test_number_again);
        ADD("purged", test_purged);
        ADD("replaced", test_replaced);
        ADD("started-again", test_started_again);
        ADD("increment", test_increment);
        ADD("ends", test_ends);
        ADD("notes", test_notes);
        ADD("same-second", test_same_second);
        ADD("locked", test_locked);
        ADD("lost", test_lost);
        ADD("lost-early", test_lost_early);
        ADD("lost-but-told", test_lost_but_told);
        ADD("no-database", test_no_database);
        ADD("unreadable", test_unreadable);
        ADD("damaged", test_damaged);
        ADD("state", test_state);
#undef ADD

        return g_test_run();
}
