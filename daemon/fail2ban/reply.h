/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What a reply means
 *
 * fail2ban answers (0, value), or (1, exception) when a command failed. Two other shapes are real: a bare text
 * "ERROR: ..." when it could not read the request or could not pickle its own answer, and the list ["SHUTDOWN"] when
 * it is ending.
 */

#pragma once

#include "fail2ban/value.h"

/* The value of (0, value), borrowed from the tree. Else NULL and:
 *   (1, UnknownJailException)  JAIL_NOT_FOUND
 *   (1, RegexException)        REGEX_INVALID, what fail2ban says of the expression
 *   (1, anything else)         REFUSED_BY_FAIL2BAN with the class and its first text; of the OSError family
 *                              the reason and the file
 *   "ERROR: ..."               REFUSED_BY_FAIL2BAN with the text
 *   ["SHUTDOWN"]               FAIL2BAN_OFFLINE
 *   another shape              FAIL2BAN_PROTOCOL with what was expected
 * A code that is a bool counts as the number it is in Python. */
const Value *fail2ban_reply_value(const ValueTree *tree, GError **error);
