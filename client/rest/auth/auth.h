/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Who may use the bridge: the master password, sessions and tokens
 *
 * Kept in a small SQLite database of the bridge's own; of sessions and tokens a SHA-256 only. Passwords are hashed with
 * yescrypt on a thread of their own, one at a time.
 */

#pragma once

#include "client/rest/http/request.h"
#include "client/rest/settings.h"

typedef struct RestAuth RestAuth;

/* Told when a session or token ends, so that its event streams end too; may be NULL. */
typedef void (*RestAuthEnded)(RestCredential credential, gint64 id, gpointer userdata);

RestAuth *rest_auth_new(const RestSettings *settings, RestAuthEnded ended, gpointer userdata, GError **error);
void rest_auth_free(RestAuth *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RestAuth, rest_auth_free)

/* Sets request->identity from its Authorization header (Bearer; another scheme is a proxy's own matter) or its cookie,
 * and renews the cookie when that is due. From memory: no disk, but for the last use, once an hour. FALSE with
 * NOT_SIGNED_IN for a credential that is not good: the identity is nobody's then, and an open route is still open.
 * Without one TRUE and REST_CREDENTIAL_NONE. */
gboolean rest_auth_identify(RestAuth *self, RestRequest *request, GError **error);

gboolean rest_auth_is_set_up(const RestAuth *self);

/* For the command line: sets the password, the first or a new one, and ends all sessions. Blocks. A bridge that runs
 * beside it sees it within ten seconds. */
gboolean rest_auth_set_password(RestAuth *self, const char *password, GError **error);
