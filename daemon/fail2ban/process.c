/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fail2ban/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/error.h"
#include "fail2ban/confinement.h"

#define PROCESS_PATH "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

typedef struct Process {
        pid_t pid;
        int pid_fd; /* readable when it ended */
        int output_fd;
        int errors_fd;
        GString *output;
        GString *errors;
} Process;

void process_result_clear(ProcessResult *self) {
        if (self->output)
                g_string_free(g_steal_pointer(&self->output), TRUE);
        if (self->errors)
                g_string_free(g_steal_pointer(&self->errors), TRUE);
}

static void process_close(int *fd) {
        if (*fd >= 0)
                close(*fd);
        *fd = -1;
}

static void process_clear(Process *self) {
        process_close(&self->pid_fd);
        process_close(&self->output_fd);
        process_close(&self->errors_fd);
        if (self->output)
                g_string_free(g_steal_pointer(&self->output), TRUE);
        if (self->errors)
                g_string_free(g_steal_pointer(&self->errors), TRUE);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Process, process_clear)

static gboolean process_fail_start(const char *program, int number, GError **error) {
        g_set_error(error, BANGUI_ERROR, number == ENOENT ? BANGUI_ERROR_FILE_NOT_FOUND : BANGUI_ERROR_INTERNAL,
                    "%s cannot be started: %s", program, g_strerror(number));
        return FALSE;
}

/* 0 or an errno. */
static int process_spawn(Process *self, const char *const *arguments, int output, int errors) {
        static char *const environment[] = { (char *) PROCESS_PATH, (char *) "LANG=C.UTF-8", NULL };
        posix_spawn_file_actions_t actions;
        posix_spawnattr_t attributes;
        sigset_t none, all;
        int r;

        sigemptyset(&none);
        sigfillset(&all);
        posix_spawnattr_init(&attributes);
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
        posix_spawnattr_setpgroup(&attributes, 0);
        posix_spawnattr_setsigmask(&attributes, &none);
        posix_spawnattr_setsigdefault(&attributes, &all);

        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
        posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO);
        posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);

        r = posix_spawnp(&self->pid, arguments[0], &actions, &attributes, (char *const *) arguments, environment);
        posix_spawn_file_actions_destroy(&actions);
        posix_spawnattr_destroy(&attributes);
        return r;
}

/* What the child of a fork needs. All descriptors are high ones, so that none is overwritten before it is used. */
typedef struct Child {
        const char *const *arguments;
        const Confinement *confinement;
        int files[4]; /* what become the descriptors 0 to 3 */
        int status;   /* where it tells an errno; closed by exec */
} Child;

static int child_enter(const Child *child) {
        struct sigaction plain = { .sa_handler = SIG_DFL };
        sigset_t none;

        for (int i = 1; i < NSIG; i++)
                (void) sigaction(i, &plain, NULL);
        sigemptyset(&none);
        (void) sigprocmask(SIG_SETMASK, &none, NULL);
        (void) setsid();
        for (int i = 0; i < (int) G_N_ELEMENTS(child->files); i++)
                if (dup2(child->files[i], i) < 0)
                        return errno;
        return confinement_enter(child->confinement);
}

/* In the child: only what may be called between fork and exec. */
static void child_run(const Child *child) {
        static char *const environment[] = { (char *) PROCESS_PATH, (char *) "LANG=C.UTF-8", NULL };
        int number = child_enter(child);

        if (number == 0) {
                /* What was opened without its flag by a library of ours. */
                (void) syscall(SYS_close_range, G_N_ELEMENTS(child->files), ~0U, 1u << 2 /* CLOSE_RANGE_CLOEXEC */);
                (void) execve(child->arguments[0], (char *const *) child->arguments, environment);
                number = errno;
        }
        (void) !write(child->status, &number, sizeof(number));
        _exit(127);
}

static int process_fork(Process *self, Child *child) {
        int status[2], number = 0;
        gssize n;

        if (pipe2(status, O_CLOEXEC) < 0)
                return errno;
        child->status = fcntl(status[1], F_DUPFD_CLOEXEC, CONFINEMENT_FD_MIN);
        self->pid = child->status < 0 ? -1 : fork();
        if (self->pid == 0)
                child_run(child);
        if (self->pid < 0)
                number = errno;
        process_close(&status[1]);
        process_close(&child->status);

        do
                n = self->pid > 0 ? read(status[0], &number, sizeof(number)) : 0;
        while (n < 0 && errno == EINTR);
        process_close(&status[0]);
        if (self->pid > 0 && number != 0)
                (void) waitpid(self->pid, NULL, 0);
        return number;
}

/* A file in memory that holds this; -1 with errno. */
static int process_file(GBytes *bytes) {
        int fd = memfd_create("input", MFD_CLOEXEC), high;
        gsize length, done = 0;
        const char *data = g_bytes_get_data(bytes, &length);

        while (fd >= 0 && done < length) {
                gssize n = write(fd, data + done, length - done);

                if (n < 0 && errno != EINTR)
                        process_close(&fd);
                done += (gsize) MAX(n, 0);
        }
        if (fd < 0)
                return -1;
        high = fcntl(fd, F_DUPFD_CLOEXEC, CONFINEMENT_FD_MIN);
        process_close(&fd);
        return high;
}

static int process_confine(Process *self, const char *const *arguments, const Confinement *confinement,
                           GBytes *const files[2], int output, int errors) {
        Child child = {
                .arguments = arguments,
                .confinement = confinement,
                .files = { process_file(files[0]), fcntl(output, F_DUPFD_CLOEXEC, CONFINEMENT_FD_MIN),
                           fcntl(errors, F_DUPFD_CLOEXEC, CONFINEMENT_FD_MIN), process_file(files[1]) },
        };
        int number = 0;

        for (guint i = 0; i < G_N_ELEMENTS(child.files); i++)
                if (child.files[i] < 0)
                        number = errno;
        if (number == 0)
                number = process_fork(self, &child);
        for (guint i = 0; i < G_N_ELEMENTS(child.files); i++)
                process_close(&child.files[i]);
        return number;
}

/* confinement NULL: as we are. */
static gboolean process_start(Process *self, const char *const *arguments, const Confinement *confinement,
                              GBytes *const files[2], GError **error) {
        int output[2] = { -1, -1 }, errors[2] = { -1, -1 };
        int number;

        number = pipe2(output, O_CLOEXEC) < 0 || pipe2(errors, O_CLOEXEC) < 0 ? errno : 0;
        if (number == 0 && confinement)
                number = process_confine(self, arguments, confinement, files, output[1], errors[1]);
        else if (number == 0)
                number = process_spawn(self, arguments, output[1], errors[1]);
        self->output_fd = output[0];
        self->errors_fd = errors[0];
        process_close(&output[1]);
        process_close(&errors[1]);
        if (number != 0)
                return process_fail_start(arguments[0], number, error);

        (void) fcntl(self->output_fd, F_SETFL, O_NONBLOCK);
        (void) fcntl(self->errors_fd, F_SETFL, O_NONBLOCK);
        self->pid_fd = pidfd_open(self->pid, 0);
        return TRUE;
}

/* Reads what is there; closes at the end. */
static void process_drain(int *fd, GString *text) {
        char buffer[16384];
        gssize n;

        while (*fd >= 0 && (n = read(*fd, buffer, sizeof(buffer))) != 0) {
                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return;
                g_string_append_len(text, buffer, MIN(n, (gssize) (PROCESS_OUTPUT_MAX - text->len)));
        }
        process_close(fd);
}

/* FALSE at the deadline. */
static gboolean process_wait(Process *self, gint64 deadline) {
        for (;;) {
                struct pollfd fds[] = {
                        { .fd = self->pid_fd, .events = POLLIN },
                        { .fd = self->output_fd, .events = POLLIN },
                        { .fd = self->errors_fd, .events = POLLIN },
                };
                gint64 left = (deadline - g_get_monotonic_time() + 999) / 1000;

                if (left <= 0)
                        return FALSE;
                (void) poll(fds, G_N_ELEMENTS(fds), (int) MIN(left, G_MAXINT));
                process_drain(&self->output_fd, self->output);
                process_drain(&self->errors_fd, self->errors);
                if (fds[0].revents != 0)
                        return TRUE;
        }
}

static int process_reap(const Process *self) {
        int status = 0;

        while (waitpid(self->pid, &status, 0) < 0 && errno == EINTR)
                ;
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static gboolean process_run_with(const char *const *arguments, const Confinement *confinement, GBytes *const files[2],
                                 guint timeout_s, ProcessResult *ret, GError **error) {
        gint64 deadline = g_get_monotonic_time() + (gint64) timeout_s * G_USEC_PER_SEC;
        g_auto(Process) self = {
                .pid_fd = -1,
                .output_fd = -1,
                .errors_fd = -1,
                .output = g_string_new(NULL),
                .errors = g_string_new(NULL),
        };

        if (!process_start(&self, arguments, confinement, files, error))
                return FALSE;
        if (self.pid_fd < 0 || !process_wait(&self, deadline)) {
                (void) kill(-self.pid, SIGKILL);
                (void) process_reap(&self);
                if (self.pid_fd < 0)
                        return process_fail_start(arguments[0], EMFILE, error);
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_TIMEOUT, "%s did not end within %u s and was killed",
                            arguments[0], timeout_s);
                return FALSE;
        }
        ret->exit_status = process_reap(&self);
        ret->output = g_steal_pointer(&self.output);
        ret->errors = g_steal_pointer(&self.errors);
        return TRUE;
}

gboolean process_run(const char *const *arguments, guint timeout_s, ProcessResult *ret, GError **error) {
        return process_run_with(arguments, NULL, NULL, timeout_s, ret, error);
}

gboolean process_run_confined(const char *const *arguments, GBytes *const files[2], guint timeout_s, ProcessResult *ret,
                              GError **error) {
        g_auto(Confinement) confinement = { .ruleset = -1 };

        return confinement_prepare(&confinement, arguments[0], error) &&
               process_run_with(arguments, &confinement, files, timeout_s, ret, error);
}
