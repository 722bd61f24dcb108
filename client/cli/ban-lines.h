/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The daemon's list of bans: JSON objects, one to a line
 *
 * A line in the form in which the daemon writes it is compared with that form as it is read, which is many times
 * faster than a scanner of JSON; any other line is left to the scanner.
 */

#pragma once

#include "client/cli/ban-rows.h"

typedef struct BanLines {
        const char *at;
        const char *end;
} BanLines;

/* The next ban; its spans point into the text. Returns 1, 0 at the end, or -EBADMSG. */
int ban_lines_next(BanLines *self, BanRow *ret_row);

/* The same when only the jail, the address and the network are wanted; the rest may stay zero. */
int ban_lines_next_names(BanLines *self, BanRow *ret_row);

/* The next line as it is, without its end. */
bool ban_lines_next_text(BanLines *self, const char **ret_line, size_t *ret_length);
