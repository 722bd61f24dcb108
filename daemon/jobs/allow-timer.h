/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The timer of the allow list: an entry ends at its second, not at the next regular look. */

#pragma once

#include <glib.h>

typedef struct AllowTimer AllowTimer;

/* due: at the time that was set, or soon after; on the main loop, where this is made and freed. */
AllowTimer *allow_timer_new(void (*due)(gpointer userdata), gpointer userdata);
void allow_timer_free(AllowTimer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AllowTimer, allow_timer_free)

/* Seconds since 1970, 0 = never. Any thread; for AllowParts.next. */
void allow_timer_set(AllowTimer *self, gint64 at);
