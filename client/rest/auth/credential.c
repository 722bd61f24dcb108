/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/rest/auth/credential.h"

static const char *const scope_texts[] = {
        [REST_SCOPE_NONE] = "none",
        [REST_SCOPE_READ] = "read",
        [REST_SCOPE_BAN] = "ban",
        [REST_SCOPE_ADMIN] = "admin",
};

void credential_free(Credential *self) {
        g_free(self->name);
        g_free(self->address);
        g_free(self->agent);
        g_free(self);
}

const char *credential_scope_text(RestScope scope) {
        return scope_texts[scope];
}

gboolean credential_scope_parse(const char *text, RestScope *ret) {
        for (RestScope scope = REST_SCOPE_READ; scope <= REST_SCOPE_ADMIN; scope++) {
                if (g_str_equal(text, scope_texts[scope])) {
                        *ret = scope;
                        return TRUE;
                }
        }
        return FALSE;
}

const char *credential_kind_text(RestCredential kind) {
        switch (kind) {
        case REST_CREDENTIAL_SESSION:
                return "session";
        case REST_CREDENTIAL_TOKEN:
                return "token";
        case REST_CREDENTIAL_NONE:
                break;
        }
        return "none";
}
