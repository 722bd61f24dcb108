/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which bans of the archive are meant: the same for lists, figures and exports. Any mix; all that are given must hold. */

#pragma once

#include "core/window.h"
#include "store/archive-store.h"

typedef struct ArchiveFilter {
        Window window;
        const char *jail;    /* NULL = all */
        gboolean by_address; /* only bans of addresses and networks inside `within` */
        Address within;      /* one address, or a network */
        const char *text;    /* NULL = all: an id that is no address, exactly */
        gboolean by_country; /* only this one; 0 = those without */
        CountryCode country;
        gboolean by_network; /* only this one; 0 = those without */
        guint32 network;
        gboolean by_origin;
        ArchiveOrigin origin;
} ArchiveFilter;
