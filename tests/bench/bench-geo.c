/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * bench-geo FILE: looking up country and network against the bare walk down the tree
 *
 * The same random addresses, in turns. Prints rows of name, ours, theirs, ratio, limit (tabs between).
 */

#include <maxminddb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "geo/geo.h"

#define ADDRESSES 1000000
#define ROUNDS 7

typedef struct World {
        Address *addresses;
        Geo *geo;
        MMDB_s bare;
} World;

static void fill(World *self, guint8 version) {
        g_autoptr(GRand) random = g_rand_new_with_seed(1);

        for (guint i = 0; i < ADDRESSES; i++) {
                guint32 words[4] = { g_rand_int(random), g_rand_int(random), g_rand_int(random), g_rand_int(random) };
                Address *address = &self->addresses[i];

                *address = (Address) { .version = version, .prefix = version == 4 ? 32 : 128 };
                memcpy(address->bytes, words, version == 4 ? 4 : 16);
                if (version == 6) /* where addresses are given out: 2000::/3 */
                        address->bytes[0] = (guint8) (0x20 | (address->bytes[0] & 0x0f));
        }
}

static guint look_up(World *self) {
        guint found = 0;

        for (guint i = 0; i < ADDRESSES; i++) {
                GeoPlace place;

                found += geo_find(self->geo, &self->addresses[i], &place);
        }
        return found;
}

static guint walk(World *self) {
        guint found = 0;

        for (guint i = 0; i < ADDRESSES; i++) {
                const Address *address = &self->addresses[i];
                struct sockaddr_in v4 = { .sin_family = AF_INET };
                struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
                int status;

                memcpy(&v4.sin_addr, address->bytes, sizeof(v4.sin_addr));
                memcpy(&v6.sin6_addr, address->bytes, sizeof(v6.sin6_addr));
                found += MMDB_lookup_sockaddr(&self->bare,
                                              address->version == 4 ? (struct sockaddr *) &v4 : (struct sockaddr *) &v6,
                                              &status)
                                 .found_entry;
        }
        return found;
}

static double nanoseconds(World *self, guint (*func)(World *self), guint *ret_found) {
        gint64 begin = g_get_monotonic_time();

        *ret_found = func(self);
        return (double) (g_get_monotonic_time() - begin) * 1000 / ADDRESSES;
}

static int compare(gconstpointer a, gconstpointer b) {
        double first = *(const double *) a, second = *(const double *) b;

        return (first > second) - (first < second);
}

static double median(double *values) {
        qsort(values, ROUNDS, sizeof(*values), compare);
        return values[ROUNDS / 2];
}

static void measure(World *self, const char *name, guint8 version) {
        double ours[ROUNDS], bare[ROUNDS];
        guint found, walked;

        fill(self, version);
        for (guint i = 0; i < ROUNDS; i++) {
                ours[i] = nanoseconds(self, look_up, &found);
                bare[i] = nanoseconds(self, walk, &walked);
        }
        printf("%s\t%.0f ns\tbare MMDB walk %.0f ns\t%.1fx\t<= 2x\n", name, median(ours), median(bare),
               median(ours) / median(bare));
        if (found != walked)
                fprintf(stderr, "bench-geo: %u found, %u by the bare walk\n", found, walked);
}

static gint64 resident_kib(void) {
        g_autofree char *text = NULL;
        long pages = 0;

        if (g_file_get_contents("/proc/self/statm", &text, NULL, NULL))
                (void) sscanf(text, "%*s %ld", &pages);
        return (gint64) pages * sysconf(_SC_PAGESIZE) / 1024;
}

/* What a million look-ups bring into memory, and what is left of it when it is given back. */
static void measure_memory(World *self) {
        gint64 before, after, relaxed;
        guint found;

        geo_relax(self->geo);
        before = resident_kib();
        found = look_up(self);
        after = resident_kib();
        geo_relax(self->geo);
        relaxed = resident_kib();
        printf("geo: memory of 1,000,000 look-ups, given back\t%.1f MiB\tbefore that %.1f MiB\t\t\n",
               (double) (relaxed - before) / 1024, (double) (after - before) / 1024);
        if (found == 0)
                fprintf(stderr, "bench-geo: nothing was found\n");
}

static void measure_open(const char *path) {
        double ours[ROUNDS];

        for (guint i = 0; i < ROUNDS; i++) {
                gint64 begin = g_get_monotonic_time();
                g_autoptr(Geo) geo = geo_new(NULL, NULL);

                geo_set_file(geo, GEO_FILE_COUNTRY, path);
                geo_refresh(geo);
                ours[i] = (double) (g_get_monotonic_time() - begin) / 1000;
        }
        printf("geo: copy, check and open the country file\t%.1f ms\t\t\t\n", median(ours));
}

int main(int argc, char **argv) {
        World world = { 0 };

        if (argc != 2 || MMDB_open(argv[1], MMDB_MODE_MMAP, &world.bare) != MMDB_SUCCESS) {
                fprintf(stderr, "usage: bench-geo FILE, an MMDB file of countries\n");
                return 2;
        }
        world.addresses = g_new(Address, ADDRESSES);
        world.geo = geo_new(NULL, NULL);
        geo_set_file(world.geo, GEO_FILE_COUNTRY, argv[1]);
        geo_refresh(world.geo);
        measure(&world, "geo: look-up of an IPv4 address", 4);
        measure(&world, "geo: look-up of an IPv6 address", 6);
        measure_memory(&world);
        measure_open(argv[1]);
        geo_free(world.geo);
        MMDB_close(&world.bare);
        g_free(world.addresses);
        return 0;
}
