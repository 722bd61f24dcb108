/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Each change with who, what, why and how it ended: in the journal and in our database. Thread-safe. */

#pragma once

#include "services/caller.h"
#include "store/audit-store.h"

typedef struct Audit Audit;

Audit *audit_new(AuditStore *store);
void audit_free(Audit *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Audit, audit_free)

typedef struct AuditEntry {
        gint64 at; /* seconds since 1970 */
        const Caller *caller;
        const char *method;  /* "Bans.Ban" */
        const char *action;  /* polkit action, "org.bangui.BanGUI1.ban" */
        const char *object;  /* what it was about, for people: "sshd 192.0.2.1 and 3 more" */
        const char *reason;  /* as the caller gave it, or NULL */
        const char *result;  /* "ok" or the error's name without prefix */
        const char *message; /* the error's message, or NULL */
        const char *correlation;
} AuditEntry;

/* Never fails towards the caller: what cannot be stored is in the journal and logged as an error. */
void audit_record(Audit *self, const AuditEntry *entry);

/* A cursor as audit_list() gave it, for AuditQuery.before_id; NULL or "" is the start. INVALID_ARGUMENT otherwise. */
gboolean audit_read_cursor(const char *cursor, gint64 *ret_before_id, GError **error);

/* Newest first. Rows a{sv}: id, at, uid, caller, session, unit, method, action, object, reason, result, message,
 * correlation_id. Not floating. ret_cursor: "" at the end; it and ret_total may be NULL. */
GVariant *audit_list(Audit *self, const AuditQuery *query, char **ret_cursor, guint64 *ret_total, GError **error);
