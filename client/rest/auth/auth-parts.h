/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What RestAuth is made of, for its handlers alone. */

#pragma once

#include "client/rest/auth/auth.h"
#include "client/rest/auth/credentials.h"
#include "client/rest/auth/limiter.h"
#include "client/rest/auth/password.h"
#include "client/rest/auth/store.h"

struct RestAuth {
        const RestSettings *settings;
        AuthStore *store;
        Credentials *credentials;
        Limiter *limiter;
        PasswordWorker *worker;
        gboolean set_up;
        guint tick;
};

/* Unix seconds. */
gint64 rest_auth_now(void);

/* The session's cookie goes with the answer; NULL: the browser is to forget it. */
void rest_auth_send_cookie(const RestAuth *self, RestRequest *request, const char *secret);

/* The header User-Agent; "" without one. */
const char *rest_auth_agent(const RestRequest *request);

/* Something changed, or was refused: who from, and no secrets. */
void rest_auth_log(const RestRequest *request, const char *event, const char *message);

/* What a body has to have: a name, and its type as GVariant writes it ("s", "x"). */
typedef struct BodyMember {
        const char *name;
        const char *type;
} BodyMember;

/* A JSON object with these members and no others; they are ended by one without name. NULL with BAD_REQUEST, which
 * names the member. */
GVariant *rest_auth_read_body(const RestRequest *request, const BodyMember *members, GError **error);

/* The body's only member, "password"; to be freed with rest_auth_wipe(). */
char *rest_auth_read_password(const RestRequest *request, GError **error);
void rest_auth_wipe(char *secret);

/* Makes a session and answers with it; the one that the caller had ends. */
void rest_auth_sign_in(RestAuth *self, RestRequest *request, guint status);

/* Adds the members that all answers about a session or token have. */
void rest_auth_add_credential(GString *json, const Credential *credential);
