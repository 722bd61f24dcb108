/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/rest/api/arguments.h"

#include <string.h>

#include "client/rest/api/json.h"
#include "client/rest/api/values.h"
#include "client/rest/bus/bus.h"
#include "client/rest/errors.h"

/* What somebody gave under a name: texts or a JSON value. */
typedef struct Input {
        GPtrArray *texts;
        GVariant *json;
} Input;

GError *arguments_error(const char *name, const char *format, ...) {
        g_autofree char *full = g_strconcat(BANGUI_NAME ".Error.", name, NULL), *message = NULL;
        va_list list;

        va_start(list, format);
        message = g_strdup_vprintf(format, list);
        va_end(list);
        return rest_error_new_named(full, message);
}

static gboolean invalid(GError **error, GError *made) {
        g_propagate_error(error, made);
        return FALSE;
}

static void input_free(gpointer data) {
        Input *input = data;

        g_clear_pointer(&input->texts, g_ptr_array_unref);
        g_clear_pointer(&input->json, g_variant_unref);
        g_free(input);
}

static gboolean add(GHashTable *inputs, const char *name, GPtrArray *texts, GVariant *json, GError **error) {
        Input *input;

        if (g_hash_table_contains(inputs, name))
                return invalid(error, arguments_error("InvalidArgument", "'%s' is given by the path already", name));
        input = g_new0(Input, 1);
        input->texts = texts ? g_ptr_array_ref(texts) : NULL;
        input->json = json ? g_variant_ref(json) : NULL;
        g_hash_table_insert(inputs, g_strdup(name), input);
        return TRUE;
}

static gboolean add_text(GHashTable *inputs, const char *name, const char *text, GError **error) {
        g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);

        g_ptr_array_add(texts, g_strdup(text));
        return add(inputs, name, texts, NULL, error);
}

/* Of the path what is no part of the object's. */
static gboolean add_path(GHashTable *inputs, const RouteMatch *match, GError **error) {
        GHashTableIter iter;
        gpointer name, value;

        g_hash_table_iter_init(&iter, match->parameters);
        while (g_hash_table_iter_next(&iter, &name, &value)) {
                g_autofree char *place = g_strconcat("{", name, "}", NULL);

                if (match->route->object && strstr(match->route->object, place))
                        continue;
                if (!add_text(inputs, name, value, error))
                        return FALSE;
        }
        return TRUE;
}

/* The row's own; `absent`: only those that nobody gave. */
static gboolean add_own(GHashTable *inputs, const char *query, gboolean absent, GError **error) {
        g_auto(GStrv) pairs = g_strsplit(query ? query : "", "&", -1);

        for (char **pair = pairs; *pair; pair++) {
                char *value = strchr(*pair, '=');

                if (!value)
                        continue;
                *value++ = '\0';
                if ((!absent || !g_hash_table_contains(inputs, *pair)) && !add_text(inputs, *pair, value, error))
                        return FALSE;
        }
        return TRUE;
}

static gboolean add_query(GHashTable *inputs, const RestRequest *request, gboolean allowed, GError **error) {
        GHashTableIter iter;
        gpointer name, values;

        g_hash_table_iter_init(&iter, request->query);
        while (g_hash_table_iter_next(&iter, &name, &values)) {
                if (!allowed)
                        return invalid(error, arguments_error("InvalidArgument",
                                                              "'%s' belongs into the JSON body, not into the query",
                                                              (const char *) name));
                if (!add(inputs, name, values, NULL, error))
                        return FALSE;
        }
        return TRUE;
}

static gboolean add_body(GHashTable *inputs, const RestRequest *request, GError **error) {
        gsize length;
        const char *text = g_bytes_get_data(request->body, &length);
        g_autoptr(GVariant) body = NULL;
        GVariantIter iter;
        const char *name;
        GVariant *child;

        if (length == 0)
                return TRUE;
        body = json_read(text, length, error);
        if (!body)
                return FALSE;
        if (!g_variant_is_of_type(body, G_VARIANT_TYPE_VARDICT)) {
                g_set_error(error, REST_ERROR, REST_ERROR_BAD_REQUEST,
                            "the body must be a JSON object whose members are the arguments");
                return FALSE;
        }
        g_variant_iter_init(&iter, body);
        while (g_variant_iter_next(&iter, "{&sv}", &name, &child)) {
                g_autoptr(GVariant) value = child;

                if (!add(inputs, name, NULL, value, error))
                        return FALSE;
        }
        return TRUE;
}

static gboolean collect(GHashTable *inputs, const RestRequest *request, const RouteMatch *match, GError **error) {
        gboolean reads = g_str_equal(request->method, "GET");
        gboolean uploads = match->route->kind == ROUTE_UPLOAD;

        return add_path(inputs, match, error) && add_own(inputs, match->route->fixed, FALSE, error) &&
               add_query(inputs, request, reads || uploads || g_str_equal(request->method, "DELETE"), error) &&
               (reads || uploads || add_body(inputs, request, error)) &&
               add_own(inputs, match->route->defaults, TRUE, error);
}

static GVariant *convert(const Input *input, const char *name, const char *type, GError **error) {
        GVariant *value = input->texts ? value_from_texts(input->texts, type) : value_from_json(input->json, type);
        g_autofree char *given = NULL;
        GString *shown;

        if (value)
                return value;
        shown = g_string_new(NULL);
        if (input->json)
                json_variant(shown, input->json);
        else if (input->texts && input->texts->len == 1)
                json_string(shown, input->texts->pdata[0]);
        else
                g_string_append(shown, "several");
        given = g_string_free(shown, FALSE);
        g_propagate_error(error, arguments_error("InvalidArgument", "'%s' must be %s, not %.200s%s", name,
                                                 value_type_name(type), given, strlen(given) > 200 ? "..." : ""));
        return NULL;
}

/* "Bans.Ban takes addresses, jails, reason, ..." */
static char *describe(const RouteMatch *match, const GDBusMethodInfo *method) {
        g_autoptr(GString) names = g_string_new(NULL);
        const char *options = contract_options(method);
        g_auto(GStrv) words = g_strsplit_set(options ? options : "", " \n", -1);

        for (GDBusArgInfo **arg = method->in_args; arg && *arg; arg++)
                if (!g_str_equal((*arg)->signature, "h") && !(options && g_str_equal((*arg)->name, "options")))
                        g_string_append_printf(names, "%s%s", names->len > 0 ? ", " : "", (*arg)->name);
        for (char **word = words; *word; word++) {
                if (!**word)
                        continue;
                (*word)[strcspn(*word, ":")] = '\0';
                g_string_append_printf(names, "%s%s", names->len > 0 ? ", " : "", *word);
        }
        return g_strdup_printf("%s.%s takes %s", match->route->interface, method->name,
                               names->len > 0 ? names->str : "nothing");
}

static gboolean refuse_rest(GHashTable *inputs, const RouteMatch *match, const GDBusMethodInfo *method,
                            GError **error) {
        g_autofree char *takes = NULL;
        GHashTableIter iter;
        gpointer name;

        g_hash_table_iter_init(&iter, inputs);
        if (!g_hash_table_iter_next(&iter, &name, NULL))
                return TRUE;
        takes = describe(match, method);
        return invalid(error, arguments_error("InvalidArgument", "there is no argument '%.64s'; %s",
                                              (const char *) name, takes));
}

/* The client's own address among those that a ban must not hit. */
static void add_client(GVariantDict *options, const RestRequest *request) {
        g_autoptr(GVariant) given = g_variant_dict_lookup_value(options, "protect", G_VARIANT_TYPE_STRING_ARRAY);
        g_autoptr(GInetAddress) address = request->client ? g_inet_address_new_from_string(request->client) : NULL;
        g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
        g_auto(GStrv) all = NULL;

        if (!address)
                return;
        if (given) {
                g_autofree const char **strings = g_variant_get_strv(given, NULL);

                g_strv_builder_addv(builder, strings);
        }
        g_strv_builder_add(builder, request->client);
        all = g_strv_builder_end(builder);
        g_variant_dict_insert_value(options, "protect", g_variant_new_strv((const char *const *) all, -1));
}

static GVariant *options_of(GHashTable *inputs, const RestRequest *request, const GDBusMethodInfo *method,
                            GError **error) {
        g_auto(GVariantDict) options = G_VARIANT_DICT_INIT(NULL);
        GHashTableIter iter;
        gpointer name, input;

        g_hash_table_iter_init(&iter, inputs);
        while (g_hash_table_iter_next(&iter, &name, &input)) {
                const char *type = contract_option_type(method, name);
                g_autoptr(GVariant) value = NULL, inner = NULL;

                if (!type)
                        continue;
                value = convert(input, name, type, error);
                if (!value)
                        return NULL;
                g_variant_ref_sink(value);
                inner = g_str_equal(type, "v") ? g_variant_get_variant(value) : g_variant_ref(value);
                g_variant_dict_insert_value(&options, name, inner);
                g_hash_table_iter_remove(&iter);
        }
        if (!g_variant_dict_contains(&options, "correlation_id"))
                g_variant_dict_insert(&options, "correlation_id", "s", request->correlation_id);
        if (contract_option_type(method, "protect"))
                add_client(&options, request);
        return g_variant_dict_end(&options);
}

static GVariant *argument_of(GHashTable *inputs, const GDBusArgInfo *arg, GError **error) {
        const Input *input = g_hash_table_lookup(inputs, arg->name);

        if (g_str_equal(arg->signature, "h"))
                return g_variant_new_handle(0);
        if (input)
                return convert(input, arg->name, arg->signature, error);
        g_propagate_error(error, arguments_error("InvalidArgument", "'%s' is missing; it must be %s", arg->name,
                                                 value_type_name(arg->signature)));
        return NULL;
}

GVariant *arguments_of(const RestRequest *request, const RouteMatch *match, const GDBusMethodInfo *method,
                       GError **error) {
        g_autoptr(GHashTable) inputs = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, input_free);
        g_auto(GVariantBuilder) builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_TUPLE);

        if (!collect(inputs, request, match, error))
                return NULL;
        for (GDBusArgInfo **arg = method->in_args; arg && *arg; arg++) {
                gboolean options = contract_options(method) && g_str_equal((*arg)->name, "options");
                g_autoptr(GVariant) value = NULL;

                value = options ? options_of(inputs, request, method, error) : argument_of(inputs, *arg, error);
                if (!value)
                        return NULL;
                g_variant_builder_add_value(&builder, g_variant_ref_sink(value));
                if (!options)
                        g_hash_table_remove(inputs, (*arg)->name);
        }
        return refuse_rest(inputs, match, method, error) ? g_variant_builder_end(&builder) : NULL;
}
