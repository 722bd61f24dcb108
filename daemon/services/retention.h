/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How long our own tables keep things. Blocking; called by a job. */

#pragma once

#include "store/audit-store.h"
#include "store/manual-store.h"

typedef struct Retention Retention;

/* days: the audit, and with it who banned by hand. */
Retention *retention_new(AuditStore *audit, ManualStore *manual, guint days);
void retention_free(Retention *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Retention, retention_free)

/* Removes what is too old, a thousand rows at a time, so that writers get in between. CANCELLED after stop. */
gboolean retention_run(Retention *self, gint64 now, GError **error);

/* Ends a running retention_run() after its present step, and each later one at once. From any thread. */
void retention_stop(Retention *self);
