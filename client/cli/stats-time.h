/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Figures over time that have more than one number for each bucket. */

#pragma once

#include "client/cli/cli.h"

/* A trend with series: a column for each of them. */
void stats_print_series(Cli *cli, const Value *trend);

/* Bans in force and failures. */
void stats_print_activity(Cli *cli, const Value *activity);
