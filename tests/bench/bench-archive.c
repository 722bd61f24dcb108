/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Reading fail2ban's history into the archive: bench-archive [BANS]
 *
 * A database as fail2ban makes it, a day of BANS with 235 bytes each, is read into a new archive, then into one that
 * holds a year. Beside it the least that can be done: the same rows by one statement from table to table. While the
 * second is written, pages of it are read all the time. Prints rows as run.py beside it reads them.
 */

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#include "archive-generator.h"
#include "services/archive/archive-sync.h"
#include "store/archive-pages.h"

#define YEAR_BANS 500000
#define TICKS 2001

typedef struct Bench {
        char *folder, *source;
        guint n;
        gint64 now;
        Store *store;
        ArchiveStore *rows;
        Archive *archive;
        ArchiveRecorder *recorder;
        EventSink sink;
        Model *model;
        BanTable *table;
        ArchiveSync *sync;
} Bench;

static void print_row(const char *name, const char *ours, const char *beside, const char *ratio, const char *limit) {
        printf("%s\t%s\t%s\t%s\t%s\n", name, ours, beside, ratio, limit);
        fflush(stdout);
}

static double seconds_since(gint64 start) {
        return (double) (g_get_monotonic_time() - start) / G_USEC_PER_SEC;
}

static int compare_doubles(gconstpointer a, gconstpointer b) {
        double one = *(const double *) a, other = *(const double *) b;

        return (one > other) - (one < other);
}

static void execute(sqlite3 *database, const char *sql) {
        if (sqlite3_exec(database, sql, NULL, NULL, NULL) != SQLITE_OK)
                g_error("%s", sqlite3_errmsg(database));
}

/* fail2ban's database */

static void make_source(Bench *self) {
        g_autofree char *fill = g_strdup_printf(
                "CREATE TABLE bans(jail TEXT NOT NULL, ip TEXT, timeofban INTEGER NOT NULL, bantime INTEGER NOT NULL, "
                "bancount INTEGER NOT NULL default 1, data JSON);"
                "CREATE INDEX bans_jail_timeofban_ip ON bans(jail, timeofban); CREATE INDEX bans_ip ON bans(ip);"
                "WITH RECURSIVE c(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM c WHERE i < %u) "
                "INSERT INTO bans SELECT 'jail' || (i %% 12), (11 + abs(random() %% 200)) || '.' || "
                "abs(random() %% 256) || '.' || abs(random() %% 256) || '.' || abs(random() %% 256), "
                "%" G_GINT64_FORMAT " + i * 86400 / %u, 600, 1, "
                "CAST(printf('{\"matches\": [\"%%s\"], \"failures\": 5, \"ip4\": \"192.0.2.1\"}', "
                "'host sshd[4711]: Failed password for root from 192.0.2.1 port 50022 ssh2' || "
                "substr(hex(zeroblob(64)), 1, 110)) AS BLOB) FROM c",
                self->n - 1, self->now - 86400, self->n);
        sqlite3 *database;

        if (sqlite3_open(self->source, &database) != SQLITE_OK)
                g_error("%s", sqlite3_errmsg(database));
        execute(database, "PRAGMA synchronous = OFF");
        execute(database, fill);
        sqlite3_close(database);
}

/* What SQLite takes for the same rows in the same tables, from one file into the other. */
static double time_floor(Bench *self) {
        g_autofree char *path = g_build_filename(self->folder, "floor.sqlite3", NULL);
        g_autofree char *attach = g_strdup_printf("ATTACH '%s' AS source", self->source);
        sqlite3 *database;
        double result;
        gint64 start;

        if (sqlite3_open(path, &database) != SQLITE_OK)
                g_error("%s", sqlite3_errmsg(database));
        execute(database, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -8192;"
                          "CREATE TABLE ban (id INTEGER PRIMARY KEY, jail INTEGER NOT NULL, address ANY NOT NULL, "
                          "country INTEGER NOT NULL, network INTEGER NOT NULL, bantime INTEGER NOT NULL, "
                          "count INTEGER NOT NULL, failures INTEGER NOT NULL, origin INTEGER NOT NULL, "
                          "sources INTEGER NOT NULL, ended_at INTEGER NOT NULL, cause INTEGER NOT NULL) STRICT;"
                          "CREATE INDEX ban_address ON ban (address); CREATE INDEX ban_jail ON ban (jail);"
                          "CREATE INDEX ban_country ON ban (country);"
                          "CREATE TABLE ban_data (id INTEGER PRIMARY KEY, data TEXT NOT NULL) STRICT;");
        execute(database, attach);
        start = g_get_monotonic_time();
        execute(database, "INSERT INTO ban SELECT (timeofban << 20) + rowid % 1048576, 1, ip, 0, 0, bantime, bancount, "
                          "5, 0, 1, 0, 0 FROM source.bans ORDER BY rowid");
        execute(database, "INSERT INTO ban_data SELECT (timeofban << 20) + rowid % 1048576, CAST(data AS TEXT) FROM "
                          "source.bans ORDER BY rowid");
        result = seconds_since(start);
        sqlite3_close(database);
        g_unlink(path);
        return result;
}

/* Ours */

static void start_ours(Bench *self) {
        g_autoptr(GError) error = NULL;

        self->store = store_open(self->folder, &error);
        self->rows = self->store ? archive_store_new(self->store, &error) : NULL;
        if (!self->rows)
                g_error("%s", error->message);
        self->archive = archive_new(self->rows, NULL, NULL);
        self->recorder = archive_recorder_new(self->archive);
        self->sink = archive_recorder_sink(self->recorder);
        self->model = model_new(&self->sink);
        self->table = ban_table_new(&self->sink);
        self->sync = archive_sync_new(self->archive, self->model, self->table, self->recorder);
        model_set_online(self->model, "1.0.2",
                         g_variant_new_parsed("{'log_level': <'INFO'>, 'log_target': <'/f2b.log'>, "
                                              "'syslog_socket': <'auto'>, 'database_file': <%s>, "
                                              "'database_purge_age': <int64 86400>, "
                                              "'database_max_matches': <int64 10>}",
                                              self->source),
                         self->now);
}

static void stop_ours(Bench *self) {
        g_autofree char *file = g_build_filename(self->folder, STORE_FILE_NAME, NULL);

        archive_sync_free(self->sync);
        ban_table_free(self->table);
        model_free(self->model);
        archive_recorder_free(self->recorder);
        archive_free(self->archive);
        archive_store_free(self->rows);
        store_close(self->store);
        g_unlink(file);
}

static double time_sync(Bench *self) {
        gint64 start = g_get_monotonic_time();
        g_autoptr(GError) error = NULL;
        ArchiveTally tally;

        if (!archive_sync_run(self->sync, NULL, &tally, &error))
                g_error("%s", error->message);
        if (tally.bans != self->n)
                g_error("%" G_GUINT64_FORMAT " bans instead of %u", tally.bans, self->n);
        return seconds_since(start);
}

static void print_rate(const Bench *self, const char *name, double took, double floor, const char *limit) {
        g_autofree char *ours = g_strdup_printf("%.0f rows/s", self->n / took);
        g_autofree char *beside = g_strdup_printf("%.0f from table to table", self->n / floor);
        g_autofree char *ratio = g_strdup_printf("%.2f", floor / took);

        print_row(name, ours, beside, ratio, limit);
}

/* A run that finds nothing, beside opening fail2ban's database and closing it. */
static void time_ticks(Bench *self) {
        g_autofree double *ours = g_new(double, TICKS), *opening = g_new(double, TICKS);
        g_autofree char *value = NULL, *beside = NULL, *rest = NULL;

        for (guint i = 0; i < TICKS; i++) {
                gint64 start = g_get_monotonic_time();
                sqlite3 *database;

                if (!archive_sync_run(self->sync, NULL, NULL, NULL))
                        g_error("an idle run failed");
                ours[i] = seconds_since(start) * 1e6;
                start = g_get_monotonic_time();
                if (sqlite3_open_v2(self->source, &database, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK)
                        g_error("%s", sqlite3_errmsg(database));
                execute(database, "SELECT 1 FROM bans WHERE 0");
                sqlite3_close(database);
                opening[i] = seconds_since(start) * 1e6;
        }
        qsort(ours, TICKS, sizeof(double), compare_doubles);
        qsort(opening, TICKS, sizeof(double), compare_doubles);
        value = g_strdup_printf("%.0f us", ours[TICKS / 2] - opening[TICKS / 2]);
        beside = g_strdup_printf("%.0f us to open and close", opening[TICKS / 2]);
        print_row("archive: sync with nothing new", value, beside, "", "<= 50 us");
}

/* Readers */

typedef struct Reader {
        ArchiveStore *rows;
        gint stop;     /* atomic */
        GArray *times; /* of double, milliseconds */
        guint failed;
} Reader;

static gboolean see(const ArchiveRow *row, gpointer userdata) {
        return TRUE;
}

static gpointer read_pages(gpointer data) {
        Reader *self = data;
        const ArchivePage page = {
                .choice = { .bans = TRUE, .until = G_MAXINT64, .country = -1, .network = -1, .origin = -1 },
                .key = ARCHIVE_KEY_NEWEST,
                .limit = 100,
                .data = TRUE,
                .each = see,
        };

        while (!g_atomic_int_get(&self->stop)) {
                gint64 start = g_get_monotonic_time();
                gboolean more;
                ArchiveKey next;
                double took;

                self->failed += !archive_store_page(self->rows, &page, &next, &more, NULL);
                took = seconds_since(start) * 1000;
                g_array_append_val(self->times, took);
                g_usleep(500);
        }
        return NULL;
}

static double percentile(GArray *times, double part) {
        g_array_sort(times, compare_doubles);
        return g_array_index(times, double, (guint) ((times->len - 1) * part));
}

static void time_readers(Bench *self, double floor) {
        Reader reader = { .rows = self->rows, .times = g_array_new(FALSE, FALSE, sizeof(double)) };
        GThread *thread = g_thread_new("reader", read_pages, &reader);
        g_autofree char *value = NULL, *beside = NULL;
        double idle, took;

        g_usleep(G_USEC_PER_SEC);
        g_atomic_int_set(&reader.stop, TRUE);
        g_thread_join(thread);
        idle = percentile(reader.times, 0.99);
        g_array_set_size(reader.times, 0);
        g_atomic_int_set(&reader.stop, FALSE);

        thread = g_thread_new("reader", read_pages, &reader);
        took = time_sync(self);
        g_atomic_int_set(&reader.stop, TRUE);
        g_thread_join(thread);
        print_rate(self, "archive: sync into a year of bans, with readers", took, floor, "");
        value = g_strdup_printf("%.2f ms", percentile(reader.times, 0.99));
        beside = g_strdup_printf("%.2f at rest; %u of %u failed", idle, reader.failed, reader.times->len);
        print_row("archive: page during the sync, p99", value, beside, "", "< 5 ms, 0 failed");
        g_array_unref(reader.times);
}

int main(int argc, char **argv) {
        Bench bench = {
                .n = argc > 1 ? (guint) strtoul(argv[1], NULL, 10) : 100000,
                .now = g_get_real_time() / G_USEC_PER_SEC,
                .folder = g_dir_make_tmp("bangui-bench-XXXXXX", NULL),
        };
        double floor;

        bench.source = g_build_filename(bench.folder, "fail2ban.sqlite3", NULL);
        make_source(&bench);
        floor = time_floor(&bench);
        start_ours(&bench);
        print_rate(&bench, "archive: sync of fail2ban's history", time_sync(&bench), floor, ">= 100000 rows/s");
        time_ticks(&bench);
        stop_ours(&bench);

        start_ours(&bench);
        archive_generate(bench.archive, YEAR_BANS, bench.now - 86400);
        time_readers(&bench, floor);
        stop_ours(&bench);
        g_unlink(bench.source);
        g_rmdir(bench.folder);
        g_free(bench.source);
        g_free(bench.folder);
        return 0;
}
