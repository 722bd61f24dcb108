/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A file for the daemon to write into
 *
 * Made here with the caller's rights, readable by him alone. It gets its name only when it is whole, so that nothing
 * half-written is left under it, however this program ends; on a file system that has no files without a name it has
 * it from the start, and loses it again when the work fails. A file that is there already is never written over.
 */

#pragma once

#include <stdbool.h>

#include "client/lib/cleanup.h"

typedef struct NewFile {
        const char *path;
        int fd;
        bool named;
} NewFile;

/* PATH must outlive it. Returns 0, or the exit status when it cannot be made; why has been said. */
int new_file_open(NewFile *self, const char *path);

/* Gives it its name for good. Returns 0, or the exit status; why has been said. */
int new_file_keep(NewFile *self);

/* What was not kept is gone. */
void new_file_done(NewFile *self);

#define auto_new_file auto_with(new_file_done)
