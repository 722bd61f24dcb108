/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A file for the daemon to write into: made here with the caller's rights, readable by him alone. */

#pragma once

#include "client/cli/cli.h"

/* A file that is there already is not written over. Returns -1 when it cannot be made; why has been said. */
int new_file_open(const Cli *cli, const char *path);

/* Takes it away again, when what was to be written failed. */
void new_file_drop(const char *path);
