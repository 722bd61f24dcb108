/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Any bytes as a request, "METHOD PATH?QUERY", a newline and the body: its route is found, its query read and the
 * arguments of the bus method made of them. The body is read as JSON as well, and written again. */

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "client/rest/api/arguments.h"
#include "client/rest/api/json.h"
#include "client/rest/api/values.h"
#include "client/rest/errors.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is said of an input names it, but does not repeat a huge one, and is text. */
static void check_error(const GError *error) {
        g_autofree char *message = NULL;
        const char *code;
        guint status;

        rest_error_describe(error, &status, &code, &message);
        g_assert_true(status >= 400 && status < 500);
        g_assert_true(g_utf8_validate(message, -1, NULL));
}

static void convert(GVariant *json) {
        static const char *const types[] = { "s", "o", "b", "x", "u", "t", "d", "as", "v", "a{sv}", "a{ss}" };

        for (guint i = 0; i < G_N_ELEMENTS(types); i++) {
                g_autoptr(GVariant) value = value_from_json(json, types[i]);

                if (value)
                        g_assert_true(g_variant_is_of_type(g_variant_ref_sink(value), G_VARIANT_TYPE(types[i])));
        }
}

static void read_json(const char *text, gsize length) {
        g_autoptr(GError) error = NULL, again_error = NULL;
        g_autoptr(GVariant) value = json_read(text, length, &error);
        g_autoptr(GVariant) again = NULL;
        g_autoptr(GString) written = g_string_new(NULL);

        g_assert_true(!!value == !error);
        if (!value) {
                check_error(error);
                return;
        }
        json_variant(written, value);
        again = json_read(written->str, written->len, &again_error);
        g_assert_no_error(again_error);
        convert(again);
}

static void make_arguments(const RestRequest *request, const RouteMatch *match) {
        static Contract *contract;
        const GDBusMethodInfo *method;
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) arguments = NULL;

        if (!match->route->member)
                return;
        if (!contract)
                contract = contract_new();
        method = contract_method(contract, match->route->interface, match->route->member);
        arguments = arguments_of(request, match, method, &error);
        g_assert_true(!!arguments == !error);
        if (arguments)
                g_assert_true(g_variant_is_normal_form(g_variant_ref_sink(arguments)));
        else
                check_error(error);
}

static void route(const char *method, char *target, GBytes *body) {
        static char client[] = "192.0.2.1", id[] = "id-1";
        g_autoptr(GHashTable) query = NULL;
        g_autoptr(GError) error = NULL;
        g_autofree char *allow = NULL;
        g_auto(RouteMatch) match = {};
        char *question = strchr(target, '?');
        RestRequest request = { .method = method, .body = body, .client = client, .correlation_id = id };

        if (question)
                *question++ = '\0';
        query = rest_query_parse(question);
        request.query = query;
        if (!g_utf8_validate(target, -1, NULL))
                return; /* the server refuses it */
        if (route_find(method, target, &match, &allow, &error))
                make_arguments(&request, &match);
        else
                check_error(error);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        const char *text = (const char *) data;
        const char *end = size > 0 ? memchr(text, '\n', size) : NULL;
        const gsize length = end ? (gsize) (end - text) : size;
        g_autofree char *line = g_strndup(text, length);
        g_autoptr(GBytes) body = end ? g_bytes_new(end + 1, size - length - 1) : g_bytes_new(NULL, 0);
        char *blank = strchr(line, ' ');

        read_json(end ? end + 1 : text, end ? size - length - 1 : size);
        if (blank) {
                *blank = '\0';
                route(line, blank + 1, body);
        }
        return 0;
}
