/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the handlers share: bodies, answers, the log. */

#include <string.h>

#include "client/rest/api/json.h"
#include "client/rest/auth/auth-parts.h"
#include "client/rest/errors.h"

static const BodyMember *find_member(const BodyMember *members, const char *name) {
        for (; members->name; members++)
                if (g_str_equal(members->name, name))
                        return members;
        return NULL;
}

static const char *type_in_words(const char *type) {
        return g_str_equal(type, "s") ? "text" : "a whole number";
}

static gboolean check_members(GVariant *body, const BodyMember *members, GError **error) {
        GVariantIter iter;
        const char *name;
        GVariant *value;

        g_variant_iter_init(&iter, body);
        while (g_variant_iter_loop(&iter, "{&sv}", &name, &value)) {
                const BodyMember *member = find_member(members, name);

                if (member && g_variant_is_of_type(value, G_VARIANT_TYPE(member->type)))
                        continue;
                if (member)
                        g_set_error(error, REST_ERROR, REST_ERROR_BAD_REQUEST, "the body's member %s has to be %s",
                                    name, type_in_words(member->type));
                else
                        g_set_error(error, REST_ERROR, REST_ERROR_BAD_REQUEST,
                                    "the body has a member %s, which is not known", name);
                g_variant_unref(value);
                return FALSE;
        }
        for (; members->name; members++) {
                g_autoptr(GVariant) found = g_variant_lookup_value(body, members->name, NULL);

                if (found)
                        continue;
                g_set_error(error, REST_ERROR, REST_ERROR_BAD_REQUEST, "the body lacks the member %s, which is %s",
                            members->name, type_in_words(members->type));
                return FALSE;
        }
        return TRUE;
}

GVariant *rest_auth_read_body(const RestRequest *request, const BodyMember *members, GError **error) {
        gsize size;
        const char *text = g_bytes_get_data(request->body, &size);
        g_autoptr(GVariant) body = json_read(text ? text : "", size, error);

        if (!body)
                return NULL;
        if (!g_variant_is_of_type(body, G_VARIANT_TYPE_VARDICT)) {
                g_set_error_literal(error, REST_ERROR, REST_ERROR_BAD_REQUEST, "the body has to be a JSON object");
                return NULL;
        }
        return check_members(body, members, error) ? g_steal_pointer(&body) : NULL;
}

char *rest_auth_read_password(const RestRequest *request, GError **error) {
        static const BodyMember members[] = { { "password", "s" }, { 0 } };
        g_autoptr(GVariant) body = rest_auth_read_body(request, members, error);
        char *password = NULL;

        if (body)
                (void) g_variant_lookup(body, "password", "s", &password);
        return password;
}

void rest_auth_wipe(char *secret) {
        if (!secret)
                return;
        explicit_bzero(secret, strlen(secret));
        g_free(secret);
}

void rest_auth_log(const RestRequest *request, const char *event, const char *message) {
        g_log_structured(G_LOG_DOMAIN, G_LOG_LEVEL_MESSAGE, "BANGUI_EVENT", event, "BANGUI_ADDRESS", request->client,
                         "BANGUI_CORRELATION", request->correlation_id, "MESSAGE", "%s, asked from %s", message,
                         request->client);
}

void rest_auth_add_credential(GString *json, const Credential *credential) {
        json_key(json, "id");
        json_int64(json, credential->id);
        json_key(json, "scope");
        json_string(json, credential_scope_text(credential->scope));
        json_key(json, "created_at");
        json_int64(json, credential->created_at);
        json_key(json, "expires_at");
        json_int64(json, credential->expires_at);
}

void rest_auth_sign_in(RestAuth *self, RestRequest *request, guint status) {
        g_autoptr(GError) error = NULL;
        g_autofree char *secret = NULL;
        const Credential *session;
        GString *json;

        secret = credentials_add_session(self->credentials, request->client, rest_auth_agent(request), rest_auth_now(),
                                         &session, &error);
        if (!secret) {
                rest_request_reply_error(request, error);
                return;
        }
        json = g_string_new("{");
        json_key(json, "kind");
        json_string(json, credential_kind_text(session->kind));
        rest_auth_add_credential(json, session);
        g_string_append_c(json, '}');
        /* the browser keeps one cookie, so the session that it had is nobody's from here on */
        if (request->identity.credential == REST_CREDENTIAL_SESSION)
                (void) credentials_end(self->credentials, REST_CREDENTIAL_SESSION, request->identity.id, NULL);
        rest_auth_send_cookie(self, request, secret);
        rest_auth_wipe(g_steal_pointer(&secret));
        rest_request_reply_json(request, status, g_string_free(json, FALSE));
}
