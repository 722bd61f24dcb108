/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The turn: a caller holds it from before the first byte of its request until after the last of the reply.
 * `taken` says that somebody holds it; who comes then queues a Waiter that lives on its own stack, and the
 * holder hands the turn to the head of the queue, each waiter being woken alone. Only the holder touches the
 * socket (but for dup and stop).
 *
 * A failure that says that fail2ban is deaf to everybody (offline, or a read that timed out) is shared: who
 * queued before it happened gets a copy instead of trying for as long again.
 */

#include "fail2ban/client.h"

#include <errno.h>
#include <stdarg.h>

#include "core/error.h"
#include "core/log.h"
#include "fail2ban/pickle.h"
#include "fail2ban/reply.h"
#include "fail2ban/socket.h"

#define CLIENT_TRIES 3
#define CLIENT_FIRST_PAUSE_MSEC 150 /* doubled at each try */
#define CLIENT_BUSY_PAUSE_MSEC 10   /* doubled at each try, up to the next */
#define CLIENT_BUSY_PAUSE_MAX_MSEC 640

typedef struct Waiter {
        GCond wake;
        gboolean served;
} Waiter;

struct Fail2banClient {
        char *path;
        guint timeout_s[2]; /* by Fail2banKind; atomic */
        Fail2banSocket *socket;
        gint lacking; /* atomic; Fail2banFeature */

        GMutex lock; /* guards what follows */
        GQueue waiters;
        gboolean taken;
        gboolean stopped;
        guint64 n_failures;
        GError *failure; /* the last shared failure; NULL after a success */
};

/* One request on its way. */
typedef struct Exchange {
        Fail2banKind kind;
        GByteArray *request;
        gint64 deadline;
        gsize sent;
} Exchange;

static guint timeout_of(Fail2banClient *self, Fail2banKind kind) {
        return (guint) g_atomic_int_get(&self->timeout_s[kind]);
}

void fail2ban_client_set_read_timeout(Fail2banClient *self, guint timeout_s) {
        g_atomic_int_set(&self->timeout_s[FAIL2BAN_READ], timeout_s);
}

Fail2banClient *fail2ban_client_new(const char *socket_path, guint read_timeout_s, guint action_timeout_s) {
        Fail2banClient *self = g_new0(Fail2banClient, 1);

        self->path = g_strdup(socket_path);
        self->timeout_s[FAIL2BAN_READ] = read_timeout_s;
        self->timeout_s[FAIL2BAN_CHANGE] = action_timeout_s;
        self->socket = fail2ban_socket_new();
        g_mutex_init(&self->lock);
        g_queue_init(&self->waiters);
        return self;
}

void fail2ban_client_free(Fail2banClient *self) {
        if (!self)
                return;
        g_assert(!self->taken && g_queue_is_empty(&self->waiters));
        g_clear_error(&self->failure);
        g_mutex_clear(&self->lock);
        fail2ban_socket_free(self->socket);
        g_free(self->path);
        g_free(self);
}

static void client_set_stopped_error(GError **error) {
        g_set_error_literal(error, BANGUI_ERROR, BANGUI_ERROR_CANCELLED, "the daemon is stopping");
}

/* Called with the lock held; waits in the queue until the turn is handed over. */
static gboolean client_queue(Fail2banClient *self) {
        Waiter waiter = { .served = FALSE };

        g_cond_init(&waiter.wake);
        g_queue_push_tail(&self->waiters, &waiter);
        while (!waiter.served && !self->stopped)
                g_cond_wait(&waiter.wake, &self->lock);
        if (!waiter.served)
                g_queue_remove(&self->waiters, &waiter);
        g_cond_clear(&waiter.wake);
        return waiter.served;
}

static void client_give_turn(Fail2banClient *self) {
        Waiter *next;

        g_mutex_lock(&self->lock);
        next = g_queue_pop_head(&self->waiters);
        if (next) {
                next->served = TRUE;
                g_cond_signal(&next->wake);
        } else {
                self->taken = FALSE;
        }
        g_mutex_unlock(&self->lock);
}

static gboolean client_take_turn(Fail2banClient *self, GError **error) {
        g_autoptr(GError) failure = NULL;
        gboolean mine;

        g_mutex_lock(&self->lock);
        if (self->stopped) {
                mine = FALSE;
        } else if (!self->taken) {
                mine = self->taken = TRUE;
        } else {
                guint64 n_failures = self->n_failures;

                mine = client_queue(self);
                if (mine && self->failure && self->n_failures != n_failures)
                        failure = g_error_copy(self->failure);
        }
        g_mutex_unlock(&self->lock);

        if (!mine) {
                client_set_stopped_error(error);
                return FALSE;
        }
        if (failure) {
                client_give_turn(self);
                g_propagate_error(error, g_steal_pointer(&failure));
                return FALSE;
        }
        return TRUE;
}

/* failure NULL: fail2ban answered. */
static void client_remember(Fail2banClient *self, const GError *failure) {
        g_mutex_lock(&self->lock);
        g_clear_error(&self->failure);
        if (failure) {
                self->failure = g_error_copy(failure);
                self->n_failures++;
        }
        g_mutex_unlock(&self->lock);
}

/* Says each try once; the caller says what came of the last one. */
static void client_log_try(guint number, const char *why) {
        g_autofree char *message =
                g_strdup_printf("try %u of %u to reach fail2ban failed: %s", number, CLIENT_TRIES, why);
        g_autofree char *text = g_strdup_printf("%u", number);

        log_event(LOG_PRIORITY_INFO, "fail2ban.retry", message, "TRY", text, NULL);
}

static void client_set_error(Fail2banClient *self, const Exchange *exchange, SocketOutcome outcome, int number,
                             GError **error) {
        switch (outcome) {
        case SOCKET_STOPPED:
                client_set_stopped_error(error);
                return;
        case SOCKET_TOO_LARGE:
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_FAIL2BAN_PROTOCOL,
                            "fail2ban's answer is larger than %u MiB", PICKLE_SIZE_MAX >> 20);
                return;
        case SOCKET_TIMEOUT:
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_TIMEOUT, "fail2ban did not answer within %u s",
                            timeout_of(self, exchange->kind));
                return;
        case SOCKET_BUSY:
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_TIMEOUT, "fail2ban took no new connection within %u s",
                            timeout_of(self, exchange->kind));
                return;
        case SOCKET_FORBIDDEN:
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_FAIL2BAN_OFFLINE, "fail2ban's socket cannot be used: %s",
                            g_strerror(number));
                return;
        case SOCKET_ENDED:
                g_set_error_literal(error, BANGUI_ERROR, BANGUI_ERROR_FAIL2BAN_OFFLINE,
                                    exchange->sent > 0 && exchange->kind == FAIL2BAN_CHANGE
                                            ? "fail2ban ended the connection before it answered; whether it did "
                                              "what was asked is not known"
                                            : "fail2ban ended the connection before it answered");
                return;
        case SOCKET_OK:
        case SOCKET_ABSENT:
                break;
        }
        g_set_error_literal(error, BANGUI_ERROR, BANGUI_ERROR_FAIL2BAN_OFFLINE, "fail2ban is not running");
}

/* Waits out a full back-log; what fail2ban does just now must end first. */
static SocketOutcome client_connect_patiently(Fail2banClient *self, gint64 deadline, int *ret_errno) {
        guint pause = CLIENT_BUSY_PAUSE_MSEC;

        for (;;) {
                SocketOutcome outcome = fail2ban_socket_connect(self->socket, self->path, ret_errno);
                SocketOutcome waited;

                if (outcome != SOCKET_BUSY)
                        return outcome;
                waited = fail2ban_socket_pause(self->socket, pause, deadline);
                if (waited != SOCKET_OK)
                        return waited == SOCKET_TIMEOUT ? SOCKET_BUSY : waited;
                pause = MIN(pause * 2, CLIENT_BUSY_PAUSE_MAX_MSEC);
        }
}

/* Makes sure of a connection, sends, reads the first bytes that end with a marker. */
static SocketOutcome client_try(Fail2banClient *self, Exchange *exchange, int *ret_errno) {
        SocketOutcome outcome;

        exchange->sent = 0;
        if (!fail2ban_socket_is_ready(self->socket)) {
                outcome = client_connect_patiently(self, exchange->deadline, ret_errno);
                if (outcome != SOCKET_OK)
                        return outcome;
                g_atomic_int_set(&self->lacking, 0);
        }
        outcome = fail2ban_socket_send(self->socket, exchange->request->data, exchange->request->len,
                                       exchange->deadline, &exchange->sent);
        if (outcome != SOCKET_OK)
                return outcome;
        return fail2ban_socket_receive(self->socket, exchange->deadline);
}

static gboolean client_may_repeat(Fail2banClient *self, const Exchange *exchange, SocketOutcome outcome) {
        gsize received;

        if (outcome == SOCKET_ABSENT)
                return TRUE;
        if (outcome != SOCKET_ENDED)
                return FALSE;
        (void) fail2ban_socket_received(self->socket, &received);
        return exchange->sent == 0 || (exchange->kind == FAIL2BAN_READ && received == 0);
}

/* The first part of the reply, after as many tries as are allowed. */
static SocketOutcome client_send(Fail2banClient *self, Exchange *exchange, int *ret_errno) {
        guint pause = CLIENT_FIRST_PAUSE_MSEC;

        for (guint number = 1;; number++) {
                SocketOutcome outcome = client_try(self, exchange, ret_errno);
                SocketOutcome waited;

                if (outcome == SOCKET_OK || !client_may_repeat(self, exchange, outcome))
                        return outcome;
                client_log_try(number, outcome == SOCKET_ABSENT ? g_strerror(*ret_errno) : "the connection ended");
                if (number == CLIENT_TRIES)
                        return outcome;
                waited = fail2ban_socket_pause(self->socket, pause, exchange->deadline);
                if (waited != SOCKET_OK)
                        return waited;
                pause *= 2;
        }
}

/* Decodes; reads on while the end marker at the end stood inside a text. */
static ValueTree *client_decode(Fail2banClient *self, const Exchange *exchange, SocketOutcome *outcome,
                                GError **error) {
        for (;;) {
                g_autoptr(GError) local = NULL;
                const guint8 *data;
                gsize length;
                ValueTree *tree;

                data = fail2ban_socket_received(self->socket, &length);
                tree = pickle_read(data, length - (sizeof(PICKLE_END_MARKER) - 1), &local);
                if (tree)
                        return tree;
                /* With the marker: a pickle that ends where an opcode should stand is broken, not cut off. */
                if (!pickle_is_cut_off(data, length)) {
                        g_propagate_error(error, g_steal_pointer(&local));
                        return NULL;
                }
                *outcome = fail2ban_socket_receive(self->socket, exchange->deadline);
                if (*outcome != SOCKET_OK)
                        return NULL;
        }
}

static ValueTree *client_exchange(Fail2banClient *self, Exchange *exchange, GError **error) {
        g_autoptr(GError) failure = NULL;
        ValueTree *tree = NULL;
        SocketOutcome outcome;
        int number = 0;

        exchange->deadline = g_get_monotonic_time() + (gint64) timeout_of(self, exchange->kind) * G_USEC_PER_SEC;
        outcome = client_send(self, exchange, &number);
        if (outcome == SOCKET_OK)
                tree = client_decode(self, exchange, &outcome, &failure);
        if (tree) {
                fail2ban_socket_forget(self->socket);
                client_remember(self, NULL);
                return tree;
        }

        fail2ban_socket_close(self->socket);
        fail2ban_socket_forget(self->socket);
        if (!failure)
                client_set_error(self, exchange, outcome, number, &failure);
        if (bangui_error_code(failure) == BANGUI_ERROR_FAIL2BAN_OFFLINE ||
            (bangui_error_code(failure) == BANGUI_ERROR_TIMEOUT && exchange->kind == FAIL2BAN_READ))
                client_remember(self, failure);
        g_propagate_error(error, g_steal_pointer(&failure));
        return NULL;
}

/* The value of a decoded reply. A server that is out of step or ending is not asked again on this connection. */
static const Value *client_value(Fail2banClient *self, const ValueTree *tree, GError **error) {
        g_autoptr(GError) failure = NULL;
        const Value *value = fail2ban_reply_value(tree, &failure);
        BanguiError code;

        if (value)
                return value;
        code = bangui_error_code(failure);
        if (code == BANGUI_ERROR_FAIL2BAN_PROTOCOL || code == BANGUI_ERROR_FAIL2BAN_OFFLINE)
                fail2ban_socket_close(self->socket);
        g_propagate_error(error, g_steal_pointer(&failure));
        return NULL;
}

ValueTree *fail2ban_client_call(Fail2banClient *self, Fail2banKind kind, const char *const *arguments,
                                const Value **ret_value, GError **error) {
        g_autoptr(GByteArray) request = pickle_write_command(arguments, error);
        g_autoptr(ValueTree) tree = NULL;
        Exchange exchange = { .kind = kind, .request = request };
        const Value *value = NULL;

        if (!request || !client_take_turn(self, error))
                return NULL;
        tree = client_exchange(self, &exchange, error);
        if (tree)
                value = client_value(self, tree, error);
        client_give_turn(self);

        if (!value)
                return NULL;
        if (ret_value)
                *ret_value = value;
        return g_steal_pointer(&tree);
}

ValueTree *fail2ban_client_ask(Fail2banClient *self, Fail2banKind kind, const Value **ret_value, GError **error, ...) {
        g_autoptr(GPtrArray) arguments = g_ptr_array_new();
        const char *argument;
        va_list list;

        va_start(list, error);
        do {
                argument = va_arg(list, const char *);
                g_ptr_array_add(arguments, (gpointer) argument);
        } while (argument);
        va_end(list);

        return fail2ban_client_call(self, kind, (const char *const *) arguments->pdata, ret_value, error);
}

int fail2ban_client_dup_fd(Fail2banClient *self) {
        return fail2ban_socket_dup(self->socket);
}

gboolean fail2ban_client_lacks(Fail2banClient *self, Fail2banFeature feature) {
        return (g_atomic_int_get(&self->lacking) & (gint) feature) != 0;
}

void fail2ban_client_set_lacking(Fail2banClient *self, Fail2banFeature feature) {
        g_atomic_int_or((guint *) &self->lacking, feature);
}

void fail2ban_client_stop(Fail2banClient *self) {
        g_mutex_lock(&self->lock);
        self->stopped = TRUE;
        for (GList *link = self->waiters.head; link; link = link->next)
                g_cond_signal(&((Waiter *) link->data)->wake);
        g_mutex_unlock(&self->lock);
        fail2ban_socket_stop(self->socket);
}
