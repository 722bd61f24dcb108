/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/rest/api/pending.h"

#include <string.h>

#include "client/rest/api/arguments.h"
#include "client/rest/api/json-message.h"
#include "client/rest/errors.h"

#define OPERATION_FOLDER BANGUI_PATH "/operation/"

/* "jail/{jail}" with its parameter, escaped as the daemon does; operations have numbers for names, which stay. */
static void find_object(Pending *self, const RouteMatch *match) {
        g_autofree char *folder = NULL, *name = NULL;
        const char *place;

        if (!match->route->object) {
                self->object = strdup(BANGUI_PATH);
                return;
        }
        place = strchr(match->route->object, '{');
        name = g_strndup(place + 1, strlen(place) - 2);
        folder =
                g_strdup_printf("%s/%.*s", BANGUI_PATH, (int) (place - match->route->object - 1), match->route->object);
        self->label = g_strdup(g_hash_table_lookup(match->parameters, name));
        if (g_str_equal(match->route->interface, "Operation") && !self->label[strspn(self->label, "0123456789")]) {
                if (asprintf(&self->object, "%s/%s", folder, self->label) < 0)
                        g_error("no memory");
        } else if (sd_bus_path_encode(folder, self->label, &self->object) < 0) {
                g_error("no memory");
        }
}

static int compare_names(gconstpointer a, gconstpointer b) {
        return strcmp(*(const char *const *) a, *(const char *const *) b);
}

/* The same for all orders of parameters; blanks cannot stand in a path or query as it is written here. */
static char *cache_key(const RestRequest *request) {
        guint n;
        g_autofree const char **names = NULL;
        GString *key;

        if (g_hash_table_size(request->query) == 0) {
                const char scope[] = { (char) ('0' + request->identity.scope), '\0' };

                return g_strconcat(scope, " ", request->path, NULL);
        }
        names = (const char **) g_hash_table_get_keys_as_array(request->query, &n);
        key = g_string_new(request->method);
        g_string_append_printf(key, " %d ", request->identity.scope);
        g_string_append_uri_escaped(key, request->path, "/", TRUE);
        qsort(names, n, sizeof(*names), compare_names);
        for (guint i = 0; i < n; i++) {
                const GPtrArray *values = g_hash_table_lookup(request->query, names[i]);

                for (guint j = 0; j < values->len; j++) {
                        g_string_append_c(key, '&');
                        g_string_append_uri_escaped(key, names[i], NULL, TRUE);
                        g_string_append_c(key, '=');
                        g_string_append_uri_escaped(key, values->pdata[j], NULL, TRUE);
                }
        }
        return g_string_free(key, FALSE);
}

/* What may be given to several who ask, for a moment. */
static gboolean is_kept(const Route *route) {
        return g_str_equal(route->method, "GET") &&
               (route->kind == ROUTE_METHOD || route->kind == ROUTE_PROPERTIES || route->kind == ROUTE_OBJECTS);
}

Pending *pending_new(Bridge *bridge, RestRequest *request, const RouteMatch *match) {
        guint64 generation = rest_bus_generation(bridge->bus);
        g_autofree char *key = is_kept(match->route) ? cache_key(request) : NULL;
        Pending *self;

        if (key && rest_cache_serve(bridge->cache, key, generation, request))
                return NULL;
        self = g_new0(Pending, 1);
        self->bridge = bridge;
        self->request = rest_request_ref(request);
        self->route = match->route;
        self->cache_key = g_steal_pointer(&key);
        self->generation = generation;
        if (match->route->member)
                self->method = contract_method(bridge->contract, match->route->interface, match->route->member);
        find_object(self, match);
        return self;
}

void pending_free(Pending *self) {
        rest_request_unref(self->request);
        free(self->object);
        g_free(self->label);
        g_free(self->cache_key);
        g_free(self);
}

GVariant *pending_arguments(Pending *self, const RouteMatch *match) {
        g_autoptr(GError) error = NULL;
        GVariant *arguments = arguments_of(self->request, match, self->method, &error);

        if (!arguments)
                pending_fail(self, error);
        return arguments;
}

gboolean pending_takes_nothing(Pending *self) {
        g_autoptr(GError) error = NULL;
        GHashTableIter iter;
        gpointer name;

        g_hash_table_iter_init(&iter, self->request->query);
        if (!g_hash_table_iter_next(&iter, &name, NULL))
                return TRUE;
        error = arguments_error("InvalidArgument", "there is no argument '%.64s'; %s takes nothing",
                                (const char *) name, self->route->path);
        pending_fail(self, error);
        return FALSE;
}

void pending_answer(Pending *self, char *json) {
        g_autoptr(Pending) owned = NULL;

        if (!json) {
                g_autoptr(GError) error =
                        g_error_new_literal(REST_ERROR, REST_ERROR_INTERNAL, "the daemon's answer cannot be read");

                pending_fail(self, error);
                return;
        }
        owned = self;
        if (self->cache_key)
                rest_cache_answer(self->bridge->cache, self->cache_key, self->generation, json);
        else
                rest_request_reply_json(self->request, 200, json);
}

/* The bus knows no such object: in words of who asked. */
static GError *not_found(const Pending *self) {
        if (g_str_equal(self->route->interface, "Jail"))
                return arguments_error("JailNotFound", "there is no jail '%.200s'", self->label);
        return g_error_new(REST_ERROR, REST_ERROR_ROUTE_NOT_FOUND, "there is no %.*s '%.200s'",
                           (int) strcspn(self->route->object, "/"), self->route->object, self->label);
}

static gboolean is_unknown_object(const GError *error) {
        const char *name = rest_error_name(error);

        return g_strcmp0(name, SD_BUS_ERROR_UNKNOWN_OBJECT) == 0 ||
               g_strcmp0(name, SD_BUS_ERROR_UNKNOWN_INTERFACE) == 0;
}

void pending_fail(Pending *self, const GError *error) {
        g_autoptr(Pending) owned = self;
        g_autoptr(GError) told = self->label && is_unknown_object(error) ? not_found(self) : g_error_copy(error);

        if (self->cache_key)
                rest_cache_fail(self->bridge->cache, self->cache_key, self->generation, told);
        else
                rest_request_reply_error(self->request, told);
}

static void pending_operation(Pending *self, const char *operation) {
        g_autoptr(Pending) owned = self;
        g_autofree char *location = NULL;
        GString *json = g_string_new("{");
        const char *id =
                g_str_has_prefix(operation, OPERATION_FOLDER) ? operation + strlen(OPERATION_FOLDER) : operation;

        location = g_strconcat(self->bridge->settings->base_path, "api/v1/operations/", id, NULL);
        rest_request_header(self->request, "Location", location);
        json_key(json, "operation");
        json_string(json, id);
        g_string_append_c(json, '}');
        rest_request_reply_json(self->request, 202, g_string_free(json, FALSE));
}

/* The value of the entry; NULL: it is another, or no object's path. */
static const char *read_operation(sd_bus_message *reply) {
        const char *key, *contents, *operation;
        char type;

        if (sd_bus_message_enter_container(reply, SD_BUS_TYPE_DICT_ENTRY, "sv") <= 0 ||
            sd_bus_message_read_basic(reply, SD_BUS_TYPE_STRING, &key) <= 0 || !g_str_equal(key, "operation") ||
            sd_bus_message_peek_type(reply, &type, &contents) <= 0 || !g_str_equal(contents, "o") ||
            sd_bus_message_enter_container(reply, SD_BUS_TYPE_VARIANT, "o") <= 0 ||
            sd_bus_message_read_basic(reply, SD_BUS_TYPE_OBJECT_PATH, &operation) <= 0 ||
            sd_bus_message_exit_container(reply) < 0 || sd_bus_message_exit_container(reply) < 0)
                return NULL;
        return operation;
}

const char *pending_find_operation(sd_bus_message *reply) {
        const char *operation = NULL;

        if (!sd_bus_message_has_signature(reply, "a{sv}"))
                return NULL;
        if (sd_bus_message_enter_container(reply, SD_BUS_TYPE_ARRAY, "{sv}") > 0)
                operation = read_operation(reply);
        /* it is the only key then */
        if (operation && sd_bus_message_at_end(reply, FALSE) <= 0)
                operation = NULL;
        (void) sd_bus_message_rewind(reply, TRUE);
        return operation;
}

static int write_members(GString *json, const GDBusMethodInfo *method, sd_bus_message *reply) {
        int r = 1;

        g_string_append_c(json, '{');
        for (guint i = 0; r > 0 && method->out_args && method->out_args[i]; i++) {
                json_key(json, method->out_args[i]->name);
                r = json_message(json, reply);
        }
        g_string_append_c(json, '}');
        return r;
}

/* NULL: it is not what the method should answer. */
static char *write_json(const GDBusMethodInfo *method, sd_bus_message *reply) {
        GString *json = g_string_sized_new(1024);
        gboolean one = method->out_args && method->out_args[0] && !method->out_args[1] &&
                       g_str_has_prefix(method->out_args[0]->signature, "a{");
        int r = one ? json_message(json, reply) : write_members(json, method, reply);

        return g_string_free(json, r <= 0);
}

void pending_on_reply(sd_bus_message *reply, const GError *error, gpointer userdata) {
        Pending *self = userdata;
        const char *operation = reply ? pending_find_operation(reply) : NULL;

        /* one that failed may have done a part */
        if (self->route->scope > REST_SCOPE_READ && !g_str_equal(self->route->method, "GET"))
                rest_bus_bump(self->bridge->bus);
        if (!reply)
                pending_fail(self, error);
        else if (operation)
                pending_operation(self, operation);
        else
                pending_answer(self, write_json(self->method, reply));
}
