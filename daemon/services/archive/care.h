/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What an administrator does with our database: purge, compact, back up. Blocking. */

#pragma once

#include "services/archive/retention.h"
#include "services/operation.h"
#include "store/store.h"

typedef struct Care Care;

Care *care_new(Store *store, Retention *retention);
void care_free(Care *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Care, care_free)

/* Each gives the a{sv} of the bus interface History, floating; NULL on error, CANCELLED by the operation. */
GVariant *care_purge(Care *self, gint64 before_at, Operation *operation, GError **error);
GVariant *care_compact(Care *self, Operation *operation, GError **error);

/* fd stays open. */
GVariant *care_backup(Care *self, int fd, Operation *operation, GError **error);
