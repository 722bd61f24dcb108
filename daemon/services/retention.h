/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * How long our own tables keep things
 *
 * The settings are read at each run. Rows go in small steps, so that writers get in between. Blocking, thread-safe.
 */

#pragma once

#include "core/settings.h"
#include "services/operation.h"
#include "store/audit-store.h"
#include "store/manual-store.h"

typedef struct Retention Retention;

Retention *retention_new(const Settings *settings, AuditStore *audit, ManualStore *manual);
void retention_free(Retention *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Retention, retention_free)

/* Removes what is too old; CANCELLED between two steps. The operation's last message says what went. */
gboolean retention_run(Retention *self, gint64 now, Operation *operation, GError **error);
