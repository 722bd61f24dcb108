/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * bench-history ADDRESS: what a page of the history costs over the bus
 *
 * The page has a hundred bans with country and matched lines; it is asked for at the newest ban, and in the middle of
 * the archive. Beside it stands a bare service that holds the same page ready and does nothing but send it: what is the
 * bus's, and what is ours. All are called in turn, in many short rounds; medians of the rounds are compared.
 * Prints: name, ours, theirs, ratio, limit.
 */

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <systemd/sd-bus.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 40
#define CALLS 25
#define DAEMON "org.bangui.BanGUI1"
#define ROOT "/org/bangui/BanGUI1"

static void die(const char *what, int r) {
        fprintf(stderr, "bench-history: %s: %s\n", what, strerror(-r));
        exit(1);
}

static sd_bus *connect_to(const char *address) {
        sd_bus *bus = NULL;
        int r = sd_bus_new(&bus);

        if (r >= 0)
                r = sd_bus_set_address(bus, address);
        if (r >= 0)
                r = sd_bus_set_bus_client(bus, 1);
        if (r >= 0)
                r = sd_bus_start(bus);
        if (r < 0)
                die(address, r);
        return bus;
}

/* The page before this time; 0: the newest. */
static sd_bus_message *ask_page(sd_bus *bus, int64_t until) {
        sd_bus_message *reply = NULL;
        int r;

        if (until > 0)
                r = sd_bus_call_method(bus, DAEMON, ROOT, DAEMON ".History", "List", NULL, &reply, "a{sv}", 3, "kind",
                                       "s", "ban", "data", "b", 1, "until", "x", until);
        else
                r = sd_bus_call_method(bus, DAEMON, ROOT, DAEMON ".History", "List", NULL, &reply, "a{sv}", 2, "kind",
                                       "s", "ban", "data", "b", 1);
        if (r < 0)
                die("History.List", r);
        return reply;
}

static int64_t read_time(sd_bus *bus, const char *property) {
        int64_t at = 0;
        int r = sd_bus_get_property_trivial(bus, DAEMON, ROOT, DAEMON ".History", property, NULL, 'x', &at);

        if (r < 0)
                die(property, r);
        return at;
}

static int on_page(sd_bus_message *call, void *page, sd_bus_error *ret_error) {
        sd_bus_message *reply = NULL;
        int r = sd_bus_message_rewind(page, 1);

        if (r >= 0)
                r = sd_bus_message_new_method_return(call, &reply);
        if (r >= 0)
                r = sd_bus_message_copy(reply, page, 1);
        if (r >= 0)
                r = sd_bus_send(NULL, reply, NULL);
        sd_bus_message_unref(reply);
        return r;
}

static const sd_bus_vtable bare_vtable[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_METHOD("Page", NULL, "aa{sv}a{sv}", on_page, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_VTABLE_END,
};

/* Writes its unique name to the pipe and serves until it is ended. */
static void serve(const char *address, int fd) {
        sd_bus *bus = connect_to(address);
        const char *name;

        prctl(PR_SET_PDEATHSIG, SIGKILL);
        sd_bus_add_object_vtable(bus, NULL, "/bare", "bench.Bare", bare_vtable, ask_page(bus, 0));
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

static pid_t start_bare(const char *address, char name[64]) {
        int fds[2];
        pid_t pid;

        if (pipe(fds) < 0)
                die("pipe", -1);
        pid = fork();
        if (pid == 0) {
                close(fds[0]);
                serve(address, fds[1]);
        }
        close(fds[1]);
        memset(name, 0, 64);
        if (read(fds[0], name, 63) <= 0)
                die("the bare service did not start", -1);
        close(fds[0]);
        return pid;
}

static double now_ms(void) {
        struct timespec now;

        clock_gettime(CLOCK_MONOTONIC, &now);
        return (double) now.tv_sec * 1e3 + (double) now.tv_nsec / 1e6;
}

static sd_bus_message *ask_bare(sd_bus *bus, const char *name) {
        sd_bus_message *reply = NULL;
        int r = sd_bus_call_method(bus, name, "/bare", "bench.Bare", "Page", NULL, &reply, NULL);

        if (r < 0)
                die("the bare service", r);
        return reply;
}

typedef struct Series {
        const char *bare; /* its name; NULL = the daemon */
        int64_t until;
        double rounds[ROUNDS];
} Series;

/* Milliseconds a call. */
static double run_round(sd_bus *bus, const Series *series) {
        double begin = now_ms();

        for (int i = 0; i < CALLS; i++)
                sd_bus_message_unref(series->bare ? ask_bare(bus, series->bare) : ask_page(bus, series->until));
        return (now_ms() - begin) / CALLS;
}

static int compare(const void *a, const void *b) {
        double x = *(const double *) a, y = *(const double *) b;

        return (x > y) - (x < y);
}

static double median(Series *series) {
        qsort(series->rounds, ROUNDS, sizeof(double), compare);
        return series->rounds[ROUNDS / 2];
}

int main(int argc, char **argv) {
        enum { FIRST, DEEP, BARE, N };
        Series series[N] = { 0 };
        double medians[N];
        char name[64];
        sd_bus *bus;
        pid_t bare;

        if (argc != 2) {
                fprintf(stderr, "Usage: bench-history ADDRESS\n");
                return 2;
        }
        bus = connect_to(argv[1]);
        bare = start_bare(argv[1], name);
        series[DEEP].until = read_time(bus, "OldestAt") / 2 + read_time(bus, "NewestAt") / 2;
        series[BARE].bare = name;
        for (int round = 0; round < ROUNDS; round++)
                for (int i = 0; i < N; i++)
                        series[i].rounds[round] = run_round(bus, &series[i]);
        kill(bare, SIGKILL);
        for (int i = 0; i < N; i++)
                medians[i] = median(&series[i]);
        printf("page of 100 with country and lines\t%.2f ms\t%.2f ms (bare, page ready)\t%.2f\t<= 0.60 ms\n",
               medians[FIRST], medians[BARE], medians[FIRST] / medians[BARE]);
        printf("  the same in the middle of the archive\t%.2f ms\t%.2f ms (first page)\t%.2f\t<= 1.50\n", medians[DEEP],
               medians[FIRST], medians[DEEP] / medians[FIRST]);
        sd_bus_flush_close_unref(bus);
        return 0;
}
