/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a client of the bus is measured against: a service of our own that does nothing but answer. */

#pragma once

#include <sys/types.h>
#include <systemd/sd-bus.h>

/* r: as sd-bus gives it. Does not return. */
_Noreturn void bench_die(const char *what, int r);

sd_bus *bench_connect(const char *address);

/* A process that serves the vtable as interface bench.Bare of /bare until it is ended. make gives the userdata of the
 * vtable; NULL = none. ret_name: its unique name. */
pid_t bare_service_start(const char *address, const sd_bus_vtable *vtable, void *(*make)(sd_bus *bus),
                         char ret_name[64]);

/* Sorts them. */
double bench_median(double *values, size_t n);
