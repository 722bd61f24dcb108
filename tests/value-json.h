/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Values against JSON
 *
 * How a value is written in the .json of a capture: tuple and list as array; a number of 2^53 and more as
 * {"$int": "..."}; inf and nan as {"$float": "..."}; bytes as {"$bytes": base64}; set and frozenset as {"$set":
 * [in any order]}; a dict with a key that is not text as {"$dict": [[key, value], ...]}; text with lone
 * surrogates as {"$str_surrogateescape_b64": base64 of the bytes they stand for}; an object as {"$obj":
 * "module.Class", "args": [...]} with "state" and "items" when it has them; a class itself as {"$global":
 * "Class"}.
 */

#pragma once

#include <json-glib/json-glib.h>

#include "fail2ban/value.h"

/* JSON text as a tree; NULL is an error. */
JsonNode *value_json_parse(const char *text, gsize length, GError **error);

/* NULL when they are equal, else where and how they differ. */
char *value_json_difference(const Value *value, JsonNode *json);
