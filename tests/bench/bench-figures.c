/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Every figure beside a bare scan of the columns: bench-figures [BANS]
 *
 * The bare scan adds up every entry of every column once. It and the figures are measured in turn, and the medians are
 * compared. Prints rows as run.py beside it reads them.
 */

#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "services/figures/activity.h"
#include "services/figures/figures.h"
#include "store/connection.h"
#include "store/manual-store.h"

#define NOW G_GINT64_CONSTANT(1763700000)
#define DAY 86400
#define ROUNDS 11
#define BATCH 10000
#define JAILS 12
#define SAMPLES (365 * DAY / ACTIVITY_INTERVAL_S)

typedef struct Bench {
        char *folder;
        Store *store;
        ArchiveStore *archive;
        BanTable *bans;
        Settings *settings;
        Columns *columns;
        Figures *figures;
        guint n;
} Bench;

static double milliseconds_since(gint64 start) {
        return (double) (g_get_monotonic_time() - start) / 1000;
}

static int compare_doubles(gconstpointer a, gconstpointer b) {
        double one = *(const double *) a, other = *(const double *) b;

        return (one > other) - (one < other);
}

static double median(double *values, guint n) {
        qsort(values, n, sizeof(*values), compare_doubles);
        return values[n / 2];
}

/* One address has many bans, many have one; one in ten is IPv6. Country and network are the address's. */
static void make_ban(ArchiveBan *ban, guint32 index, guint32 n, GRand *rand) {
        double luck = g_rand_double(rand);
        guint32 who = (guint32) (luck * luck * n * 0.15), word = who * 2654435761u;
        const char country[] = { (char) ('A' + word % 13), (char) ('A' + word / 13 % 19) };

        *ban = (ArchiveBan) {
                .jail = 1 + MIN(g_rand_int_range(rand, 0, JAILS), g_rand_int_range(rand, 0, JAILS)),
                .banned_at = NOW - 365 * DAY + (gint64) ((double) index / n * 365 * DAY),
                .country = (CountryCode) (country[0] << 8 | country[1]),
                .network = 1 + word % 15000,
                .origin = index % 50 == 0 ? ARCHIVE_ORIGIN_MANUAL : ARCHIVE_ORIGIN_SELF,
                .address = { .version = who % 10 ? 4 : 6, .prefix = who % 10 ? 32 : 128 },
        };
        memcpy(ban->address.bytes + (who % 10 ? 0 : 2), &word, sizeof(word));
}

static gboolean scan(gpointer source, void (*taken)(gpointer userdata), ArchiveScanFunc each, gpointer userdata,
                     GError **error) {
        const Bench *bench = source;
        g_autofree ArchiveBan *bans = g_new(ArchiveBan, BATCH);
        g_autoptr(GRand) rand = g_rand_new_with_seed(7);

        taken(userdata);
        for (guint32 from = 0; from < bench->n; from += BATCH) {
                guint n = MIN(BATCH, bench->n - from);

                for (guint i = 0; i < n; i++)
                        make_ban(&bans[i], from + i, bench->n, rand);
                if (!each(bans, n, userdata))
                        break;
        }
        return TRUE;
}

static guint64 sum_words(const guint32 *column, guint32 n) {
        guint64 sum = 0;

        for (guint32 i = 0; i < n; i++)
                sum += column[i];
        return sum;
}

static guint64 sum_halves(const guint16 *column, guint32 n) {
        guint64 sum = 0;

        for (guint32 i = 0; i < n; i++)
                sum += column[i];
        return sum;
}

static double time_bare_scan(Bench *bench) {
        const ColumnSet *set = columns_lock(bench->columns, 600, NULL);
        ColumnView view = column_set_view(set);
        gint64 start = g_get_monotonic_time();
        volatile guint64 sum;
        double ms;

        sum = sum_words(view.time, view.n) + sum_words(view.who, view.n) + sum_halves(view.country, view.n) +
              sum_halves(view.kind, view.n) + sum_words(view.network, view.n);
        ms = milliseconds_since(start);
        (void) sum;
        columns_unlock(bench->columns);
        return ms;
}

static double time_figure(Bench *bench, FigureFunc *func, const FigureQuery *query) {
        gint64 start = g_get_monotonic_time();
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) answer = func(bench->figures, query, &error);

        if (!answer)
                g_error("%s", error->message);
        return milliseconds_since(start);
}

static void compare(Bench *bench, const char *name, FigureFunc *func, const FigureQuery *query) {
        double ours[ROUNDS], bare[ROUNDS];
        g_autofree char *shown = g_strdup_printf("figures: %s, %u bans", name, bench->n);

        (void) time_figure(bench, func, query);
        for (guint i = 0; i < ROUNDS; i++) {
                bare[i] = time_bare_scan(bench);
                ours[i] = time_figure(bench, func, query);
        }
        printf("%s\t%.2f ms\t%.2f ms (bare scan)\t%.2f\t<= 3\n", shown, median(ours, ROUNDS), median(bare, ROUNDS),
               median(ours, ROUNDS) / median(bare, ROUNDS));
}

static const struct {
        const char *name;
        FigureFunc *func;
} figures[] = {
        { "by country", figures_by_country },
        { "by jail", figures_by_jail },
        { "by network", figures_by_network },
        { "by origin", figures_by_origin },
        { "top addresses", figures_top_addresses },
        { "unique addresses", figures_unique },
        { "trend", figures_trend },
        { "hour of week", figures_hour_of_week },
        { "compare", figures_compare },
};

static void compare_all(Bench *bench) {
        FigureQuery all = { .now = NOW, .limit = 100, .filter.window = { 0, G_MAXINT64 }, .timezone = "Europe/Berlin" };
        FigureQuery year = all, month = all, half = all, country = all, jail = all, origin = all, within = all;
        FigureQuery series;
        const struct {
                const char *name;
                FigureQuery *query;
        } queries[] = {
                { "all", &all },
                { "365 d", &year },
                { "30 d", &month },
                { "half a year before", &half },
                { "one country", &country },
                { "one jail", &jail },
                { "one origin", &origin },
                { "a network", &within },
        };

        year.filter.window.since = NOW - 365 * DAY;
        month.filter.window.since = NOW - 30 * DAY;
        half.filter.window = (Window) { NOW - 183 * DAY, NOW };
        country.filter.by_country = TRUE;
        country.filter.country = 'C' << 8 | 'C';
        jail.filter.jail = "jail1";
        origin.filter.by_origin = TRUE;
        origin.filter.origin = ARCHIVE_ORIGIN_MANUAL;
        within.filter.by_address = TRUE;
        within.filter.within = (Address) { .bytes = { 128 }, .version = 4, .prefix = 1 };
        for (guint i = 0; i < G_N_ELEMENTS(figures); i++)
                for (guint j = 0; j < G_N_ELEMENTS(queries); j++) {
                        g_autofree char *name = g_strdup_printf("%s, %s", figures[i].name, queries[j].name);

                        compare(bench, name, figures[i].func, queries[j].query);
                }
        compare(bench, "overview (eight figures), 365 d", figures_overview, &year);
        series = year;
        series.by_jail = TRUE;
        compare(bench, "trend by jail, 365 d", figures_trend, &series);
        compare(bench, "overview with a trend by jail, 365 d", figures_overview, &series);
        series.bucket.size = BUCKET_6_HOURS;
        compare(bench, "trend by jail, 365 d in buckets of 6 h", figures_trend, &series);
        series = country;
        series.by_jail = TRUE;
        compare(bench, "trend by jail, one country", figures_trend, &series);
}

static gboolean add_samples(StoreConnection *connection, gpointer userdata, GError **error) {
        g_autofree char *sql = g_strdup_printf(
                "WITH RECURSIVE number (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM number WHERE i < %d)"
                " INSERT INTO activity (at, active, failures) SELECT %" G_GINT64_FORMAT
                " - i * %d, i %% 500, 9999999 - i"
                " FROM number",
                2 * SAMPLES, NOW, ACTIVITY_INTERVAL_S);

        return store_execute(connection, sql, "adding samples", error);
}

/* With a year before it. */
static void time_activity(Bench *bench) {
        g_autoptr(ActivityStore) store = activity_store_new(bench->store);
        g_autoptr(Activity) activity = activity_new(store, NULL, bench->bans);
        FigureQuery query = { .now = NOW, .filter.window = { NOW - 365 * DAY, G_MAXINT64 } };
        double ms[ROUNDS];

        if (!store_write(bench->store, add_samples, NULL, NULL))
                g_error("the database cannot be written");
        for (guint i = 0; i < ROUNDS; i++) {
                gint64 start = g_get_monotonic_time();
                g_autoptr(GVariant) answer = activity_figure(activity, &query, NULL);

                if (!answer)
                        g_error("the samples cannot be read");
                ms[i] = milliseconds_since(start);
        }
        printf("figures: activity, 365 d, %d samples\t%.2f ms\t\t\t\n", SAMPLES, median(ms, ROUNDS));
}

static void make_jails(Bench *bench) {
        g_autoptr(ManualStore) manual = manual_store_new(bench->store);

        for (guint i = 0; i < JAILS; i++) {
                g_autofree char *name = g_strdup_printf("jail%u", i);
                Address address = { .version = 4, .prefix = 32 };

                if (!manual_store_add(manual, name, &address, 1, NOW, 0, "", NULL))
                        g_error("the database cannot be written");
        }
}

/* The defaults, whatever this machine has. */
static Settings *make_settings(const char *folder) {
        g_autofree char *file = g_build_filename(folder, "bench.conf", NULL);

        if (!g_file_set_contents(file, "[bangui]\n", -1, NULL))
                g_error("%s cannot be written", file);
        return settings_load(file, NULL, NULL, NULL);
}

static void remove_folder(const char *folder) {
        g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
        const char *name;

        while (dir && (name = g_dir_read_name(dir))) {
                g_autofree char *path = g_build_filename(folder, name, NULL);

                (void) g_unlink(path);
        }
        (void) g_rmdir(folder);
}

int main(int argc, char **argv) {
        EventSink sink = { 0 };
        Bench bench = { .n = argc > 1 ? (guint) strtoul(argv[1], NULL, 10) : 1000000 };
        gint64 start;

        bench.folder = g_dir_make_tmp("bench-figures-XXXXXX", NULL);
        bench.store = store_open(bench.folder, NULL);
        make_jails(&bench);
        bench.archive = archive_store_new(bench.store, NULL);
        bench.settings = make_settings(bench.folder);
        bench.bans = ban_table_new(&sink);
        bench.columns = columns_new(scan, &bench);
        bench.figures = figures_new(bench.columns, bench.archive, NULL, bench.bans, bench.settings);

        start = g_get_monotonic_time();
        columns_start(bench.columns);
        (void) time_bare_scan(&bench);
        printf("figures: filling, %u bans\t%.0f ms\t\t\t\n", bench.n, milliseconds_since(start));
        compare_all(&bench);
        time_activity(&bench);

        figures_free(bench.figures);
        columns_free(bench.columns);
        ban_table_free(bench.bans);
        settings_free(bench.settings);
        archive_store_free(bench.archive);
        store_close(bench.store);
        remove_folder(bench.folder);
        g_free(bench.folder);
        return 0;
}
