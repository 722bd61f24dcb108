/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "services/figures/columns.h"

#include <glib/gstdio.h>

#include "core/error.h"
#include "store/connection.h"

#define ROUNDS 40

/* What a set of columns must hold, kept in the plainest way. */

static Address random_address(GRand *rand) {
        guint one = (guint) g_rand_int_range(rand, 0, 6), other = (guint) g_rand_int_range(rand, 0, 5);
        g_autofree char *text = NULL;
        Address address;

        switch (g_rand_int_range(rand, 0, 4)) {
        case 0:
                text = g_strdup_printf("2001:db8:%x::%x", one, other);
                break;
        case 1:
                text = g_strdup_printf("198.51.%u.0/2%u", one, other);
                break;
        default:
                text = g_strdup_printf("203.0.%u.%u", one, other);
        }
        g_assert_true(address_parse(text, &address, NULL));
        return address;
}

static ArchiveBan random_ban(GRand *rand) {
        static const char *const texts[] = { "alice", "bob", NULL, NULL, NULL, NULL, NULL, NULL };
        ArchiveBan ban = {
                .jail = (guint) g_rand_int_range(rand, 1, 9),
                .text = texts[g_rand_int_range(rand, 0, G_N_ELEMENTS(texts))],
                .country = (CountryCode) (g_rand_int_range(rand, 0, 5) * 257),
                .network = (guint32) g_rand_int_range(rand, 0, 4) * 1000000,
                .banned_at = 1000 + g_rand_int_range(rand, 0, 500),
                .origin = (ArchiveOrigin) g_rand_int_range(rand, 0, _ARCHIVE_ORIGIN_MAX),
        };

        if (!ban.text)
                ban.address = random_address(rand);
        return ban;
}

static char *describe(gint64 at, const char *text, const Address *address, guint jail, guint country, guint32 network,
                      guint origin) {
        char buffer[ADDRESS_TEXT_MAX];

        return g_strdup_printf("%06" G_GINT64_FORMAT " %s %u %u %u %u", at,
                               text ? text : address_format(address, buffer), jail, country, network, origin);
}

static char *describe_row(const ColumnSet *set, const ColumnView *view, guint32 row) {
        const CountryCode *countries;
        const guint32 *networks;
        const guint *jails;
        Address address;
        const char *text = who_table_get(column_set_whos(set), view->who[row], &address);

        (void) column_set_countries(set, &countries);
        (void) column_set_networks(set, &networks);
        (void) column_set_jails(set, &jails);
        return describe(view->time[row], text, &address, jails[view->kind[row] / COLUMN_ORIGINS],
                        countries[view->country[row]], view->network ? networks[view->network[row]] : 0,
                        view->kind[row] % COLUMN_ORIGINS);
}

static gint compare_texts(gconstpointer a, gconstpointer b) {
        return g_strcmp0(*(char *const *) a, *(char *const *) b);
}

/* The same bans, in the order of time; those of one time in any order. */
static void check(const ColumnSet *set, const GArray *bans) {
        g_autoptr(GPtrArray) is = g_ptr_array_new_with_free_func(g_free);
        g_autoptr(GPtrArray) should = g_ptr_array_new_with_free_func(g_free);
        ColumnView view = column_set_view(set);

        g_assert_cmpuint(view.n, ==, bans->len);
        for (guint i = 0; i < bans->len; i++) {
                const ArchiveBan *ban = &g_array_index(bans, ArchiveBan, i);

                g_assert_true(i == 0 || view.time[i - 1] <= view.time[i]);
                g_ptr_array_add(is, describe_row(set, &view, i));
                g_ptr_array_add(should, describe(ban->banned_at, ban->text, &ban->address, ban->jail, ban->country,
                                                 ban->network, ban->origin));
        }
        g_ptr_array_sort(is, compare_texts);
        g_ptr_array_sort(should, compare_texts);
        for (guint i = 0; i < bans->len; i++)
                g_assert_cmpstr(is->pdata[i], ==, should->pdata[i]);
}

static void remove_before(GArray *bans, gint64 before) {
        for (guint i = bans->len; i > 0; i--)
                if (g_array_index(bans, ArchiveBan, i - 1).banned_at < before)
                        g_array_remove_index_fast(bans, i - 1);
}

static void test_random(void) {
        g_autoptr(GRand) rand = g_rand_new_with_seed(g_test_rand_int());

        for (guint round = 0; round < ROUNDS; round++) {
                g_autoptr(ColumnSet) set = column_set_new();
                g_autoptr(GArray) bans = g_array_new(FALSE, FALSE, sizeof(ArchiveBan));

                for (guint step = 0; step < 12; step++) {
                        guint n = (guint) g_rand_int_range(rand, 0, 60);
                        gint64 before = 900 + g_rand_int_range(rand, 0, 400);
                        guint from = bans->len;

                        for (guint i = 0; i < n; i++) {
                                ArchiveBan ban = random_ban(rand);

                                g_array_append_val(bans, ban);
                        }
                        column_set_add(set, (ArchiveBan *) (gpointer) bans->data + from, n);
                        if (g_rand_boolean(rand)) {
                                column_set_remove(set, before);
                                remove_before(bans, before);
                        }
                        check(set, bans);
                }
        }
}

/* Times that a column cannot hold are kept at its ends, and networks may come late. */
static void test_edges(void) {
        g_autoptr(ColumnSet) set = column_set_new();
        ArchiveBan ban = { .jail = 3, .text = "x", .banned_at = -5 };
        ColumnView view;
        guint32 network;
        guint jail;

        column_set_add(set, &ban, 1);
        ban.banned_at = G_GINT64_CONSTANT(1) << 40;
        column_set_add(set, &ban, 1);
        view = column_set_view(set);
        g_assert_cmpuint(view.time[0], ==, 0);
        g_assert_cmpuint(view.time[1], ==, G_MAXUINT32);
        g_assert_null(view.network);
        g_assert_cmpuint(column_view_find(&view, G_MAXINT64), ==, 2);
        g_assert_cmpuint(column_view_find(&view, -7), ==, 0);
        g_assert_cmpuint(column_view_find(&view, 1), ==, 1);

        ban.banned_at = 5;
        ban.network = 64500;
        column_set_add(set, &ban, 1);
        view = column_set_view(set);
        g_assert_cmpuint(view.network[0], ==, 0);
        g_assert_true(column_set_find_network(set, 64500, &network));
        g_assert_cmpuint(view.network[1], ==, network);
        g_assert_cmpuint(view.network[2], ==, 0);
        g_assert_false(column_set_find_network(set, 64501, &network));
        g_assert_true(column_set_find_jail(set, 3, &jail));
        g_assert_false(column_set_find_jail(set, 4, &jail));
}

/* Whom nothing is known of any more is forgotten, and its memory given back. */
static void test_forget(void) {
        g_autoptr(ColumnSet) set = column_set_new();

        for (guint32 i = 0; i < 3000; i++) {
                ArchiveBan ban = { .jail = 1, .banned_at = 1000 + i, .address = { .version = 4, .prefix = 32 } };

                memcpy(ban.address.bytes, &i, sizeof(i));
                column_set_add(set, &ban, 1);
        }
        g_assert_cmpuint(who_table_size(column_set_whos(set)), ==, 3000);
        column_set_remove(set, 3900);
        g_assert_cmpuint(column_set_view(set).n, ==, 100);
        g_assert_cmpuint(who_table_size(column_set_whos(set)), ==, 100);
}

static void test_mark(void) {
        static const char *const whos[] = { "10.1.2.3", "10.1.3.0/24", "10.2.0.1", "2001:db8::1", "2001:db9::/32" };
        static const struct {
                const char *within;
                guint8 flags[6];
        } cases[] = {
                { "10.1.0.0/16", { 1, 1, 0, 0, 0, 0 } }, { "0.0.0.0/0", { 1, 1, 1, 0, 0, 0 } },
                { "10.1.2.3", { 1, 0, 0, 0, 0, 0 } },    { "2001:db8::/31", { 0, 0, 0, 1, 1, 0 } },
                { "::/0", { 0, 0, 0, 1, 1, 0 } },
        };
        g_autoptr(WhoTable) table = who_table_new();

        for (guint i = 0; i < G_N_ELEMENTS(whos); i++) {
                Address address;

                g_assert_true(address_parse(whos[i], &address, NULL));
                g_assert_cmpuint(who_table_add(table, &address, NULL), ==, i);
                g_assert_cmpuint(who_table_add(table, &address, NULL), ==, i);
        }
        g_assert_cmpuint(who_table_add(table, NULL, "10.1.2.3"), ==, 5);
        g_assert_cmpuint(who_table_size(table), ==, 6);
        for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
                guint8 flags[6] = { 0 };
                Address within;

                g_assert_true(address_parse(cases[i].within, &within, NULL));
                who_table_mark(table, &within, flags);
                g_assert_cmpmem(flags, sizeof(flags), cases[i].flags, sizeof(flags));
        }
}

/* An archive that does as it is told: its scan stops twice to let the test speak. */
typedef struct Source {
        GMutex mutex;
        GCond moved;
        guint scans, taken;      /* begun, and past their snapshot */
        guint may_take, may_end; /* how many scans may */
        gboolean broken;
        ArchiveBan before, behind; /* one in the snapshot, and one more of another time */
} Source;

static gboolean source_scan(gpointer data, void (*taken)(gpointer userdata), ArchiveScanFunc each, gpointer userdata,
                            GError **error) {
        Source *self = data;
        g_autoptr(GMutexLocker) mutex = g_mutex_locker_new(&self->mutex);
        guint scan = ++self->scans;

        g_cond_broadcast(&self->moved);
        while (self->may_take < scan)
                g_cond_wait(&self->moved, &self->mutex);
        if (self->broken) {
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_DATABASE_CORRUPTED, "the archive is broken");
                return FALSE;
        }
        taken(userdata);
        if (!each(&self->before, 1, userdata))
                return TRUE;
        self->taken = scan;
        g_cond_broadcast(&self->moved);
        while (self->may_end < scan)
                g_cond_wait(&self->moved, &self->mutex);
        (void) each(&self->behind, 1, userdata);
        return TRUE;
}

static void source_allow(Source *self, guint may_take, guint may_end) {
        g_autoptr(GMutexLocker) mutex = g_mutex_locker_new(&self->mutex);

        self->may_take = may_take;
        self->may_end = may_end;
        g_cond_broadcast(&self->moved);
}

/* Until the first part of the scan was told. */
static void source_wait_taken(Source *self) {
        g_autoptr(GMutexLocker) mutex = g_mutex_locker_new(&self->mutex);

        while (self->taken == 0)
                g_cond_wait(&self->moved, &self->mutex);
}

static guint count_rows(Columns *columns) {
        g_autoptr(GError) error = NULL;
        const ColumnSet *set = columns_lock(columns, 60, &error);
        guint n;

        g_assert_no_error(error);
        n = column_set_view(set).n;
        columns_unlock(columns);
        return n;
}

static ArchiveBan ban_at(gint64 at) {
        return (ArchiveBan) { .jail = 1, .text = "x", .banned_at = at };
}

/* What is told before the snapshot is in it; what is told behind it is added. */
static void test_told_meanwhile(void) {
        Source source = { .before = ban_at(100), .behind = ban_at(200) };
        g_autoptr(Columns) columns = columns_new(source_scan, &source);
        ArchiveListener listener = columns_listener(columns);
        g_autoptr(GError) error = NULL;
        ArchiveBan told = ban_at(150);

        listener.added(&source.before, 1, listener.userdata);
        columns_start(columns);
        g_assert_null(columns_lock(columns, 0, &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_BUSY);
        listener.added(&source.behind, 1, listener.userdata);
        source_allow(&source, 1, 0);
        source_wait_taken(&source);
        listener.added(&told, 1, listener.userdata);
        listener.removed(120, listener.userdata);
        source_allow(&source, 1, 1);
        g_assert_cmpuint(count_rows(columns), ==, 2);
        g_assert_cmpuint(columns_removals(columns), ==, 1);
        listener.added(&told, 1, listener.userdata);
        g_assert_cmpuint(count_rows(columns), ==, 3);
        listener.removed(160, listener.userdata);
        g_assert_cmpuint(count_rows(columns), ==, 1);
}

/* Bans that retention took away are not brought back by the rest of the scan. */
static void test_removed_meanwhile(void) {
        Source source = { .before = ban_at(100), .behind = ban_at(200) };
        g_autoptr(Columns) columns = columns_new(source_scan, &source);
        ArchiveListener listener = columns_listener(columns);

        columns_start(columns);
        source_allow(&source, 1, 0);
        source_wait_taken(&source);
        listener.removed(300, listener.userdata);
        source_allow(&source, 1, 1);
        g_assert_cmpuint(count_rows(columns), ==, 0);
}

static void test_changed(void) {
        Source source = { .before = ban_at(100), .behind = ban_at(200) };
        g_autoptr(Columns) columns = columns_new(source_scan, &source);
        ArchiveListener listener = columns_listener(columns);

        source_allow(&source, 1000, 1000);
        columns_start(columns);
        g_assert_cmpuint(count_rows(columns), ==, 2);
        source.behind = ban_at(90);
        listener.changed(listener.userdata);
        for (guint32 first = 0; first != 90;) {
                const ColumnSet *set = columns_lock(columns, 60, NULL);

                first = column_set_view(set).time[0];
                columns_unlock(columns);
                g_thread_yield();
        }
        g_assert_cmpuint(count_rows(columns), ==, 2);
}

/* Readers beside a writer see bans in the order of time, and never some of a batch. */
#define CROWD_BATCH 50
#define CROWD_ROUNDS 300

typedef struct Crowd {
        Columns *columns;
        gint ended; /* atomic */
} Crowd;

static gpointer read_in_a_crowd(gpointer data) {
        Crowd *self = data;

        while (!g_atomic_int_get(&self->ended)) {
                const ColumnSet *set = columns_lock(self->columns, 60, NULL);
                ColumnView view = column_set_view(set);

                g_assert_cmpuint(view.n % CROWD_BATCH, ==, 0);
                for (guint32 i = 0; i < view.n; i++) {
                        g_assert_true(i == 0 || view.time[i - 1] <= view.time[i]);
                        g_assert_cmpuint(view.who[i], <, who_table_size(column_set_whos(set)));
                }
                columns_unlock(self->columns);
        }
        return NULL;
}

static gboolean scan_nothing(gpointer source, void (*taken)(gpointer userdata), ArchiveScanFunc each, gpointer userdata,
                             GError **error) {
        taken(userdata);
        return TRUE;
}

static void test_crowd(void) {
        g_autoptr(Columns) columns = columns_new(scan_nothing, NULL);
        ArchiveListener listener = columns_listener(columns);
        Crowd crowd = { .columns = columns };
        GThread *readers[2];

        columns_start(columns);
        g_assert_cmpuint(count_rows(columns), ==, 0);
        for (guint i = 0; i < G_N_ELEMENTS(readers); i++)
                readers[i] = g_thread_new("reader", read_in_a_crowd, &crowd);
        for (guint32 round = 0; round < CROWD_ROUNDS; round++) {
                ArchiveBan bans[CROWD_BATCH];

                for (guint32 i = 0; i < CROWD_BATCH; i++) {
                        guint32 word = round * 7 + i;

                        bans[i] = ban_at(1000 + (round ^ 5) * CROWD_BATCH);
                        bans[i].text = NULL;
                        bans[i].address = (Address) { .version = 4, .prefix = 32 };
                        memcpy(bans[i].address.bytes, &word, sizeof(word));
                }
                listener.added(bans, CROWD_BATCH, listener.userdata);
                if (round % 10 == 9)
                        listener.removed(1000 + round / 2 * CROWD_BATCH, listener.userdata);
        }
        g_atomic_int_set(&crowd.ended, 1);
        for (guint i = 0; i < G_N_ELEMENTS(readers); i++)
                g_thread_join(readers[i]);
        g_assert_cmpuint(count_rows(columns), >, 0);
}

static void test_broken(void) {
        Source source = { .broken = TRUE };
        g_autoptr(Columns) columns = columns_new(source_scan, &source);
        g_autoptr(GError) error = NULL;

        source_allow(&source, 1000, 1000);
        columns_start(columns);
        g_assert_null(columns_lock(columns, 60, &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_DATABASE_CORRUPTED);
}

/* A real archive of more rows than are read in one piece. */
#define REAL_BANS 3000

typedef struct Real {
        char *folder;
        Store *store;
        ArchiveStore *rows;
        Archive *archive;
} Real;

static void real_add(Real *self, gint64 at, guint32 who) {
        ArchiveEvent event = {
                .kind = ARCHIVE_EVENT_BAN, .jail = who % 3 ? "sshd" : "web", .at = at, .bantime = 600, .uid = -1
        };
        const ArchiveAdd add = { .source = ARCHIVE_SOURCE_DATABASE, .events = &event, .n = 1 };
        g_autoptr(GError) error = NULL;
        ArchiveTally tally = { 0 };

        event.address = (Address) { .version = 4, .prefix = 32 };
        memcpy(event.address.bytes, &who, sizeof(who));
        g_assert_true(archive_add(self->archive, &add, &tally, &error));
        g_assert_no_error(error);
}

static gboolean real_write(StoreConnection *connection, gpointer userdata, GError **error) {
        return store_execute(connection, "INSERT INTO jail (id, name) VALUES (1, 'sshd')", "writing", error) &&
               store_execute(
                       connection,
                       "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) "
                       "INSERT INTO ban SELECT (1000 + i) << 20, 1, 'u' || (i % 7), 0, 0, 600, 1, 3, 0, 1, 0, 0 FROM n",
                       "writing", error);
}

static void real_open(Real *self) {
        self->folder = g_dir_make_tmp("test-columns-XXXXXX", NULL);
        self->store = store_open(self->folder, NULL);
        g_assert_nonnull(self->store);
        g_assert_true(store_write(self->store, real_write, NULL, NULL));
        self->rows = archive_store_new(self->store, NULL);
        self->archive = archive_new(self->rows, NULL, NULL);
}

static void real_close(Real *self) {
        g_autoptr(GDir) dir = g_dir_open(self->folder, 0, NULL);
        const char *name;

        archive_free(self->archive);
        archive_store_free(self->rows);
        store_close(self->store);
        while ((name = g_dir_read_name(dir))) {
                g_autofree char *path = g_build_filename(self->folder, name, NULL);

                g_assert_cmpint(g_unlink(path), ==, 0);
        }
        g_assert_cmpint(g_rmdir(self->folder), ==, 0);
        g_free(self->folder);
}

static gboolean scan_archive(gpointer archive, void (*taken)(gpointer userdata), ArchiveScanFunc each,
                             gpointer userdata, GError **error) {
        return archive_scan(archive, taken, each, userdata, error);
}

static gboolean end_at_once(const ArchiveBan *bans, guint n, gpointer userdata) {
        guint *calls = userdata;

        (*calls)++;
        return FALSE;
}

static void test_archive(void) {
        g_autoptr(Columns) columns = NULL;
        g_autoptr(GError) error = NULL;
        ArchiveListener listener;
        Real real;
        guint calls = 0;

        real_open(&real);
        g_assert_true(archive_scan(real.archive, NULL, end_at_once, &calls, &error));
        g_assert_no_error(error);
        g_assert_cmpuint(calls, ==, 1);

        columns = columns_new(scan_archive, real.archive);
        listener = columns_listener(columns);
        archive_set_listener(real.archive, &listener);
        columns_start(columns);
        g_assert_cmpuint(count_rows(columns), ==, REAL_BANS);
        real_add(&real, 5000, 7);
        real_add(&real, 500, 9);
        g_assert_cmpuint(count_rows(columns), ==, REAL_BANS + 2);
        g_clear_pointer(&columns, columns_free);

        columns = columns_new(scan_archive, real.archive);
        columns_start(columns);
        g_assert_cmpuint(count_rows(columns), ==, REAL_BANS + 2);
        g_clear_pointer(&columns, columns_free);
        real_close(&real);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/services/columns/random", test_random);
        g_test_add_func("/services/columns/edges", test_edges);
        g_test_add_func("/services/columns/forget", test_forget);
        g_test_add_func("/services/columns/mark", test_mark);
        g_test_add_func("/services/columns/told-meanwhile", test_told_meanwhile);
        g_test_add_func("/services/columns/removed-meanwhile", test_removed_meanwhile);
        g_test_add_func("/services/columns/changed", test_changed);
        g_test_add_func("/services/columns/crowd", test_crowd);
        g_test_add_func("/services/columns/broken", test_broken);
        g_test_add_func("/services/columns/archive", test_archive);
        return g_test_run();
}
