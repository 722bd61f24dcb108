/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "core/error.h"

#include <string.h>

GQuark bangui_error_quark(void) {
        return g_quark_from_static_string("bangui-error-quark");
}

BanguiError bangui_error_code(const GError *error) {
        if (error->domain != BANGUI_ERROR || error->code < 0 || error->code >= _BANGUI_ERROR_MAX)
                return BANGUI_ERROR_INTERNAL;
        return (BanguiError) error->code;
}

const char *bangui_error_bus_name(BanguiError code) {
        static const char *const names[] = {
#define BANGUI_ERROR_NAME(id, name, http, exit_status, when) [BANGUI_ERROR_##id] = BANGUI_ERROR_PREFIX name,
                BANGUI_ERROR_TABLE(BANGUI_ERROR_NAME)
#undef BANGUI_ERROR_NAME
        };

        G_STATIC_ASSERT(G_N_ELEMENTS(names) == _BANGUI_ERROR_MAX);
        g_assert((guint) code < G_N_ELEMENTS(names));

        if (code == BANGUI_ERROR_INTERACTION_REQUIRED)
                return BANGUI_ERROR_INTERACTIVE;
        return names[code];
}

const char *bangui_error_short_name(BanguiError code) {
        const char *name = bangui_error_bus_name(code);

        return strrchr(name, '.') + 1;
}
