/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "core/log.h"
#include "services/bans/bans-private.h"

#define ROWS_MAX 500

void bans_run_init(BansRun *self, Bans *bans, const BansRequest *request, const BansWork *work, const char *verb) {
        *self = (BansRun) {
                .bans = bans,
                .request = request,
                .work = work,
                .verb = verb,
                .started_usec = g_get_monotonic_time(),
                .requested = work->texts->len * g_strv_length(work->jails),
        };
        self->total = self->requested;
        self->with_rows = self->requested <= ROWS_MAX;
        g_variant_builder_init(&self->rows, G_VARIANT_TYPE("aa{sv}"));
}

void bans_run_clear(BansRun *self) {
        g_variant_builder_clear(&self->rows);
}

gint64 bans_run_now(const BansRun *self) {
        return self->request->now + (g_get_monotonic_time() - self->started_usec) / G_USEC_PER_SEC;
}

void bans_run_add_row(BansRun *self, const char *jail, const char *address, const char *state) {
        if (!self->with_rows)
                return;

        g_variant_builder_open(&self->rows, G_VARIANT_TYPE_VARDICT);
        g_variant_builder_add(&self->rows, "{sv}", "address", g_variant_new_string(address));
        g_variant_builder_add(&self->rows, "{sv}", "jail", g_variant_new_string(jail));
        g_variant_builder_add(&self->rows, "{sv}", "state", g_variant_new_string(state));
        g_variant_builder_close(&self->rows);
}

void bans_run_step(BansRun *self, guint n) {
        g_autofree char *message = NULL;

        self->done += n;
        if (!self->request->operation)
                return;
        message = g_strdup_printf("%u of %u %s", self->done, self->total, self->verb);
        operation_report(self->request->operation, (double) self->done / self->total, message);
}

gboolean bans_run_check(BansRun *self, GError **error) {
        GError *cause = NULL;

        if (operation_check(self->request->operation, &cause))
                return TRUE;
        return bans_run_fail(self, cause, error);
}

gboolean bans_run_fail(BansRun *self, GError *cause, GError **error) {
        if (self->total > 1)
                g_set_error(error, cause->domain, cause->code, "%s; stopped after %u of %u were %s", cause->message,
                            self->done, self->total, self->verb);
        else
                g_propagate_error(error, g_steal_pointer(&cause));
        g_clear_error(&cause);
        return FALSE;
}

GVariant *bans_run_result(BansRun *self, const char *changed, const char *unchanged) {
        GVariantBuilder result;

        g_variant_builder_init(&result, G_VARIANT_TYPE_VARDICT);
        g_variant_builder_add(&result, "{sv}", "requested", g_variant_new_uint32(self->requested));
        g_variant_builder_add(&result, "{sv}", changed, g_variant_new_uint32(self->changed));
        g_variant_builder_add(&result, "{sv}", unchanged, g_variant_new_uint32(self->unchanged));
        if (self->with_rows)
                g_variant_builder_add(&result, "{sv}", "rows", g_variant_builder_end(&self->rows));
        return g_variant_builder_end(&result);
}

void bans_settle(Bans *self, const char *jail, gint64 now) {
        g_autoptr(GError) error = NULL;

        if (!probe_bans(self->probe, jail, now, &error))
                log_error(LOG_PRIORITY_INFO, "bans.settle", "the jail's bans could not be compared with fail2ban",
                          error);
}
