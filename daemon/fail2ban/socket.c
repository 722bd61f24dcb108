/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fail2ban/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "fail2ban/pickle.h"

#define SOCKET_CHUNK (64u * 1024)      /* fail2ban writes pieces of that size */
#define SOCKET_KEPT (4 * SOCKET_CHUNK) /* mapped from the start and never given back */
#define SOCKET_MARKER_LENGTH (sizeof(PICKLE_END_MARKER) - 1)

struct Fail2banSocket {
        GMutex lock; /* guards changes of fd against fail2ban_socket_dup() */
        int fd;
        int stop_fd; /* an eventfd: readable once stopped, part of every wait */
        guint8 *buffer;
        gsize length;
        gsize capacity;
};

static guint8 *socket_map(gsize size) {
        void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        if (memory == MAP_FAILED)
                g_error("cannot map %" G_GSIZE_FORMAT " bytes: %s", size, g_strerror(errno));
        return memory;
}

static void socket_resize(Fail2banSocket *self, gsize capacity) {
        void *memory = mremap(self->buffer, self->capacity, capacity, MREMAP_MAYMOVE);

        if (memory == MAP_FAILED)
                g_error("cannot map %" G_GSIZE_FORMAT " bytes: %s", capacity, g_strerror(errno));
        self->buffer = memory;
        self->capacity = capacity;
}

Fail2banSocket *fail2ban_socket_new(void) {
        Fail2banSocket *self = g_new0(Fail2banSocket, 1);

        g_mutex_init(&self->lock);
        self->fd = -1;
        self->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        if (self->stop_fd < 0)
                g_error("cannot make an eventfd: %s", g_strerror(errno));
        self->capacity = SOCKET_KEPT;
        self->buffer = socket_map(self->capacity);
        return self;
}

void fail2ban_socket_free(Fail2banSocket *self) {
        if (!self)
                return;
        fail2ban_socket_close(self);
        munmap(self->buffer, self->capacity);
        close(self->stop_fd);
        g_mutex_clear(&self->lock);
        g_free(self);
}

SocketOutcome fail2ban_socket_connect(Fail2banSocket *self, const char *path, int *ret_errno) {
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        int fd;

        fail2ban_socket_close(self);
        *ret_errno = 0;
        if (strlen(path) >= sizeof(address.sun_path)) {
                *ret_errno = ENAMETOOLONG;
                return SOCKET_FORBIDDEN;
        }
        strcpy(address.sun_path, path);

        fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (fd < 0) {
                *ret_errno = errno;
                return SOCKET_FORBIDDEN;
        }
        if (connect(fd, (struct sockaddr *) &address, sizeof(address)) < 0) {
                *ret_errno = errno;
                close(fd);
                if (*ret_errno == EAGAIN || *ret_errno == EINTR)
                        return SOCKET_BUSY;
                return *ret_errno == ENOENT || *ret_errno == ECONNREFUSED ? SOCKET_ABSENT : SOCKET_FORBIDDEN;
        }

        g_mutex_lock(&self->lock);
        self->fd = fd;
        g_mutex_unlock(&self->lock);
        return SOCKET_OK;
}

void fail2ban_socket_close(Fail2banSocket *self) {
        int fd;

        g_mutex_lock(&self->lock);
        fd = self->fd;
        self->fd = -1;
        g_mutex_unlock(&self->lock);
        if (fd < 0)
                return;

        /* A duplicate would keep the connection open. */
        (void) shutdown(fd, SHUT_RDWR);
        close(fd);
}

gboolean fail2ban_socket_is_ready(Fail2banSocket *self) {
        guint8 byte;

        /* Bytes that nobody asked for mean that we are out of step with the server. */
        return self->fd >= 0 && recv(self->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
}

/* events 0: waits for the stop or the deadline alone. */
static SocketOutcome socket_wait(Fail2banSocket *self, short events, gint64 deadline) {
        struct pollfd fds[] = {
                { .fd = self->stop_fd, .events = POLLIN },
                { .fd = events != 0 ? self->fd : -1, .events = events },
        };

        for (;;) {
                gint64 left = MAX(deadline - g_get_monotonic_time(), 0);
                struct timespec timeout = { left / G_USEC_PER_SEC, left % G_USEC_PER_SEC * 1000 };
                int r = ppoll(fds, G_N_ELEMENTS(fds), &timeout, NULL);

                if (r < 0 && errno == EINTR)
                        continue;
                if (r < 0)
                        g_error("cannot poll fail2ban's socket: %s", g_strerror(errno));
                if (fds[0].revents != 0)
                        return SOCKET_STOPPED;
                return r == 0 ? SOCKET_TIMEOUT : SOCKET_OK;
        }
}

SocketOutcome fail2ban_socket_send(Fail2banSocket *self, const guint8 *data, gsize length, gint64 deadline,
                                   gsize *ret_sent) {
        fail2ban_socket_forget(self);
        *ret_sent = 0;
        while (*ret_sent < length) {
                gssize n = send(self->fd, data + *ret_sent, length - *ret_sent, MSG_NOSIGNAL);
                SocketOutcome outcome;

                if (n >= 0) {
                        *ret_sent += (gsize) n;
                        continue;
                }
                if (errno == EINTR)
                        continue;
                if (errno != EAGAIN)
                        return SOCKET_ENDED;
                outcome = socket_wait(self, POLLOUT, deadline);
                if (outcome != SOCKET_OK)
                        return outcome;
        }
        return SOCKET_OK;
}

static gboolean socket_ends_with_marker(const Fail2banSocket *self) {
        return self->length >= SOCKET_MARKER_LENGTH &&
               memcmp(self->buffer + self->length - SOCKET_MARKER_LENGTH, PICKLE_END_MARKER, SOCKET_MARKER_LENGTH) == 0;
}

SocketOutcome fail2ban_socket_receive(Fail2banSocket *self, gint64 deadline) {
        for (;;) {
                SocketOutcome outcome;
                gssize n;

                /* With one request in flight nothing follows the marker, so it is looked for at the end alone:
                 * looking through the whole buffer at each chunk would cost minutes at 64 MiB. */
                outcome = socket_wait(self, POLLIN, deadline);
                if (outcome != SOCKET_OK)
                        return outcome;

                if (self->capacity - self->length < SOCKET_CHUNK)
                        socket_resize(self, self->capacity * 2);
                n = recv(self->fd, self->buffer + self->length, SOCKET_CHUNK, 0);
                if (n < 0 && (errno == EINTR || errno == EAGAIN))
                        continue;
                if (n <= 0)
                        return SOCKET_ENDED;

                self->length += (gsize) n;
                if (self->length > PICKLE_SIZE_MAX + SOCKET_MARKER_LENGTH)
                        return SOCKET_TOO_LARGE;
                if (socket_ends_with_marker(self))
                        return SOCKET_OK;
        }
}

const guint8 *fail2ban_socket_received(Fail2banSocket *self, gsize *ret_length) {
        *ret_length = self->length;
        return self->buffer;
}

void fail2ban_socket_forget(Fail2banSocket *self) {
        self->length = 0;
        if (self->capacity > SOCKET_KEPT)
                socket_resize(self, SOCKET_KEPT);
}

SocketOutcome fail2ban_socket_pause(Fail2banSocket *self, guint milliseconds, gint64 deadline) {
        gint64 end = g_get_monotonic_time() + (gint64) milliseconds * 1000;

        if (socket_wait(self, 0, MIN(end, deadline)) == SOCKET_STOPPED)
                return SOCKET_STOPPED;
        return end < deadline ? SOCKET_OK : SOCKET_TIMEOUT;
}

void fail2ban_socket_stop(Fail2banSocket *self) {
        const guint64 one = 1;

        /* Cannot fail: the counter never comes near its limit. */
        if (write(self->stop_fd, &one, sizeof(one)) < 0)
                g_error("cannot write to an eventfd: %s", g_strerror(errno));
}

int fail2ban_socket_dup(Fail2banSocket *self) {
        int fd = -1;

        g_mutex_lock(&self->lock);
        if (self->fd >= 0)
                fd = fcntl(self->fd, F_DUPFD_CLOEXEC, 3);
        g_mutex_unlock(&self->lock);
        return fd;
}
