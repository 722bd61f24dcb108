/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A file for the daemon to write into: made here with the caller's rights, readable by him alone. */

#pragma once

/* A file that is there already is not written over. Returns 0, or the exit status when it cannot be made. */
int new_file_open(const char *path, int *ret_fd);

/* Takes it away again, when what was to be written failed. */
void new_file_drop(const char *path);
