/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "services/retention.h"

#include "core/error.h"

#define DAY_S (24 * 60 * 60)

struct Retention {
        AuditStore *audit;
        ManualStore *manual;
        gint64 keep_s;
        gint stopped; /* atomic */
};

Retention *retention_new(AuditStore *audit, ManualStore *manual, guint days) {
        Retention *self = g_new0(Retention, 1);

        self->audit = audit;
        self->manual = manual;
        self->keep_s = (gint64) days * DAY_S;
        return self;
}

void retention_free(Retention *self) {
        g_free(self);
}

void retention_stop(Retention *self) {
        g_atomic_int_set(&self->stopped, TRUE);
}

static gboolean may_go_on(Retention *self, GError **error) {
        if (!g_atomic_int_get(&self->stopped))
                return TRUE;
        g_set_error_literal(error, BANGUI_ERROR, BANGUI_ERROR_CANCELLED, "the daemon is stopping");
        return FALSE;
}

gboolean retention_run(Retention *self, gint64 now, GError **error) {
        gint64 before = now - self->keep_s;
        gboolean more;

        do {
                if (!may_go_on(self, error) || !audit_store_purge(self->audit, before, &more, error))
                        return FALSE;
        } while (more);

        do {
                if (!may_go_on(self, error) || !manual_store_purge(self->manual, before, &more, error))
                        return FALSE;
        } while (more);

        return TRUE;
}
