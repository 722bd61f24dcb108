/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * When to look at fail2ban
 *
 * Two threads. The main loop gathers reasons to look as bits in `pending` and has one timer, the alarm, set to the
 * earliest moment at which something is to be done. The worker takes all bits at once, runs the probe, puts down what
 * the main loop needs to know (`Outcome`) and wakes it. Bits that come while a probe runs wait for the next one, so a
 * storm of writes costs one look after another and never a queue of them.
 *
 * GLib's timers follow the monotonic clock, ends of bans the wall clock: the alarm is computed anew after each look, so
 * a clock that was set is noticed at the probe interval at the latest.
 */

#include "jobs/watcher.h"

#include <glib-unix.h>
#include <time.h>
#include <unistd.h>

#include "core/error.h"
#include "core/log.h"
#include "jobs/file-watch.h"

/* fail2ban lifts bans in rounds of a second. */
#define END_SLACK_US (1 * G_USEC_PER_SEC)
#define SETTLE_US (1 * G_USEC_PER_SEC)
#define BLIND_US (G_USEC_PER_SEC * 3 / 2)
/* Between two looks at a database that is written to all the time: at least so long, as what a look asks of a busy
 * fail2ban takes it some 10 ms, and four times as long as a look works (waiting for fail2ban is no work), up to a
 * second. */
#define BREATH_MIN_US (G_USEC_PER_SEC / 2)
#define BREATH_MAX_US G_USEC_PER_SEC

typedef enum Work {
        WORK_FULL = 1 << 0,
        WORK_DATABASE = 1 << 1,
        WORK_EXPIRED = 1 << 2,
        WORK_ENDED = 1 << 3, /* the connection */
        WORK_STOP = 1 << 4,
} Work;

/* What the worker hands to the main loop after a look. */
typedef struct Outcome {
        gboolean online;
        gboolean unsettled;
        char *database;
        char *log;
        int connection_fd; /* given away by the main loop; -1 = none */
        guint64 connection;
        gint64 took_us;
        GError *error;
} Outcome;

struct Watcher {
        Probe *probe;
        char *socket_path;
        gint64 interval_us;
        GMainContext *context;
        WatcherObserver observer;

        /* main loop */
        FileWatch *files;
        GSource *alarm;
        GSource *done;
        GSource *hangup;
        int hangup_fd; /* open while `hangup` is there */
        guint64 connection;
        guint64 hung_up; /* the connection that ended; the next one may be watched before a look takes it up */
        gboolean running;
        gboolean probing; /* it is a full probe */
        guint wanted;     /* Work to be done as soon as the worker is free */
        gboolean written; /* the database; held back until `breathe_until_us` */
        gint64 breathe_until_us;
        gint64 last_full_us, last_look_us, last_expired_us;
        gboolean blind, unsettled;

        /* shared */
        GThread *thread;
        GMutex lock;
        GCond cond;
        guint work;
        guint64 ended; /* which connection, for WORK_ENDED */
        Outcome outcome;
};

/* The worker */

static gint64 wall_clock(void) {
        return g_get_real_time() / G_USEC_PER_SEC;
}

static GError *run_probe(Watcher *self, guint work, guint64 ended) {
        GError *error = NULL;
        gboolean good = TRUE;

        if (work & WORK_ENDED)
                probe_connection_ended(self->probe, ended, wall_clock());
        if (work & (WORK_FULL | WORK_ENDED))
                good = probe_full(self->probe, wall_clock(), &error);
        else if (work & WORK_DATABASE)
                good = probe_database(self->probe, wall_clock(), &error);
        if (good && (work & WORK_EXPIRED))
                good = probe_expired(self->probe, wall_clock(), &error);

        if (!good)
                log_error(LOG_PRIORITY_DEBUG, "watcher.look", "looking at fail2ban failed", error);
        return error;
}

static gint64 thread_time_us(void) {
        struct timespec now;

        (void) clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
        return (gint64) now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

static Outcome look(Watcher *self, guint work, guint64 ended) {
        gint64 begin = thread_time_us();
        Outcome outcome = { .connection_fd = -1 };

        outcome.error = run_probe(self, work, ended);
        outcome.online = !g_error_matches(outcome.error, BANGUI_ERROR, BANGUI_ERROR_FAIL2BAN_OFFLINE);
        outcome.unsettled = outcome.online && probe_is_unsettled(self->probe);
        outcome.database = probe_database_file(self->probe);
        outcome.log = probe_log_file(self->probe);
        outcome.connection_fd = probe_dup_connection(self->probe, &outcome.connection);
        outcome.took_us = thread_time_us() - begin;
        return outcome;
}

static gpointer worker_main(gpointer data) {
        Watcher *self = data;

        g_mutex_lock(&self->lock);
        while (!(self->work & WORK_STOP)) {
                guint work = self->work;
                guint64 ended = self->ended;
                Outcome outcome;

                if (work == 0) {
                        g_cond_wait(&self->cond, &self->lock);
                        continue;
                }
                self->work = 0;
                g_mutex_unlock(&self->lock);
                outcome = look(self, work, ended);
                g_mutex_lock(&self->lock);
                self->outcome = outcome;
                g_source_set_ready_time(self->done, 0);
        }
        g_mutex_unlock(&self->lock);
        return NULL;
}

/* The main loop */

static void outcome_clear(Outcome *self) {
        g_clear_pointer(&self->database, g_free);
        g_clear_pointer(&self->log, g_free);
        g_clear_error(&self->error);
        if (self->connection_fd >= 0)
                close(self->connection_fd);
        self->connection_fd = -1;
}

static void start_work(Watcher *self) {
        gint64 now = g_get_monotonic_time();
        guint work = self->wanted;

        self->wanted = 0;
        self->running = TRUE;
        self->probing = (work & (WORK_FULL | WORK_ENDED)) != 0;
        if (self->probing)
                self->last_full_us = now;
        if (work & (WORK_FULL | WORK_ENDED | WORK_DATABASE))
                self->written = FALSE;
        if (work & WORK_EXPIRED)
                self->last_expired_us = now;
        if (self->probing && self->observer.begun)
                self->observer.begun(self->observer.userdata);

        g_mutex_lock(&self->lock);
        self->work |= work;
        self->ended = self->hung_up;
        g_cond_signal(&self->cond);
        g_mutex_unlock(&self->lock);
}

/* When the next end is to be looked at; bans that fail2ban still holds after their end are asked for each second. */
static gint64 next_end_us(Watcher *self, gint64 now) {
        gint64 end = probe_next_end(self->probe), until;

        if (end >= G_MAXINT64 / G_USEC_PER_SEC - 1)
                return G_MAXINT64;
        until = end * G_USEC_PER_SEC + END_SLACK_US - g_get_real_time();
        return MAX(now + MAX(until, 0), self->last_expired_us + G_USEC_PER_SEC);
}

static gint64 next_alarm(Watcher *self, gint64 now) {
        gint64 alarm = MIN(self->last_full_us + self->interval_us, next_end_us(self, now));

        if (self->unsettled)
                alarm = MIN(alarm, self->last_look_us + SETTLE_US);
        if (self->blind)
                alarm = MIN(alarm, self->last_look_us + BLIND_US);
        if (self->written)
                alarm = MIN(alarm, self->breathe_until_us);
        return alarm;
}

static void collect_due(Watcher *self, gint64 now) {
        if (self->last_full_us + self->interval_us <= now)
                self->wanted |= WORK_FULL;
        if (next_end_us(self, now) <= now)
                self->wanted |= WORK_EXPIRED;
        if ((self->unsettled && self->last_look_us + SETTLE_US <= now) ||
            (self->blind && self->last_look_us + BLIND_US <= now) || (self->written && self->breathe_until_us <= now))
                self->wanted |= WORK_DATABASE;
}

/* Starts what is due, or sets the alarm; while a probe runs its end calls this again. */
static void plan(Watcher *self) {
        gint64 now = g_get_monotonic_time();

        if (self->running) {
                g_source_set_ready_time(self->alarm, -1);
                return;
        }
        collect_due(self, now);
        if (self->wanted) {
                g_source_set_ready_time(self->alarm, -1);
                start_work(self);
                return;
        }
        g_source_set_ready_time(self->alarm, next_alarm(self, now));
}

static void forget_connection(Watcher *self) {
        if (!self->hangup)
                return;
        g_source_destroy(self->hangup);
        g_clear_pointer(&self->hangup, g_source_unref);
        close(self->hangup_fd);
}

static gboolean on_hangup(int fd, GIOCondition condition, gpointer userdata) {
        Watcher *self = userdata;

        forget_connection(self);
        self->hung_up = self->connection;
        self->wanted |= WORK_ENDED;
        plan(self);
        return G_SOURCE_REMOVE;
}

/* Takes fd. Only the end is waited for: G_IO_IN would come with each reply that the probe is about to read. */
static void watch_connection(Watcher *self, int fd, guint64 connection) {
        forget_connection(self);
        if (fd < 0)
                return;

        self->connection = connection;
        self->hangup_fd = fd;
        self->hangup = g_unix_fd_source_new(fd, G_IO_HUP | G_IO_ERR);
        g_source_set_callback(self->hangup, G_SOURCE_FUNC(on_hangup), self, NULL);
        g_source_set_static_name(self->hangup, "fail2ban-hangup");
        g_source_attach(self->hangup, self->context);
}

static gboolean on_done(gpointer userdata) {
        Watcher *self = userdata;
        Outcome outcome;

        g_source_set_ready_time(self->done, -1);
        g_mutex_lock(&self->lock);
        outcome = self->outcome;
        self->outcome = (Outcome) { .connection_fd = -1 };
        g_mutex_unlock(&self->lock);

        self->running = FALSE;
        self->last_look_us = g_get_monotonic_time();
        self->unsettled = outcome.unsettled;
        self->blind = outcome.online && !outcome.database;
        self->breathe_until_us = self->last_look_us + CLAMP(4 * outcome.took_us, BREATH_MIN_US, BREATH_MAX_US);
        watch_connection(self, outcome.connection_fd, outcome.connection);
        outcome.connection_fd = -1;
        if (self->files) {
                if (file_watch_set(self->files, FILE_WATCH_DATABASE, outcome.database))
                        self->written = TRUE;
                if (file_watch_set(self->files, FILE_WATCH_LOG, outcome.log))
                        self->written = TRUE;
                file_watch_hold(self->files, FALSE);
        }
        if (self->probing && self->observer.ended)
                self->observer.ended(outcome.error, self->observer.userdata);
        outcome_clear(&outcome);
        plan(self);
        return G_SOURCE_CONTINUE;
}

static gboolean on_alarm(gpointer userdata) {
        Watcher *self = userdata;

        plan(self);
        return G_SOURCE_CONTINUE;
}

/* The first write after a rest is looked at once; those that follow wait, together. */
static void on_files(guint events, gpointer userdata) {
        Watcher *self = userdata;

        if (events & FILE_WATCH_SOCKET)
                self->wanted |= WORK_FULL;
        if (events & FILE_WATCH_LOG)
                probe_log_written(self->probe);
        if ((events & FILE_WATCH_DATABASE) && self->observer.written)
                self->observer.written(self->observer.userdata);
        if (events & (FILE_WATCH_DATABASE | FILE_WATCH_LOG)) {
                self->written = TRUE;
                file_watch_hold(self->files, TRUE);
        }
        plan(self);
}

/* A source that is due when its ready time says so. */
static gboolean dispatch_timer(GSource *source, GSourceFunc callback, gpointer userdata) {
        return callback(userdata);
}

static GSource *timer_new(Watcher *self, GSourceFunc func, const char *name) {
        static GSourceFuncs funcs = { .dispatch = dispatch_timer };
        GSource *source = g_source_new(&funcs, sizeof(GSource));

        g_source_set_callback(source, func, self, NULL);
        g_source_set_static_name(source, name);
        g_source_set_ready_time(source, -1);
        g_source_attach(source, self->context);
        return source;
}

Watcher *watcher_new(Probe *probe, const char *socket_path, guint interval_s) {
        Watcher *self = g_new0(Watcher, 1);

        self->probe = probe;
        self->socket_path = g_strdup(socket_path);
        self->interval_us = (gint64) interval_s * G_USEC_PER_SEC;
        self->context = g_main_context_ref_thread_default();
        self->outcome.connection_fd = -1;
        g_mutex_init(&self->lock);
        g_cond_init(&self->cond);
        self->alarm = timer_new(self, on_alarm, "watcher-alarm");
        self->done = timer_new(self, on_done, "watcher-done");
        return self;
}

void watcher_set_observer(Watcher *self, const WatcherObserver *observer) {
        self->observer = *observer;
}

void watcher_start(Watcher *self) {
        g_return_if_fail(!self->thread);

        self->thread = g_thread_new("watcher", worker_main, self);
        self->files = file_watch_new(self->socket_path, on_files, self);
        watcher_poke(self);
}

void watcher_set_interval(Watcher *self, guint interval_s) {
        self->interval_us = (gint64) interval_s * G_USEC_PER_SEC;
        if (self->thread)
                plan(self);
}

void watcher_poke(Watcher *self) {
        self->wanted |= WORK_FULL;
        if (self->thread)
                plan(self);
}

static void stop_worker(Watcher *self) {
        if (!self->thread)
                return;

        g_mutex_lock(&self->lock);
        self->work |= WORK_STOP;
        g_cond_signal(&self->cond);
        g_mutex_unlock(&self->lock);
        g_thread_join(g_steal_pointer(&self->thread));
}

static void drop_timer(GSource **source) {
        g_source_destroy(*source);
        g_clear_pointer(source, g_source_unref);
}

void watcher_free(Watcher *self) {
        if (!self)
                return;

        stop_worker(self);
        forget_connection(self);
        g_clear_pointer(&self->files, file_watch_free);
        drop_timer(&self->done);
        drop_timer(&self->alarm);
        outcome_clear(&self->outcome);
        g_cond_clear(&self->cond);
        g_mutex_clear(&self->lock);
        g_main_context_unref(self->context);
        g_free(self->socket_path);
        g_free(self);
}
