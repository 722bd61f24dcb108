/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Why is an address banned, or not?
 *
 * Puts together what several parts know: the ban table and fail2ban's database, the rules of the running jails (asked
 * of fail2ban-regex), our record of bans by hand, the allow list, the archive, the atlas; and says it in one
 * sentence. What one part cannot tell leaves the others and is said among the problems. Blocking, thread-safe.
 */

#pragma once

#include "core/settings.h"
#include "geo/geo.h"
#include "services/allow/allow.h"
#include "services/archive/history.h"
#include "services/bans/bans.h"
#include "store/archive-pages.h"

typedef struct Explain Explain;

/* All borrowed; allow, archive, history and geo may be NULL: then nothing is known of their matters. */
typedef struct ExplainParts {
        const Settings *settings;
        Bans *bans;
        Model *model;
        BanTable *table;
        Allow *allow;
        ArchiveStore *archive;
        History *history;
        Geo *geo;
} ExplainParts;

Explain *explain_new(const ExplainParts *parts);
void explain_free(Explain *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Explain, explain_free)

/* a{sv} as Bans.Explain of the interface says; not floating. ADDRESS_INVALID for a text that is neither an address nor
 * known. May take as long as fail2ban-regex is given, some seconds. */
GVariant *explain_address(Explain *self, const char *address, gint64 now, GError **error);
