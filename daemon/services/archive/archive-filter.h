/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which bans of the archive are meant: the same for lists, figures and exports. All that is given must hold. */

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

/* A filter as a caller words it; NULL or -1: not given. */
typedef struct ArchiveFilterInput {
        const char *range; /* one of window_ranges */
        gint64 since, until;
        const char *jail;
        const char *address; /* an address, a network, a leading part that ends between two octets or groups
                                ("203.0.113", "10.", "2001:db8:"), or another id exactly */
        const char *country; /* two letters, "" = without */
        gint64 network;      /* 0 = without */
        const char *origin;  /* "self", "manual", "blocklist" */
} ArchiveFilterInput;

#define ARCHIVE_FILTER_INPUT_NONE \
        { .since = -1, .until = -1, .network = -1 }

/* Texts are borrowed. `fallback`: the range when no time is given. INVALID_ARGUMENT names the option. */
gboolean archive_filter_read(const ArchiveFilterInput *input, const char *fallback, gint64 now, ArchiveFilter *ret,
                             GError **error);
