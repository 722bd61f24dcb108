/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * JSON, written and read
 *
 * Written straight into a text, so that an answer of a few thousand values costs no tree. Read into a GVariant of plain
 * types, strictly by RFC 8259.
 */

#pragma once

#include <glib.h>

#define JSON_DEPTH_MAX 16
#define JSON_VALUES_MAX 20000 /* each costs half a kilobyte for as long as it is held */

/* The name of a member and its colon; a comma before it unless the object just began. */
void json_key(GString *text, const char *key);

/* A value; no comma. The string is UTF-8. */
void json_string(GString *text, const char *string);
void json_int64(GString *text, gint64 number);
void json_uint64(GString *text, guint64 number);
void json_boolean(GString *text, gboolean value);
/* The shortest text that reads back as the same number; null when it is none. */
void json_double(GString *text, double number);

/* Any value: dictionaries are objects, arrays and tuples arrays, a variant is what it holds, a handle is its number. */
void json_variant(GString *text, GVariant *value);

/* "CurrentlyBanned" as "currently_banned". */
void json_snake_case(GString *text, const char *name);

/* A whole JSON text. An object is a{sv}, an array av, a number without fraction and exponent x (t above that), any
 * other d, null mv. Errors (REST_ERROR_BAD_REQUEST) say what is wrong at which byte: a name that stands twice in an
 * object, a number that does not fit, a string with a NUL, more than JSON_DEPTH_MAX levels or JSON_VALUES_MAX values.
 */
GVariant *json_read(const char *text, gsize length, GError **error);
