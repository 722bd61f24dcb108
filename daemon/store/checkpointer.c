/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "store/checkpointer.h"

#include "core/log.h"
#include "store/connection.h"

struct Checkpointer {
        char *file;
        GMutex work; /* held during each */
        GMutex lock;
        GCond cond;
        GThread *thread;
        gboolean asked, stopping;
};

Checkpointer *checkpointer_new(const char *file) {
        Checkpointer *self = g_new0(Checkpointer, 1);

        self->file = g_strdup(file);
        g_mutex_init(&self->work);
        g_mutex_init(&self->lock);
        g_cond_init(&self->cond);
        return self;
}

/* FALSE: to be ended. */
static gboolean wait_until_asked(Checkpointer *self) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

        while (!self->asked && !self->stopping)
                g_cond_wait(&self->cond, &self->lock);
        self->asked = FALSE;
        return !self->stopping;
}

/* What fails here is done by the writer, when the log has grown long. */
static gpointer checkpoint(gpointer data) {
        Checkpointer *self = data;
        g_autoptr(GError) error = NULL;
        g_autoptr(StoreConnection) connection = store_connection_open(self->file, TRUE, &error);

        if (error)
                log_error(LOG_PRIORITY_WARNING, "store.checkpoint", "the write-ahead log is left to the writer", error);
        while (wait_until_asked(self)) {
                checkpointer_hold(self);
                if (connection)
                        store_checkpoint(connection, FALSE);
                checkpointer_release(self);
        }
        return NULL;
}

void checkpointer_hold(Checkpointer *self) {
        g_mutex_lock(&self->work);
}

void checkpointer_release(Checkpointer *self) {
        g_mutex_unlock(&self->work);
}

void checkpointer_ask(Checkpointer *self) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

        if (self->asked)
                return;
        self->asked = TRUE;
        if (!self->thread)
                self->thread = g_thread_new("checkpointer", checkpoint, self);
        g_cond_signal(&self->cond);
}

void checkpointer_free(Checkpointer *self) {
        if (!self)
                return;

        g_mutex_lock(&self->lock);
        self->stopping = TRUE;
        g_cond_signal(&self->cond);
        g_mutex_unlock(&self->lock);
        if (self->thread)
                g_thread_join(self->thread);
        g_cond_clear(&self->cond);
        g_mutex_clear(&self->lock);
        g_mutex_clear(&self->work);
        g_free(self->file);
        g_free(self);
}
