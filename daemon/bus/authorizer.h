/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * May this caller do that?
 *
 * Root and the daemon's own user pass at once, everybody else is asked of polkit. A yes to `read` is remembered for a
 * caller for some seconds, or until polkit says that its rules changed. Main thread.
 */

#pragma once

#include "bus/callers.h"
#include "bus/polkit.h"

typedef struct Authorizer Authorizer;
typedef struct AuthorizerCheck AuthorizerCheck;

/* `gone`: a caller's connection ended. `presence`: polkit is there, or not. */
typedef struct AuthorizerEvents {
        CallersGoneFunc gone;
        void (*presence)(gboolean present, gpointer userdata);
        gpointer userdata;
} AuthorizerEvents;

Authorizer *authorizer_new(sd_bus *bus, const AuthorizerEvents *events);
void authorizer_free(Authorizer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Authorizer, authorizer_free)

/* The peer of a name; borrowed, good until it is gone. */
Peer *authorizer_peer(Authorizer *self, const char *sender);

/* Whether a check of `read` would pass without asking anybody: what every property read is asked first. */
gboolean authorizer_lets_read(const Authorizer *self, const Peer *peer);

typedef struct AuthorizerQuestion {
        Peer *peer;
        const char *action;   /* without prefix; NULL: only learn who it is */
        GVariant *details;    /* a{ss}, taken over; NULL = none */
        gboolean interactive; /* the caller allows a question to the person */
} AuthorizerQuestion;

/* `func` is called exactly once, perhaps before this returns, unless the check is cancelled. error: NULL = allowed. The
 * check is gone when func returns; NULL is returned when func was called already. */
typedef void (*AuthorizerFunc)(const GError *error, gpointer userdata);
AuthorizerCheck *authorizer_check(Authorizer *self, const AuthorizerQuestion *question, AuthorizerFunc func,
                                  gpointer userdata);
void authorizer_check_cancel(AuthorizerCheck *check);
