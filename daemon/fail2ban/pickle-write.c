/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The writer: PROTO 2, EMPTY_LIST, MARK, a BINUNICODE for each argument, APPENDS, STOP. */

#include "fail2ban/pickle.h"

#include <string.h>

#include "core/error.h"
#include "fail2ban/pickle-reader.h"

#define ARGUMENT_MAX (1024u * 1024)

static gboolean check_argument(const char *text, gsize length, guint position, GError **error) {
        const char *problem = NULL;

        if (length > ARGUMENT_MAX)
                problem = "has more than 1 MiB";
        else if (!g_utf8_validate_len(text, length, NULL))
                problem = "is not UTF-8";
        else if (strstr(text, PICKLE_END_MARKER))
                problem = "holds " PICKLE_END_MARKER ", which ends a message";

        if (!problem)
                return TRUE;
        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT, "Argument %u of a fail2ban command %s",
                    position, problem);
        return FALSE;
}

GByteArray *pickle_write_command(const char *const *arguments, GError **error) {
        static const guint8 head[] = { PICKLE_PROTO, 2, PICKLE_EMPTY_LIST, PICKLE_MARK };
        static const guint8 tail[] = { PICKLE_APPENDS, PICKLE_STOP };
        g_autoptr(GByteArray) bytes = g_byte_array_new();

        if (!arguments[0]) {
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT,
                            "A fail2ban command needs at least its name");
                return NULL;
        }

        g_byte_array_append(bytes, head, sizeof(head));
        for (guint i = 0; arguments[i]; i++) {
                gsize length = strlen(arguments[i]);
                guint32 size = GUINT32_TO_LE((guint32) length);
                guint8 opcode = PICKLE_BINUNICODE;

                if (!check_argument(arguments[i], length, i, error))
                        return NULL;
                g_byte_array_append(bytes, &opcode, 1);
                g_byte_array_append(bytes, (const guint8 *) &size, sizeof(size));
                g_byte_array_append(bytes, (const guint8 *) arguments[i], (guint) length);
        }
        g_byte_array_append(bytes, tail, sizeof(tail));
        g_byte_array_append(bytes, (const guint8 *) PICKLE_END_MARKER, strlen(PICKLE_END_MARKER));
        return g_steal_pointer(&bytes);
}
