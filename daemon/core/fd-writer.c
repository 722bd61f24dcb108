/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "core/fd-writer.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <unistd.h>

#include "core/error.h"

#define WAIT_MS 500
#define STALLED_US (60 * (gint64) G_USEC_PER_SEC)

gboolean fd_check_writable(int fd, GError **error) {
        int flags = fcntl(fd, F_GETFL);

        if (flags >= 0 && (flags & O_ACCMODE) != O_RDONLY && (flags & O_PATH) == 0)
                return TRUE;
        g_set_error_literal(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT,
                            "the descriptor is not open for writing");
        return FALSE;
}

static gboolean fail(int saved_errno, GError **error) {
        if (saved_errno == EPIPE)
                g_set_error_literal(error, BANGUI_ERROR, BANGUI_ERROR_CANCELLED,
                                    "whoever reads from the descriptor has closed it");
        else
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT, "the descriptor cannot be written: %s",
                            g_strerror(saved_errno));
        return FALSE;
}

/* Until it takes something. A pipe that says so takes PIPE_BUF bytes without blocking. */
static gboolean wait_for_room(int fd, FdCheckFunc check, gpointer userdata, GError **error) {
        gint64 began_us = g_get_monotonic_time();
        struct pollfd poll_fd = { .fd = fd, .events = POLLOUT };

        while (TRUE) {
                int n = poll(&poll_fd, 1, WAIT_MS);

                if (n > 0)
                        return TRUE;
                if (n < 0 && errno != EINTR)
                        return fail(errno, error);
                if (check && !check(userdata, error))
                        return FALSE;
                if (g_get_monotonic_time() - began_us >= STALLED_US) {
                        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_TIMEOUT,
                                    "nobody read from the descriptor for %d seconds",
                                    (int) (STALLED_US / G_USEC_PER_SEC));
                        return FALSE;
                }
        }
}

gboolean fd_write(int fd, gconstpointer data, gsize length, FdCheckFunc check, gpointer userdata, GError **error) {
        const char *at = data;

        while (length > 0) {
                ssize_t n;

                if (!wait_for_room(fd, check, userdata, error))
                        return FALSE;
                n = write(fd, at, MIN(length, PIPE_BUF));
                if (n < 0 && errno != EINTR && errno != EAGAIN)
                        return fail(errno, error);
                if (n <= 0)
                        continue;
                at += n;
                length -= (gsize) n;
        }
        return TRUE;
}
