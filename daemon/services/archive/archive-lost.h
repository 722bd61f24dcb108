/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Bans that ended while nobody looked
 *
 * After the daemon started, and after fail2ban came back, the archive may have bans that would still be running, of
 * which fail2ban knows nothing: they were lifted meanwhile. Two runs must find the same, since fail2ban takes its bans
 * up again one by one; then they end as "lost".
 */

#pragma once

#include "services/archive/archive.h"
#include "services/bans/ban-table.h"
#include "services/probe/model.h"

typedef struct ArchiveLost ArchiveLost;

ArchiveLost *archive_lost_new(Archive *archive, Model *model, BanTable *table);
void archive_lost_free(ArchiveLost *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ArchiveLost, archive_lost_free)

/* Some minutes should lie between two runs. When both were made it does nothing until fail2ban was away. */
gboolean archive_lost_run(ArchiveLost *self, gint64 now, GError **error);
