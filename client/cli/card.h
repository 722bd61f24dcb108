/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One thing in full: a line for each of its values, with a label. */

#pragma once

#include "client/cli/cli.h"

typedef enum CardKind {
        CARD_TEXT,
        CARD_LIST,
        CARD_NUMBER,
        CARD_BOOL,
        CARD_TIME,
        CARD_DURATION,
        CARD_NETWORK, /* the number of an autonomous system */
} CardKind;

typedef struct CardRow {
        const char *label;
        const char *key;
        CardKind kind;
        bool optional; /* left out when it is 0 */
} CardRow;

/* Empty texts and lists, networks that are not known, and keys that the map has not, are left out. */
void card_print(Cli *cli, const CardRow *rows, size_t n_rows, const Value *map);
