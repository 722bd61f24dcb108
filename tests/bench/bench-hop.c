/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * bench-hop ADDRESS HOST:PORT HEADER BARE-PORT: what the bridge adds to a method of the bus
 *
 * Stats.Overview over the whole archive is asked on the bus and through the bridge, and a bare HTTP server is asked for
 * an answer of the same length, all in turn. Each question begins at another second, so that no answer is one that
 * was kept. HEADER is the line that signs in.
 * Prints: name, ours, theirs, ratio, limit.
 */

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bare-service.h"

#define ROUNDS 60
#define FACTOR 1.5
#define DAEMON "org.bangui.BanGUI1"

static double now_ms(void) {
        struct timespec now;

        clock_gettime(CLOCK_MONOTONIC, &now);
        return (double) now.tv_sec * 1e3 + (double) now.tv_nsec / 1e6;
}

static void ask_bus(sd_bus *bus, long since) {
        sd_bus_message *reply = NULL;
        int r = sd_bus_call_method(bus, DAEMON, "/org/bangui/BanGUI1", DAEMON ".Stats", "Overview", NULL, &reply,
                                   "a{sv}", 1, "since", "x", (int64_t) since);

        if (r < 0)
                bench_die("Overview", r);
        sd_bus_message_unref(reply);
}

static int connect_to(const char *port) {
        struct sockaddr_in address = { .sin_family = AF_INET,
                                       .sin_port = htons((uint16_t) atoi(port)),
                                       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
        int one = 1, peer = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

        if (peer < 0 || connect(peer, (struct sockaddr *) &address, sizeof(address)) < 0)
                bench_die("connect", -errno);
        (void) setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
        return peer;
}

/* Sends the request and reads the whole answer, which has a Content-Length. Returns the length of its body. */
static size_t ask_http(int peer, const char *request) {
        static char answer[1 << 20];
        size_t length = 0, body = 0;
        const char *end = NULL, *field;

        if (write(peer, request, strlen(request)) < 0)
                bench_die("write", -errno);
        while (!end || length < (size_t) (end - answer) + body) {
                ssize_t n = read(peer, answer + length, sizeof(answer) - 1 - length);

                if (n <= 0)
                        bench_die("read", n < 0 ? -errno : -ECONNRESET);
                length += (size_t) n;
                answer[length] = '\0';
                if (end || !(end = strstr(answer, "\r\n\r\n")))
                        continue;
                end += 4;
                field = strcasestr(answer, "\r\nContent-Length:");
                if (strncmp(answer, "HTTP/1.1 200", 12) != 0 || !field || field > end) {
                        fprintf(stderr, "%.200s\n", answer);
                        exit(1);
                }
                body = strtoul(field + sizeof("\r\nContent-Length:") - 1, NULL, 10);
        }
        return body;
}

static void ask_bridge(int peer, const char *host, const char *header, long since) {
        char request[1024];

        snprintf(request, sizeof(request),
                 "GET /api/v1/dashboard/overview?since=%ld HTTP/1.1\r\nHost: %s\r\n%s\r\n\r\n", since, host, header);
        (void) ask_http(peer, request);
}

int main(int argc, char **argv) {
        double bus_ms[ROUNDS], bridge_ms[ROUNDS], bare_ms[ROUNDS], theirs, ours, hop;
        long since = 1000;
        int bridge, bare;
        sd_bus *bus;

        if (argc != 5 || !strchr(argv[2], ':')) {
                fprintf(stderr, "Usage: bench-hop ADDRESS HOST:PORT HEADER BARE-PORT\n");
                return 2;
        }
        bus = bench_connect(argv[1]);
        bridge = connect_to(strchr(argv[2], ':') + 1);
        bare = connect_to(argv[4]);
        ask_bus(bus, since);
        for (int i = 0; i < ROUNDS; i++) {
                double begin = now_ms();

                ask_bus(bus, ++since);
                bus_ms[i] = now_ms() - begin;
                begin = now_ms();
                ask_bridge(bridge, argv[2], argv[3], ++since);
                bridge_ms[i] = now_ms() - begin;
                begin = now_ms();
                (void) ask_http(bare, "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
                bare_ms[i] = now_ms() - begin;
        }
        theirs = bench_median(bus_ms, ROUNDS);
        ours = bench_median(bridge_ms, ROUNDS);
        hop = bench_median(bare_ms, ROUNDS);
        printf("dashboard/overview over 1,000,000 bans\t%.2f ms\t%.2f ms on the bus, %.2f bare\t%.2f\t<= %.2f ms\n",
               ours, theirs, hop, ours / theirs, FACTOR * theirs + hop);
        sd_bus_flush_close_unref(bus);
        close(bridge);
        close(bare);
        return 0;
}
