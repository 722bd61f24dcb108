/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The guard against locking oneself out
 *
 * Refused unless forced: a ban of an address (or a network that holds it) from which the caller came - the
 * remote host of his logind session, SSH_CONNECTION of his process and its ancestors where it can be read, and
 * what the client itself names -, of loopback, or of this host's own addresses; and of an address or network that is
 * allowed, that holds an allowed one, or that lies in one.
 */

#pragma once

#include "core/address.h"
#include "services/caller.h"

typedef struct Guard Guard;

/* One that protects nothing yet. */
Guard *guard_new_empty(void);

/* Collects what is to be protected for one call; reads /proc, logind's files and the interfaces: worker only. */
/* `protect`: addresses that the client names itself, may be NULL; one that is no address is ADDRESS_INVALID. */
Guard *guard_new(const Caller *caller, const char *const *protect, GError **error);
void guard_free(Guard *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Guard, guard_free)

/* An address or network that is not to be banned; another text is left out. why: goes after "it would hit ADDRESS, ".
 * */
void guard_add_allowed(Guard *self, const char *text, const char *why);

/* WOULD_LOCK_OUT; the message says which address is protected, why, and that `force` overrides. */
gboolean guard_check(Guard *self, const Address *ban, GError **error);
