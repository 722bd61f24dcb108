/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Work that may take long
 *
 * The worker writes progress and message, anybody reads them or cancels. The lock covers the three fields below it and
 * is never held while `changed` runs, so that it may ask for the progress.
 */

#include "services/operation.h"

#include "core/error.h"

#define TOLD_INTERVAL_USEC (G_USEC_PER_SEC / 10)

struct Operation {
        gatomicrefcount references;
        char *kind;
        OperationFunc changed;
        gpointer userdata;
        gint cancelled; /* atomic */

        GMutex lock;
        double progress;
        char *message;
        gint64 told_at; /* monotonic; when `changed` was called last, 0 = never */
};

Operation *operation_new(const char *kind, OperationFunc changed, gpointer userdata) {
        Operation *self = g_new0(Operation, 1);

        g_atomic_ref_count_init(&self->references);
        g_mutex_init(&self->lock);
        self->kind = g_strdup(kind);
        self->message = g_strdup("");
        self->changed = changed;
        self->userdata = userdata;
        return self;
}

Operation *operation_ref(Operation *self) {
        g_atomic_ref_count_inc(&self->references);
        return self;
}

void operation_unref(Operation *self) {
        if (!g_atomic_ref_count_dec(&self->references))
                return;
        g_free(self->message);
        g_free(self->kind);
        g_mutex_clear(&self->lock);
        g_free(self);
}

const char *operation_kind(Operation *self) {
        return self->kind;
}

/* The end is always told; what lies before it only when the last telling was long enough ago. */
static gboolean take_turn(Operation *self, gboolean ended, gint64 now) {
        if (!ended && self->told_at != 0 && now - self->told_at < TOLD_INTERVAL_USEC)
                return FALSE;
        self->told_at = now;
        return TRUE;
}

void operation_report(Operation *self, double progress, const char *message) {
        gboolean turn;

        if (!self)
                return;

        progress = progress > 0 ? MIN(progress, 1.0) : 0; /* what is no number is 0 too */

        g_mutex_lock(&self->lock);
        self->progress = progress;
        g_free(self->message);
        self->message = g_strdup(message ? message : "");
        turn = take_turn(self, progress >= 1.0, g_get_monotonic_time());
        g_mutex_unlock(&self->lock);

        if (turn && self->changed)
                self->changed(self, self->userdata);
}

double operation_progress(Operation *self, char **ret_message) {
        double progress;

        g_mutex_lock(&self->lock);
        progress = self->progress;
        if (ret_message)
                *ret_message = g_strdup(self->message);
        g_mutex_unlock(&self->lock);
        return progress;
}

void operation_cancel(Operation *self) {
        g_atomic_int_set(&self->cancelled, TRUE);
}

gboolean operation_check(Operation *self, GError **error) {
        if (!self || !g_atomic_int_get(&self->cancelled))
                return TRUE;

        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_CANCELLED, "%s was cancelled", self->kind);
        return FALSE;
}
