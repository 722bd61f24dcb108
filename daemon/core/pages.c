/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "core/pages.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

static gsize round_up(gsize bytes) {
        gsize page = (gsize) sysconf(_SC_PAGESIZE);

        return (bytes + page - 1) / page * page;
}

static void resize(Pages *self, gsize bytes) {
        gpointer data;

        if (self->data)
                data = mremap(self->data, self->bytes, bytes, MREMAP_MAYMOVE);
        else
                data = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (data == MAP_FAILED)
                g_error("no memory for %" G_GSIZE_FORMAT " bytes: %s", bytes, g_strerror(errno));
        *self = (Pages) { .data = data, .bytes = bytes };
}

void pages_reserve(Pages *self, gsize bytes) {
        if (bytes > self->bytes)
                resize(self, round_up(bytes + bytes / 8));
}

void pages_trim(Pages *self, gsize bytes) {
        gsize wanted = round_up(bytes);

        if (wanted == 0)
                pages_clear(self);
        else if (wanted < self->bytes)
                resize(self, wanted);
}

void pages_clear(Pages *self) {
        if (self->data)
                (void) munmap(self->data, self->bytes);
        *self = (Pages) { 0 };
}
