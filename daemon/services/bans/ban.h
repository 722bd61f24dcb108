/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One ban as it is handed around. */

#pragma once

#include <glib.h>

#include "core/address.h"

typedef struct Ban {
        char *jail;
        char *id; /* canonical address text, or the id as fail2ban has it */
        gboolean is_address;
        Address address; /* when is_address */
        gint64 banned_at;
        gint64 ends_at; /* -1 = permanent */
        guint failures;
        guint count;     /* which ban of this address in this jail, 1 = first, 0 = not known */
        guint16 country; /* of what the table hands out: two letters as a number (geo/geo.h), 0 = not known */
        guint32 network; /* the same: autonomous system, 0 = not known */
} Ban;

void ban_clear(Ban *self);

/* Seconds from `now`; -1 = permanent, 0 = its end has come. */
gint64 ban_remaining(const Ban *self, gint64 now);

/* a{sv}: jail, address, banned_at, ends_at, remaining (at `now`; -1 permanent), failures, count, country, network. */
GVariant *ban_to_variant(const Ban *self, gint64 now);

/* The same with cause. */
GVariant *ban_to_variant_ended(const Ban *self, gint64 now, const char *cause);
