/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Headers that say where a body ends, looked at before libsoup does */

#include "client/rest/http/framing.h"

#include <string.h>

#define BLANKS " \t\r"

/* The header's value; NULL: the line is another. */
static const char *value_of(const char *line, const char *name) {
        gsize length = strlen(name);

        if (g_ascii_strncasecmp(line, name, length) != 0)
                return NULL;
        return line + length + strspn(line + length, BLANKS);
}

static gboolean ends_at(const char *text) {
        return text[strspn(text, BLANKS)] == '\0';
}

static gboolean good_line(Framing *self) {
        const char *line = self->line;
        const char *length = value_of(line, "Content-Length:");
        const char *coding = value_of(line, "Transfer-Encoding:");
        gsize digits = length ? strspn(length, "0123456789") : 0;

        if (self->ours && (*line == ' ' || *line == '\t'))
                return FALSE;
        self->ours = length || coding;
        if (length)
                return digits > 0 && ends_at(length + digits);
        return !coding || (g_ascii_strncasecmp(coding, "chunked", 7) == 0 && ends_at(coding + 7));
}

gboolean framing_feed(Framing *self, const char *data, gsize length) {
        const char *end = data + length;

        while (data < end) {
                const char *newline = memchr(data, '\n', (gsize) (end - data));
                gsize piece = (gsize) ((newline ? newline : end) - data);
                gsize kept = MIN(piece, FRAMING_LINE_MAX - 1 - self->length);

                memcpy(self->line + self->length, data, kept);
                self->length += kept;
                if (kept < piece)
                        self->line[self->length - 1] = '?'; /* too long to be good */
                if (!newline)
                        break;
                self->line[self->length] = '\0';
                if (!good_line(self))
                        return FALSE;
                self->length = 0;
                data = newline + 1;
        }
        return TRUE;
}
