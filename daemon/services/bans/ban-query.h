/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Pages and dumps of the ban table: filter, order, cursor. */

#pragma once

#include "services/bans/ban-slots.h"
#include "services/bans/ban-table.h"

/* As ban_table_query(); the caller sees to it that the slots do not change meanwhile. */
gboolean ban_query_run(const BanSlots *slots, const BanQuery *query, BanFunc each, gpointer userdata, char **ret_cursor,
                       guint *ret_total, GError **error);
