/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "jobs/housekeeping.h"

#include <fcntl.h>
#include <glib-unix.h>
#include <string.h>
#include <unistd.h>

#include "retention-fixture.h"

/* What the run does, as the test sees and holds it. */
typedef struct World {
        RetentionFixture f;
        GThread *main;
        GMutex mutex; /* guards all below */
        GCond changed;
        guint steps;
        guint hold; /* at the end of this step the run waits to be let go */
} World;

static gint run_ended; /* atomic */

static void on_thread_end(gpointer data) {
        g_atomic_int_set(&run_ended, TRUE);
}

/* The run's thread tells its end by this. */
static GPrivate mark = G_PRIVATE_INIT(on_thread_end);

static void on_step(guint number, gpointer userdata) {
        World *self = userdata;

        g_assert_true(g_thread_self() != self->main);
        g_private_set(&mark, self);
        g_mutex_lock(&self->mutex);
        self->steps = number;
        g_cond_broadcast(&self->changed);
        while (self->hold == number)
                g_cond_wait(&self->changed, &self->mutex);
        g_mutex_unlock(&self->mutex);
}

static void wait_for_step(World *self, guint number) {
        g_mutex_lock(&self->mutex);
        while (self->steps < number)
                g_cond_wait(&self->changed, &self->mutex);
        g_mutex_unlock(&self->mutex);
}

static void let_go(World *self) {
        g_mutex_lock(&self->mutex);
        self->hold = 0;
        g_cond_broadcast(&self->changed);
        g_mutex_unlock(&self->mutex);
}

static void setup(World *self, gconstpointer data) {
        gint64 now = g_get_real_time() / G_USEC_PER_SEC;

        self->main = g_thread_self();
        g_mutex_init(&self->mutex);
        g_cond_init(&self->changed);
        g_atomic_int_set(&run_ended, FALSE);
        retention_fixture_open(&self->f);
        /* an hour on each side: the run takes the time of its own */
        retention_fixture_add_audit(&self->f, 2500, now - RETENTION_DAYS * RETENTION_DAY_S - 3600);
        retention_fixture_add_audit(&self->f, 3, now - RETENTION_DAYS * RETENTION_DAY_S + 3600);
        self->f.step = on_step;
        self->f.userdata = self;
        retention_fixture_watch(&self->f);
}

static void teardown(World *self, gconstpointer data) {
        retention_fixture_close(&self->f);
        g_cond_clear(&self->changed);
        g_mutex_clear(&self->mutex);
}

static void settle(void) {
        while (g_main_context_iteration(NULL, FALSE))
                ;
}

/* Three steps of the audit and one of the commands by hand; the next run is a day away. */
static void test_once_at_the_start(World *self, gconstpointer data) {
        Housekeeping *housekeeping = housekeeping_new(self->f.retention);

        settle();
        g_assert_cmpuint(self->steps, ==, 0);
        housekeeping_start(housekeeping);
        wait_for_step(self, 4);
        settle();
        housekeeping_free(housekeeping);
        g_assert_true(g_atomic_int_get(&run_ended));
        g_assert_cmpstr(self->f.steps->str, ==, "1000 1000 500 0 ");
        g_assert_cmpuint(retention_fixture_count(&self->f, "audit"), ==, 3);
        g_assert_false(g_main_context_pending(NULL));
}

/* The main loop goes on while the run is held. */
static void test_start_does_not_wait(World *self, gconstpointer data) {
        Housekeeping *housekeeping = housekeeping_new(self->f.retention);

        self->hold = 1;
        housekeeping_start(housekeeping);
        wait_for_step(self, 1);
        settle();
        g_assert_cmpuint(retention_fixture_count(&self->f, "audit"), ==, 2503);
        let_go(self);
        wait_for_step(self, 4);
        housekeeping_free(housekeeping);
        g_assert_cmpuint(retention_fixture_count(&self->f, "audit"), ==, 3);
}

static gpointer free_housekeeping(gpointer data) {
        housekeeping_free(data);
        g_assert_true(g_atomic_int_get(&run_ended));
        return NULL;
}

/* The step that runs is finished before housekeeping_free() returns. */
static void test_free_waits(World *self, gconstpointer data) {
        Housekeeping *housekeeping = housekeeping_new(self->f.retention);
        GThread *thread;

        self->hold = 1;
        housekeeping_start(housekeeping);
        wait_for_step(self, 1);
        thread = g_thread_new("free", free_housekeeping, housekeeping);
        g_assert_false(g_atomic_int_get(&run_ended));
        let_go(self);
        g_thread_join(thread);
        g_assert_cmpuint(retention_fixture_count(&self->f, "audit"), ==, 2503 - MIN(self->steps * 1000, 2500));
        g_assert_cmpuint(self->f.n_steps, ==, self->steps);
}

/* Nor does a later step begin: the daemon's end does not wait for the whole removal. */
static void test_free_ends_the_run(World *self, gconstpointer data) {
        Housekeeping *housekeeping = housekeeping_new(self->f.retention);

        self->hold = 2;
        housekeeping_start(housekeeping);
        wait_for_step(self, 2);
        retention_stop(self->f.retention);
        let_go(self);
        housekeeping_free(housekeeping);
        g_assert_true(g_atomic_int_get(&run_ended));
        g_assert_cmpstr(self->f.steps->str, ==, "1000 1000 ");
        g_assert_cmpuint(retention_fixture_count(&self->f, "audit"), ==, 503);
}

static void test_free_unstarted(World *self, gconstpointer data) {
        housekeeping_free(housekeeping_new(self->f.retention));
        housekeeping_free(NULL);
        g_assert_cmpuint(self->steps, ==, 0);
        g_assert_cmpuint(retention_fixture_count(&self->f, "audit"), ==, 2503);
}

/* stderr leads into a pipe from here to log_end(). */
typedef struct Log {
        int saved;
        int fd;
} Log;

static Log log_begin(void) {
        Log self;
        int fds[2];

        g_assert_true(g_unix_open_pipe(fds, FD_CLOEXEC, NULL));
        self.fd = fds[0];
        self.saved = dup(STDERR_FILENO);
        g_assert_cmpint(dup2(fds[1], STDERR_FILENO), >=, 0);
        g_assert_cmpint(close(fds[1]), ==, 0);
        return self;
}

/* What was written until now; waits for the first line unless `ended`. */
static char *log_read(Log *self, gboolean ended) {
        char text[4096];
        ssize_t n;

        g_assert_true(g_unix_set_fd_nonblocking(self->fd, ended, NULL));
        n = read(self->fd, text, sizeof(text));
        return g_strndup(text, (gsize) MAX(n, 0));
}

static void log_end(Log *self) {
        g_assert_cmpint(dup2(self->saved, STDERR_FILENO), >=, 0);
        g_assert_cmpint(close(self->saved), ==, 0);
        g_assert_cmpint(close(self->fd), ==, 0);
}

/* What fails is told in the log, and harms nothing. */
static void test_failure_is_logged(World *self, gconstpointer data) {
        Housekeeping *housekeeping = housekeeping_new(self->f.retention);
        g_autofree char *line = NULL;
        Log log;

        self->f.step = NULL;
        retention_fixture_break(&self->f);
        log = log_begin();
        housekeeping_start(housekeeping);
        line = log_read(&log, FALSE);
        log_end(&log);
        housekeeping_free(housekeeping);
        g_assert_nonnull(strstr(line, "\"level\":\"warning\""));
        g_assert_nonnull(strstr(line, "\"event\":\"housekeeping.failed\""));
        g_assert_nonnull(strstr(line, "no such table: audit"));
}

/* An end that was asked for is no failure. */
static void test_end_is_not_logged(World *self, gconstpointer data) {
        Housekeeping *housekeeping = housekeeping_new(self->f.retention);
        g_autofree char *nothing = NULL;
        Log log = log_begin();

        retention_stop(self->f.retention);
        housekeeping_start(housekeeping);
        housekeeping_free(housekeeping);
        nothing = log_read(&log, TRUE);
        log_end(&log);
        g_assert_cmpstr(nothing, ==, "");
        g_assert_cmpuint(retention_fixture_count(&self->f, "audit"), ==, 2503);
}

static void add(const char *path, void (*test)(World *, gconstpointer)) {
        g_test_add(path, World, NULL, setup, test, teardown);
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);
        add("/jobs/housekeeping/once-at-the-start", test_once_at_the_start);
        add("/jobs/housekeeping/start-does-not-wait", test_start_does_not_wait);
        add("/jobs/housekeeping/free-waits", test_free_waits);
        add("/jobs/housekeeping/free-ends-the-run", test_free_ends_the_run);
        add("/jobs/housekeeping/free-unstarted", test_free_unstarted);
        add("/jobs/housekeeping/failure-is-logged", test_failure_is_logged);
        add("/jobs/housekeeping/end-is-not-logged", test_end_is_not_logged);
        return g_test_run();
}
