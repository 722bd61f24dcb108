/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Reading fail2ban's history into the archive
 *
 * In pieces, each a short read and a transaction that also keeps where it stopped, so that a crash neither loses a row
 * nor takes one twice. Blocking; two runs wait for each other.
 */

#pragma once

#include "services/archive/archive-recorder.h"
#include "services/archive/archive.h"
#include "services/bans/ban-table.h"
#include "services/operation.h"
#include "services/probe/model.h"

typedef struct ArchiveSync ArchiveSync;

/* model: where fail2ban's database is. table: what is banned, where there is none. */
ArchiveSync *archive_sync_new(Archive *archive, Model *model, BanTable *table, ArchiveRecorder *recorder);
void archive_sync_free(ArchiveSync *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ArchiveSync, archive_sync_free)

/* Takes what is new, and writes what the recorder has. ret (may be NULL): what was new among the bans. That there is no
 * database, or none that we may read, is no error: then the recorder is told to take bans as well. */
gboolean archive_sync_run(ArchiveSync *self, Operation *operation, ArchiveTally *ret, GError **error);

/* Ends bans that fail2ban has no more and of whose end nobody told (archive-lost.h). For the job, after a run. */
gboolean archive_sync_check(ArchiveSync *self, GError **error);
