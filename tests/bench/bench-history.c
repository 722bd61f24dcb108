/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * bench-history ADDRESS: what a page of the history costs over the bus
 *
 * The page has a hundred bans with country and matched lines; it is asked for at the newest ban, and in the middle of
 * the archive, as columns and as rows. A call is over when the client has the answer; to take it apart is the client's.
 * Beside it stands a bare service that holds the same page ready and does nothing but send it: what is the bus's, and
 * what is ours. All are called in turn, in many short rounds; medians of the rounds are compared.
 * Prints: name, ours, theirs, ratio, limit.
 */

#include <signal.h>
#include <stdio.h>
#include <time.h>

#include "bare-service.h"

#define ROUNDS 40
#define CALLS 25
#define DAEMON "org.bangui.BanGUI1"
#define ROOT "/org/bangui/BanGUI1"

/* The page before this time; 0: the newest. */
static sd_bus_message *ask_page(sd_bus *bus, const char *method, int64_t until) {
        sd_bus_message *reply = NULL;
        int r;

        if (until > 0)
                r = sd_bus_call_method(bus, DAEMON, ROOT, DAEMON ".History", method, NULL, &reply, "a{sv}", 3, "kind",
                                       "s", "ban", "data", "b", 1, "until", "x", until);
        else
                r = sd_bus_call_method(bus, DAEMON, ROOT, DAEMON ".History", method, NULL, &reply, "a{sv}", 2, "kind",
                                       "s", "ban", "data", "b", 1);
        if (r < 0)
                bench_die(method, r);
        return reply;
}

static int64_t read_time(sd_bus *bus, const char *property) {
        int64_t at = 0;
        int r = sd_bus_get_property_trivial(bus, DAEMON, ROOT, DAEMON ".History", property, NULL, 'x', &at);

        if (r < 0)
                bench_die(property, r);
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

static void *newest_page(sd_bus *bus) {
        return ask_page(bus, "Columns", 0);
}

static const sd_bus_vtable bare_vtable[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_METHOD("Page", NULL, "a{sv}a{sv}", on_page, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_VTABLE_END,
};

static double now_ms(void) {
        struct timespec now;

        clock_gettime(CLOCK_MONOTONIC, &now);
        return (double) now.tv_sec * 1e3 + (double) now.tv_nsec / 1e6;
}

static sd_bus_message *ask_bare(sd_bus *bus, const char *name) {
        sd_bus_message *reply = NULL;
        int r = sd_bus_call_method(bus, name, "/bare", "bench.Bare", "Page", NULL, &reply, NULL);

        if (r < 0)
                bench_die("the bare service", r);
        return reply;
}

typedef struct Series {
        const char *method; /* of the daemon; NULL = the bare service is asked */
        const char *bare;   /* its name */
        int64_t until;
        double rounds[ROUNDS];
} Series;

/* Milliseconds a call. */
static double run_round(sd_bus *bus, const Series *series) {
        double begin = now_ms();

        for (int i = 0; i < CALLS; i++)
                sd_bus_message_unref(series->method ? ask_page(bus, series->method, series->until)
                                                    : ask_bare(bus, series->bare));
        return (now_ms() - begin) / CALLS;
}

int main(int argc, char **argv) {
        enum { FIRST, DEEP, ROWS, BARE, N };
        Series series[N] = { 0 };
        double medians[N];
        char name[64];
        sd_bus *bus;
        pid_t bare;

        if (argc != 2) {
                fprintf(stderr, "Usage: bench-history ADDRESS\n");
                return 2;
        }
        bus = bench_connect(argv[1]);
        bare = bare_service_start(argv[1], bare_vtable, newest_page, name);
        series[FIRST].method = series[DEEP].method = "Columns";
        series[ROWS].method = "List";
        series[DEEP].until = read_time(bus, "OldestAt") / 2 + read_time(bus, "NewestAt") / 2;
        series[BARE].bare = name;
        for (int round = 0; round < ROUNDS; round++)
                for (int i = 0; i < N; i++)
                        series[i].rounds[round] = run_round(bus, &series[i]);
        kill(bare, SIGKILL);
        for (int i = 0; i < N; i++)
                medians[i] = bench_median(series[i].rounds, ROUNDS);
        printf("page of 100 with country and lines, columns\t%.2f ms\t%.2f ms (bare, page ready)\t%.2f\t<= 0.60 ms\n",
               medians[FIRST], medians[BARE], medians[FIRST] / medians[BARE]);
        printf("  the same in the middle of the archive\t%.2f ms\t%.2f ms (first page)\t%.2f\t<= 1.50\n", medians[DEEP],
               medians[FIRST], medians[DEEP] / medians[FIRST]);
        printf("  the same as rows\t%.2f ms\t%.2f ms (columns)\t%.2f\t\n", medians[ROWS], medians[FIRST],
               medians[ROWS] / medians[FIRST]);
        sd_bus_flush_close_unref(bus);
        return 0;
}
