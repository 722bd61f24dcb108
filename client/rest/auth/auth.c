/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/rest/auth/auth.h"

#include <string.h>

#include "client/rest/auth/auth-parts.h"
#include "client/rest/auth/cookie.h"
#include "client/rest/errors.h"

#define TICK_SECONDS 10
#define DAY_SECONDS (24 * 60 * 60)
#define BEARER "Bearer "

gint64 rest_auth_now(void) {
        return g_get_real_time() / G_USEC_PER_SEC;
}

static gboolean read_set_up(RestAuth *self, GError **error) {
        g_autofree char *hash = NULL;

        if (!auth_store_read_password(self->store, &hash, error))
                return FALSE;
        self->set_up = hash != NULL;
        return TRUE;
}

static gboolean read_again(RestAuth *self, GError **error) {
        return read_set_up(self, error) && credentials_reload(self->credentials, error);
}

static gboolean on_tick(gpointer userdata) {
        RestAuth *self = userdata;
        g_autoptr(GError) error = NULL;

        if (auth_store_changed(self->store) && !read_again(self, &error))
                g_log_structured(G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "BANGUI_EVENT", "auth.store", "MESSAGE",
                                 "what another program changed cannot be read: %s", error->message);
        credentials_expire(self->credentials, rest_auth_now());
        return G_SOURCE_CONTINUE;
}

RestAuth *rest_auth_new(const RestSettings *settings, RestAuthEnded ended, gpointer userdata, GError **error) {
        g_autoptr(RestAuth) self = g_new0(RestAuth, 1);

        self->settings = settings;
        self->store = auth_store_open(settings->store_folder, error);
        if (!self->store || !read_set_up(self, error))
                return NULL;
        self->credentials = credentials_new(self->store, settings->session_days * DAY_SECONDS, ended, userdata, error);
        if (!self->credentials)
                return NULL;
        self->limiter = limiter_new(settings->login_limit);
        self->worker = password_worker_new();
        self->tick = g_timeout_add_seconds(TICK_SECONDS, on_tick, self);
        return g_steal_pointer(&self);
}

void rest_auth_free(RestAuth *self) {
        if (self->tick)
                (void) g_source_remove(self->tick);
        g_clear_pointer(&self->worker, password_worker_free);
        g_clear_pointer(&self->limiter, limiter_free);
        g_clear_pointer(&self->credentials, credentials_free);
        g_clear_pointer(&self->store, auth_store_close);
        g_free(self);
}

gboolean rest_auth_is_set_up(const RestAuth *self) {
        return self->set_up;
}

gboolean rest_auth_set_password(RestAuth *self, const char *password, GError **error) {
        g_autofree char *hash = NULL;

        if (!password_check(password, error))
                return FALSE;
        hash = password_hash(password, error);
        return hash && auth_store_change_password(self->store, hash, 0, rest_auth_now(), error) &&
               read_again(self, error);
}

const char *rest_auth_agent(const RestRequest *request) {
        const char *agent = rest_request_get_header(request, "User-Agent");

        return agent ? agent : "";
}

void rest_auth_send_cookie(const RestAuth *self, RestRequest *request, const char *secret) {
        const RestSettings *settings = self->settings;
        g_autofree char *text = cookie_text(secret ? secret : "", request->secure, settings->base_path,
                                            secret ? settings->session_days * DAY_SECONDS : 0);

        rest_request_header(request, "Set-Cookie", text);
}

static char *find_cookie(const RestAuth *self, const RestRequest *request) {
        const char *cookies = rest_request_get_header(request, "Cookie");

        return cookies ? cookie_find(cookies, cookie_name(request->secure, self->settings->base_path)) : NULL;
}

/* NULL: the header is not there, or is of another scheme. */
static const char *find_bearer(const RestRequest *request) {
        const char *value = rest_request_get_header(request, "Authorization");

        if (!value || g_ascii_strncasecmp(value, BEARER, strlen(BEARER)) != 0)
                return NULL;
        value += strlen(BEARER);
        return value + strspn(value, " ");
}

static gboolean refuse(const char *message, GError **error) {
        g_set_error_literal(error, REST_ERROR, REST_ERROR_NOT_SIGNED_IN, message);
        return FALSE;
}

/* TRUE: it is due to be told anew to who has it. */
static gboolean use(RestAuth *self, RestRequest *request, Credential *credential, gint64 now) {
        request->identity = (RestIdentity) {
                .credential = credential->kind,
                .scope = credential->scope,
                .id = credential->id,
        };
        return credentials_use(self->credentials, credential, request->client, rest_auth_agent(request), now);
}

gboolean rest_auth_identify(RestAuth *self, RestRequest *request, GError **error) {
        gint64 now = rest_auth_now();
        const char *bearer = find_bearer(request);
        g_autofree char *cookie = NULL;
        Credential *credential;

        request->identity = (RestIdentity) { 0 };
        if (bearer) {
                credential = credentials_find(self->credentials, REST_CREDENTIAL_TOKEN, bearer, now);
                if (!credential)
                        return refuse("the token is not good, or has ended", error);
                (void) use(self, request, credential, now);
                return TRUE;
        }

        cookie = find_cookie(self, request);
        if (!cookie)
                return TRUE;
        credential = credentials_find(self->credentials, REST_CREDENTIAL_SESSION, cookie, now);
        if (!credential)
                return refuse("the session has ended; sign in", error);
        if (use(self, request, credential, now))
                rest_auth_send_cookie(self, request, cookie);
        return TRUE;
}
