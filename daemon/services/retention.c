/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "services/retention.h"

#define DAY_S (24 * 60 * 60)

struct Retention {
        const Settings *settings;
        AuditStore *audit;
        ManualStore *manual;
};

Retention *retention_new(const Settings *settings, AuditStore *audit, ManualStore *manual) {
        Retention *self = g_new0(Retention, 1);

        self->settings = settings;
        self->audit = audit;
        self->manual = manual;
        return self;
}

void retention_free(Retention *self) {
        g_free(self);
}

gboolean retention_run(Retention *self, gint64 now, Operation *operation, GError **error) {
        gint64 before = now - settings_int(self->settings, SETTING_STORE_AUDIT_DAYS) * DAY_S;
        gboolean more;

        do {
                if (!operation_check(operation, error) || !audit_store_purge(self->audit, before, &more, error))
                        return FALSE;
        } while (more);

        do {
                if (!operation_check(operation, error) || !manual_store_purge(self->manual, before, &more, error))
                        return FALSE;
        } while (more);

        return TRUE;
}
