/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The schema, and the steps that lead to it. */

#pragma once

#include "store/connection.h"

/* Marks the file as ours: "BnGU". */
#define STORE_APPLICATION_ID 0x426e4755

/* Step n is SQL that leads from version n to n + 1. Ends with NULL. */
extern const char *const store_steps[];

/* Brings the file to the version behind the last step: each in a transaction of its own, a copy FILE.vN before the
 * first one when the file holds data. Touches nothing that is not ours or newer than known. */
gboolean store_migrate(StoreConnection *connection, const char *file, const char *const *steps, GError **error);
