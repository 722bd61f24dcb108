/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Work that goes on after its call
 *
 * The daemon answers with an operation when work takes long. It is followed to its end, with a bar on a terminal;
 * Ctrl-C asks it to stop and waits for that, a second Ctrl-C ends the program at once.
 */

#pragma once

#include "client/cli/cli.h"

/*
 * Takes RESULT (may be NULL). When it holds an operation, follows it and gives its result instead. NULL with the
 * client's error set when the call or the work failed; an error of status 130 when it was interrupted.
 */
Value *operation_settle(Cli *cli, Value *result);
