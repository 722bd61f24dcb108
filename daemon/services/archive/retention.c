/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "services/archive/retention.h"

#define DAY_S (24 * 60 * 60)
#define REST_MAX_US (50 * 1000)

struct Retention {
        RetentionParts parts;
};

Retention *retention_new(const RetentionParts *parts) {
        Retention *self = g_new0(Retention, 1);

        self->parts = *parts;
        return self;
}

void retention_free(Retention *self) {
        g_free(self);
}

/* As long as the step took: at most half of the time is ours. */
static void rest(gint64 began_us) {
        g_usleep((gulong) CLAMP(g_get_monotonic_time() - began_us, 1, REST_MAX_US));
}

static gint64 oldest_at(Retention *self) {
        g_autoptr(GVariant) state = g_variant_ref_sink(archive_state(self->parts.archive));
        gint64 at = 0;

        (void) g_variant_lookup(state, "OldestAt", "x", &at);
        return at;
}

static void report(Retention *self, Operation *operation, gint64 first_at, gint64 before_at, guint64 removed) {
        g_autofree char *text = g_strdup_printf("removed %" G_GUINT64_FORMAT " bans and ends of bans", removed);
        gint64 span = before_at - first_at;

        operation_report(operation, span > 0 ? (double) (oldest_at(self) - first_at) / (double) span : 1, text);
}

gboolean retention_purge(Retention *self, gint64 before_at, Operation *operation, guint64 *ret_removed,
                         GError **error) {
        gint64 first_at = oldest_at(self);
        guint step = 0;

        *ret_removed = 0;
        do {
                gint64 began_us = g_get_monotonic_time();

                if (!operation_check(operation, error) ||
                    !archive_purge_step(self->parts.archive, before_at, &step, error))
                        return FALSE;
                *ret_removed += step;
                report(self, operation, first_at, before_at, *ret_removed);
                if (step > 0)
                        rest(began_us);
        } while (step > 0);
        return TRUE;
}

static gboolean purge_audit(Retention *self, gint64 before_at, Operation *operation, GError **error) {
        gboolean more;

        do {
                gint64 began_us = g_get_monotonic_time();

                if (!operation_check(operation, error) ||
                    !audit_store_purge(self->parts.audit, before_at, &more, error))
                        return FALSE;
                if (more)
                        rest(began_us);
        } while (more);
        return TRUE;
}

static gboolean purge_manual(Retention *self, gint64 before_at, Operation *operation, GError **error) {
        gboolean more;

        do {
                gint64 began_us = g_get_monotonic_time();

                if (!operation_check(operation, error) ||
                    !manual_store_purge(self->parts.manual, before_at, &more, error))
                        return FALSE;
                if (more)
                        rest(began_us);
        } while (more);
        return TRUE;
}

static gboolean purge_activity(Retention *self, gint64 before_at, Operation *operation, GError **error) {
        gboolean more;

        do {
                gint64 began_us = g_get_monotonic_time();

                if (!operation_check(operation, error) ||
                    !activity_store_purge(self->parts.activity, before_at, &more, error))
                        return FALSE;
                if (more)
                        rest(began_us);
        } while (more);
        return TRUE;
}

gboolean retention_run(Retention *self, gint64 now, Operation *operation, GError **error) {
        gint64 audit_days = settings_int(self->parts.settings, SETTING_STORE_AUDIT_DAYS);
        gint64 archive_days = settings_int(self->parts.settings, SETTING_ARCHIVE_DAYS);
        guint64 removed = 0;

        return purge_audit(self, now - audit_days * DAY_S, operation, error) &&
               purge_manual(self, now - audit_days * DAY_S, operation, error) &&
               (archive_days == 0 || (purge_activity(self, now - archive_days * DAY_S, operation, error) &&
                                      retention_purge(self, now - archive_days * DAY_S, operation, &removed, error)));
}
