/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What fail2ban keeps with a ban, made into what we keep
 *
 * fail2ban: {"matches": ["line", ["before", "date", "after"], ...], "failures": 3, "user": "x", ...}
 * we:       {"captured": {"user": "x", ...}, "matches": ["line", "beforedateafter", ...]}
 *
 * The pieces are copied as they are written, escapes and all, so that some hundred thousand of them a second can be
 * made; nothing is taken over that is not well-formed.
 */

#pragma once

#include <glib.h>

/* Appends ours to `out`, or nothing when there are neither lines nor captures. raw is fail2ban's blob, which need not
 * be JSON at all: then FALSE, and `out` is as it was. */
gboolean ban_data_convert(const char *raw, gsize length, GString *out, guint *ret_failures);
