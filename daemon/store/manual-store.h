/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Who banned by hand, and why: fail2ban does not keep that. Blocking. */

#pragma once

#include "core/address.h"
#include "store/store.h"

typedef struct ManualStore ManualStore;

ManualStore *manual_store_new(Store *store);
void manual_store_free(ManualStore *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ManualStore, manual_store_free)

/* One transaction for all; the newest entry of (address, jail) counts. */
gboolean manual_store_add(ManualStore *self, const char *jail, const Address *addresses, guint n, gint64 at,
                          guint32 uid, const char *reason, GError **error);

typedef struct ManualBan {
        gint64 at;
        guint32 uid;
        char *reason; /* "" when none was given */
} ManualBan;

void manual_ban_clear(ManualBan *self);

/* The newest ban by hand of this address in this jail at or after `since`; *ret_found FALSE: none. */
gboolean manual_store_find(ManualStore *self, const char *jail, const Address *address, gint64 since, ManualBan *ret,
                           gboolean *ret_found, GError **error);

/* Entries older than `before_at`, in steps as audit_store_purge(). */
gboolean manual_store_purge(ManualStore *self, gint64 before_at, gboolean *ret_more, GError **error);
