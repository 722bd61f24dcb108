/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Handlers of sessions and tokens. */

#include <string.h>

#include "client/rest/api/json.h"
#include "client/rest/auth/auth-parts.h"
#include "client/rest/auth/auth-routes.h"
#include "client/rest/bridge.h"
#include "client/rest/errors.h"

#define NAME_MAX_CHARACTERS 64
#define DAYS_MAX 3650
#define DAY_SECONDS (24 * 60 * 60)

static void reply_ended(RestRequest *request, guint ended) {
        rest_request_reply_json(request, SOUP_STATUS_OK, g_strdup_printf("{\"ended\":%u}", ended));
}

/* The caller's session; 0: it has none. */
static gint64 own_session(const RestRequest *request) {
        return request->identity.credential == REST_CREDENTIAL_SESSION ? request->identity.id : 0;
}

void auth_get_session(Bridge *bridge, RestRequest *request, const RouteMatch *match) {
        const RestIdentity *caller = &request->identity;
        const Credential *credential = credentials_get(bridge->auth->credentials, caller->credential, caller->id);
        GString *json;

        if (!credential) {
                g_autoptr(GError) error =
                        g_error_new_literal(REST_ERROR, REST_ERROR_NOT_SIGNED_IN, "nobody is signed in");

                rest_request_reply_error(request, error);
                return;
        }
        json = g_string_new("{");
        json_key(json, "kind");
        json_string(json, credential_kind_text(credential->kind));
        rest_auth_add_credential(json, credential);
        g_string_append_c(json, '}');
        rest_request_reply_json(request, SOUP_STATUS_OK, g_string_free(json, FALSE));
}

void auth_post_logout(Bridge *bridge, RestRequest *request, const RouteMatch *match) {
        g_autoptr(GError) error = NULL;
        gint64 id = own_session(request);

        if (id && !credentials_end(bridge->auth->credentials, REST_CREDENTIAL_SESSION, id, &error)) {
                rest_request_reply_error(request, error);
                return;
        }
        rest_auth_send_cookie(bridge->auth, request, NULL);
        if (id)
                rest_auth_log(request, "auth.logout", "signed out");
        reply_ended(request, id ? 1 : 0);
}

static void add_session(GString *json, const Credential *session, gint64 own) {
        g_string_append(json, json->str[json->len - 1] == '[' ? "{" : ",{");
        rest_auth_add_credential(json, session);
        json_key(json, "current");
        json_boolean(json, session->id == own);
        json_key(json, "last_seen_at");
        json_int64(json, session->seen_at);
        json_key(json, "address");
        json_string(json, session->address);
        json_key(json, "agent");
        json_string(json, session->agent);
        g_string_append_c(json, '}');
}

void auth_list_sessions(Bridge *bridge, RestRequest *request, const RouteMatch *match) {
        g_autoptr(GPtrArray) sessions =
                credentials_list(bridge->auth->credentials, REST_CREDENTIAL_SESSION, rest_auth_now());
        GString *json = g_string_new("{\"rows\":[");

        for (guint i = 0; i < sessions->len; i++)
                add_session(json, g_ptr_array_index(sessions, i), own_session(request));
        g_string_append(json, "]}");
        rest_request_reply_json(request, SOUP_STATUS_OK, g_string_free(json, FALSE));
}

static gboolean read_others(const RestRequest *request, gboolean *ret, GError **error) {
        const char *text = rest_request_query(request, "others");

        *ret = text && g_str_equal(text, "true");
        if (!text || *ret || g_str_equal(text, "false"))
                return TRUE;
        g_set_error(error, REST_ERROR, REST_ERROR_BAD_REQUEST, "others has to be true or false, not %s", text);
        return FALSE;
}

void auth_end_sessions(Bridge *bridge, RestRequest *request, const RouteMatch *match) {
        g_autoptr(GError) error = NULL;
        gint64 own = own_session(request);
        gboolean others;
        guint ended;

        if (!read_others(request, &others, &error) ||
            !credentials_end_sessions(bridge->auth->credentials, others ? own : 0, &ended, &error)) {
                rest_request_reply_error(request, error);
                return;
        }
        if (own && !others)
                rest_auth_send_cookie(bridge->auth, request, NULL);
        rest_auth_log(request, "auth.sessions", others ? "all other sessions were ended" : "all sessions were ended");
        reply_ended(request, ended);
}

/* The path's parameter "id"; 0, which nothing has, when it is no number. */
static gint64 id_of(const RouteMatch *match) {
        const char *text = g_hash_table_lookup(match->parameters, "id");
        guint64 id;

        return g_ascii_string_to_unsigned(text, 10, 1, G_MAXINT64, &id, NULL) ? (gint64) id : 0;
}

void auth_end_session(Bridge *bridge, RestRequest *request, const RouteMatch *match) {
        g_autoptr(GError) error = NULL;
        gint64 id = id_of(match);

        if (!credentials_end(bridge->auth->credentials, REST_CREDENTIAL_SESSION, id, &error)) {
                rest_request_reply_error(request, error);
                return;
        }
        if (id == own_session(request))
                rest_auth_send_cookie(bridge->auth, request, NULL);
        rest_auth_log(request, "auth.sessions", "a session was ended");
        reply_ended(request, 1);
}

static void add_token(GString *json, const Credential *token) {
        rest_auth_add_credential(json, token);
        json_key(json, "name");
        json_string(json, token->name);
        json_key(json, "last_used_at");
        json_int64(json, token->seen_at);
        json_key(json, "address");
        json_string(json, token->address);
}

void auth_list_tokens(Bridge *bridge, RestRequest *request, const RouteMatch *match) {
        g_autoptr(GPtrArray) tokens =
                credentials_list(bridge->auth->credentials, REST_CREDENTIAL_TOKEN, rest_auth_now());
        GString *json = g_string_new("{\"rows\":[");

        for (guint i = 0; i < tokens->len; i++) {
                g_string_append(json, i == 0 ? "{" : ",{");
                add_token(json, g_ptr_array_index(tokens, i));
                g_string_append_c(json, '}');
        }
        g_string_append(json, "]}");
        rest_request_reply_json(request, SOUP_STATUS_OK, g_string_free(json, FALSE));
}

static gboolean is_good_name(const char *name) {
        if (!*name || g_utf8_strlen(name, -1) > NAME_MAX_CHARACTERS)
                return FALSE;
        for (const char *at = name; *at; at = g_utf8_next_char(at))
                if (!g_unichar_isprint(g_utf8_get_char(at)))
                        return FALSE;
        return TRUE;
}

static gboolean check_token(const char *name, const char *scope, gint64 days, RestScope *ret_scope, GError **error) {
        if (!is_good_name(name))
                g_set_error(error, REST_ERROR, REST_ERROR_BAD_REQUEST, "name has to have 1 to %d printable characters",
                            NAME_MAX_CHARACTERS);
        else if (!credential_scope_parse(scope, ret_scope))
                g_set_error(error, REST_ERROR, REST_ERROR_BAD_REQUEST, "scope has to be read, ban or admin, not %s",
                            scope);
        else if (days < 0 || days > DAYS_MAX)
                g_set_error(error, REST_ERROR, REST_ERROR_BAD_REQUEST,
                            "days has to be 0 (the token never ends) to %d, not %" G_GINT64_FORMAT, DAYS_MAX, days);
        else
                return TRUE;
        return FALSE;
}

/* Its secret; what there is to know of it in *ret. */
static char *make_token(Credentials *credentials, RestRequest *request, const Credential **ret, GError **error) {
        static const BodyMember members[] = { { "name", "s" }, { "scope", "s" }, { "days", "x" }, { 0 } };
        g_autoptr(GVariant) body = rest_auth_read_body(request, members, error);
        const char *name = NULL, *scope_text = NULL;
        RestScope scope = REST_SCOPE_NONE;
        gint64 days = 0, now = rest_auth_now();

        if (!body)
                return NULL;
        (void) g_variant_lookup(body, "name", "&s", &name);
        (void) g_variant_lookup(body, "scope", "&s", &scope_text);
        (void) g_variant_lookup(body, "days", "x", &days);
        if (!check_token(name, scope_text, days, &scope, error))
                return NULL;
        return credentials_add_token(credentials, name, scope, days ? now + days * DAY_SECONDS : 0, now, ret, error);
}

static void log_token(const RestRequest *request, const Credential *token) {
        g_autofree char *message =
                g_strdup_printf("a token was made, %s with scope %s", token->name, credential_scope_text(token->scope));

        rest_auth_log(request, "auth.token", message);
}

void auth_post_token(Bridge *bridge, RestRequest *request, const RouteMatch *match) {
        g_autoptr(GError) error = NULL;
        const Credential *token = NULL;
        char *secret = make_token(bridge->auth->credentials, request, &token, &error);
        GString *json;

        if (!secret) {
                rest_request_reply_error(request, error);
                return;
        }
        json = g_string_new("{");
        json_key(json, "token");
        json_string(json, secret);
        rest_auth_wipe(secret);
        add_token(json, token);
        g_string_append_c(json, '}');
        log_token(request, token);
        rest_request_reply_json(request, SOUP_STATUS_CREATED, g_string_free(json, FALSE));
}

void auth_end_token(Bridge *bridge, RestRequest *request, const RouteMatch *match) {
        g_autoptr(GError) error = NULL;

        if (!credentials_end(bridge->auth->credentials, REST_CREDENTIAL_TOKEN, id_of(match), &error)) {
                rest_request_reply_error(request, error);
                return;
        }
        rest_auth_log(request, "auth.token", "a token was ended");
        reply_ended(request, 1);
}
