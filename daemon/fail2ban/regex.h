/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Which regular expression matches a line
 *
 * Only fail2ban's own matching says what fail2ban would do, so fail2ban-regex is asked, for all lines of a jail at
 * once: confined (fail2ban/confinement.h), without host names being looked up, with nothing on disk. Blocking.
 */

#pragma once

#include <glib.h>

#define FAIL2BAN_REGEX_LINES_MAX 1000

/* The rules as a running jail has them, its tags expanded; all borrowed. */
typedef struct Fail2banRules {
        const char *prefregex; /* "" = none */
        const char *const *failregex;
        const char *datepattern; /* "" = fail2ban's own */
        const char *timezone;    /* of the log; "" = the machine's */
        guint maxlines;
} Fail2banRules;

/* ret_rules has `n` entries: the index of the failregex that fail2ban would take for the line, -1 = none, or the line
 * is only the beginning of what another one matched. program: path of fail2ban-regex. REGEX_INVALID with what it
 * said; TIMEOUT; INTERNAL when it cannot be confined. */
gboolean fail2ban_regex_match(const char *program, const Fail2banRules *rules, const char *const *lines, guint n,
                              guint timeout_s, int *ret_rules, GError **error);
