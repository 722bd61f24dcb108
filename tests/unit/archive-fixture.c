/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "archive-fixture.h"

#include <glib/gstdio.h>

void archive_fixture_open(ArchiveFixture *self) {
        g_autoptr(GError) error = NULL;

        self->folder = g_dir_make_tmp("bangui-archive-XXXXXX", &error);
        g_assert_no_error(error);
        self->store = store_open(self->folder, &error);
        g_assert_no_error(error);
        self->rows = archive_store_new(self->store, &error);
        g_assert_no_error(error);
        self->archive = archive_new(self->rows, NULL, NULL);
}

void archive_fixture_close(ArchiveFixture *self) {
        static const char *const names[] = { STORE_FILE_NAME, STORE_FILE_NAME "-wal", STORE_FILE_NAME "-shm" };

        archive_free(self->archive);
        archive_store_free(self->rows);
        store_close(self->store);
        for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
                g_autofree char *path = g_build_filename(self->folder, names[i], NULL);

                (void) g_unlink(path);
        }
        g_assert_cmpint(g_rmdir(self->folder), ==, 0);
        g_free(self->folder);
}

ArchiveTally archive_fixture_add(ArchiveFixture *self, guint source, ArchiveEvent *events, guint n) {
        const ArchiveAdd add = { .source = source, .events = events, .n = n };
        g_autoptr(GError) error = NULL;
        ArchiveTally tally = {};

        g_assert_true(archive_add(self->archive, &add, &tally, &error));
        g_assert_no_error(error);
        return tally;
}

ArchiveEvent archive_fixture_ban(const char *jail, const char *who, gint64 at) {
        ArchiveEvent event = {
                .kind = ARCHIVE_EVENT_BAN, .jail = jail, .at = at, .bantime = 600, .count = 1, .uid = -1
        };

        if (!address_try_parse(who, &event.address))
                event.text = who;
        return event;
}
