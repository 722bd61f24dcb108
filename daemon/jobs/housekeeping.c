/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The daily cleaning
 *
 * The work runs on a thread of its own that lives as long as the run, since a day lies between two of them. A run
 * that is still going when the next is due is left alone.
 */

#include "jobs/housekeeping.h"

#include "core/error.h"
#include "core/log.h"

#define INTERVAL_S (24 * 60 * 60)

struct Housekeeping {
        Retention *retention;
        GSource *timer;
        GThread *thread;
        gint running; /* atomic */
};

static gpointer run(gpointer data) {
        Housekeeping *self = data;
        g_autoptr(GError) error = NULL;

        if (!retention_run(self->retention, g_get_real_time() / G_USEC_PER_SEC, &error) &&
            !g_error_matches(error, BANGUI_ERROR, BANGUI_ERROR_CANCELLED))
                log_error(LOG_PRIORITY_WARNING, "housekeeping.failed", "cannot remove old entries", error);
        g_atomic_int_set(&self->running, FALSE);
        return NULL;
}

static void begin(Housekeeping *self) {
        if (g_atomic_int_get(&self->running))
                return;
        if (self->thread)
                g_thread_join(self->thread);
        g_atomic_int_set(&self->running, TRUE);
        self->thread = g_thread_new("housekeeping", run, self);
}

static gboolean on_timer(gpointer userdata) {
        begin(userdata);
        return G_SOURCE_CONTINUE;
}

Housekeeping *housekeeping_new(Retention *retention) {
        Housekeeping *self = g_new0(Housekeeping, 1);

        self->retention = retention;
        return self;
}

void housekeeping_start(Housekeeping *self) {
        g_return_if_fail(!self->timer);

        self->timer = g_timeout_source_new_seconds(INTERVAL_S);
        g_source_set_callback(self->timer, on_timer, self, NULL);
        g_source_set_static_name(self->timer, "housekeeping");
        g_source_attach(self->timer, g_main_context_get_thread_default());
        begin(self);
}

void housekeeping_free(Housekeeping *self) {
        if (!self)
                return;

        retention_stop(self->retention);
        if (self->timer) {
                g_source_destroy(self->timer);
                g_source_unref(self->timer);
        }
        if (self->thread)
                g_thread_join(self->thread);
        g_free(self);
}
