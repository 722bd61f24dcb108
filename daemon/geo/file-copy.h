/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A copy of a file that nobody else can reach. */

#pragma once

#include <glib.h>

/* A descriptor of the copy, which lies in `folder` without a name and goes with the last descriptor or mapping. Refused
 * when the file is empty, larger than `bytes_max` or changes meanwhile. -1 on error; the message names the path. */
int file_copy_open(const char *path, const char *folder, gint64 bytes_max, GError **error);
