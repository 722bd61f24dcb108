/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Rows of the archive: bans, and how they ended. */

#pragma once

#include "client/cli/table.h"

void history_table_init(Table *table);

/* WHO: with address and country, which a time line of one address need not repeat. */
void history_table_add(Table *table, Clock *clock, const Value *rows, bool who);
