/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Rows of the archive: bans, and how they ended. */

#pragma once

#include "client/cli/cli.h"

/* WHO: with address and country, which a time line of one address need not repeat. */
void history_rows_print(Cli *cli, const Value *rows, bool who);
