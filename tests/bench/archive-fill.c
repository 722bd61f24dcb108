/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* archive-fill FOLDER BANS: an archive to measure with, in FOLDER as store-folder, which is made when it is not there.
 * BANS more are added to one that is there already. */

#include <stdio.h>
#include <stdlib.h>

#include "archive-generator.h"

int main(int argc, char **argv) {
        gint64 begin = g_get_monotonic_time(), now = g_get_real_time() / G_USEC_PER_SEC;
        g_autoptr(GError) error = NULL;
        g_autoptr(Store) store = NULL;
        g_autoptr(ArchiveStore) rows = NULL;
        g_autoptr(Archive) archive = NULL;
        guint n = argc == 3 ? (guint) strtoul(argv[2], NULL, 10) : 0;

        if (n == 0) {
                fprintf(stderr, "Usage: archive-fill FOLDER BANS\n");
                return 2;
        }
        if (g_mkdir_with_parents(argv[1], 0700) == 0)
                store = store_open(argv[1], &error);
        if (store)
                rows = archive_store_new(store, &error);
        if (!rows) {
                fprintf(stderr, "%s: %s\n", argv[1], error ? error->message : "cannot be made");
                return 1;
        }
        archive = archive_new(rows, NULL, NULL);
        archive_generate(archive, n, now);
        printf("%u bans in %.1f s\n", n, (double) (g_get_monotonic_time() - begin) / G_USEC_PER_SEC);
        return 0;
}
