/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "jobs/archive-keeper.h"

#include <glib/gstdio.h>
#include <sqlite3.h>

#define NOW G_GINT64_CONSTANT(1790000000)
#define WAIT_S 30

typedef struct World {
        char *folder, *path;
        sqlite3 *fail2ban;
        Store *store;
        ArchiveStore *rows;
        Archive *archive;
        ArchiveRecorder *recorder;
        EventSink sink;
        Model *model;
        BanTable *table;
        ArchiveSync *sync;
        ArchiveKeeper *keeper;

        GMutex lock;
        GCond cond;
        guint64 bans; /* as EVENT_HISTORY told last */
        gboolean told;
} World;

static void on_state(EventType type, const char *name, const char *address, GVariant *properties, gpointer userdata) {
        World *world = userdata;

        g_mutex_lock(&world->lock);
        g_assert_true(g_variant_lookup(properties, "Bans", "t", &world->bans));
        world->told = TRUE;
        g_cond_signal(&world->cond);
        g_mutex_unlock(&world->lock);
}

static void wait_for_bans(World *world, guint64 bans) {
        gint64 end = g_get_monotonic_time() + WAIT_S * G_USEC_PER_SEC;

        g_mutex_lock(&world->lock);
        while (!world->told || world->bans != bans)
                if (!g_cond_wait_until(&world->cond, &world->lock, end))
                        g_error("%" G_GUINT64_FORMAT " bans instead of %" G_GUINT64_FORMAT, world->bans, bans);
        g_mutex_unlock(&world->lock);
}

static void execute(sqlite3 *database, const char *sql) {
        char *message = NULL;

        if (sqlite3_exec(database, sql, NULL, NULL, &message) != SQLITE_OK)
                g_error("%s: %s", sql, message);
}

static void fail2ban_bans(World *world, const char *address, gint64 at) {
        g_autofree char *sql = g_strdup_printf(
                "INSERT INTO bans VALUES('sshd', '%s', %" G_GINT64_FORMAT ", 600, 1, NULL)", address, at);

        execute(world->fail2ban, sql);
}

static void set_up(World *world, gconstpointer data) {
        const EventSink sink = { on_state, world };
        g_autoptr(GError) error = NULL;

        g_mutex_init(&world->lock);
        g_cond_init(&world->cond);
        world->folder = g_dir_make_tmp("bangui-keeper-XXXXXX", NULL);
        world->path = g_build_filename(world->folder, "fail2ban.sqlite3", NULL);
        g_assert_cmpint(sqlite3_open(world->path, &world->fail2ban), ==, SQLITE_OK);
        (void) sqlite3_busy_timeout(world->fail2ban, WAIT_S * 1000);
        execute(world->fail2ban, "CREATE TABLE bans(jail TEXT, ip TEXT, timeofban INTEGER, bantime INTEGER, "
                                 "bancount INTEGER, data JSON)");
        world->store = store_open(world->folder, &error);
        g_assert_no_error(error);
        world->rows = archive_store_new(world->store, &error);
        g_assert_no_error(error);
        world->archive = archive_new(world->rows, NULL, NULL);
        archive_set_sink(world->archive, &sink);
        world->recorder = archive_recorder_new(world->archive);
        world->sink = archive_recorder_sink(world->recorder);
        world->model = model_new(&world->sink);
        world->table = ban_table_new(&world->sink);
        world->sync = archive_sync_new(world->archive, world->model, world->table, world->recorder);
        world->keeper = archive_keeper_new(world->archive, world->recorder, world->sync);
}

static void tear_down(World *world, gconstpointer data) {
        g_autofree char *ours = g_build_filename(world->folder, STORE_FILE_NAME, NULL);

        archive_keeper_free(world->keeper);
        archive_sync_free(world->sync);
        ban_table_free(world->table);
        model_free(world->model);
        archive_recorder_free(world->recorder);
        archive_free(world->archive);
        archive_store_free(world->rows);
        store_close(world->store);
        sqlite3_close(world->fail2ban);
        g_unlink(ours);
        g_unlink(world->path);
        g_assert_cmpint(g_rmdir(world->folder), ==, 0);
        g_free(world->path);
        g_free(world->folder);
        g_cond_clear(&world->cond);
        g_mutex_clear(&world->lock);
}

static void come_online(World *world) {
        model_set_online(world->model, "1.0.2",
                         g_variant_new_parsed("{'log_level': <'INFO'>, 'log_target': <'/f2b.log'>, "
                                              "'syslog_socket': <'auto'>, 'database_file': <%s>, "
                                              "'database_purge_age': <int64 86400>, "
                                              "'database_max_matches': <int64 10>}",
                                              world->path),
                         NOW);
}

/* Nobody pokes: that fail2ban is there, and each event, is enough. */
static void test_events(World *world, gconstpointer data) {
        const Ban ban = { .jail = (char *) "sshd",
                          .id = (char *) "192.0.2.2",
                          .is_address = TRUE,
                          .address = { .bytes = { 192, 0, 2, 2 }, .version = 4, .prefix = 32 },
                          .banned_at = NOW + 1,
                          .ends_at = NOW + 601 };

        archive_keeper_start(world->keeper);
        wait_for_bans(world, 0);
        fail2ban_bans(world, "192.0.2.1", NOW);
        come_online(world);
        wait_for_bans(world, 1);
        fail2ban_bans(world, "192.0.2.2", NOW + 1);
        ban_table_put(world->table, &ban, NOW + 1, FALSE);
        wait_for_bans(world, 2);
}

static void test_poke(World *world, gconstpointer data) {
        come_online(world);
        archive_keeper_start(world->keeper);
        wait_for_bans(world, 0);
        fail2ban_bans(world, "192.0.2.1", NOW);
        archive_keeper_poke(world->keeper);
        wait_for_bans(world, 1);
}

/* A row that comes after what was told of it is not left until the next time. */
static void test_late_row(World *world, gconstpointer data) {
        archive_keeper_start(world->keeper);
        come_online(world);
        wait_for_bans(world, 0);
        fail2ban_bans(world, "192.0.2.1", NOW);
        wait_for_bans(world, 1);
}

/* At once, also when it has something to do. */
static void test_ends(World *world, gconstpointer data) {
        for (guint i = 0; i < 200; i++)
                fail2ban_bans(world, "192.0.2.1", NOW + i * 700);
        come_online(world);
        archive_keeper_start(world->keeper);
        archive_keeper_poke(world->keeper);
        g_clear_pointer(&world->keeper, archive_keeper_free);
        g_assert_true(world->bans == 0 || world->bans == 200);
}

static void test_never_started(World *world, gconstpointer data) {
        g_autoptr(GError) error = NULL;

        g_assert_true(archive_sync_run(world->sync, NULL, NULL, &error));
        g_assert_no_error(error);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);

#define ADD(name, func) g_test_add("/jobs/archive-keeper/" name, World, NULL, set_up, func, tear_down)
        ADD("events", test_events);
        ADD("poke", test_poke);
        ADD("late-row", test_late_row);
        ADD("ends", test_ends);
        ADD("never-started", test_never_started);
#undef ADD

        return g_test_run();
}
