/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "fail2ban/value.h"

/* Visits every value and every text of a tree, at most `steps` of them (a tree that shares may be endless to walk), and
 * checks what value.h promises of each. */
void value_walk(const Value *value, guint *steps);
