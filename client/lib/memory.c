/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/lib/memory.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *memory_sure(void *block) {
        if (block == NULL) {
                (void) fputs("out of memory\n", stderr);
                abort();
        }
        return block;
}

void *memory_new(size_t count, size_t size) {
        return memory_sure(calloc(count > 0 ? count : 1, size));
}

void *memory_resize(void *block, size_t count, size_t size) {
        return memory_sure(reallocarray(block, count > 0 ? count : 1, size));
}

char *memory_text(const char *text, size_t length) {
        char *copy = memory_sure(malloc(length + 1));

        memcpy(copy, text, length);
        copy[length] = '\0';
        return copy;
}

char *memory_format(const char *format, ...) {
        char *text = NULL;
        va_list list;
        int length;

        va_start(list, format);
        length = vasprintf(&text, format, list);
        va_end(list);
        return memory_sure(length < 0 ? NULL : text);
}
