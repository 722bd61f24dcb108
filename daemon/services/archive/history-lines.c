/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Matched lines out of a ban's data
 *
 * The data are JSON of our own making (fail2ban/ban-data.h), a hundred of them for a page, so they are not parsed as a
 * whole: the key of the lines is found, and each text behind it is read. A quotation mark inside of a text is escaped,
 * so the key cannot stand in one.
 */

#include <string.h>

#include "services/archive/history-private.h"

#define MATCHES_KEY "\"matches\":["
#define REPLACEMENT 0xfffd

/* Four hexadecimal digits; FALSE when there are none. */
static gboolean read_unit(const char *text, guint32 *ret) {
        guint32 unit = 0;

        for (guint i = 0; i < 4; i++) {
                int digit = g_ascii_xdigit_value(text[i]);

                if (digit < 0)
                        return FALSE;
                unit = unit << 4 | (guint32) digit;
        }
        *ret = unit;
        return TRUE;
}

/* "\uXXXX", or two of them for what lies above; what is no character becomes the replacement. Returns what is behind
 * it. */
static const char *append_unicode(GString *line, const char *text) {
        guint32 high, low;

        if (!read_unit(text, &high))
                return text;
        text += 4;
        if (high >= 0xd800 && high < 0xdc00 && text[0] == '\\' && text[1] == 'u' && read_unit(text + 2, &low) &&
            low >= 0xdc00 && low < 0xe000) {
                g_string_append_unichar(line, 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00));
                return text + 6;
        }
        if (high == 0 || (high >= 0xd800 && high < 0xe000))
                high = REPLACEMENT;
        g_string_append_unichar(line, high);
        return text;
}

/* Behind the backslash. Returns what is behind the escape. */
static const char *append_escape(GString *line, const char *text) {
        static const char letters[] = "bfnrt", meant[] = "\b\f\n\r\t";
        const char *letter = *text ? strchr(letters, *text) : NULL;

        if (*text == '\0')
                return text;
        if (*text == 'u')
                return append_unicode(line, text + 1);
        g_string_append_c(line, letter ? meant[letter - letters] : *text);
        return text + 1;
}

/* Behind the opening quotation mark. Returns what is behind the closing one. */
static const char *read_line(const char *text, char **ret) {
        GString *line = g_string_new(NULL);

        while (*text && *text != '"') {
                gsize plain = strcspn(text, "\"\\");

                g_string_append_len(line, text, (gssize) plain);
                text += plain;
                if (*text == '\\')
                        text = append_escape(line, text + 1);
        }
        *ret = g_string_free(line, FALSE);
        return *text ? text + 1 : text;
}

GStrv history_lines(const char *data) {
        GPtrArray *lines = g_ptr_array_new();
        const char *text = data ? strstr(data, MATCHES_KEY) : NULL;

        if (text)
                for (text += strlen(MATCHES_KEY); *text == '"' || *text == ',';) {
                        char *line;

                        if (*text == ',') {
                                text++;
                                continue;
                        }
                        text = read_line(text + 1, &line);
                        g_ptr_array_add(lines, line);
                }
        g_ptr_array_add(lines, NULL);
        return (GStrv) g_ptr_array_free(lines, FALSE);
}
