/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The table of changes that callers made. Blocking. */

#pragma once

#include "store/store.h"

typedef struct AuditStore AuditStore;

AuditStore *audit_store_new(Store *store);
void audit_store_free(AuditStore *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AuditStore, audit_store_free)

typedef struct AuditRow {
        gint64 id;
        gint64 at;
        gint64 uid;
        const char *caller, *session, *unit, *method, *action, *object, *reason, *result, *message, *correlation;
} AuditRow; /* texts may be NULL when written, are "" when read */

gboolean audit_store_add(AuditStore *self, const AuditRow *row, GError **error);

typedef struct AuditQuery {
        guint limit;               /* 1..500 */
        gint64 before_id;          /* 0 = newest */
        const char *method;        /* NULL = all */
        gint64 uid;                /* -1 = all */
        gint64 since_at, until_at; /* 0 = open */
        const char *search;        /* NULL; part of object or reason */
} AuditQuery;

typedef void (*AuditRowFunc)(const AuditRow *row, gpointer userdata);
/* ret_total may be NULL. ret_next: before_id of the next page, 0 at the end. */
gboolean audit_store_list(AuditStore *self, const AuditQuery *query, AuditRowFunc each, gpointer userdata,
                          gint64 *ret_next, guint64 *ret_total, GError **error);

/* Removes rows older than `before_at`, at most 1,000 in one transaction; ret_more: call again. */
gboolean audit_store_purge(AuditStore *self, gint64 before_at, gboolean *ret_more, GError **error);
