/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "bare-service.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

void bench_die(const char *what, int r) {
        fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, what, strerror(-r));
        exit(1);
}

sd_bus *bench_connect(const char *address) {
        sd_bus *bus = NULL;
        int r = sd_bus_new(&bus);

        if (r >= 0)
                r = sd_bus_set_address(bus, address);
        if (r >= 0)
                r = sd_bus_set_bus_client(bus, 1);
        if (r >= 0)
                r = sd_bus_start(bus);
        if (r < 0)
                bench_die(address, r);
        return bus;
}

/* Writes its unique name to the pipe and serves until it is ended. */
static _Noreturn void serve(const char *address, const sd_bus_vtable *vtable, void *(*make)(sd_bus *bus), int fd) {
        sd_bus *bus = bench_connect(address);
        const char *name;

        prctl(PR_SET_PDEATHSIG, SIGKILL);
        sd_bus_add_object_vtable(bus, NULL, "/bare", "bench.Bare", vtable, make ? make(bus) : NULL);
        if (sd_bus_get_unique_name(bus, &name) < 0 || write(fd, name, strlen(name)) < 0)
                exit(1);
        close(fd);
        for (;;) {
                int r = sd_bus_process(bus, NULL);

                if (r < 0)
                        exit(0);
                if (r == 0)
                        sd_bus_wait(bus, UINT64_MAX);
        }
}

pid_t bare_service_start(const char *address, const sd_bus_vtable *vtable, void *(*make)(sd_bus *bus),
                         char ret_name[64]) {
        int fds[2];
        pid_t pid;

        if (pipe(fds) < 0)
                bench_die("pipe", -errno);
        pid = fork();
        if (pid == 0) {
                close(fds[0]);
                serve(address, vtable, make, fds[1]);
        }
        close(fds[1]);
        memset(ret_name, 0, 64);
        if (read(fds[0], ret_name, 63) <= 0)
                bench_die("the bare service did not start", -EIO);
        close(fds[0]);
        return pid;
}

static int compare(const void *a, const void *b) {
        double x = *(const double *) a, y = *(const double *) b;

        return (x > y) - (x < y);
}

double bench_median(double *values, size_t n) {
        qsort(values, n, sizeof(double), compare);
        return values[n / 2];
}
