/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Addresses that a command is given: as words, or with "-" on standard input. */

#pragma once

#include "client/cli/cli.h"

/* Returns 0, or the exit status after a line about what is wrong. */
int addresses_take(Cli *cli, Value **ret_addresses);

/* Lines of a text; what follows a # is left out, and so is a line that is empty then. */
void addresses_add_lines(Value *addresses, const char *text, size_t length);

/*
 * From where the person came (SSH_CONNECTION), so that a ban can be held against it; an empty list when that is
 * unknown.
 */
Value *addresses_of_person(void);
