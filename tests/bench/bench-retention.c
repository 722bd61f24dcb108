/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * How long others wait while the archive's retention runs, in rows as run.py shows them
 *
 * A writer of the audit goes on without a pause, first alone and then beside the retention: how long one of his writes
 * takes at most is how long the writer was held.
 */

#include <glib/gstdio.h>
#include <stdio.h>

#include "archive-generator.h"
#include "services/archive/retention.h"

#define BANS 300000
#define ALONE_US (2 * G_USEC_PER_SEC)

typedef struct Writer {
        AuditStore *audit;
        gint stop; /* atomic */
        gint64 longest_us;
        GArray *all; /* of gint64 */
} Writer;

static gpointer writer_main(gpointer data) {
        Writer *self = data;

        while (!g_atomic_int_get(&self->stop)) {
                const AuditRow row = { .at = 1, .method = "Bans.Ban", .object = "192.0.2.1" };
                gint64 took, begin = g_get_monotonic_time();

                if (!audit_store_add(self->audit, &row, NULL))
                        g_error("the audit cannot be written");
                took = g_get_monotonic_time() - begin;
                self->longest_us = MAX(self->longest_us, took);
                g_array_append_val(self->all, took);
                g_usleep(500);
        }
        return NULL;
}

static int compare(gconstpointer a, gconstpointer b) {
        const gint64 *first = a, *second = b;

        return *first < *second ? -1 : *first > *second;
}

static double percentile_ms(Writer *writer, guint percent) {
        g_array_sort(writer->all, compare);
        return (double) g_array_index(writer->all, gint64, (writer->all->len - 1) * percent / 100) / 1000;
}

typedef struct World {
        char *folder;
        Store *store;
        AuditStore *audit;
        ManualStore *manual;
        ActivityStore *activity;
        ArchiveStore *archive_store;
        Archive *archive;
        Retention *retention;
        gint64 now;
} World;

static void begin(World *self) {
        self->folder = g_dir_make_tmp("bangui-bench-XXXXXX", NULL);
        self->store = store_open(self->folder, NULL);
        self->archive_store = self->store ? archive_store_new(self->store, NULL) : NULL;
        if (!self->archive_store)
                g_error("%s: no archive", self->folder);
        self->audit = audit_store_new(self->store);
        self->manual = manual_store_new(self->store);
        self->archive = archive_new(self->archive_store, NULL, NULL);
        self->activity = activity_store_new(self->store);
        self->retention = retention_new(&(RetentionParts) {
                .audit = self->audit, .manual = self->manual, .activity = self->activity, .archive = self->archive });
        self->now = g_get_real_time() / G_USEC_PER_SEC;
        archive_generate(self->archive, BANS, self->now);
}

static void end(World *self) {
        g_autofree char *file = g_build_filename(self->folder, STORE_FILE_NAME, NULL);

        retention_free(self->retention);
        archive_free(self->archive);
        archive_store_free(self->archive_store);
        activity_store_free(self->activity);
        manual_store_free(self->manual);
        audit_store_free(self->audit);
        store_close(self->store);
        (void) g_unlink(file);
        (void) g_rmdir(self->folder);
        g_free(self->folder);
}

/* The writer beside `work`. */
static Writer measure(World *self, void (*work)(World *self)) {
        Writer writer = { .audit = self->audit, .all = g_array_new(FALSE, FALSE, sizeof(gint64)) };
        GThread *thread = g_thread_new("writer", writer_main, &writer);

        work(self);
        g_atomic_int_set(&writer.stop, TRUE);
        g_thread_join(thread);
        return writer;
}

static void wait_a_little(World *self) {
        g_usleep(ALONE_US);
}

static void purge_all(World *self) {
        gint64 begin = g_get_monotonic_time();
        guint64 removed;

        if (!retention_purge(self->retention, self->now, NULL, &removed, NULL))
                g_error("the retention failed");
        printf("retention: rows a second\t%.0f\t\t\t\n",
               (double) removed * G_USEC_PER_SEC / (double) (g_get_monotonic_time() - begin));
}

int main(void) {
        World world;
        Writer alone, beside;

        begin(&world);
        alone = measure(&world, wait_a_little);
        beside = measure(&world, purge_all);
        printf("retention: longest wait of a writer\t%.1f ms\t%.1f ms alone\t%.1f\t50 ms\n",
               (double) beside.longest_us / 1000, (double) alone.longest_us / 1000,
               (double) beside.longest_us / (double) MAX(alone.longest_us, 1));
        printf("retention: wait of a writer, p99\t%.1f ms\t%.1f ms alone\t%.1f\t\n", percentile_ms(&beside, 99),
               percentile_ms(&alone, 99), percentile_ms(&beside, 99) / MAX(percentile_ms(&alone, 99), 0.001));
        g_array_unref(alone.all);
        g_array_unref(beside.all);
        end(&world);
        return 0;
}
