/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A session or a token, as it is kept: of its secret the SHA-256 only. Times are unix seconds. */

#pragma once

#include "client/rest/http/request.h"

#define CREDENTIAL_HASH_SIZE 32

typedef struct Credential {
        gint64 id; /* never given twice */
        RestCredential kind;
        guint8 hash[CREDENTIAL_HASH_SIZE];
        RestScope scope;
        char *name;    /* of a token; "" for a session */
        char *address; /* who used it last */
        char *agent;   /* the User-Agent of who used it last, cut and made UTF-8 */
        gint64 created_at;
        gint64 seen_at;    /* 0 = never */
        gint64 expires_at; /* 0 = never */
        gint64 written_at; /* when seen_at went into the database */
} Credential;

void credential_free(Credential *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Credential, credential_free)

/* "read", "ban", "admin"; "none". */
const char *credential_scope_text(RestScope scope);
gboolean credential_scope_parse(const char *text, RestScope *ret);

/* "session", "token"; "none". */
const char *credential_kind_text(RestCredential kind);
