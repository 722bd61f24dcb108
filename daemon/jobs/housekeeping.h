/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Once at the start and once a day: removes from our tables what is too old. On the main loop; the work is a
 * worker's. */

#pragma once

#include "services/retention.h"

typedef struct Housekeeping Housekeeping;

Housekeeping *housekeeping_new(Retention *retention);
void housekeeping_start(Housekeeping *self);

/* Waits for the step that runs. */
void housekeeping_free(Housekeeping *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Housekeeping, housekeeping_free)
