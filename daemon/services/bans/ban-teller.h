/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Telling the changes of the ban table
 *
 * In the order in which they are handed in: at once, on the caller's thread, or, while somebody holds the teller back
 * for a storm of them, up to a second later on a thread of its own. Rows are put together only when they are told, so
 * a change that waits is small.
 */

#pragma once

#include "services/bans/ban.h"
#include "services/events.h"

typedef struct BanTeller BanTeller;

BanTeller *ban_teller_new(const EventSink *sink);

/* Tells what waits; nobody may hold it any more. */
void ban_teller_free(BanTeller *self);

/* BANNED, BAN_CHANGED, or UNBANNED with the cause (static text, else NULL). Takes what the ban points to. */
void ban_teller_tell(BanTeller *self, EventType type, Ban *ban, gint64 now, const char *cause);

/* BANS: how many there are now. */
void ban_teller_tell_size(BanTeller *self, guint32 size);

void ban_teller_hold(BanTeller *self);
void ban_teller_release(BanTeller *self);
