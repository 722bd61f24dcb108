/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The table of a long list of bans, printed while it is read: nothing of it is kept. */

#pragma once

#include "client/cli/cli.h"

/* TEXT: the daemon's JSON lines. Returns the exit status. */
int ban_list_print(Cli *cli, const char *text, size_t size, int64_t limit);
