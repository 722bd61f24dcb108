/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/cli/new-file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/cli/cli.h"
#include "client/lib/memory.h"

#define MODE 0600

/* The folder that a path lies in, to be freed. */
static char *folder_of(const char *path) {
        const char *slash = strrchr(path, '/');

        if (slash == NULL)
                return memory_text(".", 1);
        return memory_text(path, slash > path ? (size_t) (slash - path) : 1);
}

static int open_nameless(const char *path) {
        auto_free char *folder = folder_of(path);

        return open(folder, O_WRONLY | O_TMPFILE | O_CLOEXEC, MODE);
}

static bool is_there(const char *path) {
        struct stat status;

        return lstat(path, &status) == 0;
}

int new_file_open(NewFile *self, const char *path) {
        *self = (NewFile) { .path = path, .fd = -1 };
        if (!is_there(path))
                self->fd = open_nameless(path);
        if (self->fd < 0) {
                self->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, MODE);
                self->named = self->fd >= 0;
        }
        return self->fd < 0 ? cli_fail_file("make", path) : 0;
}

static int give_name(const NewFile *self) {
        char descriptor[sizeof("/proc/self/fd/") + 3 * sizeof(int)];

        (void) snprintf(descriptor, sizeof(descriptor), "/proc/self/fd/%d", self->fd);
        return linkat(AT_FDCWD, descriptor, AT_FDCWD, self->path, AT_SYMLINK_FOLLOW);
}

int new_file_keep(NewFile *self) {
        if (fsync(self->fd) < 0)
                return cli_fail_file("write", self->path);
        if (!self->named && give_name(self) < 0)
                return cli_fail_file("make", self->path);
        self->named = false;
        return 0;
}

void new_file_done(NewFile *self) {
        if (self->named)
                (void) unlink(self->path);
        if (self->fd >= 0)
                (void) close(self->fd);
}
