/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The bridge's own database: the password's hash, sessions and tokens
 *
 * A small SQLite file rest.db, in the store folder, that only our user reads. Calls are short and come from the main
 * loop; all of them fail with REST_ERROR_STORE, and the message tells a locked, a forbidden, a damaged and a full
 * database apart. What is written is on the disk when a call returns: an end that was reported stays an end.
 */

#pragma once

#include "client/rest/auth/credential.h"

typedef struct AuthStore AuthStore;

/* Makes the folder (0700) and the file (0600) when they are missing. A damaged file, or one of a newer version, is an
 * error that names it. */
AuthStore *auth_store_open(const char *folder, GError **error);
void auth_store_close(AuthStore *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AuthStore, auth_store_close)

/* The password's hash, to be freed; NULL without an error: the set-up was not done. */
gboolean auth_store_read_password(AuthStore *self, char **ret_hash, GError **error);

/* Sets the first password; SETUP_DONE when there is one, whoever set it. */
gboolean auth_store_set_up(AuthStore *self, const char *hash, gint64 now, GError **error);

/* Sets the password and ends all sessions but `keep` (0: all), or neither. */
gboolean auth_store_change_password(AuthStore *self, const char *hash, gint64 keep, gint64 now, GError **error);

/* Adds it and sets its id. */
gboolean auth_store_add(AuthStore *self, Credential *credential, GError **error);

/* Removes all that are named, or none. */
gboolean auth_store_remove(AuthStore *self, const gint64 *ids, gsize n_ids, GError **error);

/* Writes who used it last, when, and when it expires. Does not wait for a lock: it is not worth it. */
gboolean auth_store_touch(AuthStore *self, const Credential *credential, GError **error);

/* All sessions and tokens, as GPtrArray of Credential. */
GPtrArray *auth_store_list(AuthStore *self, GError **error);

/* Whether another process changed the database since this was asked last. */
gboolean auth_store_changed(AuthStore *self);
