/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* GET and PUT config/map-color-thresholds: the settings map-threshold-low, -medium and -high under one name. */

#include <string.h>

#include "client/rest/api/json.h"
#include "client/rest/api/own-routes.h"
#include "client/rest/bridge.h"
#include "client/rest/errors.h"

#define PREFIX "map-threshold-"

static const char *const names[] = { "low", "medium", "high" };

typedef struct Ask {
        Bridge *bridge;
        RestRequest *request;
        gboolean changes;
} Ask;

static void ask_free(Ask *self) {
        rest_request_unref(self->request);
        g_free(self);
}

static gboolean is_name(const char *name) {
        for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
                if (g_str_equal(names[i], name))
                        return TRUE;
        return FALSE;
}

/* Of rows of settings those that are thresholds. */
static char *write_thresholds(GVariant *answer) {
        g_autoptr(GVariantIter) rows = NULL;
        GString *text = g_string_new("{");
        GVariant *row;

        g_variant_get(answer, "(aa{sv})", &rows);
        while (g_variant_iter_loop(rows, "@a{sv}", &row)) {
                g_autoptr(GVariant) value = g_variant_lookup_value(row, "value", NULL);
                const char *key = "";

                if (!value || !g_variant_lookup(row, "key", "&s", &key) || !g_str_has_prefix(key, PREFIX) ||
                    !is_name(key + strlen(PREFIX)))
                        continue;
                json_key(text, key + strlen(PREFIX));
                json_variant(text, value);
        }
        g_string_append_c(text, '}');
        return g_string_free(text, FALSE);
}

static void on_settings(sd_bus_message *reply, const GError *error, gpointer userdata) {
        Ask *self = userdata;
        g_autoptr(GError) own = NULL;
        g_autoptr(GVariant) answer = reply ? rest_bus_read(reply, "aa{sv}", &own) : NULL;

        if (answer && self->changes)
                rest_bus_bump(self->bridge->bus);
        if (answer)
                rest_request_reply_json(self->request, SOUP_STATUS_OK, write_thresholds(answer));
        else
                rest_request_reply_error(self->request, error ? error : own);
        ask_free(self);
}

static void ask(Bridge *bridge, RestRequest *request, const char *member, GVariant *changes) {
        Ask *self = g_new0(Ask, 1);
        GVariantDict options;

        self->bridge = bridge;
        self->request = rest_request_ref(request);
        self->changes = changes != NULL;
        g_variant_dict_init(&options, NULL);
        g_variant_dict_insert(&options, "correlation_id", "s", request->correlation_id);
        rest_bus_call(bridge->bus, BANGUI_PATH, BANGUI_NAME ".Settings", member,
                      changes ? g_variant_new("(@a{sv}@a{sv})", changes, g_variant_dict_end(&options))
                              : g_variant_new("(@a{sv})", g_variant_dict_end(&options)),
                      -1, NULL, on_settings, self);
}

void own_get_thresholds(Bridge *bridge, RestRequest *request, const RouteMatch *match) {
        ask(bridge, request, "List", NULL);
}

/* {"low": 10, "high": 100} as the changes of Settings.Set, floating; what a value may be is the daemon's to say. */
static GVariant *read_changes(const RestRequest *request, GError **error) {
        gsize length = 0;
        const char *text = g_bytes_get_data(request->body, &length);
        g_autoptr(GVariant) body = json_read(text ? text : "", length, error);
        GVariantDict changes;
        GVariantIter iter;
        const char *name;
        GVariant *value;

        if (!body)
                return NULL;
        if (!g_variant_is_of_type(body, G_VARIANT_TYPE_VARDICT) || g_variant_n_children(body) == 0) {
                g_set_error_literal(error, REST_ERROR, REST_ERROR_BAD_REQUEST,
                                    "the body has to be an object with low, medium or high");
                return NULL;
        }
        g_variant_dict_init(&changes, NULL);
        g_variant_iter_init(&iter, body);
        while (g_variant_iter_next(&iter, "{&sv}", &name, &value)) {
                g_autofree char *key = g_strconcat(PREFIX, name, NULL);

                g_variant_dict_insert_value(&changes, key, value);
                g_variant_unref(value);
        }
        return g_variant_dict_end(&changes);
}

void own_put_thresholds(Bridge *bridge, RestRequest *request, const RouteMatch *match) {
        g_autoptr(GError) error = NULL;
        GVariant *changes = read_changes(request, &error);

        if (changes)
                ask(bridge, request, "Set", changes);
        else
                rest_request_reply_error(request, error);
}
