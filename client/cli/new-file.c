/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/cli/new-file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

int new_file_open(const Cli *cli, const char *path) {
        int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

        if (fd < 0)
                (void) cli_usage(cli, "cannot make %s: %s", path, strerror(errno));
        return fd;
}

void new_file_drop(const char *path) {
        (void) unlink(path);
}
