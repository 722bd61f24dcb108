/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Headers that say where a body ends, looked at before libsoup does
 *
 * A Content-Length that is no number and a Transfer-Encoding other than chunked make libsoup (3.2.3) lose the memory of
 * the request's path. Requests may follow each other in one piece, so every line that arrives is looked at, of bodies
 * too: none that we take has such a line.
 */

#pragma once

#include <glib.h>

#define FRAMING_LINE_MAX 64 /* what is looked at of a line; a good one is shorter */

/* All zero: the connection begins. */
typedef struct Framing {
        char line[FRAMING_LINE_MAX];
        gsize length;
        gboolean ours; /* the line before is one of those headers, and may not go on */
} Framing;

/* FALSE: there is such a header in it. */
gboolean framing_feed(Framing *self, const char *data, gsize length);
