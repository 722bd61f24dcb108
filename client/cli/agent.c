/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/cli/agent.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <systemd/sd-login.h>
#include <unistd.h>

#define PROGRAM "/usr/bin/pkttyagent"
#define START_MSEC 5000

/* polkit finds an agent in the background through the session alone; without a session ours must stand in front. */
static bool has_session(void) {
        return sd_pid_get_session(0, NULL) >= 0 || sd_uid_get_display(geteuid(), NULL) >= 0;
}

/* The agent closes the descriptor when polkit knows it, and nothing is ever written there. */
static void __attribute__((noreturn)) run_agent(pid_t parent, int notify_fd, const char *bus_address) {
        char descriptor[16];
        char process[16];
        const char *last = has_session() ? "--fallback" : NULL;

        (void) prctl(PR_SET_PDEATHSIG, SIGTERM);
        if (getppid() != parent)
                _exit(EXIT_FAILURE);
        if (bus_address != NULL)
                (void) setenv("DBUS_SYSTEM_BUS_ADDRESS", bus_address, 1);
        (void) fcntl(notify_fd, F_SETFD, 0);
        (void) snprintf(descriptor, sizeof(descriptor), "%d", notify_fd);
        (void) snprintf(process, sizeof(process), "%ld", (long) parent);
        (void) execl(PROGRAM, PROGRAM, "--notify-fd", descriptor, "--process", process, last, (char *) NULL);
        _exit(EXIT_FAILURE);
}

static void wait_closed(int fd) {
        struct pollfd poll_fd = { .fd = fd, .events = 0 };

        while (poll(&poll_fd, 1, START_MSEC) < 0 && errno == EINTR)
                ;
}

void agent_open(Agent *self, const char *bus_address) {
        pid_t parent = getpid();
        int ends[2];

        if (self->pid > 0 || access(PROGRAM, X_OK) < 0 || pipe2(ends, O_CLOEXEC) < 0)
                return;
        self->pid = fork();
        if (self->pid == 0)
                run_agent(parent, ends[1], bus_address);
        (void) close(ends[1]);
        if (self->pid > 0)
                wait_closed(ends[0]);
        else
                self->pid = 0;
        (void) close(ends[0]);
}

void agent_close(Agent *self) {
        if (self->pid <= 0)
                return;
        (void) kill(self->pid, SIGTERM);
        (void) kill(self->pid, SIGCONT);
        while (waitpid(self->pid, NULL, 0) < 0 && errno == EINTR)
                ;
        self->pid = 0;
}
