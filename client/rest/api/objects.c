/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/rest/api/objects.h"

#include <string.h>

#include "client/rest/api/json.h"

#define PROPERTIES "org.freedesktop.DBus.Properties"
#define OBJECT_MANAGER "org.freedesktop.DBus.ObjectManager"

char *objects_label(const char *path) {
        const char *slash = strrchr(path, '/');
        g_autofree char *folder = g_strndup(path, (gsize) (slash - path));
        char *label = NULL;

        if (sd_bus_path_decode(path, folder, &label) <= 0 || !g_utf8_validate(label, -1, NULL)) {
                free(label);
                return strdup(slash + 1);
        }
        return label;
}

static void append_object(GString *json, const char *label, GVariant *properties) {
        GVariantIter iter;
        const char *name;
        GVariant *value;

        g_string_append_c(json, '{');
        if (label) {
                json_key(json, "id");
                json_string(json, label);
        }
        g_variant_iter_init(&iter, properties);
        while (g_variant_iter_next(&iter, "{&sv}", &name, &value)) {
                if (json->str[json->len - 1] != '{')
                        g_string_append_c(json, ',');
                g_string_append_c(json, '"');
                json_snake_case(json, name);
                g_string_append(json, "\":");
                json_variant(json, value);
                g_variant_unref(value);
        }
        g_string_append_c(json, '}');
}

static void on_properties(sd_bus_message *reply, const GError *error, gpointer userdata) {
        Pending *pending = userdata;
        g_autoptr(GError) own = NULL;
        g_autoptr(GVariant) body = reply ? rest_bus_read(reply, "a{sv}", &own) : NULL, properties = NULL;
        GString *json;

        if (!body) {
                pending_fail(pending, error ? error : own);
                return;
        }
        properties = g_variant_get_child_value(body, 0);
        json = g_string_sized_new(1024);
        append_object(json, pending->label, properties);
        pending_answer(pending, g_string_free(json, FALSE));
}

void objects_get_one(Pending *pending) {
        g_autofree char *interface = g_strconcat(BANGUI_NAME ".", pending->route->interface, NULL);

        if (!pending_takes_nothing(pending))
                return;
        rest_bus_call(pending->bridge->bus, pending->object, PROPERTIES, "GetAll", g_variant_new("(s)", interface), -1,
                      NULL, on_properties, pending);
}

typedef struct Row {
        const char *path;     /* borrowed */
        GVariant *properties; /* owned */
} Row;

static void row_clear(gpointer row) {
        g_variant_unref(((Row *) row)->properties);
}

static int compare_rows(gconstpointer a, gconstpointer b) {
        return strcmp(((const Row *) a)->path, ((const Row *) b)->path);
}

/* Those that have the interface, in the order of their paths: the bus knows none. */
static GArray *find_rows(GVariant *objects, const char *interface) {
        GArray *rows = g_array_new(FALSE, FALSE, sizeof(Row));
        GVariantIter iter;
        const char *path;
        GVariant *child;

        g_array_set_clear_func(rows, row_clear);
        g_variant_iter_init(&iter, objects);
        while (g_variant_iter_next(&iter, "{&o@a{sa{sv}}}", &path, &child)) {
                g_autoptr(GVariant) interfaces = child;
                GVariant *properties = g_variant_lookup_value(interfaces, interface, G_VARIANT_TYPE_VARDICT);
                Row row = { path, properties };

                if (properties)
                        g_array_append_val(rows, row);
        }
        g_array_sort(rows, compare_rows);
        return rows;
}

static void on_objects(sd_bus_message *reply, const GError *error, gpointer userdata) {
        Pending *pending = userdata;
        g_autofree char *interface = g_strconcat(BANGUI_NAME ".", pending->route->interface, NULL);
        g_autoptr(GError) own = NULL;
        g_autoptr(GVariant) body = reply ? rest_bus_read(reply, "a{oa{sa{sv}}}", &own) : NULL, objects = NULL;
        g_autoptr(GArray) rows = NULL;
        GString *json;

        if (!body) {
                pending_fail(pending, error ? error : own);
                return;
        }
        objects = g_variant_get_child_value(body, 0);
        rows = find_rows(objects, interface);
        json = g_string_new("{\"rows\":[");
        for (guint i = 0; i < rows->len; i++) {
                const Row *row = &g_array_index(rows, Row, i);
                g_autofree char *label = objects_label(row->path);

                if (i > 0)
                        g_string_append_c(json, ',');
                append_object(json, label, row->properties);
        }
        g_string_append(json, "]}");
        pending_answer(pending, g_string_free(json, FALSE));
}

void objects_get_all(Pending *pending) {
        if (!pending_takes_nothing(pending))
                return;
        rest_bus_call(pending->bridge->bus, BANGUI_PATH, OBJECT_MANAGER, "GetManagedObjects", NULL, -1, NULL,
                      on_objects, pending);
}
