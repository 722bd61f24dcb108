/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/cli/output.h"

#include <stdarg.h>
#include <stdio.h>

#include "client/lib/text.h"

#define MUCH 65536

static const char *const style_codes[] = {
        [STYLE_PLAIN] = "",        [STYLE_BOLD] = "\033[1m",     [STYLE_DIM] = "\033[2m",
        [STYLE_GOOD] = "\033[32m", [STYLE_WARNING] = "\033[33m", [STYLE_BAD] = "\033[31m",
};

void output_flush(Output *self) {
        if (self->error == 0)
                self->error = buffer_write(&self->text, self->fd);
        self->text.length = 0;
}

void output_settle(Output *self) {
        if (self->text.length >= MUCH)
                output_flush(self);
}

void output_done(Output *self) {
        buffer_done(&self->text);
}

void output_add_code(Output *self, Style style) {
        buffer_add_text(&self->text, style_codes[style]);
}

void output_add(Output *self, const char *text) {
        buffer_add_text(&self->text, text);
}

void output_printf(Output *self, const char *format, ...) {
        va_list list;

        va_start(list, format);
        buffer_vprintf(&self->text, format, list);
        va_end(list);
}

void output_add_safe(Output *self, const char *text) {
        (void) text_add_safe(&self->text, text, strlen(text));
}

void output_add_lines(Output *self, const char *prefix, const char *text) {
        while (*text != '\0') {
                size_t length = strcspn(text, "\n");

                buffer_add_text(&self->text, prefix);
                (void) text_add_safe(&self->text, text, length);
                buffer_add_char(&self->text, '\n');
                text += length + (text[length] == '\n');
        }
}

void output_add_styled(Output *self, Style style, const char *text) {
        output_style_on(self, style);
        output_add_safe(self, text);
        output_style_off(self, style);
}
