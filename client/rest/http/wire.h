/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The stream that libsoup is given of a connection
 *
 * libsoup 3.2 forgets a connection that ends between two requests: it is never closed, and its memory never freed.
 * It does close one that ends within the first line of a request; so between requests the end is announced by one
 * byte of such a line. A request that libsoup must not see (framing.h) ends the connection, too.
 */

#pragma once

#include <gio/gio.h>

#define WIRE_TYPE (wire_get_type())
G_DECLARE_FINAL_TYPE(Wire, wire, WIRE, WIRE, GIOStream)

Wire *wire_new(GIOStream *base);

/* Whether the connection is between two requests. */
void wire_set_between(Wire *self, gboolean between);
