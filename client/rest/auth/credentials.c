/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/rest/auth/credentials.h"

#include <string.h>

#include "client/rest/auth/secret.h"
#include "client/rest/errors.h"

#define WRITE_SECONDS (60 * 60)
#define WRITE_AGAIN_SECONDS 60 /* after a failure */
#define AGENT_MAX 200          /* characters */

struct Credentials {
        AuthStore *store;
        gint64 session_seconds;
        RestAuthEnded ended;
        gpointer userdata;
        GHashTable *by_hash; /* the hash in a Credential -> that Credential, owned */
};

/* A hash of SHA-256 is as good as random, and nobody can choose one without knowing its secret. */
static guint hash_of(gconstpointer key) {
        guint word;

        memcpy(&word, key, sizeof(word));
        return word;
}

static gboolean is_same(gconstpointer a, gconstpointer b) {
        return memcmp(a, b, CREDENTIAL_HASH_SIZE) == 0;
}

static void free_credential(gpointer data) {
        credential_free(data);
}

static gboolean is_over(const Credential *credential, gint64 now) {
        return credential->expires_at != 0 && credential->expires_at <= now;
}

static GHashTable *read_all(AuthStore *store, GError **error) {
        g_autoptr(GPtrArray) rows = auth_store_list(store, error);
        GHashTable *table;

        if (!rows)
                return NULL;
        table = g_hash_table_new_full(hash_of, is_same, NULL, free_credential);
        g_ptr_array_set_free_func(rows, NULL);
        for (guint i = 0; i < rows->len; i++) {
                Credential *credential = g_ptr_array_index(rows, i);

                g_hash_table_replace(table, credential->hash, credential);
        }
        return table;
}

Credentials *credentials_new(AuthStore *store, gint64 session_seconds, RestAuthEnded ended, gpointer userdata,
                             GError **error) {
        GHashTable *table = read_all(store, error);
        Credentials *self;

        if (!table)
                return NULL;
        self = g_new0(Credentials, 1);
        *self = (Credentials) {
                .store = store,
                .session_seconds = session_seconds,
                .ended = ended,
                .userdata = userdata,
                .by_hash = table,
        };
        return self;
}

/* FALSE was told in the log; it is tried again later. */
static gboolean write_use(Credentials *self, Credential *credential) {
        g_autoptr(GError) error = NULL;

        if (auth_store_touch(self->store, credential, &error))
                return TRUE;
        g_log_structured(G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "BANGUI_EVENT", "auth.store", "MESSAGE",
                         "the last use of a %s cannot be written: %s", credential_kind_text(credential->kind),
                         error->message);
        return FALSE;
}

void credentials_free(Credentials *self) {
        GHashTableIter iter;
        gpointer value;

        g_hash_table_iter_init(&iter, self->by_hash);
        while (g_hash_table_iter_next(&iter, NULL, &value)) {
                Credential *credential = value;

                if (credential->seen_at > credential->written_at && !write_use(self, credential))
                        break;
        }
        g_hash_table_unref(self->by_hash);
        g_free(self);
}

Credential *credentials_find(Credentials *self, RestCredential kind, const char *secret, gint64 now) {
        guint8 hash[CREDENTIAL_HASH_SIZE];
        Credential *credential;

        secret_hash(secret, hash);
        credential = g_hash_table_lookup(self->by_hash, hash);
        return credential && credential->kind == kind && !is_over(credential, now) ? credential : NULL;
}

Credential *credentials_get(Credentials *self, RestCredential kind, gint64 id) {
        GHashTableIter iter;
        gpointer value;

        g_hash_table_iter_init(&iter, self->by_hash);
        while (g_hash_table_iter_next(&iter, NULL, &value)) {
                Credential *credential = value;

                if (credential->kind == kind && credential->id == id)
                        return credential;
        }
        return NULL;
}

/* What a client says of itself, as text that can be shown. */
static char *clean_agent(const char *agent) {
        g_autofree char *valid = g_utf8_make_valid(agent, -1);

        for (char *at = valid; *at; at++)
                if (g_ascii_iscntrl(*at))
                        *at = ' ';
        return g_utf8_strlen(valid, -1) > AGENT_MAX ? g_utf8_substring(valid, 0, AGENT_MAX) : g_steal_pointer(&valid);
}

static void set_text(char **text, char *value) {
        g_free(*text);
        *text = value;
}

gboolean credentials_use(Credentials *self, Credential *credential, const char *address, const char *agent,
                         gint64 now) {
        credential->seen_at = MAX(now, credential->seen_at);
        if (credential->kind == REST_CREDENTIAL_SESSION)
                credential->expires_at = credential->seen_at + self->session_seconds;
        if (!g_str_equal(credential->address, address))
                set_text(&credential->address, g_strdup(address));
        if (credential->seen_at < credential->written_at + WRITE_SECONDS)
                return FALSE;

        set_text(&credential->agent, clean_agent(agent));
        credential->written_at = write_use(self, credential)
                                         ? credential->seen_at
                                         : credential->seen_at - WRITE_SECONDS + WRITE_AGAIN_SECONDS;
        return TRUE;
}

static void tell_ended(const Credentials *self, RestCredential kind, gint64 id) {
        if (self->ended)
                self->ended(kind, id, self->userdata);
}

/* Takes it out of memory and tells that it ended. */
static void forget(Credentials *self, Credential *credential) {
        RestCredential kind = credential->kind;
        gint64 id = credential->id;

        g_hash_table_remove(self->by_hash, credential->hash);
        tell_ended(self, kind, id);
}

static gboolean end_all(Credentials *self, GPtrArray *list, GError **error) {
        g_autofree gint64 *ids = g_new(gint64, list->len);

        for (guint i = 0; i < list->len; i++)
                ids[i] = ((Credential *) g_ptr_array_index(list, i))->id;
        if (!auth_store_remove(self->store, ids, list->len, error))
                return FALSE;
        for (guint i = 0; i < list->len; i++)
                forget(self, g_ptr_array_index(list, i));
        return TRUE;
}

static gint compare_seen(gconstpointer a, gconstpointer b) {
        const Credential *left = *(Credential *const *) a, *right = *(Credential *const *) b;

        if (left->seen_at != right->seen_at)
                return left->seen_at > right->seen_at ? -1 : 1;
        return (left->id < right->id) - (left->id > right->id);
}

GPtrArray *credentials_list(Credentials *self, RestCredential kind, gint64 now) {
        GPtrArray *list = g_ptr_array_new();
        GHashTableIter iter;
        gpointer value;

        g_hash_table_iter_init(&iter, self->by_hash);
        while (g_hash_table_iter_next(&iter, NULL, &value)) {
                Credential *credential = value;

                if (credential->kind == kind && !is_over(credential, now))
                        g_ptr_array_add(list, credential);
        }
        g_ptr_array_sort(list, compare_seen);
        return list;
}

/* Takes over what it is given, and gives its secret. */
static char *add(Credentials *self, Credential *given, const char *prefix, const Credential **ret, GError **error) {
        g_autoptr(Credential) credential = given;
        g_autofree char *secret = secret_new(prefix);

        secret_hash(secret, credential->hash);
        if (!auth_store_add(self->store, credential, error))
                return NULL;
        *ret = credential;
        g_hash_table_insert(self->by_hash, credential->hash, credential);
        credential = NULL;
        return g_steal_pointer(&secret);
}

static gboolean make_room(Credentials *self, gint64 now, GError **error) {
        g_autoptr(GPtrArray) sessions = NULL;

        credentials_expire(self, now);
        sessions = credentials_list(self, REST_CREDENTIAL_SESSION, now);
        if (sessions->len < CREDENTIALS_MAX)
                return TRUE;
        g_ptr_array_remove_range(sessions, 0, CREDENTIALS_MAX - 1);
        return end_all(self, sessions, error);
}

char *credentials_add_session(Credentials *self, const char *address, const char *agent, gint64 now,
                              const Credential **ret, GError **error) {
        Credential *session;

        if (!make_room(self, now, error))
                return NULL;
        session = g_new0(Credential, 1);
        *session = (Credential) {
                .kind = REST_CREDENTIAL_SESSION,
                .scope = REST_SCOPE_ADMIN,
                .name = g_strdup(""),
                .address = g_strdup(address),
                .agent = clean_agent(agent),
                .created_at = now,
                .seen_at = now,
                .written_at = now,
                .expires_at = now + self->session_seconds,
        };
        return add(self, session, "", ret, error);
}

char *credentials_add_token(Credentials *self, const char *name, RestScope scope, gint64 expires_at, gint64 now,
                            const Credential **ret, GError **error) {
        g_autoptr(GPtrArray) tokens = credentials_list(self, REST_CREDENTIAL_TOKEN, now);
        Credential *token;

        if (tokens->len >= CREDENTIALS_MAX) {
                g_set_error(error, REST_ERROR, REST_ERROR_BAD_REQUEST, "there are %d tokens already; end one first",
                            CREDENTIALS_MAX);
                return NULL;
        }
        token = g_new0(Credential, 1);
        *token = (Credential) {
                .kind = REST_CREDENTIAL_TOKEN,
                .scope = scope,
                .name = g_strdup(name),
                .address = g_strdup(""),
                .agent = g_strdup(""),
                .created_at = now,
                .expires_at = expires_at,
        };
        return add(self, token, SECRET_TOKEN_PREFIX, ret, error);
}

gboolean credentials_end(Credentials *self, RestCredential kind, gint64 id, GError **error) {
        Credential *credential = credentials_get(self, kind, id);

        if (!credential) {
                g_set_error(error, REST_ERROR, REST_ERROR_ROUTE_NOT_FOUND, "there is no %s %" G_GINT64_FORMAT,
                            credential_kind_text(kind), id);
                return FALSE;
        }
        if (!auth_store_remove(self->store, &id, 1, error))
                return FALSE;
        forget(self, credential);
        return TRUE;
}

static GPtrArray *list_sessions_but(Credentials *self, gint64 keep) {
        GPtrArray *sessions = credentials_list(self, REST_CREDENTIAL_SESSION, G_MININT64);

        for (guint i = 0; i < sessions->len; i++) {
                if (((Credential *) g_ptr_array_index(sessions, i))->id == keep) {
                        g_ptr_array_remove_index(sessions, i);
                        break;
                }
        }
        return sessions;
}

guint credentials_count_sessions(Credentials *self, gint64 keep) {
        g_autoptr(GPtrArray) sessions = list_sessions_but(self, keep);

        return sessions->len;
}

gboolean credentials_end_sessions(Credentials *self, gint64 keep, guint *ret_ended, GError **error) {
        g_autoptr(GPtrArray) sessions = list_sessions_but(self, keep);

        *ret_ended = sessions->len;
        return end_all(self, sessions, error);
}

gboolean credentials_reload(Credentials *self, GError **error) {
        g_autoptr(GHashTable) before = NULL;
        GHashTable *table = read_all(self->store, error);
        GHashTableIter iter;
        gpointer value;

        if (!table)
                return FALSE;
        before = g_steal_pointer(&self->by_hash);
        self->by_hash = table;
        g_hash_table_iter_init(&iter, before);
        while (g_hash_table_iter_next(&iter, NULL, &value)) {
                const Credential *old = value;
                Credential *kept = g_hash_table_lookup(table, old->hash);

                if (!kept) {
                        tell_ended(self, old->kind, old->id);
                } else if (old->seen_at > kept->seen_at) {
                        kept->seen_at = old->seen_at;
                        kept->expires_at = old->expires_at;
                }
        }
        return TRUE;
}

void credentials_expire(Credentials *self, gint64 now) {
        g_autoptr(GPtrArray) over = g_ptr_array_new();
        g_autoptr(GError) error = NULL;
        GHashTableIter iter;
        gpointer value;

        g_hash_table_iter_init(&iter, self->by_hash);
        while (g_hash_table_iter_next(&iter, NULL, &value))
                if (is_over(value, now))
                        g_ptr_array_add(over, value);
        if (over->len > 0 && !end_all(self, over, &error))
                g_log_structured(G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "BANGUI_EVENT", "auth.store", "MESSAGE",
                                 "sessions that are over cannot be removed: %s", error->message);
}
