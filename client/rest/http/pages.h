/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The files of the page
 *
 * Read once at the start into a table: a request is looked up there and touches no file, so that no path can lead
 * out of the folder. Only regular files count; a file NAME.gz beside NAME is its compressed form. index.html answers
 * for each path that lies in none of their folders (at the top: that has no dot), and its <base href="/"> says the
 * base path.
 */

#pragma once

#include "client/rest/http/request.h"

typedef struct Pages Pages;

/* `folder` empty or not there: a table without files. */
Pages *pages_new(const char *folder, const char *base_path);
void pages_free(Pages *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Pages, pages_free)

guint pages_count(const Pages *self);

/* Answers a request for request->path. */
void pages_serve(const Pages *self, RestRequest *request);
