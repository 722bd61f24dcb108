/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "tests/value-json.h"

#include <math.h>
#include <string.h>

/* json-glib's strings end at NUL: it is parsed, and compared, as this character of private use. */
#define NUL_STAND_IN "\357\243\277" /* U+F8FF */
#define SAFE_INTEGER (G_GINT64_CONSTANT(1) << 53)

static gboolean is_equal(const Value *value, JsonNode *json, GString *path);

JsonNode *value_json_parse(const char *text, gsize length, GError **error) {
        g_autoptr(JsonParser) parser = json_parser_new();
        g_autoptr(GString) safe = g_string_sized_new(length);

        for (gsize i = 0; i < length; i++) {
                if (text[i] == '\\' && g_str_has_prefix(text + i, "\\u0000")) {
                        g_string_append(safe, NUL_STAND_IN);
                        i += strlen("u0000");
                        continue;
                }
                g_string_append_c(safe, text[i]);
                if (text[i] == '\\' && i + 1 < length)
                        g_string_append_c(safe, text[++i]);
        }
        if (!json_parser_load_from_data(parser, safe->str, (gssize) safe->len, error))
                return NULL;
        return json_parser_steal_root(parser);
}

/* The member of an object that has only this one. */
static JsonNode *only_member(JsonNode *json, const char *name) {
        JsonObject *object = JSON_NODE_HOLDS_OBJECT(json) ? json_node_get_object(json) : NULL;

        return object && json_object_get_size(object) == 1 ? json_object_get_member(object, name) : NULL;
}

static const char *string_of(JsonNode *json) {
        return json && JSON_NODE_HOLDS_VALUE(json) && json_node_get_value_type(json) == G_TYPE_STRING
                       ? json_node_get_string(json)
                       : NULL;
}

static gboolean is_base64(const char *data, gsize length, const char *base64) {
        g_autofree guchar *bytes = NULL;
        gsize n;

        if (!base64)
                return FALSE;
        bytes = g_base64_decode(base64, &n);
        return n == length && memcmp(bytes, data, n) == 0;
}

/* Python's surrogateescape: U+DC80 to U+DCFF stand for the bytes 0x80 to 0xff. */
static gboolean is_escaped_text(const char *data, gsize length, const char *base64) {
        g_autoptr(GByteArray) bytes = g_byte_array_new();

        for (gsize i = 0; i < length; i++) {
                guint8 byte = (guint8) data[i];

                if (byte == 0xed && i + 2 < length && (guint8) data[i + 1] >= 0xb2) {
                        byte = (guint8) (((data[i + 1] & 0x03) << 6) | (data[i + 2] & 0x3f));
                        i += 2;
                }
                g_byte_array_append(bytes, &byte, 1);
        }
        return is_base64((const char *) bytes->data, bytes->len, base64);
}

/* As value_json_parse() gives it. */
static char *json_text(const Value *value) {
        gsize length;
        const char *data = value_data(value, &length);
        GString *text = g_string_sized_new(length);

        for (gsize i = 0; i < length; i++)
                if (data[i])
                        g_string_append_c(text, data[i]);
                else
                        g_string_append(text, NUL_STAND_IN);
        return g_string_free(text, FALSE);
}

static gboolean is_text(const Value *value, JsonNode *json) {
        const char *expected = string_of(json);
        g_autofree char *text = json_text(value);
        gsize length;
        const char *data = value_data(value, &length);

        if (expected)
                return strcmp(text, expected) == 0;
        return is_escaped_text(data, length, string_of(only_member(json, "$str_surrogateescape_b64")));
}

static gboolean is_integer(gint64 number, JsonNode *json) {
        const char *digits = string_of(only_member(json, "$int"));
        g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT, number);

        if (digits)
                return (number <= -SAFE_INTEGER || number >= SAFE_INTEGER) && strcmp(digits, text) == 0;
        return JSON_NODE_HOLDS_VALUE(json) && json_node_get_value_type(json) == G_TYPE_INT64 &&
               json_node_get_int(json) == number;
}

/* Decimal digits of two's complement bytes, least first. */
static char *big_digits(const char *data, gsize length) {
        g_autofree guint8 *bytes = g_memdup2(data, length);
        g_autoptr(GString) digits = g_string_new(NULL);
        gboolean negative = length > 0 && (bytes[length - 1] & 0x80), left = length > 0;
        guint carry = 1;

        for (gsize i = 0; negative && i < length; i++) {
                carry += (guint8) ~bytes[i];
                bytes[i] = (guint8) carry;
                carry >>= 8;
        }
        while (left) {
                guint rest = 0;

                left = FALSE;
                for (gsize i = length; i-- > 0;) {
                        rest = rest << 8 | bytes[i];
                        bytes[i] = (guint8) (rest / 10);
                        rest %= 10;
                        left |= bytes[i] != 0;
                }
                g_string_append_c(digits, (char) ('0' + rest));
        }
        if (negative)
                g_string_append_c(digits, '-');
        return g_utf8_strreverse(digits->str, -1);
}

static gboolean is_big_integer(const Value *value, JsonNode *json) {
        const char *expected = string_of(only_member(json, "$int"));
        g_autofree char *digits = NULL;
        gsize length;
        const char *data = value_data(value, &length);

        digits = big_digits(data, length);
        return g_strcmp0(digits, expected) == 0;
}

static gboolean is_float(double number, JsonNode *json) {
        const char *word = string_of(only_member(json, "$float"));

        if (word)
                return isnan(number) ? strcmp(word, "nan") == 0
                                     : isinf(number) && strcmp(word, number > 0 ? "inf" : "-inf") == 0;
        return JSON_NODE_HOLDS_VALUE(json) && json_node_get_value_type(json) == G_TYPE_DOUBLE &&
               json_node_get_double(json) == number;
}

/* Goes down one level of the path, and up again when the values are equal. */
static gboolean is_equal_at(const Value *value, JsonNode *json, GString *path, const char *step) {
        gsize length = path->len;

        g_string_append_printf(path, "/%s", step);
        if (!json || !is_equal(value, json, path))
                return FALSE;
        g_string_truncate(path, length);
        return TRUE;
}

static gboolean is_array(const Value *value, JsonNode *json, GString *path) {
        JsonArray *array = json && JSON_NODE_HOLDS_ARRAY(json) ? json_node_get_array(json) : NULL;

        if (!array || json_array_get_length(array) != value_n_children(value))
                return FALSE;
        for (guint i = 0; i < value_n_children(value); i++) {
                g_autofree char *step = g_strdup_printf("%u", i);

                if (!is_equal_at(value_child(value, i), json_array_get_element(array, i), path, step))
                        return FALSE;
        }
        return TRUE;
}

static gboolean is_in(const Value *value, JsonArray *array, gboolean *taken) {
        for (guint i = 0; i < json_array_get_length(array); i++) {
                g_autoptr(GString) nowhere = g_string_new(NULL);

                if (!taken[i] && is_equal(value, json_array_get_element(array, i), nowhere)) {
                        taken[i] = TRUE;
                        return TRUE;
                }
        }
        return FALSE;
}

static gboolean is_set(const Value *value, JsonNode *json) {
        JsonNode *member = only_member(json, "$set");
        JsonArray *array = member && JSON_NODE_HOLDS_ARRAY(member) ? json_node_get_array(member) : NULL;
        g_autofree gboolean *taken = NULL;

        if (!array || json_array_get_length(array) != value_n_children(value))
                return FALSE;
        taken = g_new0(gboolean, json_array_get_length(array) + 1);
        for (guint i = 0; i < value_n_children(value); i++)
                if (!is_in(value_child(value, i), array, taken))
                        return FALSE;
        return TRUE;
}

static gboolean is_dict_of_pairs(const Value *value, JsonNode *pairs, GString *path) {
        JsonArray *array = JSON_NODE_HOLDS_ARRAY(pairs) ? json_node_get_array(pairs) : NULL;

        if (!array || 2 * json_array_get_length(array) != value_n_children(value))
                return FALSE;
        for (guint i = 0; i < json_array_get_length(array); i++) {
                JsonArray *pair = json_array_get_array_element(array, i);

                if (!is_equal_at(value_child(value, 2 * i), json_array_get_element(pair, 0), path, "key") ||
                    !is_equal_at(value_child(value, 2 * i + 1), json_array_get_element(pair, 1), path, "value"))
                        return FALSE;
        }
        return TRUE;
}

static gboolean is_dict(const Value *value, JsonNode *json, GString *path) {
        JsonNode *pairs = only_member(json, "$dict");
        JsonObject *object = JSON_NODE_HOLDS_OBJECT(json) ? json_node_get_object(json) : NULL;

        if (pairs)
                return is_dict_of_pairs(value, pairs, path);
        if (!object || 2 * json_object_get_size(object) != value_n_children(value))
                return FALSE;
        for (guint i = 0; i < value_n_children(value); i += 2) {
                const Value *name = value_child(value, i);
                g_autofree char *key = value_type(name) == VALUE_TEXT ? json_text(name) : NULL;

                if (!key || !is_equal_at(value_child(value, i + 1), json_object_get_member(object, key), path, key))
                        return FALSE;
        }
        return TRUE;
}

static gboolean is_object(const Value *value, JsonNode *json, GString *path) {
        const Value *state = value_object_state(value), *items = value_object_items(value);
        JsonObject *object = JSON_NODE_HOLDS_OBJECT(json) ? json_node_get_object(json) : NULL;
        g_autofree char *module = json_text(value_object_module(value));
        g_autofree char *class = json_text(value_object_class(value));
        g_autofree char *name = g_strdup_printf("%s.%s", module, class);

        if (value_object_is_class(value))
                return g_strcmp0(string_of(only_member(json, "$global")), class) == 0;
        if (!object || g_strcmp0(string_of(json_object_get_member(object, "$obj")), name) != 0 ||
            json_object_has_member(object, "state") != !!state || json_object_has_member(object, "items") != !!items)
                return FALSE;
        return is_equal_at(value_object_args(value), json_object_get_member(object, "args"), path, "args") &&
               (!state || is_equal_at(state, json_object_get_member(object, "state"), path, "state")) &&
               (!items || is_equal_at(items, json_object_get_member(object, "items"), path, "items"));
}

static gboolean is_bytes(const Value *value, JsonNode *json) {
        gsize length;
        const char *data = value_data(value, &length);

        return is_base64(data, length, string_of(only_member(json, "$bytes")));
}

static gboolean is_equal(const Value *value, JsonNode *json, GString *path) {
        switch (value_type(value)) {
        case VALUE_NONE:
                return JSON_NODE_HOLDS_NULL(json);
        case VALUE_BOOL:
                return JSON_NODE_HOLDS_VALUE(json) && json_node_get_value_type(json) == G_TYPE_BOOLEAN &&
                       json_node_get_boolean(json) == value_bool(value);
        case VALUE_INT:
                return is_integer(value_int(value), json);
        case VALUE_BIGINT:
                return is_big_integer(value, json);
        case VALUE_FLOAT:
                return is_float(value_float(value), json);
        case VALUE_TEXT:
                return is_text(value, json);
        case VALUE_BYTES:
                return is_bytes(value, json);
        case VALUE_LIST:
        case VALUE_TUPLE:
                return is_array(value, json, path);
        case VALUE_SET:
        case VALUE_FROZENSET:
                return is_set(value, json);
        case VALUE_DICT:
                return is_dict(value, json, path);
        case VALUE_OBJECT:
                return is_object(value, json, path);
        }
        return FALSE;
}

char *value_json_difference(const Value *value, JsonNode *json) {
        g_autoptr(GString) path = g_string_new(NULL);

        if (is_equal(value, json, path))
                return NULL;
        return g_strdup_printf("differs at %s", path->len > 0 ? path->str : "/");
}
