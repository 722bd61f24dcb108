/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The table of jails with their counters. */

#pragma once

#include "client/cli/cli.h"

/* TOTALS: a map with the same counters over all jails, shown below when there are several jails. */
void jail_rows_print(Cli *cli, const Value *jails, const Value *totals);
