/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What goes to standard output: gathered in large pieces, with colours where they are wanted. */

#pragma once

#include <stdbool.h>

#include "client/lib/buffer.h"

typedef enum Style {
        STYLE_PLAIN,
        STYLE_BOLD,
        STYLE_DIM,
        STYLE_GOOD,
        STYLE_WARNING,
        STYLE_BAD,
} Style;

typedef struct Output {
        Buffer text;
        int fd;
        int error; /* first negative errno of a write; later text is dropped */
        bool color;
} Output;

/* Writes what is there when it is much. */
void output_settle(Output *self);
void output_flush(Output *self);
void output_done(Output *self);

void output_add_code(Output *self, Style style);

static inline void output_style_on(Output *self, Style style) {
        if (self->color && style != STYLE_PLAIN)
                output_add_code(self, style);
}

static inline void output_style_off(Output *self, Style style) {
        if (self->color && style != STYLE_PLAIN)
                buffer_add(&self->text, "\033[0m", 4);
}

/* Text of our own, or made harmless already. */
void output_add(Output *self, const char *text);
void output_printf(Output *self, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Text from elsewhere, made harmless. */
void output_add_safe(Output *self, const char *text);
/* The same, each line of it behind a prefix and on a line of its own. */
void output_add_lines(Output *self, const char *prefix, const char *text);
void output_add_styled(Output *self, Style style, const char *text);
