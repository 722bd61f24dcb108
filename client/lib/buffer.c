/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/lib/buffer.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "client/lib/memory.h"

#define FIRST_CAPACITY 256

void buffer_done(Buffer *self) {
        free(self->text);
        *self = (Buffer) { 0 };
}

void buffer_grow(Buffer *self, size_t more) {
        size_t capacity = self->capacity > 0 ? self->capacity * 2 : FIRST_CAPACITY;

        if (capacity - self->length < more)
                capacity = self->length + more;
        self->text = memory_resize(self->text, capacity, 1);
        self->capacity = capacity;
}

void buffer_add_int(Buffer *self, int64_t number) {
        char digits[24];
        char *at = digits + sizeof(digits);
        uint64_t rest = number < 0 ? -(uint64_t) number : (uint64_t) number;

        if (rest < 10 && number >= 0) {
                buffer_add_char(self, (char) ('0' + rest));
                return;
        }
        do {
                *--at = (char) ('0' + rest % 10);
                rest /= 10;
        } while (rest > 0);
        if (number < 0)
                *--at = '-';
        buffer_add(self, at, (size_t) (digits + sizeof(digits) - at));
}

void buffer_vprintf(Buffer *self, const char *format, va_list list) {
        va_list again;
        int length;

        va_copy(again, list);
        length = vsnprintf(NULL, 0, format, again);
        va_end(again);
        if (length <= 0)
                return;
        (void) vsnprintf(buffer_room(self, (size_t) length + 1), (size_t) length + 1, format, list);
        self->length += (size_t) length;
}

void buffer_printf(Buffer *self, const char *format, ...) {
        va_list list;

        va_start(list, format);
        buffer_vprintf(self, format, list);
        va_end(list);
}

const char *buffer_text(Buffer *self) {
        *buffer_room(self, 1) = '\0';
        return self->text;
}

int buffer_write(Buffer *self, int fd) {
        size_t done = 0;

        while (done < self->length) {
                ssize_t n = write(fd, self->text + done, self->length - done);

                if (n < 0 && errno != EINTR)
                        return -errno;
                if (n > 0)
                        done += (size_t) n;
        }
        self->length = 0;
        return 0;
}
