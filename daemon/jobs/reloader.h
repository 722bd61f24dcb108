/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Reading the settings again when the service manager asks (SIGHUP)
 *
 * Reading happens on a thread of its own, while the main loop goes on; the service manager is told when it begins and
 * when the new values are in force. Asked again meanwhile, it reads once more. Main thread.
 */

#pragma once

#include "services/audit.h"
#include "services/settings/settings-service.h"

typedef struct Reloader Reloader;

Reloader *reloader_new(SettingsService *settings, Audit *audit);

/* Waits for what runs. */
void reloader_free(Reloader *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Reloader, reloader_free)

void reloader_ask(Reloader *self);
