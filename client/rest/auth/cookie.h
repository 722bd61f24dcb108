/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The cookie of a session
 *
 * On TLS its name has a prefix with which browsers take it from this very host over TLS only: "__Host-" with the path
 * "/", "__Secure-" below a sub-path.
 */

#pragma once

#include <glib.h>

/* `base_path`: "/" or "/bangui/". Static. */
const char *cookie_name(gboolean secure, const char *base_path);

/* The value in a Cookie header, to be freed; NULL: it is not there. */
char *cookie_find(const char *header, const char *name);

/* What Set-Cookie says, to be freed. `max_age` 0: the browser is to forget it. */
char *cookie_text(const char *value, gboolean secure, const char *base_path, gint64 max_age);
