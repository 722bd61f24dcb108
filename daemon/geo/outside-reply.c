/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "geo/outside-reply.h"

#include <json-glib/json-glib.h>
#include <string.h>

#include "core/error.h"
#include "core/text.h"
#include "geo/geo.h"

#define DEPTH_MAX 8
#define ORGANISATION_MAX 200

/* json-glib follows each bracket with a call, as deep as they go. */
static gboolean is_flat(const char *text, gsize length) {
        gboolean quoted = FALSE;
        guint depth = 0;

        for (gsize i = 0; i < length; i++) {
                if (quoted) {
                        if (text[i] == '\\')
                                i++;
                        else if (text[i] == '"')
                                quoted = FALSE;
                } else if (text[i] == '"') {
                        quoted = TRUE;
                } else if (text[i] == '[' || text[i] == '{') {
                        if (++depth > DEPTH_MAX)
                                return FALSE;
                } else if ((text[i] == ']' || text[i] == '}') && depth > 0) {
                        depth--;
                }
        }
        return TRUE;
}

/* NULL: it is not there, or no text. */
static const char *get_text(JsonObject *object, const char *name) {
        JsonNode *node = json_object_get_member(object, name);

        if (!node || !JSON_NODE_HOLDS_VALUE(node) || json_node_get_value_type(node) != G_TYPE_STRING)
                return NULL;
        return json_node_get_string(node);
}

/* "AS15169 Google LLC" */
static void read_network(const char *text, GeoKnown *known) {
        g_auto(GStrv) words = g_strsplit(text, " ", 2);
        guint64 number;

        if (!words[0] || !g_str_has_prefix(words[0], "AS") ||
            !g_ascii_string_to_unsigned(words[0] + 2, 10, 1, G_MAXUINT32, &number, NULL))
                return;
        known->network = (guint32) number;
        if (words[1] && words[1][0] != '\0' && strlen(words[1]) <= ORGANISATION_MAX && text_is_plain(words[1]))
                known->organisation = g_ref_string_new_intern(words[1]);
}

static void read_place(JsonObject *object, GeoKnown *known) {
        const char *status = get_text(object, "status"), *country = get_text(object, "countryCode");
        const char *network = get_text(object, "as");

        if (g_strcmp0(status, "success") != 0)
                return;
        if (!country || !geo_country_read(country, &known->country))
                known->country = 0;
        if (network)
                read_network(network, known);
}

/* FALSE: it speaks of none of the addresses that are still open. */
static gboolean read_row(JsonNode *row, GHashTable *open, gint64 now, GArray *answers) {
        GeoKnown known = { .found_at = now, .seen_at = now };
        const char *query;

        if (!JSON_NODE_HOLDS_OBJECT(row))
                return FALSE;
        query = get_text(json_node_get_object(row), "query");
        if (!query || !address_try_parse(query, &known.address) || !g_hash_table_remove(open, &known.address))
                return FALSE;
        read_place(json_node_get_object(row), &known);
        g_array_append_val(answers, known);
        return TRUE;
}

static gboolean fail(GError **error, const char *why) {
        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_OUTSIDE_FAILED,
                    "the service answered %s, where a JSON list of objects was expected", why);
        return FALSE;
}

gboolean outside_reply_read(GBytes *text, const Address *addresses, guint n, gint64 now, GArray *answers,
                            GError **error) {
        g_autoptr(GHashTable) open = g_hash_table_new(address_hash, address_equal);
        g_autoptr(JsonParser) parser = json_parser_new_immutable();
        gsize length;
        const char *data = g_bytes_get_data(text, &length);
        JsonArray *rows;
        guint taken = 0;

        if (length == 0)
                return fail(error, "nothing");
        if (!is_flat(data, length) || !g_utf8_validate_len(data, length, NULL) ||
            !json_parser_load_from_data(parser, data, (gssize) length, NULL))
                return fail(error, "no JSON");
        if (!json_parser_get_root(parser) || !JSON_NODE_HOLDS_ARRAY(json_parser_get_root(parser)))
                return fail(error, "something else");

        for (guint i = 0; i < n; i++)
                g_hash_table_add(open, (gpointer) &addresses[i]);
        rows = json_node_get_array(json_parser_get_root(parser));
        for (guint i = 0; i < json_array_get_length(rows); i++)
                taken += read_row(json_array_get_element(rows, i), open, now, answers);
        return taken > 0 || fail(error, "nothing of what it was asked");
}
