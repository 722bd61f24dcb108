/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The most frequent of counts. */

#pragma once

#include <glib.h>

typedef struct Ranked {
        guint32 number;
        guint32 bans;
} Ranked;

/* At most `limit` (> 0) numbers whose count is not 0, the most frequent first, of equal ones the lower number. */
GArray *figure_rank(const guint32 *counts, guint n, guint limit);
