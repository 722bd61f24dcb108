/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Is an entry of an MMDB file whole?
 *
 * libmaxminddb stays inside the file, but it follows nested maps and arrays with a call each, so a damaged entry could
 * use up the stack. Each entry is looked at with this before the library may read it.
 */

#pragma once

#include <glib.h>

/* data: the file's data section. Every part of the entry, behind pointers too, lies inside it, and it is neither
 * deeper nor larger than the entry of a place could be. */
gboolean mmdb_check_entry(const guint8 *data, guint32 size, guint32 offset);
