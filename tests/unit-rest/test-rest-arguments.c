/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <string.h>

#include "client/rest/api/arguments.h"

static Contract *contract;

static void add_query(GHashTable *query, const char *text) {
        g_auto(GStrv) pairs = g_strsplit(text, "&", -1);

        for (char **pair = pairs; *pair; pair++) {
                char *value = strchr(*pair, '=');
                GPtrArray *values;

                *value++ = '\0';
                values = g_hash_table_lookup(query, *pair);
                if (!values) {
                        values = g_ptr_array_new_with_free_func(g_free);
                        g_hash_table_insert(query, g_strdup(*pair), values);
                }
                g_ptr_array_add(values, g_strdup(value));
        }
}

/* The arguments that "PUT /path?query" with a body gives, printed; or NULL with the error. */
static char *ask(const char *method, const char *target, const char *body, const char *client, GError **error) {
        g_autofree char *path = g_strndup(target, strcspn(target, "?"));
        g_autoptr(GHashTable) query =
                g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
        g_autoptr(GBytes) bytes = g_bytes_new(body, body ? strlen(body) : 0);
        g_auto(RouteMatch) match = {};
        char id[] = "id-1";
        RestRequest request = { .method = method, .query = query, .body = bytes, .correlation_id = id };
        g_autoptr(GVariant) arguments = NULL;

        request.client = (char *) client;
        if (strchr(target, '?'))
                add_query(query, strchr(target, '?') + 1);
        if (!route_find(method, path, &match, NULL, error))
                return NULL;
        arguments = arguments_of(&request, &match,
                                 contract_method(contract, match.route->interface, match.route->member), error);
        if (!arguments)
                return NULL;
        g_variant_ref_sink(arguments);
        return g_variant_print(arguments, TRUE);
}

static void made(const char *method, const char *target, const char *body, const char *expected) {
        g_autoptr(GError) error = NULL;
        g_autofree char *printed = ask(method, target, body, "unix", &error);

        g_assert_no_error(error);
        g_assert_cmpstr(printed, ==, expected);
}

#define ID "'correlation_id': <'id-1'>"

static void test_query(void) {
        made("GET", "/bans/active", NULL, "({" ID "},)");
        made("GET", "/bans/192.0.2.0/24", NULL, "('192.0.2.0/24', {" ID "})");
        made("GET", "/dashboard/status", NULL, "()");
        made("GET", "/geo/lookup/192.0.2.1", NULL, "('192.0.2.1',)");
        made("GET", "/dashboard/bans/trend?bucket=3600", NULL, "({'bucket': <int64 3600>, " ID "},)");
        made("GET", "/dashboard/bans/trend?bucket=day", NULL, "({'bucket': <'day'>, " ID "},)");
        made("GET", "/history/columns?total=true", NULL, "({" ID ", 'total': <true>},)");
        made("GET", "/history/columns?country=", NULL, "({'country': <''>, " ID "},)");
        made("GET", "/dashboard/bans", NULL, "({" ID ", 'kind': <'ban'>},)");
        made("GET", "/history/export", NULL, "(handle 0, 'csv', {" ID "})");
        made("GET", "/history/export?format=jsonl", NULL, "(handle 0, 'jsonl', {" ID "})");
        made("DELETE", "/bans?addresses=192.0.2.1&addresses=192.0.2.2&jails=sshd", NULL,
             "(['192.0.2.1', '192.0.2.2'], ['sshd'], {" ID "})");
}

static void test_body(void) {
        made("POST", "/jails/sshd/reload", NULL, "({'jail': <'sshd'>, " ID "},)");
        made("POST", "/jails/sshd/start", "", "('sshd', {" ID "})");
        made("PUT", "/jails/sshd/idle", "{\"idle\":true}", "(true, {" ID "})");
        made("DELETE", "/bans", "{\"addresses\":[\"192.0.2.1\"],\"jails\":[]}", "(['192.0.2.1'], @as [], {" ID "})");
        made("PUT", "/settings", "{\"changes\":{\"a\":1}}", "({'a': <int64 1>}, {" ID "})");
        made("PUT", "/settings", "{\"changes\":{\"a\":[\"x\"]}}", "({'a': <['x']>}, {" ID "})");
        made("PUT", "/settings", "{\"changes\":{\"a\":1.5}}", "({'a': <1.5>}, {" ID "})");
        made("PUT", "/settings", "{\"changes\":{}}", "(@a{sv} {}, {" ID "})");
        made("POST", "/can-do", "{\"action\":\"ban\",\"details\":{\"jail\":\"sshd\"}}", "('ban', {'jail': 'sshd'})");
        made("PUT", "/allow/192.0.2.1", "{\"expires_at\":0}", "('192.0.2.1', {'expires_at': <int64 0>, " ID "})");
}

static void protects(const char *client, const char *body, const char *pattern) {
        g_autoptr(GError) error = NULL;
        g_autofree char *printed = ask("POST", "/bans", body, client, &error);

        g_assert_no_error(error);
        if (!g_pattern_match_simple(pattern, printed))
                g_error("%s", printed);
}

static void test_protect(void) {
        static const char plain[] = "{\"addresses\":[\"192.0.2.1\"],\"jails\":[]}";
        static const char more[] = "{\"addresses\":[\"192.0.2.1\"],\"jails\":[],\"protect\":[\"192.0.2.8\"]}";

        protects("2001:db8::1", plain, "*'protect': <['2001:db8::1']>*");
        protects("192.0.2.9", more, "*'protect': <['192.0.2.8', '192.0.2.9']>*");
        protects("unix", plain, "(['192.0.2.1'], @as [], {" ID "})");
}

static void refused(const char *method, const char *target, const char *body, const char *pattern) {
        g_autoptr(GError) error = NULL;
        g_autofree char *printed = ask(method, target, body, "unix", &error);

        g_assert_null(printed);
        g_assert_nonnull(error);
        if (!g_pattern_match_simple(pattern, error->message))
                g_error("%s %s: %s", method, target, error->message);
}

static void test_refuse(void) {
        refused("GET", "/bans/active?limit=many", NULL, "*'limit' must be an integer, not \"many\"");
        refused("GET", "/bans/active?limit=1.5", NULL, "*'limit' must be an integer*");
        refused("GET", "/bans/active?limit=9223372036854775808", NULL, "*'limit' must be an integer*");
        refused("GET", "/bans/active?limit=1&limit=2", NULL, "*'limit' must be an integer, not several");
        refused("GET", "/bans/active?total=yes", NULL, "*'total' must be true or false*");
        refused("GET", "/bans/active?limt=1", NULL, "*no argument 'limt'; Bans.List takes jail, within, search,*");
        refused("GET", "/geo/lookup/192.0.2.1?x=1", NULL, "*no argument 'x'; Geo.Lookup takes address");
        refused("GET", "/dashboard/status?x=1", NULL, "*Manager.GetStatus takes nothing");
        refused("GET", "/dashboard/bans?kind=unban", NULL, "*'kind' is given by the path*");
        refused("POST", "/bans", "{\"jails\":[]}", "*'addresses' is missing; it must be an array of strings");
        refused("POST", "/bans", "{\"addresses\":\"a\",\"jails\":[]}",
                "*'addresses' must be an array of strings, not \"a\"");
        refused("POST", "/bans", "{\"addresses\":[1],\"jails\":[]}",
                "*'addresses' must be an array of strings, not ?1?");
        refused("POST", "/bans?jails=x", "{}", "*'jails' belongs into the JSON body*");
        refused("POST", "/bans", "[]", "*must be a JSON object*");
        refused("POST", "/bans", "{", "*no good JSON*");
        refused("POST", "/bans", "{\"addresses\":[],\"jails\":[],\"options\":{}}", "*no argument 'options'*");
        refused("PUT", "/allow/a", "{\"entry\":\"b\"}", "*'entry' is given by the path*");
        refused("PUT", "/allow/a", "{\"duration\":1.5}", "*'duration' must be an integer, not 1.5");
        refused("PUT", "/allow/a", "{\"duration\":18446744073709551615}", "*'duration' must be an integer*");
        refused("PUT", "/allow/a", "{\"note\":null}", "*'note' must be a string, not null");
        refused("PUT", "/jails/a/idle", "{\"idle\":1}", "*'idle' must be true or false, not 1");
        refused("PUT", "/settings", "{\"changes\":{\"a\":{}}}", "*'changes' must be an object whose values*");
        refused("PUT", "/settings", "{\"changes\":{\"a\":null}}", "*'changes' must be an object*");
        refused("POST", "/can-do", "{\"action\":\"a\",\"details\":{\"a\":1}}",
                "*'details' must be an object whose values are strings*");
}

int main(int argc, char **argv) {
        int status;

        g_test_init(&argc, &argv, NULL);
        contract = contract_new();
        g_test_add_func("/arguments/query", test_query);
        g_test_add_func("/arguments/body", test_body);
        g_test_add_func("/arguments/protect", test_protect);
        g_test_add_func("/arguments/refuse", test_refuse);
        status = g_test_run();
        contract_free(contract);
        return status;
}
