/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The archive's columns, kept as the archive is
 *
 * `set` is what is read, `next` what is being filled. From the moment the scan's snapshot stands, what the archive
 * tells goes into both, so `next` is as new as `set` when it takes its place; before that moment it is in the snapshot.
 *
 * `mutex` guards everything but what is in `set`; `lock` guards that. A writer holds both, a reader takes `lock` while
 * it holds `mutex`: so a writer that waits for the readers of the moment is not overtaken by new ones.
 */

#include "services/figures/columns.h"

#include "core/error.h"
#include "core/log.h"

#define RETRY_S 10 /* after a failed fill */
#define REST 9     /* between two fills: how many times as long as the last one took */

struct Columns {
        ColumnsScanFunc scan;
        gpointer source;

        GRWLock lock;
        GMutex mutex;
        GCond moved; /* filled, failed, or to be stopped */
        ColumnSet *set;
        ColumnSet *next;
        gboolean taken;     /* the snapshot of next stands */
        guint64 removals;   /* how often bans went */
        gint64 gone_before; /* told while next is being filled */
        gboolean stale;     /* to be filled again */
        gboolean running;   /* the thread */
        gboolean stopping;
        GThread *thread;
        gint64 rest_until; /* monotonic */
        GError *problem;   /* why the last fill failed */
        gint64 failed_at;  /* monotonic */
};

Columns *columns_new(ColumnsScanFunc scan, gpointer source) {
        Columns *self = g_new0(Columns, 1);

        self->scan = scan;
        self->source = source;
        g_rw_lock_init(&self->lock);
        g_mutex_init(&self->mutex);
        g_cond_init(&self->moved);
        return self;
}

void columns_free(Columns *self) {
        if (!self)
                return;

        g_mutex_lock(&self->mutex);
        self->stopping = TRUE;
        g_cond_broadcast(&self->moved);
        g_mutex_unlock(&self->mutex);
        if (self->thread)
                g_thread_join(self->thread);
        column_set_free(self->next);
        column_set_free(self->set);
        g_clear_error(&self->problem);
        g_cond_clear(&self->moved);
        g_mutex_clear(&self->mutex);
        g_rw_lock_clear(&self->lock);
        g_free(self);
}

/* The thread. */

static void on_taken(gpointer userdata) {
        Columns *self = userdata;
        g_autoptr(GMutexLocker) mutex = g_mutex_locker_new(&self->mutex);

        self->taken = TRUE;
        self->stale = FALSE;
}

static gboolean on_bans(const ArchiveBan *bans, guint n, gpointer userdata) {
        Columns *self = userdata;
        g_autoptr(GMutexLocker) mutex = g_mutex_locker_new(&self->mutex);

        column_set_add(self->next, bans, n);
        return !self->stopping;
}

/* What went while the snapshot was read is in it still. */
static void take_next(Columns *self) {
        ColumnSet *old = self->set;

        column_set_remove(self->next, self->gone_before);
        g_rw_lock_writer_lock(&self->lock);
        self->set = g_steal_pointer(&self->next);
        g_rw_lock_writer_unlock(&self->lock);
        column_set_free(old);
        g_clear_error(&self->problem);
}

static void note_failure(Columns *self, GError *problem) {
        log_event(LOG_PRIORITY_ERROR, "figures.fill-failed", "the figures cannot be made from the archive", "ERROR",
                  problem->message, NULL);
        g_clear_pointer(&self->next, column_set_free);
        g_clear_error(&self->problem);
        self->problem = problem;
        self->failed_at = g_get_monotonic_time();
}

/* The next three are called with `mutex`. */

/* A writer that changes rows again and again must not keep a processor busy. */
static void rest(Columns *self) {
        while (!self->stopping && g_get_monotonic_time() < self->rest_until)
                g_cond_wait_until(&self->moved, &self->mutex, self->rest_until);
}

static void fill(Columns *self) {
        gint64 begun_at = g_get_monotonic_time(), now;
        GError *problem = NULL;
        gboolean done;

        self->next = column_set_new();
        self->taken = FALSE;
        self->gone_before = G_MININT64;
        g_mutex_unlock(&self->mutex);
        done = self->scan(self->source, on_taken, on_bans, self, &problem);
        g_mutex_lock(&self->mutex);

        now = g_get_monotonic_time();
        self->rest_until = now + REST * (now - begun_at);
        if (self->stopping)
                g_clear_error(&problem);
        else if (done)
                take_next(self);
        else
                note_failure(self, problem);
}

static gpointer run(gpointer userdata) {
        Columns *self = userdata;
        g_autoptr(GMutexLocker) mutex = g_mutex_locker_new(&self->mutex);

        do {
                rest(self);
                if (!self->stopping)
                        fill(self);
                g_cond_broadcast(&self->moved);
        } while (self->stale && !self->problem && !self->stopping);
        self->running = FALSE;
        g_cond_broadcast(&self->moved);
        return NULL;
}

/* A thread that ended is past everything that needs `mutex`. */
static void begin(Columns *self) {
        if (self->running || self->stopping)
                return;
        if (self->thread)
                g_thread_join(self->thread);
        self->running = TRUE;
        self->thread = g_thread_new("columns", run, self);
}

void columns_start(Columns *self) {
        g_autoptr(GMutexLocker) mutex = g_mutex_locker_new(&self->mutex);

        begin(self);
}

/* What the archive tells. */

static void on_added(const ArchiveBan *bans, guint n, gpointer userdata) {
        Columns *self = userdata;
        g_autoptr(GMutexLocker) mutex = g_mutex_locker_new(&self->mutex);

        if (self->next && self->taken)
                column_set_add(self->next, bans, n);
        if (!self->set)
                return;
        g_rw_lock_writer_lock(&self->lock);
        column_set_add(self->set, bans, n);
        g_rw_lock_writer_unlock(&self->lock);
}

static void on_removed(gint64 before_at, gpointer userdata) {
        Columns *self = userdata;
        g_autoptr(GMutexLocker) mutex = g_mutex_locker_new(&self->mutex);

        self->removals++;
        if (self->next && self->taken)
                self->gone_before = MAX(self->gone_before, before_at);
        if (!self->set)
                return;
        g_rw_lock_writer_lock(&self->lock);
        column_set_remove(self->set, before_at);
        g_rw_lock_writer_unlock(&self->lock);
}

static void on_changed(gpointer userdata) {
        Columns *self = userdata;
        g_autoptr(GMutexLocker) mutex = g_mutex_locker_new(&self->mutex);

        self->stale = TRUE;
        begin(self);
}

ArchiveListener columns_listener(Columns *self) {
        return (ArchiveListener) {
                .added = on_added,
                .removed = on_removed,
                .changed = on_changed,
                .userdata = self,
        };
}

/* Reading. */

static void try_again(Columns *self) {
        if (self->problem && g_get_monotonic_time() - self->failed_at >= RETRY_S * G_USEC_PER_SEC)
                begin(self);
}

const ColumnSet *columns_lock(Columns *self, guint patience_s, GError **error) {
        g_autoptr(GMutexLocker) mutex = g_mutex_locker_new(&self->mutex);
        gint64 deadline = g_get_monotonic_time() + patience_s * G_USEC_PER_SEC;

        try_again(self);
        while (!self->set && self->running)
                if (!g_cond_wait_until(&self->moved, &self->mutex, deadline)) {
                        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_BUSY,
                                    "the archive is still being read for the figures; try again in a while");
                        return NULL;
                }
        if (!self->set) {
                if (self->problem)
                        g_propagate_error(error, g_error_copy(self->problem));
                else
                        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_BUSY, "the archive is not read for figures now");
                return NULL;
        }
        g_rw_lock_reader_lock(&self->lock);
        return self->set;
}

void columns_unlock(Columns *self) {
        g_rw_lock_reader_unlock(&self->lock);
}

guint64 columns_removals(Columns *self) {
        g_autoptr(GMutexLocker) mutex = g_mutex_locker_new(&self->mutex);

        return self->removals;
}
