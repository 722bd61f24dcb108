/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the daemon has to say in and read from messages, beyond plain values. Main thread. */

#pragma once

#include "core/rows.h"
#include "interfaces/bus-codec.h"

/* As codec_read_body(); NULL with INVALID_ARGUMENT, also when the body does not have the signature. */
GVariant *codec_read(sd_bus_message *message, const char *signature, GArray *handles, GError **error);

/* Appends the rows as one aa{sv}, or a{sv} when they go as columns. */
int codec_append_rows(sd_bus_message *message, const Rows *rows);
