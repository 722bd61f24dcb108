/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* sd-bus messages to GVariant and back, by signature. Main thread. */

#pragma once

#include "bus/source.h"
#include "core/rows.h"

/* The whole body as one tuple, floating; NULL with INVALID_ARGUMENT when the body does not have the signature.
 * A handle ('h') becomes an index into `handles`, an array of int that gets a duplicate of each descriptor, also of
 * those read before an error; with NULL, and inside of variants, a handle is refused. */
GVariant *codec_read(sd_bus_message *message, const char *signature, GArray *handles, GError **error);

/* Appends the members of the tuple. A handle ('h') takes `fd`, which sd-bus duplicates. Negative errno. */
int codec_append_tuple(sd_bus_message *message, GVariant *tuple, int fd);

/* Appends one value. */
int codec_append(sd_bus_message *message, GVariant *value, int fd);

/* Appends the rows as one aa{sv}, or a{sv} when they go as columns. */
int codec_append_rows(sd_bus_message *message, const Rows *rows);
