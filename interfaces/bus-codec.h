/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* sd-bus messages to GVariant and back, by signature. The thread of the message's bus alone. */

#pragma once

#include "interfaces/bus-source.h"

/* The whole body, which has the signature, as one tuple, floating; NULL when it cannot be read.
 * A handle ('h') becomes an index into `handles`, an array of int that gets a duplicate of each descriptor, also of
 * those read before an error; with NULL, and inside of variants, a handle is refused. */
GVariant *codec_read_body(sd_bus_message *message, const char *signature, GArray *handles);

/* Appends the members of the tuple. A handle ('h') takes `fd`, which sd-bus duplicates. Negative errno. */
int codec_append_tuple(sd_bus_message *message, GVariant *tuple, int fd);

/* Appends one value. */
int codec_append(sd_bus_message *message, GVariant *value, int fd);
