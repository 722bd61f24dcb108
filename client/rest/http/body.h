/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The body of a request as it arrives
 *
 * Counted piece by piece, whatever its headers said. What is small is kept in memory; of what is larger than
 * BODY_IN_MEMORY_MAX the bytes go to a nameless file in the store's folder, so that an upload costs no memory.
 */

#pragma once

#include "client/rest/http/request.h"

#define BODY_IN_MEMORY_MAX (2 * 1024 * 1024)

typedef struct Body Body;

Body *body_new(gint64 limit, const char *folder);
void body_free(Body *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Body, body_free)

/* TOO_LARGE, or STORE when the disk is full. After an error everything that came is gone. */
gboolean body_add(Body *self, GBytes *piece, GError **error);
gint64 body_count(const Body *self);

/* Moves it into the request. */
gboolean body_finish(Body *self, RestRequest *request, GError **error);
