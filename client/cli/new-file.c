/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/cli/new-file.h"

#include <fcntl.h>
#include <unistd.h>

#include "client/cli/cli.h"

int new_file_open(const char *path, int *ret_fd) {
        *ret_fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        return *ret_fd < 0 ? cli_fail_file("make", path) : 0;
}

void new_file_drop(const char *path) {
        (void) unlink(path);
}
