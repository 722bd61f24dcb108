/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The one GError domain of the daemon; its codes are the rows of interfaces/errors.h. */

#pragma once

#include <glib.h>

#include "interfaces/errors.h"

#define BANGUI_ERROR (bangui_error_quark())

typedef enum BanguiError {
#define BANGUI_ERROR_CODE(code, name, http, exit_status, when) BANGUI_ERROR_##code,
        BANGUI_ERROR_TABLE(BANGUI_ERROR_CODE) _BANGUI_ERROR_MAX
#undef BANGUI_ERROR_CODE
} BanguiError;

GQuark bangui_error_quark(void);

/* The code of an error; an error of another domain is INTERNAL. */
BanguiError bangui_error_code(const GError *error);

/* The name on the bus with its prefix; static. INTERACTION_REQUIRED has D-Bus's own name. */
const char *bangui_error_bus_name(BanguiError code);

/* The name without its prefix, "JailNotFound": what the audit and the log write; static. */
const char *bangui_error_short_name(BanguiError code);
