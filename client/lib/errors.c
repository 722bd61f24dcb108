/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/lib/errors.h"

#include <stddef.h>
#include <string.h>

#define FREEDESKTOP "org.freedesktop.DBus.Error."

typedef struct ErrorExit {
        const char *name;
        int status;
} ErrorExit;

static const ErrorExit exits[] = {
#define ROW(code, name, http, status, when) { BANGUI_ERROR_PREFIX name, status },
        BANGUI_ERROR_TABLE(ROW)
#undef ROW
        /* What the bus itself, and sd-bus, say. */
        { BANGUI_ERROR_INTERACTIVE, BANGUI_EXIT_NOT_AUTHORIZED },
        { FREEDESKTOP "AccessDenied", BANGUI_EXIT_NOT_AUTHORIZED },
        { FREEDESKTOP "AuthFailed", BANGUI_EXIT_NO_DAEMON },
        { FREEDESKTOP "Disconnected", BANGUI_EXIT_NO_DAEMON },
        { FREEDESKTOP "InvalidArgs", BANGUI_EXIT_USAGE },
        { FREEDESKTOP "LimitsExceeded", ERROR_EXIT_CONFLICT },
        { FREEDESKTOP "NameHasNoOwner", BANGUI_EXIT_NO_DAEMON },
        { FREEDESKTOP "NoReply", ERROR_EXIT_TIMEOUT },
        { FREEDESKTOP "NoServer", BANGUI_EXIT_NO_DAEMON },
        { FREEDESKTOP "ServiceUnknown", BANGUI_EXIT_NO_DAEMON },
        { FREEDESKTOP "TimedOut", ERROR_EXIT_TIMEOUT },
        { FREEDESKTOP "Timeout", ERROR_EXIT_TIMEOUT },
        { FREEDESKTOP "UnknownObject", ERROR_EXIT_NOT_FOUND },
};

int error_exit_status(const char *name) {
        for (size_t i = 0; i < sizeof(exits) / sizeof(*exits); i++)
                if (strcmp(exits[i].name, name) == 0)
                        return exits[i].status;
        if (strncmp(name, FREEDESKTOP "Spawn.", sizeof(FREEDESKTOP "Spawn.") - 1) == 0)
                return BANGUI_EXIT_NO_DAEMON;
        return ERROR_EXIT_INTERNAL;
}
