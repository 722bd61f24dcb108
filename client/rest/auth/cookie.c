/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/rest/auth/cookie.h"

#include <string.h>

const char *cookie_name(gboolean secure, const char *base_path) {
        if (!secure)
                return "bangui";
        return g_str_equal(base_path, "/") ? "__Host-bangui" : "__Secure-bangui";
}

char *cookie_find(const char *header, const char *name) {
        gsize length = strlen(name);

        for (const char *at = header; *at;) {
                const char *end = strchrnul(at, ';');

                if ((gsize) (end - at) > length && strncmp(at, name, length) == 0 && at[length] == '=')
                        return g_strndup(at + length + 1, (gsize) (end - at) - length - 1);
                at = end + strspn(end, "; \t");
        }
        return NULL;
}

char *cookie_text(const char *value, gboolean secure, const char *base_path, gint64 max_age) {
        return g_strdup_printf("%s=%s; Path=%s; Max-Age=%" G_GINT64_FORMAT "; HttpOnly; SameSite=Strict%s",
                               cookie_name(secure, base_path), value, base_path, max_age, secure ? "; Secure" : "");
}
