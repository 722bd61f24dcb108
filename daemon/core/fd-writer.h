/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Writing into a descriptor that a caller gave
 *
 * It may be a pipe that nobody empties, a socket, or a file on a full disk, and its flags are the caller's: they stay
 * as they are. Blocking; SIGPIPE must be ignored.
 */

#pragma once

#include <glib.h>

/* Asked at least each half second while it waits; FALSE with an error: give up. */
typedef gboolean (*FdCheckFunc)(gpointer userdata, GError **error);

/* INVALID_ARGUMENT when it is open for reading alone. */
gboolean fd_check_writable(int fd, GError **error);

/* All of it, or an error: CANCELLED when whoever reads has closed his end, TIMEOUT when he took nothing for a minute,
 * INVALID_ARGUMENT for the rest (disk full, and so on). check may be NULL. */
gboolean fd_write(int fd, gconstpointer data, gsize length, FdCheckFunc check, gpointer userdata, GError **error);
