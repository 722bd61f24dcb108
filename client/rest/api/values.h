/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Texts and JSON values as values of a D-Bus type. */

#pragma once

#include <glib.h>

/* What a value of the type is called in a message: "an integer". */
const char *value_type_name(const char *type);

/* Texts of a path or query. "v" is an integer when the text is one, else a string. Floating; NULL: they are no value of
 * the type. */
GVariant *value_from_texts(const GPtrArray *texts, const char *type);

/* A value as json_read() gives it. "v" becomes s, x, t, b, d or as, and so do the values of "a{sv}". Floating or not;
 * NULL: it is no value of the type. */
GVariant *value_from_json(GVariant *json, const char *type);
