/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Values of a message of the bus as JSON, without a tree in between. */

#pragma once

#include "client/rest/api/json.h"
#include "interfaces/bus-source.h"

/* The next value: dictionaries are objects, arrays and structs arrays, a variant is what it holds, a descriptor null.
 * 1; 0: there is none; negative errno: the message is damaged, and `text` has a part of it. */
int json_message(GString *text, sd_bus_message *message);
