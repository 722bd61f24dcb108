/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* An archive in a fresh folder, without countries. */

#pragma once

#include "services/archive/archive.h"

typedef struct ArchiveFixture {
        char *folder;
        Store *store;
        ArchiveStore *rows;
        Archive *archive;
} ArchiveFixture;

void archive_fixture_open(ArchiveFixture *self);
void archive_fixture_close(ArchiveFixture *self);

/* Takes them as one batch of this witness; gives what became of them. */
ArchiveTally archive_fixture_add(ArchiveFixture *self, guint source, ArchiveEvent *events, guint n);

/* A ban event of "192.0.2.1", "192.0.2.0/24" or another id. */
ArchiveEvent archive_fixture_ban(const char *jail, const char *who, gint64 at);
