/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * How long our own tables keep things
 *
 * The settings are read at each run. Rows go in steps, each short enough that a writer who waits for it does not
 * notice, with a rest between two that lets him in. Blocking, thread-safe.
 */

#pragma once

#include "core/settings.h"
#include "services/archive/archive.h"
#include "services/operation.h"
#include "store/activity-store.h"
#include "store/audit-store.h"
#include "store/manual-store.h"

typedef struct Retention Retention;

/* All are borrowed. */
typedef struct RetentionParts {
        const Settings *settings;
        AuditStore *audit;
        ManualStore *manual;
        ActivityStore *activity;
        Archive *archive;
} RetentionParts;

Retention *retention_new(const RetentionParts *parts);
void retention_free(Retention *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Retention, retention_free)

/* Removes what is too old from the audit, from who banned by hand, and from the archive with its samples; CANCELLED
 * between two steps. The operation's last message says what went. */
gboolean retention_run(Retention *self, gint64 now, Operation *operation, GError **error);

/* Removes bans and unbans of the archive from before a time; its daily totals stay. *ret_removed counts them, also when
 * it fails. */
gboolean retention_purge(Retention *self, gint64 before_at, Operation *operation, guint64 *ret_removed, GError **error);
