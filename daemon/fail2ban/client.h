/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * fail2ban's socket
 *
 * One connection for the whole daemon, one request in flight, callers served in the order they came (a fair
 * queue: many threads may call, each waits its turn). Blocking; never called on the main thread.
 *
 * A connection that cannot be made (ENOENT, ECONNREFUSED) is tried 3 times from 150 ms on, each try logged once;
 * then FAIL2BAN_OFFLINE, also for everybody who was waiting in the queue by then. EAGAIN means that fail2ban is
 * busy (its back-log is 1): tried until the time-out. A connection that ended before a byte of the request was
 * taken is made anew. A request that was sent is never sent twice, except a read (FAIL2BAN_READ) whose
 * connection ended without any reply byte. After a time-out the connection is closed and TIMEOUT given: the
 * server may still finish the command, so the caller's next step is to read the state anew. The time-out counts
 * from the caller's turn, so a slow command of somebody else is not his time-out.
 */

#pragma once

#include "fail2ban/value.h"

typedef struct Fail2banClient Fail2banClient;

typedef enum Fail2banKind {
        FAIL2BAN_READ,   /* only asks: the short time-out, may be repeated */
        FAIL2BAN_CHANGE, /* runs actions: the long time-out, sent once */
} Fail2banKind;

Fail2banClient *fail2ban_client_new(const char *socket_path, guint read_timeout_s, guint action_timeout_s);
void fail2ban_client_free(Fail2banClient *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Fail2banClient, fail2ban_client_free)

/* Counts for what is asked after it. Any thread. */
void fail2ban_client_set_read_timeout(Fail2banClient *self, guint timeout_s);

/* The reply (0, value): the tree, which owns all, and in ret_value its value (may be NULL). (1, exception)
 * becomes the error that fits: JAIL_NOT_FOUND for UnknownJailException, REGEX_INVALID for RegexException, else
 * REFUSED_BY_FAIL2BAN with the class and the first text. A reply of another shape is FAIL2BAN_PROTOCOL.
 * arguments: NULL-terminated. */
ValueTree *fail2ban_client_call(Fail2banClient *self, Fail2banKind kind, const char *const *arguments,
                                const Value **ret_value, GError **error);

/* As fail2ban_client_call() with the arguments as a NULL-terminated vararg list. */
ValueTree *fail2ban_client_ask(Fail2banClient *self, Fail2banKind kind, const Value **ret_value, GError **error,
                               ...) G_GNUC_NULL_TERMINATED;

/* A duplicate of the connection's descriptor, to be closed by the caller, or -1 when there is no connection.
 * Watched for G_IO_HUP alone it tells when fail2ban goes without asking (G_IO_IN would come with each reply). */
int fail2ban_client_dup_fd(Fail2banClient *self);

/* What a server may not know, learnt by asking; forgotten with the connection, as the next server may be newer. */
typedef enum Fail2banFeature {
        FAIL2BAN_FEATURE_STATS = 1 << 0, /* the command `stats`: since 1.1.0 */
} Fail2banFeature;

gboolean fail2ban_client_lacks(Fail2banClient *self, Fail2banFeature feature);
void fail2ban_client_set_lacking(Fail2banClient *self, Fail2banFeature feature);

/* Wakes every waiting caller with CANCELLED; later calls fail at once. For the orderly end. */
void fail2ban_client_stop(Fail2banClient *self);
