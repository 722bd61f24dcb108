/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * banguictl beside fail2ban-client, as whole processes
 *
 * bench-cli PROGRAM BUS-ADDRESS SOCKET CONFIGURATION status|bans|bare
 *
 * PROGRAM is banguictl, or, for `bare`, one that takes the same words as `status` and does the least. Both are
 * started in turn, so that what else the machine does hits both alike; medians of spawn to end are compared.
 * Prints a row: name, ours, theirs, ratio, limit, separated by tabs.
 */

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS_MAX 100

typedef struct Case {
        const char *name;
        const char *shown;
        const char *limit;
        int rounds;
        int ours_per_round; /* a short run is measured more often */
} Case;

static const Case cases[] = {
        { "status", "banguictl status / fail2ban-client status", ">= 20, <= 2 ms", 25, 4 },
        { "bare", "  the barest client / fail2ban-client status", "", 25, 4 },
        { "bans", "banguictl bans --all / fail2ban-client banned", ">= 5", 15, 1 },
};

static double now_msec(void) {
        struct timespec now;

        (void) clock_gettime(CLOCK_MONOTONIC, &now);
        return (double) now.tv_sec * 1e3 + (double) now.tv_nsec / 1e6;
}

/* Milliseconds from spawn to end, or -1 when it did not end well. */
static double run(char *const argv[]) {
        posix_spawn_file_actions_t actions;
        double started;
        int status = -1;
        pid_t pid = 0;
        int r;

        if (posix_spawn_file_actions_init(&actions) != 0)
                return -1;
        (void) posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
        started = now_msec();
        r = posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ);
        while (r == 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
                ;
        started = now_msec() - started;
        (void) posix_spawn_file_actions_destroy(&actions);
        return r == 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0 ? started : -1;
}

static int compare(const void *a, const void *b) {
        double left = *(const double *) a, right = *(const double *) b;

        return (left > right) - (left < right);
}

static double median(double *times, size_t n_times) {
        qsort(times, n_times, sizeof(*times), compare);
        return times[n_times / 2];
}

static int measure(const Case *each, char *const ours[], char *const theirs[]) {
        double our_times[ROUNDS_MAX];
        double their_times[ROUNDS_MAX];
        size_t n_ours = 0;
        size_t n_theirs = 0;
        double our_median, their_median;

        for (int round = 0; round < each->rounds; round++) {
                for (int i = 0; i < each->ours_per_round; i++)
                        our_times[n_ours++] = run(ours);
                their_times[n_theirs++] = run(theirs);
        }
        our_median = median(our_times, n_ours);
        their_median = median(their_times, n_theirs);
        if (our_times[0] < 0 || their_times[0] < 0) {
                (void) fprintf(stderr, "%s failed\n", our_times[0] < 0 ? ours[0] : theirs[0]);
                return EXIT_FAILURE;
        }
        (void) printf("%s\t%.2f ms\t%.1f ms\t%.1f\t%s\n", each->shown, our_median, their_median,
                      their_median / our_median, each->limit);
        return EXIT_SUCCESS;
}

static const Case *find_case(const char *name) {
        for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
                if (strcmp(cases[i].name, name) == 0)
                        return &cases[i];
        return NULL;
}

static int usage(const char *program) {
        (void) fprintf(stderr, "usage: %s PROGRAM BUS-ADDRESS SOCKET CONFIGURATION status|bans|bare\n", program);
        return EXIT_FAILURE;
}

int main(int argc, char **argv) {
        static char status[] = "status", bans[] = "bans", all[] = "--all", bus[] = "--bus";
        static char client[] = "fail2ban-client", configuration[] = "-c", socket[] = "-s", banned[] = "banned";
        char *ours[] = { NULL, bus, NULL, status, NULL, NULL };
        char *theirs[] = { client, configuration, NULL, socket, NULL, status, NULL };
        const Case *each = argc == 6 ? find_case(argv[5]) : NULL;

        if (each == NULL)
                return usage(argv[0]);
        ours[0] = argv[1];
        ours[2] = argv[2];
        theirs[2] = argv[4];
        theirs[4] = argv[3];
        if (strcmp(each->name, "bans") == 0) {
                ours[3] = bans;
                ours[4] = all;
                theirs[5] = banned;
        }
        return measure(each, ours, theirs);
}
