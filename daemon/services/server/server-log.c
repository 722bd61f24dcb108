/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A follower is a thread with the write end of a pipe. It waits in poll() for three things: its source (file or
 * journal), the reader closing (POLLERR on the pipe), and `wake`, an eventfd that server_log_stop() makes
 * readable for all followers for good. The object counts its followers and outlives them.
 */

#include "services/server/server-log.h"

#include <errno.h>
#include <fcntl.h>
#include <json-glib/json-glib.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "core/error.h"
#include "core/log.h"
#include "services/server/server-log-entry.h"
#include "services/server/server-log-source.h"

#define READER_PATIENCE_MS 5000
#define KEPT_ENTRY_MS 50 /* how long an entry waits for further lines */

struct ServerLog {
        Model *model;
        GStrv folders;
        int wake;

        GMutex lock;
        GCond changed;
        guint n_followers; /* under lock */
        gint stopping;     /* atomic; set under lock */
};

ServerLog *server_log_new(Model *model, const char *const *log_folders) {
        ServerLog *self = g_new0(ServerLog, 1);

        self->model = model;
        self->folders = g_strdupv((char **) log_folders);
        self->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        g_mutex_init(&self->lock);
        g_cond_init(&self->changed);
        return self;
}

void server_log_stop(ServerLog *self) {
        g_mutex_lock(&self->lock);
        g_atomic_int_set(&self->stopping, 1);
        (void) eventfd_write(self->wake, 1);
        while (self->n_followers > 0)
                g_cond_wait(&self->changed, &self->lock);
        g_mutex_unlock(&self->lock);
}

void server_log_free(ServerLog *self) {
        server_log_stop(self);
        g_cond_clear(&self->changed);
        g_mutex_clear(&self->lock);
        if (self->wake >= 0)
                close(self->wake);
        g_strfreev(self->folders);
        g_free(self);
}

static gboolean check_query(const ServerLogQuery *query, guint lines_min, GError **error) {
        if (query->lines < lines_min || query->lines > SERVER_LOG_LINES_MAX) {
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT, "lines must be %u to %u, not %u",
                            lines_min, SERVER_LOG_LINES_MAX, query->lines);
                return FALSE;
        }
        if (query->level && !log_entry_level_is_known(query->level)) {
                g_autofree char *shown = g_strescape(query->level, NULL);

                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT,
                            "level must be CRITICAL, ERROR, WARNING, NOTICE, INFO or DEBUG, not \"%.40s\"", shown);
                return FALSE;
        }
        return TRUE;
}

/* A path, or "" for the journal; NULL on error. */
static char *find_log(ServerLog *self, GError **error) {
        static const char *const journal[] = { "SYSLOG", "SYSTEMD-JOURNAL", "STDOUT", "STDERR", "SYSOUT", NULL };
        g_autoptr(GVariant) server = model_server(self->model);
        const char *target = NULL;

        if (!server || !g_variant_lookup(server, "LogTarget", "&s", &target) || *target == '\0') {
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_FAIL2BAN_OFFLINE,
                            "fail2ban's log target is not known, because fail2ban was not seen running yet");
                return NULL;
        }
        if (*target == '/')
                return g_strdup(target);

        for (gsize i = 0; journal[i]; i++)
                if (g_ascii_strcasecmp(target, journal[i]) == 0)
                        return g_strdup("");

        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_FILE_NOT_FOUND,
                    "fail2ban's log target is %s, which is neither a file nor the journal", target);
        return NULL;
}

/* The newest entries that match a query. */
typedef struct Collector {
        const ServerLogQuery *query;
        const gint *stopping;
        GPtrArray *rows; /* GVariant *, newest first */
} Collector;

static gboolean collect(const LogEntry *entry, gpointer userdata) {
        Collector *self = userdata;

        if (log_entry_matches(entry, self->query))
                g_ptr_array_add(self->rows, g_variant_ref_sink(log_entry_to_variant(entry)));
        return self->rows->len < self->query->lines && !g_atomic_int_get(self->stopping);
}

static GPtrArray *rows_new(void) {
        return g_ptr_array_new_with_free_func((GDestroyNotify) g_variant_unref);
}

GVariant *server_log_read(ServerLog *self, const ServerLogQuery *query, GError **error) {
        g_autoptr(GPtrArray) rows = rows_new();
        Collector collector = { .query = query, .stopping = &self->stopping, .rows = rows };
        g_autoptr(LogSource) source = NULL;
        g_autofree char *path = NULL;
        GVariantBuilder builder;

        if (!check_query(query, 1, error) || !(path = find_log(self, error)))
                return NULL;
        source = log_source_open(path, (const char *const *) self->folders, error);
        if (!source || !log_source_tail(source, collect, &collector, error))
                return NULL;

        g_variant_builder_init(&builder, G_VARIANT_TYPE("aa{sv}"));
        for (guint i = rows->len; i > 0; i--)
                g_variant_builder_add_value(&builder, rows->pdata[i - 1]);
        return g_variant_ref_sink(g_variant_builder_end(&builder));
}

/* ---- Following ---- */

/* What server_log_follow() waits for: an entry that is written after it returned is not missed. */
typedef struct Start {
        gboolean done; /* under the log's lock */
        GError *error;
} Start;

typedef struct Follower {
        ServerLog *log;
        int pipe;   /* write end, non-blocking */
        char *path; /* "" = the journal */
        ServerLogQuery query;
        char *contains, *level, *jail;
        Start *start; /* NULL once it was told */
} Follower;

static void follower_free(Follower *self) {
        close(self->pipe);
        g_free(self->path);
        g_free(self->contains);
        g_free(self->level);
        g_free(self->jail);
        g_free(self);
}

/* Takes path and pipe. */
static Follower *follower_new(ServerLog *log, const ServerLogQuery *query, char *path, int pipe, Start *start) {
        Follower *self = g_new0(Follower, 1);

        self->log = log;
        self->pipe = pipe;
        self->path = path;
        self->contains = g_strdup(query->contains);
        self->level = g_strdup(query->level);
        self->jail = g_strdup(query->jail);
        self->query = (ServerLogQuery) { query->lines, self->contains, self->level, self->jail };
        self->start = start;
        return self;
}

/* Takes the error, NULL = it follows. */
static void follower_tell_start(Follower *self, GError *error) {
        ServerLog *log = self->log;

        g_mutex_lock(&log->lock);
        self->start->error = error;
        self->start->done = TRUE;
        self->start = NULL;
        g_cond_broadcast(&log->changed);
        g_mutex_unlock(&log->lock);
}

/* Until the reader takes more. FALSE: it went, it takes nothing, or we stop. */
static gboolean wait_for_reader(Follower *self) {
        struct pollfd fds[] = { { .fd = self->pipe, .events = POLLOUT }, { .fd = self->log->wake, .events = POLLIN } };
        int n;

        do
                n = poll(fds, G_N_ELEMENTS(fds), READER_PATIENCE_MS);
        while (n < 0 && errno == EINTR);

        if (n == 0)
                log_event(LOG_PRIORITY_NOTICE, "log.follower-dropped",
                          "a reader of fail2ban's log took nothing for 5 seconds and was dropped", NULL);
        return n > 0 && fds[1].revents == 0 && (fds[0].revents & POLLOUT);
}

static gboolean send_row(Follower *self, GVariant *row) {
        gsize length;
        g_autofree char *json = json_gvariant_serialize_data(row, &length);
        gsize sent = 0;

        json[length] = '\n'; /* in place of the final NUL */
        while (sent <= length) {
                gssize n = write(self->pipe, json + sent, length + 1 - sent);

                if (n > 0)
                        sent += (gsize) n;
                else if (errno == EAGAIN ? !wait_for_reader(self) : errno != EINTR)
                        return FALSE;
        }
        return TRUE;
}

static gboolean send_entry(const LogEntry *entry, gpointer userdata) {
        Follower *self = userdata;
        g_autoptr(GVariant) row = NULL;

        if (g_atomic_int_get(&self->log->stopping))
                return FALSE;
        if (!log_entry_matches(entry, &self->query))
                return TRUE;
        row = g_variant_ref_sink(log_entry_to_variant(entry));
        return send_row(self, row);
}

/* FALSE: the reader went, or we stop. TRUE with *ret_quiet: nothing came for timeout_ms. */
static gboolean wait_for_source(Follower *self, int fd, short events, int timeout_ms, gboolean *ret_quiet) {
        struct pollfd fds[] = {
                { .fd = fd, .events = events },
                { .fd = self->pipe, .events = 0 },
                { .fd = self->log->wake, .events = POLLIN },
        };
        int n;

        do
                n = poll(fds, G_N_ELEMENTS(fds), timeout_ms);
        while (n < 0 && errno == EINTR);

        *ret_quiet = n == 0;
        return n >= 0 && fds[1].revents == 0 && fds[2].revents == 0;
}

/* Opens the source and collects the last entries. Asked for none, it looks at one all the same, to know where following
 * starts. */
static LogSource *follower_open(Follower *self, GPtrArray *rows, GError **error) {
        Collector collector = { .query = &self->query, .stopping = &self->log->stopping, .rows = rows };
        g_autoptr(LogSource) source = log_source_open(self->path, (const char *const *) self->log->folders, error);

        if (!source || !log_source_tail(source, collect, &collector, error) || !log_source_follow(source, error))
                return NULL;
        if (self->query.lines == 0)
                g_ptr_array_set_size(rows, 0);
        return g_steal_pointer(&source);
}

static void follow(Follower *self, LogSource *source) {
        gboolean kept = FALSE, quiet = FALSE;

        while (log_source_read(source, send_entry, self, &kept)) {
                short events;
                int timeout_ms, fd = log_source_fd(source, &events, &timeout_ms);

                if (kept && (timeout_ms < 0 || timeout_ms > KEPT_ENTRY_MS))
                        timeout_ms = KEPT_ENTRY_MS;
                if (!wait_for_source(self, fd, events, timeout_ms, &quiet))
                        return;
                if (quiet && !log_source_flush(source, send_entry, self))
                        return;
        }
}

static void dismiss(ServerLog *self) {
        g_mutex_lock(&self->lock);
        self->n_followers--;
        g_cond_broadcast(&self->changed);
        g_mutex_unlock(&self->lock);
}

static gpointer follower_run(gpointer userdata) {
        Follower *self = userdata;
        ServerLog *log = self->log;
        g_autoptr(GPtrArray) rows = rows_new();
        g_autoptr(LogSource) source = NULL;
        GError *error = NULL;
        gboolean more = TRUE;
        sigset_t pipe_signal;

        /* A reader that went is an error of write(), not the end of the process. */
        sigemptyset(&pipe_signal);
        sigaddset(&pipe_signal, SIGPIPE);
        pthread_sigmask(SIG_BLOCK, &pipe_signal, NULL);

        source = follower_open(self, rows, &error);
        follower_tell_start(self, error);
        for (guint i = rows->len; source && more && i > 0; i--)
                more = send_row(self, rows->pdata[i - 1]);
        g_ptr_array_set_size(rows, 0);
        if (source && more)
                follow(self, source);

        /* The object may be gone once it does not count us. */
        g_clear_pointer(&source, log_source_free);
        follower_free(self);
        dismiss(log);
        return NULL;
}

/* Counts one more follower. */
static gboolean admit(ServerLog *self, GError **error) {
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

        if (self->stopping) {
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_CANCELLED, "the daemon is stopping");
                return FALSE;
        }
        if (self->n_followers >= SERVER_LOG_FOLLOWERS_MAX) {
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_BUSY,
                            "fail2ban's log is followed %u times already, which is the most", SERVER_LOG_FOLLOWERS_MAX);
                return FALSE;
        }
        self->n_followers++;
        return TRUE;
}

/* Takes the follower, which is counted, and waits until it follows or gave up. */
static gboolean follower_start(Follower *self, GError **error) {
        ServerLog *log = self->log;
        Start *start = self->start;
        g_autoptr(GError) failure = NULL;
        GThread *thread = g_thread_try_new("log-follower", follower_run, self, &failure);

        if (!thread) {
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_BUSY, "no thread could be started: %s", failure->message);
                follower_free(self);
                dismiss(log);
                return FALSE;
        }
        g_thread_unref(thread);

        g_mutex_lock(&log->lock);
        while (!start->done)
                g_cond_wait(&log->changed, &log->lock);
        g_mutex_unlock(&log->lock);
        if (start->error)
                g_propagate_error(error, start->error);
        return !start->error;
}

int server_log_follow(ServerLog *self, const ServerLogQuery *query, GError **error) {
        g_autofree char *path = NULL;
        Start start = { 0 };
        int ends[2];

        if (!check_query(query, 0, error) || !(path = find_log(self, error)) || !admit(self, error))
                return -1;

        if (pipe2(ends, O_CLOEXEC) < 0 || fcntl(ends[1], F_SETFL, O_NONBLOCK) < 0) {
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_BUSY, "no pipe could be made: %s", g_strerror(errno));
                dismiss(self);
                return -1;
        }
        if (!follower_start(follower_new(self, query, g_steal_pointer(&path), ends[1], &start), error)) {
                close(ends[0]);
                return -1;
        }
        return ends[0];
}
