/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What a text must be before it goes to fail2ban
 *
 * fail2ban evaluates times as Python, opens any path and takes any word; so nothing of a caller goes out that was
 * not found here to be what it should be. All failures are INVALID_ARGUMENT and say what would be right,
 * if not told otherwise.
 */

#pragma once

#include <glib.h>

/* Valid UTF-8 without control characters, at most `max` bytes. `what` names it in the message: "the log encoding". */
gboolean check_text(const char *text, const char *what, gsize max, GError **error);

/* One of `choices`, without regard to case; the choice as fail2ban writes it, or NULL. */
const char *check_choice(const char *text, const char *what, const char *const *choices, GError **error);

/* The number's digits, the only form in which one goes out. */
char *check_number(gint64 number, const char *what, gint64 min, gint64 max, GError **error);

/* 1 to FAIL2BAN_REGEX_MAX bytes in one line. */
gboolean check_regex(const char *regex, GError **error);

/* An address, a network or a host name (RFC 1123, '_' allowed); its canonical text. */
char *check_ignore_entry(const char *entry, GError **error);

/* Words FIELD=value and single '+' between groups. */
gboolean check_journal_match(const char *match, GError **error);

/* Blank-separated positive whole numbers, or empty. */
gboolean check_multipliers(const char *text, GError **error);

/* An existing regular file below one of `folders`, links resolved; gives the resolved path. FILE_NOT_FOUND. */
char *check_log_file(const char *path, const char *const *folders, GError **error);

/* As check_log_file(), but the file itself may be missing; its folder may not. */
char *check_new_file(const char *path, const char *what, const char *const *folders, GError **error);
