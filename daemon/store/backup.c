/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "store/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.h"
#include "core/fd-writer.h"
#include "store/connection.h"

#define PIECE (256 * 1024)

/* The copy is half of the work, sending it the other half. */
typedef struct Backup {
        const char *file;
        StoreProgressFunc progress;
        gpointer userdata;
        double from; /* of the half that is at work: 0 or 0.5 */
        double last;
} Backup;

static gboolean report(Backup *self, double done, GError **error) {
        self->last = self->from + done / 2;
        return !self->progress || self->progress(self->last, self->userdata, error);
}

static gboolean on_copied(double done, gpointer userdata, GError **error) {
        return report(userdata, done, error);
}

static gboolean copy(StoreConnection *connection, gpointer userdata, GError **error) {
        Backup *self = userdata;
        gint64 tables;

        /* the first statement takes the snapshot */
        return store_read_integer(connection, "SELECT count(*) FROM sqlite_schema", "reading the database", &tables,
                                  error) &&
               store_copy(connection, self->file, on_copied, self, error);
}

/* The reader waits, but the work may be given up. */
static gboolean on_waiting(gpointer userdata, GError **error) {
        Backup *self = userdata;

        return !self->progress || self->progress(self->last, self->userdata, error);
}

static gboolean fail_reading(int saved_errno, GError **error) {
        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_DATABASE_UNAVAILABLE, "reading the copy of the database: %s",
                    g_strerror(saved_errno));
        return FALSE;
}

static gboolean send_pieces(Backup *self, int source, int fd, guint64 *ret_bytes, GError **error) {
        g_autofree char *piece = g_malloc(PIECE);
        struct stat found;
        ssize_t n;

        *ret_bytes = 0;
        if (fstat(source, &found) < 0)
                return fail_reading(errno, error);
        while ((n = read(source, piece, PIECE)) > 0) {
                if (!fd_write(fd, piece, (gsize) n, on_waiting, self, error)) {
                        g_prefix_error(error, "after %" G_GUINT64_FORMAT " of %" G_GINT64_FORMAT " bytes: ", *ret_bytes,
                                       (gint64) found.st_size);
                        return FALSE;
                }
                *ret_bytes += (guint64) n;
                if (!report(self, (double) *ret_bytes / (double) MAX(found.st_size, 1), error))
                        return FALSE;
        }
        return n == 0 || fail_reading(errno, error);
}

static gboolean copy_and_send(Store *store, Backup *self, int fd, guint64 *ret_bytes, GError **error) {
        int source;
        gboolean done;

        if (!store_read(store, copy, self, error))
                return FALSE;
        source = open(self->file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
        if (source < 0)
                return fail_reading(errno, error);
        self->from = 0.5;
        done = report(self, 0, error) && send_pieces(self, source, fd, ret_bytes, error);
        close(source);
        return done;
}

/* Empty and readable by us alone. One that is there already belongs to another backup of this daemon. */
static gboolean make_file(const char *file, GError **error) {
        int fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

        if (fd < 0 && errno == EEXIST) {
                g_set_error_literal(error, BANGUI_ERROR, BANGUI_ERROR_BUSY,
                                    "a backup runs already: wait for its end, or cancel it");
                return FALSE;
        }
        if (fd < 0) {
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_DATABASE_UNAVAILABLE, "making the copy %s: %s", file,
                            g_strerror(errno));
                return FALSE;
        }
        close(fd);
        return TRUE;
}

gboolean store_backup(Store *self, int fd, StoreProgressFunc progress, gpointer userdata, guint64 *ret_bytes,
                      GError **error) {
        g_autofree char *file = store_backup_file(self);
        Backup backup = { .file = file, .progress = progress, .userdata = userdata };
        gboolean done;

        *ret_bytes = 0;
        if (!fd_check_writable(fd, error) || !make_file(file, error))
                return FALSE;
        done = copy_and_send(self, &backup, fd, ret_bytes, error);
        (void) g_unlink(file);
        return done;
}
