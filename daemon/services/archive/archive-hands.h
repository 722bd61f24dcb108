/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Bans by hand that are under way
 *
 * A command is recorded when fail2ban has carried it out, and its bans may reach the archive before. So it says
 * beforehand whom it bans, and rows that come meanwhile are by hand from the beginning. Thread-safe.
 */

#pragma once

#include "store/archive-store.h"

typedef struct ArchiveHands ArchiveHands;

ArchiveHands *archive_hands_new(void);
/* No command runs any more. */
void archive_hands_free(ArchiveHands *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ArchiveHands, archive_hands_free)

/* A command in one jail, from before it goes to fail2ban until it is recorded; jail and addresses are borrowed until
 * then. at: now, by the clock. */
typedef struct ArchiveHand ArchiveHand;

ArchiveHand *archive_hands_begin(ArchiveHands *self, const char *jail, const Address *addresses, guint n, gint64 at);
void archive_hand_end(ArchiveHand *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ArchiveHand, archive_hand_end)

/* Sets by_hand of the bans that are of a running command. */
void archive_hands_mark(ArchiveHands *self, ArchiveEvent *events, guint n);
