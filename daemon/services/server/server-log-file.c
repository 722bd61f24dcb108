/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Following: logrotate renames the file and makes a new one, and fail2ban writes to the renamed one until it is told to
 * open its log again. So after a rotation both are read, the old one first, until the new one holds something. With
 * copytruncate the file becomes shorter than what was read: it is read from its start. Both show as inotify
 * events on the file or its folder.
 */

#include "services/server/server-log-file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.h"

#define BLOCK_SIZE (64 * 1024)

static gboolean is_below(const char *path, const char *folder) {
        char *real = realpath(folder, NULL); /* of malloc(): not for g_free() */
        gsize length = real ? strlen(real) : 0;
        gboolean below = length > 1 && strncmp(path, real, length) == 0 && path[length] == '/';

        below = below || (length == 1 && *real == '/');
        free(real);
        return below;
}

static char *resolve(const char *path, const char *const *folders, GError **error) {
        char *real = realpath(path, NULL);
        g_autofree char *resolved = NULL;

        if (!real) {
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_FILE_NOT_FOUND, "fail2ban's log %s cannot be read: %s",
                            path, g_strerror(errno));
                return NULL;
        }
        resolved = g_strdup(real);
        free(real);

        for (gsize i = 0; folders && folders[i]; i++)
                if (is_below(resolved, folders[i]))
                        return g_steal_pointer(&resolved);

        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_FILE_NOT_FOUND,
                    "fail2ban's log %s is not below a folder that the setting fail2ban-log-folders allows", path);
        return NULL;
}

int log_file_open(const char *path, const char *const *folders, GError **error) {
        g_autofree char *real = resolve(path, folders, error);
        struct stat info;
        int fd;

        if (!real)
                return -1;

        fd = open(real, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW | O_NONBLOCK);
        if (fd < 0 || fstat(fd, &info) < 0) {
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_FILE_NOT_FOUND, "fail2ban's log %s cannot be read: %s",
                            path, g_strerror(errno));
        } else if (!S_ISREG(info.st_mode)) {
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_FILE_NOT_FOUND, "fail2ban's log %s is no regular file",
                            path);
        } else {
                return fd;
        }
        if (fd >= 0)
                close(fd);
        return -1;
}

/* Bytes read, 0 at the end, -1 on failure. */
static gssize read_at(int fd, void *data, gsize size, goffset offset) {
        gssize n;

        do
                n = pread(fd, data, size, offset);
        while (n < 0 && errno == EINTR);
        return n;
}

static gboolean entry_take(const guint8 *text, gsize length, LogEntryFunc each, gpointer userdata) {
        g_auto(LogEntry) entry = { 0 };

        log_entry_parse((const char *) text, length, &entry);
        return each(&entry, userdata);
}

static gsize line_length(const guint8 *line, gsize length) {
        const guint8 *end = memchr(line, '\n', length);

        return end ? (gsize) (end - line) : length;
}

/* ---- Reading backwards ---- */

/* An unfinished line at the end is being written just now; one that fills a whole block is taken as it is. */
static goffset last_line_end(int fd, goffset size) {
        g_autofree guint8 *block = g_malloc(BLOCK_SIZE);
        goffset from = MAX(0, size - BLOCK_SIZE);
        gssize n = read_at(fd, block, BLOCK_SIZE, from);
        const guint8 *newline = n > 0 ? memrchr(block, '\n', (gsize) n) : NULL;

        return newline ? from + (newline - block) + 1 : size;
}

/* Hands out the entries whose first line starts in the first `fresh` bytes, and cuts them off; what remains is the end
 * of an entry that starts further up. */
static gboolean take_backwards(GByteArray *buffer, gsize fresh, gboolean at_start, LogEntryFunc each,
                               gpointer userdata) {
        for (gsize i = MIN(fresh, buffer->len); i > 0 || at_start; i--) {
                gsize length = buffer->len - i;

                if (length > 0 && (i == 0 || buffer->data[i - 1] == '\n') &&
                    (i == 0 || length > LOG_ENTRY_SIZE_MAX ||
                     log_entry_is_start((char *) buffer->data + i, line_length(buffer->data + i, length)))) {
                        if (!entry_take(buffer->data + i, length, each, userdata))
                                return FALSE;
                        g_byte_array_set_size(buffer, (guint) i);
                }
                if (i == 0)
                        break;
        }
        return TRUE;
}

gboolean log_file_tail(int fd, LogEntryFunc each, gpointer userdata, goffset *ret_end, GError **error) {
        g_autoptr(GByteArray) buffer = g_byte_array_new();
        g_autofree guint8 *block = g_malloc(BLOCK_SIZE);
        goffset end, position, first;
        struct stat info;

        if (fstat(fd, &info) < 0) {
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_FILE_NOT_FOUND, "fail2ban's log cannot be read: %s",
                            g_strerror(errno));
                return FALSE;
        }
        end = position = last_line_end(fd, info.st_size);
        first = MAX(0, end - LOG_FILE_READ_MAX);

        while (position > first) {
                gsize size = (gsize) MIN(BLOCK_SIZE, position - first);

                position -= (goffset) size;
                if (read_at(fd, block, size, position) != (gssize) size)
                        break; /* truncated meanwhile: what was there is gone */
                g_byte_array_prepend(buffer, block, (guint) size);
                if (!take_backwards(buffer, size, position == 0, each, userdata))
                        break;
        }
        if (ret_end)
                *ret_end = end;
        return TRUE;
}

/* ---- Following ---- */

typedef struct OpenFile {
        int fd; /* -1 = none */
        int watch;
        goffset offset;
} OpenFile;

struct LogFile {
        OpenFile current;
        OpenFile old; /* renamed by a rotation, read until current holds something */
        int inotify;
        char *path; /* where current was opened, links resolved */
        GStrv folders;
        GByteArray *pending; /* the entry that may get further lines, then perhaps half a line */
        gsize scanned;       /* bytes of pending that are whole lines of that entry */
};

static void open_file_close(LogFile *self, OpenFile *file) {
        if (file->fd < 0)
                return;
        if (file->watch >= 0)
                inotify_rm_watch(self->inotify, file->watch);
        close(file->fd);
        *file = (OpenFile) { .fd = -1, .watch = -1 };
}

/* Takes fd. Watched through the descriptor, so that it is this file whatever the path names by now. */
static gboolean open_file_set(LogFile *self, OpenFile *file, int fd, goffset offset) {
        g_autofree char *link = g_strdup_printf("/proc/self/fd/%d", fd);

        *file = (OpenFile) { .fd = fd, .offset = offset };
        file->watch = inotify_add_watch(self->inotify, link, IN_MODIFY | IN_MOVE_SELF | IN_ATTRIB);
        return file->watch >= 0;
}

LogFile *log_file_follow_new(int fd, goffset from, const char *const *folders, GError **error) {
        g_autoptr(LogFile) self = g_new0(LogFile, 1);
        g_autofree char *link = g_strdup_printf("/proc/self/fd/%d", fd);
        g_autofree char *folder = NULL;

        self->current = (OpenFile) { .fd = fd, .watch = -1 };
        self->old = (OpenFile) { .fd = -1, .watch = -1 };
        self->folders = g_strdupv((char **) folders);
        self->pending = g_byte_array_new();
        self->inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
        self->path = g_file_read_link(link, NULL);
        folder = self->path ? g_path_get_dirname(self->path) : NULL;

        if (self->inotify < 0 || !folder || !open_file_set(self, &self->current, fd, from) ||
            inotify_add_watch(self->inotify, folder, IN_CREATE | IN_MOVED_TO | IN_ONLYDIR) < 0) {
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_INTERNAL, "fail2ban's log cannot be watched: %s",
                            g_strerror(errno));
                return NULL;
        }
        return g_steal_pointer(&self);
}

void log_file_free(LogFile *self) {
        open_file_close(self, &self->old);
        open_file_close(self, &self->current);
        if (self->inotify >= 0)
                close(self->inotify);
        g_byte_array_unref(self->pending);
        g_strfreev(self->folders);
        g_free(self->path);
        g_free(self);
}

int log_file_fd(LogFile *self) {
        return self->inotify;
}

/* Hands out each entry of pending that another one follows. */
static gboolean take_forwards(LogFile *self, LogEntryFunc each, gpointer userdata) {
        const guint8 *data = self->pending->data;
        gsize start = 0, line = self->scanned, length = self->pending->len;
        gboolean more = TRUE;

        while (more && line < length) {
                gsize text = line_length(data + line, length - line);

                if (line + text == length && length - line <= LOG_ENTRY_SIZE_MAX)
                        break; /* no newline yet */
                if (line > start &&
                    (line - start > LOG_ENTRY_SIZE_MAX || log_entry_is_start((char *) data + line, text))) {
                        more = entry_take(data + start, line - start, each, userdata);
                        start = line;
                }
                line = MIN(line + text + 1, length);
        }

        if (start > 0)
                g_byte_array_remove_range(self->pending, 0, (guint) start);
        self->scanned = line - start;
        return more;
}

gboolean log_file_flush(LogFile *self, LogEntryFunc each, gpointer userdata) {
        gsize length = self->scanned;
        gboolean more;

        if (length == 0)
                return TRUE;
        more = entry_take(self->pending->data, length, each, userdata);
        g_byte_array_remove_range(self->pending, 0, (guint) length);
        self->scanned = 0;
        return more;
}

/* What was read is all that will come of it: a new start of the file, or another file. */
static gboolean finish(LogFile *self, LogEntryFunc each, gpointer userdata) {
        gboolean more = log_file_flush(self, each, userdata);

        g_byte_array_set_size(self->pending, 0);
        return more;
}

static gboolean drain(LogFile *self, OpenFile *file, LogEntryFunc each, gpointer userdata) {
        g_autofree guint8 *block = g_malloc(BLOCK_SIZE);
        struct stat info;
        gssize n;

        if (file->fd < 0)
                return TRUE;
        if (fstat(file->fd, &info) == 0 && info.st_size < file->offset) {
                if (!finish(self, each, userdata))
                        return FALSE;
                file->offset = 0;
        }

        while ((n = read_at(file->fd, block, BLOCK_SIZE, file->offset)) > 0) {
                file->offset += n;
                g_byte_array_append(self->pending, block, (guint) n);
                if (!take_forwards(self, each, userdata))
                        return FALSE;
        }
        return TRUE;
}

/* Whether the path names another file than the one that is read: then that one is the old one. A path that names
 * nothing, or nothing that may be read, is looked at again when its folder changes. */
static gboolean rotate(LogFile *self) {
        struct stat there, here;
        int fd;

        if (stat(self->path, &there) < 0 || fstat(self->current.fd, &here) < 0 ||
            (there.st_ino == here.st_ino && there.st_dev == here.st_dev))
                return FALSE;

        fd = log_file_open(self->path, (const char *const *) self->folders, NULL);
        if (fd < 0)
                return FALSE;
        open_file_close(self, &self->old);
        self->old = self->current;
        (void) open_file_set(self, &self->current, fd, 0);
        return TRUE;
}

static gboolean drain_both(LogFile *self, LogEntryFunc each, gpointer userdata) {
        struct stat info;

        /* Asked first: what fail2ban wrote to the old file, it wrote before anything in the new one. */
        gboolean moved = self->old.fd >= 0 && fstat(self->current.fd, &info) == 0 && info.st_size > 0;

        if (!drain(self, &self->old, each, userdata))
                return FALSE;
        if (moved) {
                open_file_close(self, &self->old);
                if (!finish(self, each, userdata))
                        return FALSE;
        }
        return drain(self, &self->current, each, userdata);
}

gboolean log_file_read(LogFile *self, LogEntryFunc each, gpointer userdata, gboolean *ret_kept) {
        char events[4096] __attribute__((aligned(__alignof__(struct inotify_event))));

        /* Only a reason to look: the files themselves say what happened. */
        while (read(self->inotify, events, sizeof(events)) > 0)
                continue;

        do {
                if (!drain_both(self, each, userdata))
                        return FALSE;
        } while (rotate(self));

        *ret_kept = self->scanned > 0;
        return TRUE;
}
