/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A real systemd-journald of our own, in a journal namespace that nobody else has. It needs root, and makes its
 * files below /run and /var/log under the namespace's name; both are removed.
 */

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib.h>
#include <glib/gstdio.h>

#include "folder.h"

#include "services/server/server-log-journal.h"

#define JOURNALD "/lib/systemd/systemd-journald"
#define PATIENCE_USEC (20 * G_USEC_PER_SEC)
#define LOOK_USEC 5000

typedef struct Journald {
        char *name;
        char *runtime; /* its sockets */
        char *folder;  /* its files, once there are some */
        GPid pid;
} Journald;

static void die_with_test(gpointer userdata) {
        (void) prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static int connect_to(const Journald *self, const char *name, int type) {
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

        g_assert_cmpint(fd, >=, 0);
        g_snprintf(address.sun_path, sizeof(address.sun_path), "%s/%s", self->runtime, name);
        if (connect(fd, (struct sockaddr *) &address, sizeof(address)) == 0)
                return fd;
        close(fd);
        return -1;
}

static void send_text(int fd, const char *text) {
        g_assert_cmpint(send(fd, text, strlen(text), MSG_NOSIGNAL), ==, (gssize) strlen(text));
}

/* By journald's own protocol, as fail2ban's handler does. */
static void send_native(const Journald *self, const char *fields) {
        int fd = connect_to(self, "socket", SOCK_DGRAM);

        g_assert_cmpint(fd, >=, 0);
        send_text(fd, fields);
        close(fd);
}

/* A service's standard output: seven lines of settings, then what it prints. */
static int open_output(const Journald *self) {
        int fd = connect_to(self, "stdout", SOCK_STREAM);

        g_assert_cmpint(fd, >=, 0);
        send_text(fd, "fail2ban\n\n6\n0\n0\n0\n0\n");
        return fd;
}

static char *find_folder(const Journald *self) {
        static const char *const parents[] = { "/run/log/journal", "/var/log/journal", NULL };
        g_autofree char *suffix = g_strconcat(".", self->name, NULL);

        for (gsize i = 0; parents[i]; i++) {
                g_autoptr(GDir) dir = g_dir_open(parents[i], 0, NULL);

                for (const char *name = dir ? g_dir_read_name(dir) : NULL; name; name = g_dir_read_name(dir))
                        if (g_str_has_suffix(name, suffix))
                                return g_build_filename(parents[i], name, NULL);
        }
        return NULL;
}

/* Nothing tells when its sockets and its first file are there but looking. Where it cannot run, it has said why. */
static void wait_a_moment(const Journald *self, gint64 deadline) {
        g_assert_cmpint(waitpid(self->pid, NULL, WNOHANG), ==, 0);
        g_assert_cmpint(g_get_monotonic_time(), <, deadline);
        g_usleep(LOOK_USEC);
}

static void journald_start(Journald *self) {
        const char *arguments[] = { JOURNALD, NULL, NULL };
        gint64 deadline = g_get_monotonic_time() + PATIENCE_USEC;
        g_autoptr(GError) error = NULL;
        int fd;

        self->name = g_strdup_printf("bangui%d", getpid());
        self->runtime = g_strconcat("/run/systemd/journal.", self->name, NULL);
        arguments[1] = self->name;
        g_spawn_async(NULL, (char **) arguments, NULL, G_SPAWN_DO_NOT_REAP_CHILD, die_with_test, NULL, &self->pid,
                      &error);
        g_assert_no_error(error);

        while ((fd = connect_to(self, "socket", SOCK_DGRAM)) < 0)
                wait_a_moment(self, deadline);
        send_text(fd, "MESSAGE=not fail2ban's\nSYSLOG_IDENTIFIER=other\n");
        close(fd);
        while (!(self->folder = find_folder(self)))
                wait_a_moment(self, deadline);
}

static void journald_stop(Journald *self) {
        kill(self->pid, SIGTERM);
        waitpid(self->pid, NULL, 0);
        folder_remove(self->folder);
        folder_remove(self->runtime);
        g_free(self->folder);
        g_free(self->runtime);
        g_free(self->name);
}

/* What came, each as "level component jail message". */
static gboolean collect(const LogEntry *entry, gpointer userdata) {
        g_assert_cmpint(ABS(entry->at - g_get_real_time() / G_USEC_PER_SEC), <, 60);
        g_ptr_array_add(userdata,
                        g_strdup_printf("%s|%s|%s|%s", entry->level, entry->component, entry->jail, entry->message));
        return TRUE;
}

static GPtrArray *tail(const Journald *self) {
        g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(g_free);
        g_autoptr(GError) error = NULL;
        g_autoptr(LogJournal) journal = log_journal_open(self->folder, &error);

        g_assert_no_error(error);
        g_assert_true(log_journal_tail(journal, collect, rows, &error));
        g_assert_no_error(error);
        return g_steal_pointer(&rows);
}

/* journald writes what it was sent in its own time. */
static GPtrArray *await_tail(const Journald *self, guint n) {
        gint64 deadline = g_get_monotonic_time() + PATIENCE_USEC;

        for (;;) {
                GPtrArray *rows = tail(self);

                if (rows->len >= n)
                        return rows;
                g_assert_cmpint(g_get_monotonic_time(), <, deadline);
                g_ptr_array_unref(rows);
                g_usleep(LOOK_USEC);
        }
}

#define LINE "2026-01-02 03:04:05,678 fail2ban.actions        [1234]: "

static void test_tail(gconstpointer data) {
        const Journald *journald = data;
        g_autoptr(GPtrArray) rows = NULL;
        int output;

        send_native(journald,
                    "MESSAGE=[sshd] Ban 192.0.2.1\nSYSLOG_IDENTIFIER=fail2ban\nPRIORITY=4\nLOGGER=fail2ban.actions\n");
        rows = await_tail(journald, 1);
        g_assert_cmpstr(rows->pdata[0], ==, "WARNING|fail2ban.actions|sshd|[sshd] Ban 192.0.2.1");
        g_clear_pointer(&rows, g_ptr_array_unref);

        output = open_output(journald);
        send_text(output, LINE "ERROR   [web] unhandled\nTraceback:\n  File x\n" LINE "NOTICE  [web] Ban 192.0.2.2\n");
        rows = await_tail(journald, 3);
        close(output);
        g_assert_cmpuint(rows->len, ==, 3);
        g_assert_cmpstr(rows->pdata[0], ==, "NOTICE|fail2ban.actions|web|[web] Ban 192.0.2.2");
        g_assert_cmpstr(rows->pdata[1], ==, "ERROR|fail2ban.actions|web|[web] unhandled\nTraceback:\n  File x");
        g_assert_cmpstr(rows->pdata[2], ==, "WARNING|fail2ban.actions|sshd|[sshd] Ban 192.0.2.1");
}

/* Reads until n rows are there; what is kept back is flushed when nothing comes. */
static void await_rows(LogJournal *journal, GPtrArray *rows, guint n) {
        gint64 deadline = g_get_monotonic_time() + PATIENCE_USEC;
        gboolean kept = FALSE;

        while (rows->len < n) {
                short events;
                int timeout_ms, fd = log_journal_fd(journal, &events, &timeout_ms);
                struct pollfd pollfd = { .fd = fd, .events = events };

                if (poll(&pollfd, 1, timeout_ms < 0 ? 200 : MIN(timeout_ms, 200)) == 0 && kept)
                        g_assert_true(log_journal_flush(journal, collect, rows));
                g_assert_true(log_journal_read(journal, collect, rows, &kept));
                g_assert_cmpint(g_get_monotonic_time(), <, deadline);
        }
}

static void test_follow(gconstpointer data) {
        const Journald *journald = data;
        g_autoptr(GPtrArray) before = g_ptr_array_new_with_free_func(g_free);
        g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(g_free);
        g_autoptr(LogJournal) journal = NULL;
        int output;

        send_native(journald, "MESSAGE=before\nSYSLOG_IDENTIFIER=fail2ban\nPRIORITY=6\n");
        g_ptr_array_unref(await_tail(journald, 1));
        journal = log_journal_open(journald->folder, NULL);
        g_assert_true(log_journal_tail(journal, collect, before, NULL));
        g_assert_cmpuint(before->len, >=, 1);

        send_native(journald,
                    "MESSAGE=[sshd] Ban 192.0.2.1\nSYSLOG_IDENTIFIER=fail2ban\nPRIORITY=3\nLOGGER=fail2ban.actions\n");
        await_rows(journal, rows, 1);
        g_assert_cmpstr(rows->pdata[0], ==, "ERROR|fail2ban.actions|sshd|[sshd] Ban 192.0.2.1");

        output = open_output(journald);
        send_text(output, LINE "ERROR   [web] unhandled\nTraceback:\n  File y\n" LINE "NOTICE  [web] Ban 192.0.2.2\n");
        await_rows(journal, rows, 3);
        close(output);
        g_assert_cmpstr(rows->pdata[1], ==, "ERROR|fail2ban.actions|web|[web] unhandled\nTraceback:\n  File y");
        g_assert_cmpstr(rows->pdata[2], ==, "NOTICE|fail2ban.actions|web|[web] Ban 192.0.2.2");
}

static void test_empty(void) {
        g_autofree char *folder = g_dir_make_tmp("journal-XXXXXX", NULL);
        g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(g_free);
        g_autoptr(GError) error = NULL;
        g_autoptr(LogJournal) journal = log_journal_open(folder, &error);

        g_assert_no_error(error);
        g_assert_true(log_journal_tail(journal, collect, rows, &error));
        g_assert_no_error(error);
        g_assert_cmpuint(rows->len, ==, 0);
        g_assert_cmpint(g_rmdir(folder), ==, 0);
}

int main(int argc, char *argv[]) {
        Journald journald = { 0 };
        gboolean possible = geteuid() == 0 && g_file_test(JOURNALD, G_FILE_TEST_IS_EXECUTABLE);
        int status;

        g_test_init(&argc, &argv, NULL);

        g_test_add_func("/services/server-log-journal/empty", test_empty);
        if (possible) {
                journald_start(&journald);
                g_test_add_data_func("/services/server-log-journal/tail", &journald, test_tail);
                g_test_add_data_func("/services/server-log-journal/follow", &journald, test_follow);
        }
        status = g_test_run();
        if (possible)
                journald_stop(&journald);
        return status;
}
