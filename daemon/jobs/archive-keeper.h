/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Keeping the archive up to date as things happen
 *
 * A thread of its own, so that neither the probe nor the bus waits for it: counts the archive when it starts, then
 * reads fail2ban's history and writes what was seen live, a fifth of a second after it was told that something
 * happened, and once more two seconds later, since fail2ban writes a row when it comes to it. What failed is tried
 * again after ten seconds. The job "history-sync" does the same at its interval.
 */

#pragma once

#include "services/archive/archive-sync.h"

typedef struct ArchiveKeeper ArchiveKeeper;

ArchiveKeeper *archive_keeper_new(Archive *archive, ArchiveRecorder *recorder, ArchiveSync *sync);

/* Becomes the one whom the recorder notifies. */
void archive_keeper_start(ArchiveKeeper *self);

/* Something happened: fail2ban's database was written. Any thread. */
void archive_keeper_poke(ArchiveKeeper *self);

/* Ends after the piece that is being read. What is told later waits in the recorder. */
void archive_keeper_free(ArchiveKeeper *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ArchiveKeeper, archive_keeper_free)
