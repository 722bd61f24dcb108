/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * How many addresses the next command carries
 *
 * fail2ban serves one command at a time, so a command is to last about 15 ms: its other clients hardly notice, and
 * the cost of a command (up to 5 ms, when another of fail2ban's threads holds Python's lock) is still small beside that
 * of its addresses. What an address costs depends on the jail's actions (0.05 ms with none, 3 ms and more when a
 * program is started), so the size follows what the last command took. Thread-safe.
 */

#pragma once

#include <glib.h>

#define BANS_PACE_MAX 100 /* addresses in one command; more gain nothing */

typedef struct BansPace BansPace;

BansPace *bans_pace_new(void);
void bans_pace_free(BansPace *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BansPace, bans_pace_free)

/* The first command of some: small, as the jail may have become slow since the last time. */
guint bans_pace_first(BansPace *self, const char *jail);

/* The next one, after a command with n addresses took that long: at most twice as many. */
guint bans_pace_next(BansPace *self, const char *jail, guint n, gint64 usec);
