/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Automatic release
 *
 * The clients that start in a millisecond link no GLib; these attributes do for them what g_autofree and
 * g_autoptr() do elsewhere. A variable with one of them is set where it is declared.
 */

#pragma once

#include <stdlib.h>
#include <unistd.h>

#define auto_with(release) __attribute__((cleanup(release)))

static inline void auto_free_release(void *slot) {
        free(*(void **) slot);
}

static inline void auto_close_release(const int *slot) {
        if (*slot >= 0)
                (void) close(*slot);
}

#define auto_free auto_with(auto_free_release)
#define auto_close auto_with(auto_close_release)

/* Gives the pointer away: reads it and leaves NULL behind. */
#define take_pointer(pointer) \
        ({ \
                __typeof__(pointer) _taken = (pointer); \
                (pointer) = NULL; \
                _taken; \
        })
