/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The body of a request as it arrives */

#include "client/rest/http/body.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/rest/errors.h"

struct Body {
        gint64 limit;
        gint64 count;
        char *folder;
        GByteArray *bytes;
        int fd; /* -1 while it is in memory */
};

Body *body_new(gint64 limit, const char *folder) {
        Body *self = g_new0(Body, 1);

        self->limit = limit;
        self->folder = g_strdup(folder);
        self->bytes = g_byte_array_new();
        self->fd = -1;
        return self;
}

static void drop(Body *self) {
        g_clear_pointer(&self->bytes, g_byte_array_unref);
        if (self->fd >= 0)
                (void) close(self->fd);
        self->fd = -1;
}

void body_free(Body *self) {
        drop(self);
        g_free(self->folder);
        g_free(self);
}

gint64 body_count(const Body *self) {
        return self->count;
}

static gboolean disk_error(const Body *self, GError **error) {
        g_set_error(error, REST_ERROR, REST_ERROR_STORE, "the upload cannot be kept in %s: %s", self->folder,
                    g_strerror(errno));
        return FALSE;
}

static gboolean write_all(const Body *self, const guint8 *data, gsize length, GError **error) {
        while (length > 0) {
                gssize n = TEMP_FAILURE_RETRY(write(self->fd, data, length));

                if (n <= 0)
                        return disk_error(self, error);
                data += n;
                length -= (gsize) n;
        }
        return TRUE;
}

static gboolean move_to_disk(Body *self, GError **error) {
        self->fd = open(self->folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
        if (self->fd < 0) /* a file system without nameless files */
                self->fd = memfd_create("bangui-rest-upload", MFD_CLOEXEC);
        if (self->fd < 0)
                return disk_error(self, error);
        if (!write_all(self, self->bytes->data, self->bytes->len, error))
                return FALSE;
        g_clear_pointer(&self->bytes, g_byte_array_unref);
        return TRUE;
}

static gboolean keep(Body *self, GBytes *piece, GError **error) {
        gsize length;
        const guint8 *data = g_bytes_get_data(piece, &length);

        if (self->fd < 0 && self->count > BODY_IN_MEMORY_MAX && !move_to_disk(self, error))
                return FALSE;
        if (self->fd >= 0)
                return write_all(self, data, length, error);
        g_byte_array_append(self->bytes, data, (guint) length);
        return TRUE;
}

gboolean body_add(Body *self, GBytes *piece, GError **error) {
        gboolean kept = FALSE;

        self->count += (gint64) g_bytes_get_size(piece);
        if (self->count > self->limit)
                g_set_error(error, REST_ERROR, REST_ERROR_TOO_LARGE,
                            "the body is larger than %" G_GINT64_FORMAT " bytes", self->limit);
        else
                kept = keep(self, piece, error);
        if (!kept)
                drop(self);
        return kept;
}

gboolean body_finish(Body *self, RestRequest *request, GError **error) {
        GMappedFile *file;

        g_bytes_unref(request->body);
        if (self->fd < 0) {
                request->body = g_byte_array_free_to_bytes(g_steal_pointer(&self->bytes));
                return TRUE;
        }
        file = g_mapped_file_new_from_fd(self->fd, FALSE, NULL);
        request->body = file ? g_mapped_file_get_bytes(file) : g_bytes_new_static("", 0);
        g_clear_pointer(&file, g_mapped_file_unref);
        if (lseek(self->fd, 0, SEEK_SET) < 0 || (gint64) g_bytes_get_size(request->body) != self->count)
                return disk_error(self, error);
        request->body_fd = self->fd;
        self->fd = -1;
        return TRUE;
}
