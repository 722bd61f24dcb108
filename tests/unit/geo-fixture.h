/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Small MMDB files of all shapes (geo-files.pl). */

#pragma once

#include "core/address.h"

/* A file of the build, such as "country.mmdb"; free with g_free. */
char *geo_fixture_file(const char *name);

/* What is in it. */
void geo_fixture_read(const char *name, char **ret_data, gsize *ret_length);

/* Puts it at a path: in one step, by renaming; or by writing over what is there. */
void geo_fixture_replace(const char *name, const char *path);
void geo_fixture_overwrite(const char *path, const char *data, gsize length);

Address geo_fixture_address(const char *text);
