/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The sessions and tokens there are
 *
 * All of them in memory, found by the hash of their secret; what changes goes into the store first. A session lives as
 * long as it is used; its last use is written once an hour. `now` is in unix seconds.
 */

#pragma once

#include "client/rest/auth/auth.h"
#include "client/rest/auth/store.h"

#define CREDENTIALS_MAX 500 /* of a kind: the session unused for longest makes room, a token is refused */

typedef struct Credentials Credentials;

/* The store stays the caller's. `session_seconds`: how long a session lives after its last use. */
Credentials *credentials_new(AuthStore *store, gint64 session_seconds, RestAuthEnded ended, gpointer userdata,
                             GError **error);

/* Writes last uses that are not written yet. */
void credentials_free(Credentials *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Credentials, credentials_free)

/* NULL: there is none, or it is over. Borrowed until the next change. */
Credential *credentials_find(Credentials *self, RestCredential kind, const char *secret, gint64 now);
Credential *credentials_get(Credentials *self, RestCredential kind, gint64 id);

/* It is used by that address. TRUE: its last use was due to be written, a cookie is due to be renewed. */
gboolean credentials_use(Credentials *self, Credential *credential, const char *address, const char *agent, gint64 now);

/* Makes one; its secret, which is known to nobody after this, is to be freed. */
char *credentials_add_session(Credentials *self, const char *address, const char *agent, gint64 now,
                              const Credential **ret, GError **error);
/* `expires_at` 0 = never. */
char *credentials_add_token(Credentials *self, const char *name, RestScope scope, gint64 expires_at, gint64 now,
                            const Credential **ret, GError **error);

/* Ends one (FALSE with ROUTE_NOT_FOUND: there is none), or all sessions but `keep` (0: all). */
gboolean credentials_end(Credentials *self, RestCredential kind, gint64 id, GError **error);
gboolean credentials_end_sessions(Credentials *self, gint64 keep, guint *ret_ended, GError **error);

/* How many sessions there are besides `keep`. */
guint credentials_count_sessions(Credentials *self, gint64 keep);

/* Those of a kind, who was seen last first. Free the array; what is in it is borrowed. */
GPtrArray *credentials_list(Credentials *self, RestCredential kind, gint64 now);

/* Reads all anew from the store; those that are gone there have ended. */
gboolean credentials_reload(Credentials *self, GError **error);

/* Ends those that are over. */
void credentials_expire(Credentials *self, gint64 now);
