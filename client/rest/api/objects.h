/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Properties of the daemon's objects as answers. Both take the request over. */

#pragma once

#include "client/rest/api/pending.h"

void objects_get_one(Pending *pending);
void objects_get_all(Pending *pending);

/* "/org/bangui/BanGUI1/jail/my_2djail": "my-jail"; to be freed. */
char *objects_label(const char *path);
