/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Bans that ended while nobody looked
 *
 * After the daemon started, and after fail2ban came back, the archive may have bans that would still be running, of
 * which fail2ban knows nothing: they were lifted meanwhile. Two runs must find the same, since fail2ban takes its bans
 * up again one by one; then they end as "lost".
 *
 * Later it happens to a ban that was lifted by fail2ban's own client before the ban table heard of it, while the sync
 * had read it already. So what the sync reads and the table does not have is kept in mind, and those few are looked at
 * in the same manner, without a walk over the archive.
 */

#pragma once

#include "services/archive/archive.h"
#include "services/bans/ban-table.h"
#include "services/probe/model.h"

typedef struct ArchiveLost ArchiveLost;

ArchiveLost *archive_lost_new(Archive *archive, Model *model, BanTable *table);
void archive_lost_free(ArchiveLost *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ArchiveLost, archive_lost_free)

/* New rows of fail2ban's database, after they were added. A few hash look-ups. */
void archive_lost_watch(ArchiveLost *self, const ArchiveEvent *events, guint n, gint64 now);

/* Some minutes should lie between two runs. When both were made, only what is watched is looked at until fail2ban was
 * away. */
gboolean archive_lost_run(ArchiveLost *self, gint64 now, GError **error);
