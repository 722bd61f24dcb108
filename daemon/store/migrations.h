/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The schema, and the steps that lead to it. */

#pragma once

#include "store/connection.h"

/* Marks the file as ours: "BnGU". */
#define STORE_APPLICATION_ID 0x426e4755

/* Brings the file to the newest version: each step in a transaction of its own, a copy FILE.vN before the first one
 * when the file holds data. Touches nothing that is not ours or newer than known. */
gboolean store_migrate(StoreConnection *connection, const char *file, GError **error);
