/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The store when something goes wrong around it: another process holds the lock, the daemon is killed while it writes,
 * the disk is full, the folder may not be written. Each fault is made by a child process.
 */

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sqlite3.h>

#include "folder.h"

#include "core/error.h"
#include "store/audit-store.h"

#define KILL_ROUNDS 20

typedef struct Fixture {
        char *folder;
        char *file;
} Fixture;

static void setup(Fixture *self, gconstpointer data) {
        self->folder = g_dir_make_tmp("bangui-store-XXXXXX", NULL);
        self->file = g_build_filename(self->folder, STORE_FILE_NAME, NULL);
}

static void teardown(Fixture *self, gconstpointer data) {
        folder_remove(self->folder);
        g_free(self->file);
        g_free(self->folder);
}

static Store *open_store(Fixture *self) {
        g_autoptr(GError) error = NULL;
        Store *store = store_open(self->folder, &error);

        g_assert_no_error(error);
        return store;
}

static gboolean add(AuditStore *audit, gint64 at, GError **error) {
        AuditRow row = { .at = at, .caller = ":1.1", .method = "Bans.Ban", .object = "x", .result = "ok" };

        return audit_store_add(audit, &row, error);
}

typedef struct Found {
        guint n;
        gint64 newest;
} Found;

static void note(const AuditRow *row, gpointer userdata) {
        Found *found = userdata;

        found->newest = MAX(found->newest, row->at);
}

/* Rows of a store of its own, so that what a child left behind is recovered first. */
static Found look(Fixture *self) {
        g_autoptr(Store) store = open_store(self);
        g_autoptr(AuditStore) audit = audit_store_new(store);
        AuditQuery query = { .limit = 1, .uid = -1 };
        g_autoptr(GError) error = NULL;
        Found found = { 0 };
        guint64 total = 0;
        gint64 next = 0;

        g_assert_true(audit_store_list(audit, &query, note, &found, &next, &total, &error));
        g_assert_no_error(error);
        found.n = (guint) total;
        return found;
}

typedef void (*ChildFunc)(Fixture *self, int in, int out);

typedef struct Child {
        pid_t pid;
        int in, out; /* our ends: what the child writes, what it reads */
} Child;

static Child child_start(Fixture *self, ChildFunc work) {
        int up[2], down[2];
        Child child;

        g_assert_cmpint(pipe(up), ==, 0);
        g_assert_cmpint(pipe(down), ==, 0);
        child.pid = fork();
        g_assert_cmpint(child.pid, >=, 0);
        if (child.pid == 0) {
                close(up[0]);
                close(down[1]);
                work(self, down[0], up[1]);
                _exit(0);
        }
        close(up[1]);
        close(down[0]);
        child.in = up[0];
        child.out = down[1];
        return child;
}

static int child_wait(Child *child) {
        int status = -1;

        if (child->out >= 0)
                close(child->out);
        close(child->in);
        g_assert_cmpint(waitpid(child->pid, &status, 0), ==, child->pid);
        return status;
}

/* Holds the write lock until its stdin ends. */
static void hold_lock(Fixture *self, int in, int out) {
        sqlite3 *db = NULL;
        char byte = 'x';

        if (sqlite3_open(self->file, &db) != SQLITE_OK ||
            sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK)
                _exit(1);
        (void) !write(out, &byte, 1);
        (void) !read(in, &byte, 1);
        _exit(0); /* the kernel takes the lock away */
}

static void await_byte(Child *child) {
        char byte;

        g_assert_cmpint(read(child->in, &byte, 1), ==, 1);
}

static void test_locked(Fixture *self, gconstpointer data) {
        g_autoptr(Store) store = open_store(self);
        g_autoptr(AuditStore) audit = audit_store_new(store);
        Child child = child_start(self, hold_lock);
        AuditQuery query = { .limit = 1, .uid = -1 };
        g_autoptr(GError) error = NULL;
        Found found = { 0 };
        gint64 next = 0, start;

        await_byte(&child);
        start = g_get_monotonic_time();
        g_assert_false(add(audit, 1, &error));
        g_assert_error(error, BANGUI_ERROR, BANGUI_ERROR_DATABASE_BUSY);
        g_assert_cmpint(g_get_monotonic_time() - start, >=, 690 * 1000); /* three tries: 100 + 200 + 400 ms */
        g_assert_true(audit_store_list(audit, &query, note, &found, &next, NULL, NULL));

        g_assert_cmpint(child_wait(&child), ==, 0);
        g_assert_true(add(audit, 2, NULL));
}

static gpointer release_lock(gpointer data) {
        Child *child = data;

        g_usleep(150 * 1000); /* the time is the fault that is being made */
        close(child->out);
        child->out = -1;
        return NULL;
}

static void test_locked_for_a_moment(Fixture *self, gconstpointer data) {
        g_autoptr(Store) store = open_store(self);
        g_autoptr(AuditStore) audit = audit_store_new(store);
        Child child = child_start(self, hold_lock);
        g_autoptr(GError) error = NULL;
        GThread *thread;

        await_byte(&child);
        thread = g_thread_new("release", release_lock, &child);
        g_assert_true(add(audit, 1, &error));
        g_assert_no_error(error);
        g_thread_join(thread);
        g_assert_cmpint(child_wait(&child), ==, 0);
}

/* Writes rows without end and tells each one that is committed. */
static void write_for_ever(Fixture *self, int in, int out) {
        Store *store = store_open(self->folder, NULL);
        AuditStore *audit;
        gint64 first;

        if (!store || read(in, &first, sizeof(first)) != sizeof(first))
                _exit(1);
        audit = audit_store_new(store);
        for (gint64 at = first;; at++)
                if (!add(audit, at, NULL) || write(out, &at, sizeof(at)) != sizeof(at))
                        _exit(1);
}

/* Reads what the child told, `wanted` rows before the kill and what was on its way. Gives the last. */
static gint64 kill_after(Child *child, guint wanted) {
        gint64 at, last = 0;
        guint n = 0;

        while (read(child->in, &at, sizeof(at)) == sizeof(at)) {
                last = at;
                if (++n == wanted)
                        g_assert_cmpint(kill(child->pid, SIGKILL), ==, 0);
        }
        g_assert_cmpuint(n, >=, wanted);
        return last;
}

static void test_killed(Fixture *self, gconstpointer data) {
        gint64 told = 0;

        for (guint i = 0; i < KILL_ROUNDS; i++) {
                Child child = child_start(self, write_for_ever);
                gint64 first = told + 1;
                Found found;
                int status;

                g_assert_cmpint(write(child.out, &first, sizeof(first)), ==, sizeof(first));
                told = kill_after(&child, (guint) g_test_rand_int_range(1, 60));
                status = child_wait(&child);
                g_assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);

                /* All that was told is there, without a gap; one more may have been committed and not told. */
                found = look(self);
                g_assert_cmpint(found.newest, >=, told);
                g_assert_cmpint(found.newest, <=, told + 1);
                g_assert_cmpuint(found.n, ==, (guint) found.newest);
                told = found.newest;
        }
}

/* No file may grow: what a full disk does, to this process alone. */
static void write_without_room(Fixture *self, int in, int out) {
        struct rlimit limit = { 64 * 1024, 64 * 1024 };
        Store *store = store_open(self->folder, NULL);
        AuditStore *audit = audit_store_new(store);
        GError *error = NULL;
        gint64 at = 0;

        (void) signal(SIGXFSZ, SIG_IGN);
        if (!store || setrlimit(RLIMIT_FSIZE, &limit) < 0)
                _exit(1);
        while (add(audit, at + 1, &error))
                at++;
        if (!g_error_matches(error, BANGUI_ERROR, BANGUI_ERROR_DATABASE_UNAVAILABLE))
                _exit(2);
        (void) !write(out, &at, sizeof(at));
        _exit(0);
}

static void test_no_room(Fixture *self, gconstpointer data) {
        Child child = child_start(self, write_without_room);
        gint64 told = 0;
        Found found;

        g_assert_cmpint(read(child.in, &told, sizeof(told)), ==, sizeof(told));
        g_assert_cmpint(child_wait(&child), ==, 0);
        found = look(self);
        g_assert_cmpint(told, >, 0);
        g_assert_cmpint(found.newest, ==, told);
        g_assert_cmpuint(found.n, ==, (guint) told);
}

/* Ends with the code of the error. */
static void open_as_nobody(Fixture *self, int in, int out) {
        g_autoptr(GError) error = NULL;

        if (geteuid() == 0 && setresuid(65534, 65534, 65534) < 0)
                _exit(100);
        if (store_open(self->folder, &error))
                _exit(101);
        if (!strstr(error->message, self->folder))
                _exit(102);
        _exit(error->domain == BANGUI_ERROR ? error->code : 103);
}

static int opened_as_nobody(Fixture *self) {
        Child child = child_start(self, open_as_nobody);
        int status = child_wait(&child);

        g_assert_true(WIFEXITED(status));
        return WEXITSTATUS(status);
}

static void test_forbidden(Fixture *self, gconstpointer data) {
        /* a folder that may be entered but not written */
        g_assert_cmpint(g_chmod(self->folder, 0555), ==, 0);
        g_assert_cmpint(opened_as_nobody(self), ==, BANGUI_ERROR_DATABASE_PERMISSION_DENIED);

        /* a file that may not be written */
        g_assert_cmpint(g_chmod(self->folder, 0700), ==, 0);
        store_close(open_store(self));
        g_assert_cmpint(g_chmod(self->file, 0444), ==, 0);
        g_assert_cmpint(g_chmod(self->folder, 0777), ==, 0);
        g_assert_cmpint(opened_as_nobody(self), ==, BANGUI_ERROR_DATABASE_PERMISSION_DENIED);
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);
#define ADD(name, func) g_test_add("/store/faults/" name, Fixture, NULL, setup, func, teardown)
        ADD("locked", test_locked);
        ADD("locked-for-a-moment", test_locked_for_a_moment);
        ADD("killed", test_killed);
        ADD("no-room", test_no_room);
        ADD("forbidden", test_forbidden);
#undef ADD
        return g_test_run();
}
