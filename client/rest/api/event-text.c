/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/rest/api/event-text.h"

#include <string.h>

#include "client/rest/api/json.h"
#include "client/rest/bus/bus.h"

#define PREFIX BANGUI_NAME "."

/* As sd_bus_path_decode(): an underscore and two hexadecimal digits are a byte. */
static void append_decoded(GString *text, const char *label) {
        for (const char *c = label; *c; c++) {
                if (c[0] == '_' && g_ascii_isxdigit(c[1]) && g_ascii_isxdigit(c[2])) {
                        g_string_append_c(text, (char) (g_ascii_xdigit_value(c[1]) << 4 | g_ascii_xdigit_value(c[2])));
                        c += 2;
                } else if (c[0] != '_' || c[1] != '\0' || c != label)
                        g_string_append_c(text, *c);
        }
}

char *event_object(const char *object) {
        g_autoptr(GString) text = g_string_new(NULL);
        const char *label;

        if (!g_str_has_prefix(object, BANGUI_PATH "/"))
                return NULL;
        object += strlen(BANGUI_PATH "/");
        label = strrchr(object, '/');
        label = label ? label + 1 : object;
        g_string_append_len(text, object, label - object);
        append_decoded(text, label);
        if (!g_utf8_validate_len(text->str, text->len, NULL))
                return g_strdup(object);
        return g_string_free(g_steal_pointer(&text), FALSE);
}

/* Begins an object; the next member needs json_key(). */
static GString *begin(const char *object) {
        GString *text = g_string_new("{");
        g_autofree char *below = event_object(object);

        if (below) {
                json_key(text, "object");
                json_string(text, below);
        }
        return text;
}

static void add_changed(GString *text, const char *key, GVariant *properties) {
        GVariantIter iter;
        const char *name;
        GVariant *value;

        json_key(text, key);
        g_string_append_c(text, '{');
        g_variant_iter_init(&iter, properties);
        while (g_variant_iter_loop(&iter, "{&sv}", &name, &value)) {
                g_autofree char *snake = contract_snake_case(name);

                json_key(text, snake);
                json_variant(text, value);
        }
        g_string_append_c(text, '}');
}

static void tell(GString *text, const char *interface, const char *name, EventFunc func, gpointer userdata) {
        g_autofree char *type = g_strconcat(interface, ".", name, NULL);

        g_string_append_c(text, '}');
        func(type, text->str, userdata);
}

static void properties_changed(const char *object, GVariant *arguments, EventFunc func, gpointer userdata) {
        g_autoptr(GString) text = begin(object);
        g_autoptr(GVariant) changed = NULL;
        g_autofree const char **invalidated = NULL;
        const char *interface;

        g_variant_get(arguments, "(&s@a{sv}^a&s)", &interface, &changed, &invalidated);
        if (!g_str_has_prefix(interface, PREFIX))
                return;
        add_changed(text, "changed", changed);
        json_key(text, "invalidated");
        g_string_append_c(text, '[');
        for (gsize i = 0; invalidated[i]; i++) {
                g_autofree char *snake = contract_snake_case(invalidated[i]);

                if (i > 0)
                        g_string_append_c(text, ',');
                json_string(text, snake);
        }
        g_string_append_c(text, ']');
        tell(text, interface + strlen(PREFIX), "Properties", func, userdata);
}

static void interfaces_added(GVariant *arguments, EventFunc func, gpointer userdata) {
        g_autoptr(GVariantIter) iter = NULL;
        const char *object, *interface;
        GVariant *properties;

        g_variant_get(arguments, "(&oa{sa{sv}})", &object, &iter);
        while (g_variant_iter_loop(iter, "{&s@a{sv}}", &interface, &properties)) {
                g_autoptr(GString) text = NULL;

                if (!g_str_has_prefix(interface, PREFIX))
                        continue;
                text = begin(object);
                add_changed(text, "properties", properties);
                tell(text, interface + strlen(PREFIX), "Added", func, userdata);
        }
}

static void interfaces_removed(GVariant *arguments, EventFunc func, gpointer userdata) {
        g_autoptr(GVariantIter) iter = NULL;
        const char *object, *interface;

        g_variant_get(arguments, "(&oas)", &object, &iter);
        while (g_variant_iter_loop(iter, "&s", &interface)) {
                g_autoptr(GString) text = NULL;

                if (!g_str_has_prefix(interface, PREFIX))
                        continue;
                text = begin(object);
                tell(text, interface + strlen(PREFIX), "Removed", func, userdata);
        }
}

static void own_signal(const GDBusSignalInfo *signal, const char *interface, const char *object, GVariant *arguments,
                       EventFunc func, gpointer userdata) {
        g_autoptr(GString) text = begin(object);
        gsize count = arguments ? g_variant_n_children(arguments) : 0;

        for (gsize i = 0; i < count && signal->args && signal->args[i]; i++) {
                g_autoptr(GVariant) value = g_variant_get_child_value(arguments, i);

                json_key(text, signal->args[i]->name);
                if (g_variant_is_of_type(value, G_VARIANT_TYPE_OBJECT_PATH)) {
                        g_autofree char *below = event_object(g_variant_get_string(value, NULL));

                        json_string(text, below ? below : "");
                } else
                        json_variant(text, value);
        }
        tell(text, interface, signal->name, func, userdata);
}

void event_from_signal(const Contract *contract, const char *interface, const char *name, const char *object,
                       GVariant *arguments, EventFunc func, gpointer userdata) {
        const char *type = arguments ? g_variant_get_type_string(arguments) : "()";

        if (g_str_equal(interface, "Bridge")) {
                g_autofree char *full = g_strconcat("Bridge.", name, NULL);

                func(full, "{}", userdata);
        } else if (g_str_equal(name, "PropertiesChanged") && g_str_equal(type, "(sa{sv}as)"))
                properties_changed(object, arguments, func, userdata);
        else if (g_str_equal(name, "InterfacesAdded") && g_str_equal(type, "(oa{sa{sv}})"))
                interfaces_added(arguments, func, userdata);
        else if (g_str_equal(name, "InterfacesRemoved") && g_str_equal(type, "(oas)"))
                interfaces_removed(arguments, func, userdata);
        else {
                const GDBusInterfaceInfo *info = contract_interface(contract, interface);
                const GDBusSignalInfo *signal =
                        info ? g_dbus_interface_info_lookup_signal((GDBusInterfaceInfo *) info, name) : NULL;

                if (signal)
                        own_signal(signal, interface, object, arguments, func, userdata);
        }
}
