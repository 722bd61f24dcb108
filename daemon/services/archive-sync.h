/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Reading fail2ban's history into the archive
 *
 * In pieces, each a short read and a transaction that also keeps where it stopped, so that a crash neither loses a row
 * nor takes one twice. Blocking; two runs wait for each other.
 */

#pragma once

#include "services/archive-recorder.h"
#include "services/archive.h"
#include "services/model.h"
#include "services/operation.h"

typedef struct ArchiveSync ArchiveSync;

/* recorder: is told whether there is a database to read; may be NULL. */
ArchiveSync *archive_sync_new(Archive *archive, Model *model, ArchiveRecorder *recorder);
void archive_sync_free(ArchiveSync *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ArchiveSync, archive_sync_free)

/* ret (may be NULL): what was new. No database is no error: nothing is to be read. */
gboolean archive_sync_run(ArchiveSync *self, Operation *operation, ArchiveTally *ret, GError **error);
