/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Lists that the daemon gives page by page. */

#pragma once

#include "client/cli/cli.h"

/* Is given the rows of one page, and may take them out of it. */
typedef void (*PageFunc)(Cli *cli, Value *rows, void *userdata);

/*
 * Calls the list method (a{sv} in; aa{sv} rows and a{sv} page out) as often as is needed for LIMIT rows; OPTIONS gets
 * limit and cursor. Returns 0, or -1 with the client's error set.
 */
int pages_each(Cli *cli, const char *interface, const char *member, Value *options, int64_t limit, PageFunc each,
               void *userdata);

/* The same, onto the list ROWS. */
int pages_fetch(Cli *cli, const char *interface, const char *member, Value *options, int64_t limit, Value *rows);

/* The same as one JSON array, printed while it comes: of a long list no more than a page is kept. */
int pages_print_json(Cli *cli, const char *interface, const char *member, Value *options, int64_t limit);

/* How many rows the person wants: --limit, or no limit at all with --all. Returns 0, or the exit status. */
int pages_take_limit(Cli *cli, int64_t *ret_limit);
