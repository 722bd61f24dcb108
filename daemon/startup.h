/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The daemon's life: the only place where the parts are made and joined
 *
 * Starts as stages, each with what it needs before it; when one fails, those that had started are stopped in reverse
 * order. Ends the same way, after running work was waited for.
 */

#pragma once

#include "core/settings.h"

typedef struct Daemon Daemon;

/* `ended` is told when the daemon is to leave its main loop: status is the exit status. settings: borrowed. */
typedef void (*DaemonEndedFunc)(int status, gpointer userdata);

Daemon *daemon_start(Settings *settings, DaemonEndedFunc ended, gpointer userdata, GError **error);

/* Reads the settings file again, as on SIGHUP; what came of it is in the log and in the findings. */
void daemon_reload(Daemon *self);

/* The orderly end, as on SIGTERM: no new calls, running work up to 25 s; then `ended` is told with 0. */
void daemon_stop(Daemon *self);

void daemon_free(Daemon *self);
