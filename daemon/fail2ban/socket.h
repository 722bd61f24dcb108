/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One connection to fail2ban's socket: connect, send, receive up to an end marker, each with a deadline
 *
 * Used by one thread at a time (the client's turn), but for fail2ban_socket_dup() and fail2ban_socket_stop(),
 * which any thread may call. What was received stays in a buffer of mapped memory until the next request: a large
 * one is given back to the system at once.
 */

#pragma once

#include <glib.h>

typedef struct Fail2banSocket Fail2banSocket;

typedef enum SocketOutcome {
        SOCKET_OK,
        SOCKET_ABSENT,    /* nobody listens: ENOENT, ECONNREFUSED */
        SOCKET_BUSY,      /* the back-log is full: EAGAIN */
        SOCKET_FORBIDDEN, /* any other reason why it cannot be connected to; errno in ret_errno */
        SOCKET_ENDED,     /* the peer closed the connection */
        SOCKET_TIMEOUT,   /* the deadline passed */
        SOCKET_STOPPED,   /* fail2ban_socket_stop() was called */
        SOCKET_TOO_LARGE, /* the reply is above PICKLE_SIZE_MAX */
} SocketOutcome;

Fail2banSocket *fail2ban_socket_new(void);
void fail2ban_socket_free(Fail2banSocket *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Fail2banSocket, fail2ban_socket_free)

/* One try, which never waits. */
SocketOutcome fail2ban_socket_connect(Fail2banSocket *self, const char *path, int *ret_errno);
void fail2ban_socket_close(Fail2banSocket *self);

/* Whether there is a connection that is alive and has nothing to read: a request can be sent. */
gboolean fail2ban_socket_is_ready(Fail2banSocket *self);

/* Deadlines are of g_get_monotonic_time(). ret_sent is set whatever the outcome. Empties the buffer. */
SocketOutcome fail2ban_socket_send(Fail2banSocket *self, const guint8 *data, gsize length, gint64 deadline,
                                   gsize *ret_sent);

/* Reads on until what was received since the last request ends with the end marker; it may be called again when
 * that marker stood inside a text. */
SocketOutcome fail2ban_socket_receive(Fail2banSocket *self, gint64 deadline);

/* What was received since the last request; borrowed. */
const guint8 *fail2ban_socket_received(Fail2banSocket *self, gsize *ret_length);

/* Gives a large buffer back. */
void fail2ban_socket_forget(Fail2banSocket *self);

/* Waits, at most until the deadline. SOCKET_OK, SOCKET_TIMEOUT or SOCKET_STOPPED. */
SocketOutcome fail2ban_socket_pause(Fail2banSocket *self, guint milliseconds, gint64 deadline);

/* Ends all waiting, now and later. */
void fail2ban_socket_stop(Fail2banSocket *self);

/* A duplicate of the descriptor, or -1. */
int fail2ban_socket_dup(Fail2banSocket *self);
