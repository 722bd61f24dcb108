/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Handlers that take a password
 *
 * Hashing takes its time on the worker; what was true before it is asked again after it, in the database: whether a
 * password is set already, and whether the one that was compared with is still the one.
 */

#include <gio/gio.h>
#include <string.h>

#include "client/rest/api/json.h"
#include "client/rest/auth/auth-parts.h"
#include "client/rest/auth/auth-routes.h"
#include "client/rest/auth/strength.h"
#include "client/rest/bridge.h"
#include "client/rest/errors.h"

/* A password on its way through the worker. */
typedef struct Attempt {
        RestAuth *auth;
        RestRequest *request;
        gint64 began; /* of the limiter */
        char *hash;   /* that it is compared with */
        char *next;   /* the password that is to be set */
} Attempt;

static Attempt *attempt_new(RestAuth *auth, RestRequest *request) {
        Attempt *self = g_new0(Attempt, 1);

        self->auth = auth;
        self->request = rest_request_ref(request);
        return self;
}

static void attempt_free(Attempt *self) {
        rest_request_unref(self->request);
        rest_auth_wipe(self->next);
        g_free(self->hash);
        g_free(self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Attempt, attempt_free)

static void release_attempt(gpointer data) {
        attempt_free(data);
}

static gint64 monotonic_seconds(void) {
        return g_get_monotonic_time() / G_USEC_PER_SEC;
}

/* A proxy that is not listed as trusted makes all the world look like this host; most leave a trace. */
static gboolean came_through_a_proxy(const RestRequest *request) {
        return rest_request_get_header(request, "X-Forwarded-For") || rest_request_get_header(request, "Forwarded") ||
               rest_request_get_header(request, "X-Real-IP") || rest_request_get_header(request, "Via");
}

static gboolean may_set_up(const RestAuth *auth, const RestRequest *request) {
        g_autoptr(GInetAddress) address = g_inet_address_new_from_string(request->client);

        if (auth->settings->setup_anywhere)
                return TRUE;
        if (came_through_a_proxy(request))
                return FALSE;
        return g_str_equal(request->client, "unix") || (address && g_inet_address_get_is_loopback(address));
}

void auth_get_setup(Bridge *bridge, RestRequest *request, const RouteMatch *match) {
        GString *json = g_string_new("{");

        json_key(json, "done");
        json_boolean(json, bridge->auth->set_up);
        json_key(json, "allowed");
        json_boolean(json, !bridge->auth->set_up && may_set_up(bridge->auth, request));
        g_string_append_c(json, '}');
        rest_request_reply_json(request, SOUP_STATUS_OK, g_string_free(json, FALSE));
}

static void on_set_up(gboolean matches, const char *hash, const GError *failed, gpointer userdata) {
        Attempt *attempt = userdata;
        g_autoptr(GError) error = NULL;

        if (failed) {
                rest_request_reply_error(attempt->request, failed);
                return;
        }
        if (!auth_store_set_up(attempt->auth->store, hash, rest_auth_now(), &error)) {
                attempt->auth->set_up |= g_error_matches(error, REST_ERROR, REST_ERROR_SETUP_DONE);
                rest_request_reply_error(attempt->request, error);
                return;
        }
        attempt->auth->set_up = TRUE;
        rest_auth_log(attempt->request, "auth.setup", "the set-up is done: a password is set");
        rest_auth_sign_in(attempt->auth, attempt->request, SOUP_STATUS_CREATED);
}

static gboolean begin_set_up(RestAuth *auth, RestRequest *request, GError **error) {
        char *password;
        gboolean begun;

        if (auth->set_up) {
                g_set_error_literal(error, REST_ERROR, REST_ERROR_SETUP_DONE, "the set-up was done before; sign in");
                return FALSE;
        }
        if (!may_set_up(auth, request)) {
                g_set_error_literal(
                        error, REST_ERROR, REST_ERROR_SETUP_FORBIDDEN,
                        "the set-up is done from this host itself; the setting setup-anywhere allows it from others");
                return FALSE;
        }
        password = rest_auth_read_password(request, error);
        begun = password && password_check(password, error) &&
                password_worker_run(auth->worker, password, NULL, on_set_up, attempt_new(auth, request),
                                    release_attempt, error);
        rest_auth_wipe(password);
        return begun;
}

void auth_post_setup(Bridge *bridge, RestRequest *request, const RouteMatch *match) {
        g_autoptr(GError) error = NULL;

        if (!begin_set_up(bridge->auth, request, &error))
                rest_request_reply_error(request, error);
}

void auth_post_strength(Bridge *bridge, RestRequest *request, const RouteMatch *match) {
        g_autoptr(GError) error = NULL;
        g_autofree const char **codes = NULL;
        char *password = rest_auth_read_password(request, &error);
        GString *json;
        guint advice;
        int score;

        if (!password) {
                rest_request_reply_error(request, error);
                return;
        }
        score = strength_score(password, g_get_host_name(), &advice);
        rest_auth_wipe(password);
        codes = strength_codes(advice);
        json = g_string_new("{");
        json_key(json, "score");
        json_int64(json, score);
        json_key(json, "advice");
        json_variant(json, g_variant_new_strv(codes, -1));
        g_string_append_c(json, '}');
        rest_request_reply_json(request, SOUP_STATUS_OK, g_string_free(json, FALSE));
}

/* Reads the hash that is set, and begins to compare with it. */
static gboolean begin_to_compare(Attempt *given, const char *password, PasswordDone done, GError **error) {
        g_autoptr(Attempt) attempt = given;
        PasswordWorker *worker = attempt->auth->worker;
        const char *hash;

        if (!auth_store_read_password(attempt->auth->store, &attempt->hash, error))
                return FALSE;
        if (!attempt->hash) {
                g_set_error_literal(error, REST_ERROR, REST_ERROR_SETUP_NEEDED, "no password is set; do the set-up");
                return FALSE;
        }
        hash = attempt->hash;
        return password_worker_run(worker, password, hash, done, g_steal_pointer(&attempt), release_attempt, error);
}

/* Compares a password with the one that is set, as far as the limit lets it. On TRUE `done` has to tell the limiter the
 * end. Takes over the attempt. */
static gboolean compare(Attempt *given, const char *password, PasswordDone done, GError **error) {
        g_autoptr(Attempt) attempt = given;
        RestAuth *auth = attempt->auth;
        g_autoptr(RestRequest) request = rest_request_ref(attempt->request);
        gint64 began = attempt->began = monotonic_seconds(), wait;

        if (strlen(password) > PASSWORD_LENGTH_MAX)
                return password_check(password, error);
        if (!limiter_begin(auth->limiter, request->client, began, &wait)) {
                g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT, wait);

                rest_request_header(request, "Retry-After", text);
                g_set_error(error, REST_ERROR, REST_ERROR_TOO_MANY, "too many wrong passwords; try again in %s s",
                            text);
                return FALSE;
        }
        if (begin_to_compare(g_steal_pointer(&attempt), password, done, error))
                return TRUE;
        limiter_end(auth->limiter, request->client, began, LIMITER_BROKEN);
        return FALSE;
}

static void refuse_wrong(const Attempt *attempt, const char *event) {
        RestRequest *request = attempt->request;
        gint64 left = limiter_left(attempt->auth->limiter, request->client, monotonic_seconds());
        g_autofree char *details = g_strdup_printf("{\"tries_left\":%" G_GINT64_FORMAT "}", left);
        g_autoptr(GError) error =
                g_error_new_literal(REST_ERROR, REST_ERROR_WRONG_PASSWORD, "the password is not right");

        rest_auth_log(request, event, "a wrong password");
        rest_request_reply_error_details(request, error, left < 0 ? NULL : details);
}

/* What was compared with may have been replaced meanwhile. */
static gboolean is_still_set(const Attempt *attempt, GError **error) {
        g_autofree char *hash = NULL;

        if (!auth_store_read_password(attempt->auth->store, &hash, error))
                return FALSE;
        if (g_strcmp0(hash, attempt->hash) == 0)
                return TRUE;
        g_set_error_literal(error, REST_ERROR, REST_ERROR_WRONG_PASSWORD, "the password was changed a moment ago");
        return FALSE;
}

/* After a comparison; FALSE: the request was answered. */
static gboolean passed(Attempt *attempt, gboolean matches, const char *event) {
        g_autoptr(GError) error = NULL;

        limiter_end(attempt->auth->limiter, attempt->request->client, attempt->began,
                    matches ? LIMITER_PASSED : LIMITER_FAILED);
        if (!matches) {
                refuse_wrong(attempt, event);
                return FALSE;
        }
        if (is_still_set(attempt, &error))
                return TRUE;
        rest_request_reply_error(attempt->request, error);
        return FALSE;
}

static void on_login(gboolean matches, const char *hash, const GError *failed, gpointer userdata) {
        Attempt *attempt = userdata;

        if (!passed(attempt, matches, "auth.login-failed"))
                return;
        rest_auth_log(attempt->request, "auth.login", "signed in");
        rest_auth_sign_in(attempt->auth, attempt->request, SOUP_STATUS_OK);
}

void auth_post_login(Bridge *bridge, RestRequest *request, const RouteMatch *match) {
        g_autoptr(GError) error = NULL;
        char *password = rest_auth_read_password(request, &error);

        if (!password || !compare(attempt_new(bridge->auth, request), password, on_login, &error))
                rest_request_reply_error(request, error);
        rest_auth_wipe(password);
}

/* Ends all sessions but the caller's. */
static gboolean change_password(const Attempt *attempt, const char *hash, guint *ret_ended, GError **error) {
        RestAuth *auth = attempt->auth;
        const RestIdentity *caller = &attempt->request->identity;
        gint64 keep = caller->credential == REST_CREDENTIAL_SESSION ? caller->id : 0;

        *ret_ended = credentials_count_sessions(auth->credentials, keep);
        return is_still_set(attempt, error) &&
               auth_store_change_password(auth->store, hash, keep, rest_auth_now(), error) &&
               credentials_reload(auth->credentials, error);
}

static void on_next_hashed(gboolean matches, const char *hash, const GError *failed, gpointer userdata) {
        Attempt *attempt = userdata;
        g_autoptr(GError) error = NULL;
        guint ended;

        if (failed) {
                rest_request_reply_error(attempt->request, failed);
                return;
        }
        if (!change_password(attempt, hash, &ended, &error)) {
                rest_request_reply_error(attempt->request, error);
                return;
        }
        rest_auth_log(attempt->request, "auth.password", "the password was changed, other sessions have ended");
        rest_request_reply_json(attempt->request, SOUP_STATUS_OK, g_strdup_printf("{\"ended\":%u}", ended));
}

static void on_current(gboolean matches, const char *hash, const GError *failed, gpointer userdata) {
        Attempt *attempt = userdata;
        g_autoptr(GError) error = NULL;
        Attempt *next;

        if (!passed(attempt, matches, "auth.password-failed"))
                return;
        next = attempt_new(attempt->auth, attempt->request);
        next->hash = g_steal_pointer(&attempt->hash);
        if (!password_worker_run(attempt->auth->worker, attempt->next, NULL, on_next_hashed, next, release_attempt,
                                 &error))
                rest_request_reply_error(attempt->request, error);
}

static gboolean begin_change(RestAuth *auth, RestRequest *request, const char *current, const char *password,
                             GError **error) {
        Attempt *attempt;

        if (!password_check(password, error))
                return FALSE;
        attempt = attempt_new(auth, request);
        attempt->next = g_strdup(password);
        return compare(attempt, current, on_current, error);
}

void auth_post_password(Bridge *bridge, RestRequest *request, const RouteMatch *match) {
        static const BodyMember members[] = { { "current", "s" }, { "password", "s" }, { 0 } };
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) body = rest_auth_read_body(request, members, &error);
        const char *current = NULL, *password = NULL;

        if (!body) {
                rest_request_reply_error(request, error);
                return;
        }
        (void) g_variant_lookup(body, "current", "&s", &current);
        (void) g_variant_lookup(body, "password", "&s", &password);
        if (!begin_change(bridge->auth, request, current, password, &error))
                rest_request_reply_error(request, error);
}
