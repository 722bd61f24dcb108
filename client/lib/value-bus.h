/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Value trees from and to messages. */

#pragma once

#include <systemd/sd-bus.h>

#include "client/lib/value.h"

/*
 * Reads the next complete value. Variants are opened, arrays become lists (of dictionary entries: maps), structs
 * become lists, descriptors become nothing. Returns 1, 0 at the end of the message, or a negative errno.
 */
int value_read(sd_bus_message *message, Value **ret_value);

/* Appends a list of strings as "as". */
int value_append_strings(sd_bus_message *message, const Value *list);

/* Appends a map of strings as "a{ss}". */
int value_append_details(sd_bus_message *message, const Value *map);

/* Appends a map of strings, numbers ("x"), booleans and lists of strings as "a{sv}". */
int value_append_options(sd_bus_message *message, const Value *map);
