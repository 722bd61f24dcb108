/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A text that grows at its end. A zeroed Buffer is an empty one. */

#pragma once

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "client/lib/cleanup.h"

typedef struct Buffer {
        char *text;
        size_t length;
        size_t capacity;
} Buffer;

void buffer_done(Buffer *self);
void buffer_grow(Buffer *self, size_t more);
void buffer_add_int(Buffer *self, int64_t number);
void buffer_vprintf(Buffer *self, const char *format, va_list list);
void buffer_printf(Buffer *self, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The text with a NUL behind it; valid until the next addition. */
const char *buffer_text(Buffer *self);

/* Writes all of it and empties it. Returns 0 or a negative errno. */
int buffer_write(Buffer *self, int fd);

/* Where the next MORE bytes may be written; who writes them adds to length. */
static inline char *buffer_room(Buffer *self, size_t more) {
        if (self->capacity - self->length < more)
                buffer_grow(self, more);
        return self->text + self->length;
}

static inline void buffer_add(Buffer *self, const char *text, size_t length) {
        if (length > 0)
                memcpy(buffer_room(self, length), text, length);
        self->length += length;
}

static inline void buffer_add_text(Buffer *self, const char *text) {
        buffer_add(self, text, strlen(text));
}

static inline void buffer_add_char(Buffer *self, char c) {
        *buffer_room(self, 1) = c;
        self->length++;
}

/* Few are written at once as a piece of fixed size, which needs no call. */
static inline void buffer_add_spaces(Buffer *self, size_t count) {
        enum { FEW = 16 };
        char *room = buffer_room(self, count < FEW ? FEW : count);

        memset(room, ' ', FEW);
        if (count > FEW)
                memset(room, ' ', count);
        self->length += count;
}

#define auto_buffer auto_with(buffer_done)
