/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "geo/file-copy.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.h"

#define STEP_BYTES (8 << 20)

static void fail_errno(GError **error, const char *path, const char *what, int errnum) {
        BanguiError code = errnum == ENOENT || errnum == ENOTDIR ? BANGUI_ERROR_FILE_NOT_FOUND
                           : errnum == EACCES || errnum == EPERM ? BANGUI_ERROR_DATABASE_PERMISSION_DENIED
                                                                 : BANGUI_ERROR_DATABASE_UNAVAILABLE;

        g_set_error(error, BANGUI_ERROR, code, "%s: %s: %s", path, what, g_strerror(errnum));
}

/* File systems without O_TMPFILE get a file whose name goes at once. */
static int open_unnamed(const char *folder) {
        g_autofree char *name = NULL;
        int fd = g_open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

        if (fd >= 0)
                return fd;
        name = g_build_filename(folder, ".geo-XXXXXX", NULL);
        fd = g_mkstemp_full(name, O_RDWR | O_CLOEXEC, 0600);
        if (fd >= 0)
                (void) g_unlink(name);
        return fd;
}

static gboolean check_source(const char *path, const struct stat *file, gint64 bytes_max, GError **error) {
        if (!S_ISREG(file->st_mode))
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_DATABASE_CORRUPTED, "%s: it is no regular file", path);
        else if (file->st_size == 0)
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_DATABASE_CORRUPTED, "%s: the file is empty", path);
        else if (file->st_size > bytes_max)
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_DATABASE_UNAVAILABLE,
                            "%s: the file has %" G_GINT64_FORMAT " bytes, and at most %" G_GINT64_FORMAT " are read",
                            path, (gint64) file->st_size, bytes_max);
        else
                return TRUE;
        return FALSE;
}

static gboolean copy_bytes(int from, int to, gint64 bytes, const char *path, GError **error) {
        while (bytes > 0) {
                ssize_t copied = sendfile(to, from, NULL, (size_t) MIN(bytes, STEP_BYTES));

                if (copied < 0 && errno == EINTR)
                        continue;
                if (copied < 0) {
                        fail_errno(error, path, "it cannot be copied into store-folder", errno);
                        return FALSE;
                }
                if (copied == 0)
                        return TRUE; /* it became shorter: seen by who compares before and after */
                bytes -= copied;
        }
        return TRUE;
}

static gboolean is_same(const struct stat *a, const struct stat *b) {
        return a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
               a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static gboolean copy_whole(int from, int to, gint64 bytes_max, const char *path, GError **error) {
        struct stat before, after;

        if (fstat(from, &before) < 0) {
                fail_errno(error, path, "it cannot be looked at", errno);
                return FALSE;
        }
        if (!check_source(path, &before, bytes_max, error) || !copy_bytes(from, to, before.st_size, path, error))
                return FALSE;
        if (fstat(from, &after) == 0 && is_same(&before, &after))
                return TRUE;
        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_DATABASE_UNAVAILABLE,
                    "%s: somebody is writing to it; it is looked at again later", path);
        return FALSE;
}

int file_copy_open(const char *path, const char *folder, gint64 bytes_max, GError **error) {
        int from = g_open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0), to;
        gboolean copied;

        if (from < 0) {
                fail_errno(error, path, "it cannot be opened", errno);
                return -1;
        }
        to = open_unnamed(folder);
        if (to < 0)
                fail_errno(error, folder, "no file can be made there", errno);
        copied = to >= 0 && copy_whole(from, to, bytes_max, path, error);
        close(from);
        if (!copied && to >= 0)
                close(to);
        return copied ? to : -1;
}
