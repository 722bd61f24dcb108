/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A source that runs when its ready time comes
 *
 * g_source_set_ready_time() may be called on any thread, and wakes the loop: 0 = now, -1 = not. `func` sets it anew.
 */

#pragma once

#include <glib.h>

GSource *ready_source_new(GSourceFunc func, gpointer userdata); /* attached to the main context */
void ready_source_free(GSource *source);
