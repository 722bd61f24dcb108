/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the service says: JSON, judged as something that a stranger wrote. */

#pragma once

#include "geo/cache.h"

/* Appends a GeoKnown for each of the addresses that the text speaks of, once. Of others that it speaks of nothing is
 * taken. OUTSIDE_FAILED: the text is no list of objects, or speaks of none of the addresses. */
gboolean outside_reply_read(GBytes *text, const Address *addresses, guint n, gint64 now, GArray *answers,
                            GError **error);
