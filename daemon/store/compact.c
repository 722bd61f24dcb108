/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "store/compact.h"

#include <errno.h>
#include <sys/statvfs.h>

#include "core/error.h"
#include "store/connection.h"

#define MARGIN (4 * 1024 * 1024)

static const char what_read[] = "reading the size of the database";

typedef struct Compact {
        Store *store;
        StoreProgressFunc check;
        gpointer userdata;
        GError *stopped;
        StoreCompaction sizes;
} Compact;

typedef struct Size {
        gint64 pages, free_pages, page_size;
} Size;

static gboolean read_size(StoreConnection *connection, Size *ret, GError **error) {
        return store_read_integer(connection, "PRAGMA page_count", what_read, &ret->pages, error) &&
               store_read_integer(connection, "PRAGMA freelist_count", what_read, &ret->free_pages, error) &&
               store_read_integer(connection, "PRAGMA page_size", what_read, &ret->page_size, error);
}

/* Once for the new copy, and once for the write-ahead log, through which it gets into the file. */
static gboolean check_room(const Compact *self, const Size *size, GError **error) {
        guint64 needed = (guint64) ((size->pages - size->free_pages) * size->page_size) * 2 + MARGIN;
        g_autofree char *folder = g_path_get_dirname(store_file(self->store));
        struct statvfs disk;
        guint64 free_bytes;

        if (statvfs(folder, &disk) < 0) {
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_DATABASE_UNAVAILABLE, "%s: %s", folder,
                            g_strerror(errno));
                return FALSE;
        }
        free_bytes = (guint64) disk.f_bavail * disk.f_frsize;
        if (free_bytes >= needed)
                return TRUE;
        {
                g_autofree char *wanted = g_format_size(needed);
                g_autofree char *found = g_format_size(free_bytes);

                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_DATABASE_UNAVAILABLE,
                            "compacting needs %s of free disk in %s, where %s are free", wanted, folder, found);
        }
        return FALSE;
}

/* 1: to be ended. */
static int on_check(void *userdata) {
        Compact *self = userdata;

        return self->check && !self->stopped && !self->check(0, self->userdata, &self->stopped);
}

/* What the caller said when he gave up is the error, not that the statement was interrupted. */
static gboolean vacuum(StoreConnection *connection, Compact *self, GError **error) {
        g_autoptr(GError) failure = NULL;

        store_set_check(connection, on_check, self);
        (void) store_execute(connection, "VACUUM", "compacting the database", &failure);
        store_set_check(connection, NULL, NULL);
        if (!failure)
                return TRUE;
        g_propagate_error(error, self->stopped ? g_steal_pointer(&self->stopped) : g_steal_pointer(&failure));
        return FALSE;
}

static gboolean compact(StoreConnection *connection, gpointer userdata, GError **error) {
        Compact *self = userdata;
        Size before, after;

        if (!read_size(connection, &before, error) || !check_room(self, &before, error) ||
            !vacuum(connection, self, error))
                return FALSE;
        store_empty_log(self->store);
        if (!read_size(connection, &after, error))
                return FALSE;
        self->sizes = (StoreCompaction) {
                .before = (guint64) (before.pages * before.page_size),
                .after = (guint64) (after.pages * after.page_size),
        };
        return TRUE;
}

gboolean store_compact(Store *self, StoreProgressFunc check, gpointer userdata, StoreCompaction *ret, GError **error) {
        Compact work = { .store = self, .check = check, .userdata = userdata };

        gboolean done = store_alone(self, compact, &work, error);

        g_clear_error(&work.stopped); /* it came too late */
        if (done)
                *ret = work.sizes;
        return done;
}
