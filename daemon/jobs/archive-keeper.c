/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The thread sleeps until `wake_us`, which a poke brings nearer and a run sets anew. */

#include "jobs/archive-keeper.h"

#include "core/error.h"
#include "core/log.h"

#define GATHER_US (200 * 1000)
#define SETTLE_US (2 * G_USEC_PER_SEC)
#define RETRY_US (10 * G_USEC_PER_SEC)

struct ArchiveKeeper {
        Archive *archive;
        ArchiveRecorder *recorder;
        ArchiveSync *sync;

        GThread *thread;
        Operation *operation; /* how a run is ended */
        gboolean counted;     /* the thread's, as the next */
        char *told;           /* the last failure that was logged */

        GMutex lock;
        GCond cond;
        gint64 wake_us; /* monotonic; G_MAXINT64 = nothing to do */
        gboolean settling;
        gboolean stopping;
};

/* Each failure once, and again after something else happened. */
static void tell_failure(ArchiveKeeper *self, const GError *error) {
        if (g_error_matches(error, BANGUI_ERROR, BANGUI_ERROR_CANCELLED) || g_strcmp0(self->told, error->message) == 0)
                return;
        g_free(self->told);
        self->told = g_strdup(error->message);
        log_error(LOG_PRIORITY_WARNING, "archive.sync", "keeping the archive up to date failed", error);
}

static gboolean run(ArchiveKeeper *self) {
        g_autoptr(GError) error = NULL;

        if (!self->counted && !(self->counted = archive_count(self->archive, &error))) {
                tell_failure(self, error);
                return FALSE;
        }
        if (archive_sync_run(self->sync, self->operation, NULL, &error)) {
                g_clear_pointer(&self->told, g_free);
                return TRUE;
        }
        tell_failure(self, error);
        return FALSE;
}

/* A poke that came during the run has set an earlier time. `lock` is held. */
static void try_again(ArchiveKeeper *self) {
        self->settling = FALSE;
        self->wake_us = MIN(self->wake_us, g_get_monotonic_time() + RETRY_US);
}

/* TRUE: it is time to run; FALSE: to stop. `lock` is held. */
static gboolean wait(ArchiveKeeper *self) {
        while (!self->stopping) {
                if (self->wake_us == G_MAXINT64)
                        g_cond_wait(&self->cond, &self->lock);
                else if (g_get_monotonic_time() >= self->wake_us)
                        return TRUE;
                else
                        (void) g_cond_wait_until(&self->cond, &self->lock, self->wake_us);
        }
        return FALSE;
}

/* A burst is over: what it took of memory goes back. `lock` is held. */
static void rest(ArchiveKeeper *self) {
        g_mutex_unlock(&self->lock);
        archive_trim(self->archive);
        g_mutex_lock(&self->lock);
}

static gpointer keep(gpointer data) {
        ArchiveKeeper *self = data;

        g_mutex_lock(&self->lock);
        while (wait(self)) {
                gboolean done;

                self->settling = !self->settling;
                self->wake_us = G_MAXINT64;
                g_mutex_unlock(&self->lock);
                done = run(self);
                g_mutex_lock(&self->lock);
                if (!done)
                        try_again(self);
                else if (self->settling)
                        self->wake_us = MIN(self->wake_us, g_get_monotonic_time() + SETTLE_US);
                else if (self->wake_us == G_MAXINT64)
                        rest(self);
        }
        g_mutex_unlock(&self->lock);
        return NULL;
}

static void on_notify(gpointer userdata) {
        archive_keeper_poke(userdata);
}

void archive_keeper_poke(ArchiveKeeper *self) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);
        gint64 wake_us = g_get_monotonic_time() + GATHER_US;

        self->settling = FALSE;
        if (self->wake_us <= wake_us)
                return;
        self->wake_us = wake_us;
        g_cond_signal(&self->cond);
}

ArchiveKeeper *archive_keeper_new(Archive *archive, ArchiveRecorder *recorder, ArchiveSync *sync) {
        ArchiveKeeper *self = g_new0(ArchiveKeeper, 1);

        self->archive = archive;
        self->recorder = recorder;
        self->sync = sync;
        self->operation = operation_new("history-sync", NULL, NULL);
        self->wake_us = G_MAXINT64;
        g_mutex_init(&self->lock);
        g_cond_init(&self->cond);
        return self;
}

void archive_keeper_start(ArchiveKeeper *self) {
        g_return_if_fail(!self->thread);

        archive_recorder_set_notify(self->recorder, on_notify, self);
        self->wake_us = 0;
        self->thread = g_thread_new("archive", keep, self);
}

static void stop(ArchiveKeeper *self) {
        if (!self->thread)
                return;
        archive_recorder_set_notify(self->recorder, NULL, NULL);
        operation_cancel(self->operation);
        g_mutex_lock(&self->lock);
        self->stopping = TRUE;
        g_cond_signal(&self->cond);
        g_mutex_unlock(&self->lock);
        g_thread_join(g_steal_pointer(&self->thread));
}

void archive_keeper_free(ArchiveKeeper *self) {
        if (!self)
                return;

        stop(self);
        operation_unref(self->operation);
        g_cond_clear(&self->cond);
        g_mutex_clear(&self->lock);
        g_free(self->told);
        g_free(self);
}
