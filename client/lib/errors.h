/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* From an error's name on the bus to an exit status. */

#pragma once

#include "interfaces/errors.h"

#define ERROR_EXIT_INTERNAL 1
#define ERROR_EXIT_NOT_FOUND 4
#define ERROR_EXIT_CONFLICT 5
#define ERROR_EXIT_TIMEOUT 10
#define ERROR_EXIT_INTERRUPTED 130

int error_exit_status(const char *name);
