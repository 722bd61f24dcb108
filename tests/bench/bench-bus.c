/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What a call costs against the least that a call can cost
 *
 * bench-bus ADDRESS: on the bus at ADDRESS, where the daemon owns its name, a bare sd-bus service is started that does
 * nothing but answer. Its ping, a property read of the daemon and a method that the daemon runs on a worker are called
 * in turn, in many short rounds, so that all of them see the same noise; medians of the rounds are compared.
 * Prints: name, ours, theirs (microseconds a call), ratio, limit.
 */

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>

#include "bare-service.h"

#define ROUNDS 60
#define CALLS 100
#define DAEMON "org.bangui.BanGUI1"
#define ROOT "/org/bangui/BanGUI1"

static int on_ping(sd_bus_message *message, void *userdata, sd_bus_error *ret_error) {
        return sd_bus_reply_method_return(message, NULL);
}

static const sd_bus_vtable bare_vtable[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_METHOD("Ping", NULL, NULL, on_ping, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_VTABLE_END,
};

typedef struct Target {
        const char *name, *destination, *path, *interface, *member;
        sd_bus_message *(*make)(sd_bus *bus, const struct Target *target);
        double limit;
        double rounds[ROUNDS];
} Target;

static sd_bus_message *make_plain(sd_bus *bus, const Target *target) {
        sd_bus_message *message = NULL;

        sd_bus_message_new_method_call(bus, &message, target->destination, target->path, target->interface,
                                       target->member);
        return message;
}

static sd_bus_message *make_get(sd_bus *bus, const Target *target) {
        sd_bus_message *message = make_plain(bus, target);

        sd_bus_message_append(message, "ss", DAEMON ".Manager", "State");
        return message;
}

static sd_bus_message *make_list(sd_bus *bus, const Target *target) {
        sd_bus_message *message = make_plain(bus, target);

        sd_bus_message_append(message, "a{sv}", 1, "limit", "x", (int64_t) 1);
        return message;
}

static double now_usec(void) {
        struct timespec ts;

        clock_gettime(CLOCK_MONOTONIC, &ts);
        return (double) ts.tv_sec * 1e6 + (double) ts.tv_nsec / 1e3;
}

static double run_round(sd_bus *bus, const Target *target) {
        double begin = now_usec();

        for (int i = 0; i < CALLS; i++) {
                sd_bus_message *message = target->make(bus, target);
                sd_bus_message *reply = NULL;
                sd_bus_error error = SD_BUS_ERROR_NULL;
                int r = sd_bus_call(bus, message, 0, &error, &reply);

                if (r < 0)
                        bench_die(error.message ? error.message : target->name, r);
                sd_bus_message_unref(reply);
                sd_bus_message_unref(message);
        }
        return (now_usec() - begin) / CALLS;
}

int main(int argc, char *argv[]) {
        char bare[64];
        Target targets[] = {
                { "ping", bare, "/bare", "bench.Bare", "Ping", make_plain, 1.0, { 0 } },
                { "property read", DAEMON, ROOT, "org.freedesktop.DBus.Properties", "Get", make_get, 1.3, { 0 } },
                { "method on a worker", DAEMON, ROOT, DAEMON ".Bans", "List", make_list, 2.5, { 0 } },
        };
        sd_bus *bus;
        double floor;
        pid_t pid;

        if (argc != 2) {
                fprintf(stderr, "usage: bench-bus ADDRESS\n");
                return 2;
        }
        pid = bare_service_start(argv[1], bare_vtable, NULL, bare);
        bus = bench_connect(argv[1]);
        for (int round = -3; round < ROUNDS; round++) /* the first ones warm up */
                for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++)
                        targets[i].rounds[round < 0 ? 0 : round] = run_round(bus, &targets[i]);
        kill(pid, SIGTERM);
        waitpid(pid, NULL, 0);
        floor = bench_median(targets[0].rounds, ROUNDS);
        for (size_t i = 1; i < sizeof(targets) / sizeof(targets[0]); i++) {
                double ours = bench_median(targets[i].rounds, ROUNDS);

                printf("%s\t%.1f us\t%.1f us (bare ping)\t%.2f\t%.1f\n", targets[i].name, ours, floor, ours / floor,
                       targets[i].limit);
        }
        sd_bus_flush_close_unref(bus);
        return 0;
}
