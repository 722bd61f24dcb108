/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The hours of a week as a picture: a line for each day, a mark for each hour. */

#pragma once

#include "client/cli/cli.h"

/* ROWS: maps with weekday (1 = Monday), hour and bans. */
void week_print(Cli *cli, const Value *rows);
