/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Bans as an archive has them, always the same ones
 *
 * Over 365 days, in 12 jails that are busy unlike, of 150,000 addresses of which one in seven is IPv6 and few come
 * often, in 60 countries and 5,000 networks, with 235 bytes of what led to them. One in ten was lifted.
 */

#pragma once

#include "services/archive/archive.h"

/* n bans up to `now`, through archive_add(); as many as 10,000 in a transaction. Ends the program on an error. */
void archive_generate(Archive *archive, guint n, gint64 now);

/* The address of that index, 0..149,999. */
void archive_generate_address(guint index, Address *ret);
