/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "bus/authorizer.h"

#include <string.h>
#include <unistd.h>

#include "core/error.h"

#define READ_REMEMBERED_USEC (5 * G_USEC_PER_SEC)

struct Authorizer {
        Callers *callers;
        Polkit *polkit;
        AuthorizerEvents events;
        uid_t own_uid;
};

struct AuthorizerCheck {
        Authorizer *authorizer;
        Peer *peer;
        char *action;
        GVariant *details;
        gboolean interactive;
        PolkitQuery *query;
        AuthorizerFunc func;
        gpointer userdata;
        gboolean cancelled; /* while the bus is asked who the caller is */
        gboolean starting;  /* authorizer_check() has not returned */
        gboolean answered;
};

static void on_gone(Peer *peer, gpointer userdata) {
        Authorizer *self = userdata;

        self->events.gone(peer, self->events.userdata);
}

static void on_polkit_changed(gboolean present, gpointer userdata) {
        Authorizer *self = userdata;

        callers_forget_answers(self->callers);
        self->events.presence(present, self->events.userdata);
}

Authorizer *authorizer_new(sd_bus *bus, const AuthorizerEvents *events) {
        Authorizer *self = g_new0(Authorizer, 1);

        self->events = *events;
        self->own_uid = getuid();
        self->callers = callers_new(bus, on_gone, self);
        self->polkit = polkit_new(bus, on_polkit_changed, self);
        return self;
}

void authorizer_free(Authorizer *self) {
        if (!self)
                return;
        polkit_free(self->polkit);
        callers_free(self->callers);
        g_free(self);
}

Peer *authorizer_peer(Authorizer *self, const char *sender) {
        return callers_peer(self->callers, sender);
}

static void check_free(AuthorizerCheck *self) {
        peer_unref(self->peer);
        g_clear_pointer(&self->details, g_variant_unref);
        g_free(self->action);
        g_free(self);
}

/* While authorizer_check() is on the stack it frees the check itself. */
static void answer(AuthorizerCheck *self, const GError *error) {
        self->answered = TRUE;
        self->func(error, self->userdata);
        if (!self->starting)
                check_free(self);
}

static void answer_no(AuthorizerCheck *self, BanguiError code, const char *why) {
        g_autoptr(GError) error =
                g_error_new(BANGUI_ERROR, (int) code, "%s%s: %s", POLKIT_ACTION_PREFIX, self->action, why);

        answer(self, error);
}

static void on_polkit(PolkitAnswer polkit_answer, gpointer userdata) {
        AuthorizerCheck *self = userdata;

        self->query = NULL;
        switch (polkit_answer) {
        case POLKIT_YES:
                if (strcmp(self->action, "read") == 0)
                        self->peer->read_until = g_get_monotonic_time() + READ_REMEMBERED_USEC;
                answer(self, NULL);
                return;
        case POLKIT_CHALLENGE:
                answer_no(self, BANGUI_ERROR_INTERACTION_REQUIRED,
                          "a password is needed: allow interactive authorization and run an agent, or call as root");
                return;
        case POLKIT_ABSENT:
                answer_no(self, BANGUI_ERROR_NOT_AUTHORIZED,
                          "polkit is not there, so only root and the daemon's own user may");
                return;
        default:
                answer_no(self, BANGUI_ERROR_NOT_AUTHORIZED, "polkit does not allow it to you");
        }
}

static gboolean is_trusted(const Authorizer *self, const Peer *peer) {
        return peer->caller && (peer->caller->uid == 0 || peer->caller->uid == self->own_uid);
}

gboolean authorizer_lets_read(const Authorizer *self, const Peer *peer) {
        return is_trusted(self, peer) || peer->read_until > g_get_monotonic_time();
}

static gboolean passes_at_once(const AuthorizerCheck *self) {
        if (!self->action || is_trusted(self->authorizer, self->peer))
                return TRUE;
        return strcmp(self->action, "read") == 0 && authorizer_lets_read(self->authorizer, self->peer);
}

static void on_known(Peer *peer, gboolean known, gpointer userdata) {
        AuthorizerCheck *self = userdata;

        if (self->cancelled) {
                check_free(self);
                return;
        }
        if (!known) {
                g_autoptr(GError) error = g_error_new_literal(BANGUI_ERROR, BANGUI_ERROR_NOT_AUTHORIZED,
                                                              "the bus does not say who you are");

                answer(self, error);
                return;
        }
        if (passes_at_once(self)) {
                answer(self, NULL);
                return;
        }
        self->query = polkit_check(self->authorizer->polkit, peer->name, self->action, self->details, self->interactive,
                                   on_polkit, self);
}

AuthorizerCheck *authorizer_check(Authorizer *self, const AuthorizerQuestion *question, AuthorizerFunc func,
                                  gpointer userdata) {
        AuthorizerCheck *check = g_new0(AuthorizerCheck, 1);

        check->authorizer = self;
        check->peer = peer_ref(question->peer);
        check->action = g_strdup(question->action);
        check->details = question->details ? g_variant_take_ref(question->details) : NULL;
        check->interactive = question->interactive;
        check->func = func;
        check->userdata = userdata;
        check->starting = TRUE;
        callers_resolve(self->callers, check->peer, on_known, check);
        check->starting = FALSE;
        if (!check->answered)
                return check;
        check_free(check);
        return NULL;
}

void authorizer_check_cancel(AuthorizerCheck *check) {
        if (check->query) {
                polkit_query_cancel(check->query);
                check_free(check);
                return;
        }
        check->cancelled = TRUE; /* freed when the bus has said who the caller is */
}
