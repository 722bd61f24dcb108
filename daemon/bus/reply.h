/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Answers to a message. Main thread. */

#pragma once

#include "core/rows.h"
#include "interfaces/bus-source.h"

/* The error by the table; a GError of another domain is Internal. */
void reply_error(sd_bus_message *call, const GError *error);

/* Too many calls of this caller, or of all, are in work. */
void reply_busy(sd_bus_message *call);

/* rows: the first value, or NULL. values: a tuple, of the others; fd: for a handle in it, or -1. */
void reply_values(sd_bus_message *call, const Rows *rows, GVariant *values, int fd);
