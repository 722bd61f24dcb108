/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What is seen live, for the archive
 *
 * Takes the events of the ban table: ends of bans always, bans when fail2ban has no database that tells them. They are
 * queued in some 100 bytes each and written by archive_recorder_flush(), which the sync calls. Thread-safe; the sink
 * never blocks.
 */

#pragma once

#include "services/archive/archive.h"
#include "services/events.h"

typedef struct ArchiveRecorder ArchiveRecorder;

ArchiveRecorder *archive_recorder_new(Archive *archive);
/* Writes what is still queued. Nobody may emit events any more. */
void archive_recorder_free(ArchiveRecorder *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ArchiveRecorder, archive_recorder_free)

/* What it writes to. */
Archive *archive_recorder_archive(ArchiveRecorder *self);

/* One of the two ends of the tee. */
EventSink archive_recorder_sink(ArchiveRecorder *self);

/* Called on the emitter's thread, so it only wakes somebody: something is queued, or the database has a new ban. */
void archive_recorder_set_notify(ArchiveRecorder *self, void (*notify)(gpointer userdata), gpointer userdata);

/* TRUE: nobody else tells of bans. */
void archive_recorder_set_live(ArchiveRecorder *self, gboolean live);

/* Who ends bans, said before the command goes to fail2ban and held until the bans are out of the table: it counts for
 * whichever thread sees the end first, and wins over the event's own cause. jail NULL: all; ids NULL: all of the jail.
 * An end without a note is by hand when fail2ban says that it was unbanned, with nobody known. */
typedef struct ArchiveNote ArchiveNote;

ArchiveNote *archive_recorder_note(ArchiveRecorder *self, const char *jail, const char *const *ids, guint n,
                                   ArchiveCause cause, gint64 uid, const char *reason);
void archive_note_end(ArchiveNote *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ArchiveNote, archive_note_end)

/* A ban that was lifted now and that the ban table does not know, so that no event tells of it. */
void archive_recorder_ended(ArchiveRecorder *self, const char *jail, const char *id);

/* Writes what is queued. What could not be written stays queued. */
gboolean archive_recorder_flush(ArchiveRecorder *self, GError **error);
