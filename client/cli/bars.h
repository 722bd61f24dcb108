/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Counts with a bar beside each, so that a list is a chart as well. */

#pragma once

#include "client/cli/cli.h"
#include "client/cli/table.h"

/* A table of at most this many columns: label columns, then the count, its share and the bar. */
#define BARS_LABELS_MAX 4

/* How the label columns of a row are filled: adds exactly one cell for each. */
typedef void (*BarsLabelFunc)(Table *table, Cli *cli, const Value *row);

typedef struct Bars {
        const char *titles[BARS_LABELS_MAX]; /* of the label columns */
        BarsLabelFunc label;
        bool share; /* rows have share: 0 to 1 */
} Bars;

/* ROWS: maps that hold bans (a number). */
void bars_print(Cli *cli, const Bars *bars, const Value *rows);
