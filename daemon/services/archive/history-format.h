/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Rows of the history as text
 *
 * JSON lines have the keys of the bus. CSV is that of RFC 4180, with a line of names first; times are seconds since
 * 1970 in both. In CSV a text that a spreadsheet would take for a formula gets an apostrophe in front, since ids and
 * log lines are what attackers sent.
 */

#pragma once

#include "services/archive/history-private.h"

void history_format_head(HistoryFormat format, gboolean data, GString *out);
void history_format_row(HistoryFormat format, const ArchiveRow *row, const char *jail, gboolean data, GString *out);
