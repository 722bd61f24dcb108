/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Where a page of bans ended, as an opaque text
 *
 * It holds the sort key, jail and id of the last row (not a position, so that what comes and goes before it moves
 * nothing), and what was asked: with another query it is refused.
 */

#pragma once

#include "services/bans/ban-table.h"

typedef struct BanCursor {
        gint64 value; /* of the sort key, where it is a number */
        char *jail;
        char *id;
} BanCursor;

char *ban_cursor_write(const BanQuery *query, gint64 value, const char *jail, const char *id);

/* INVALID_ARGUMENT when query->cursor is no cursor of this query. */
gboolean ban_cursor_read(const BanQuery *query, BanCursor *ret, GError **error);
void ban_cursor_clear(BanCursor *self);
