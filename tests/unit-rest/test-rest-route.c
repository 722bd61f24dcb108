/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <string.h>

#include "client/rest/api/contract.h"
#include "client/rest/api/route.h"
#include "client/rest/errors.h"

static void found(const char *method, const char *path, const char *template, const char *name, const char *value) {
        g_auto(RouteMatch) match = {};
        g_autoptr(GError) error = NULL;
        gboolean ok = route_find(method, path, &match, NULL, &error);

        g_assert_no_error(error);
        g_assert_true(ok);
        g_assert_cmpstr(match.route->path, ==, template);
        g_assert_cmpstr(match.route->method, ==, method);
        if (name)
                g_assert_cmpstr(g_hash_table_lookup(match.parameters, name), ==, value);
        else
                g_assert_cmpuint(g_hash_table_size(match.parameters), ==, 0);
}

static void test_find(void) {
        found("GET", "/jails", "/jails", NULL, NULL);
        found("GET", "/jails/sshd", "/jails/{jail}", "jail", "sshd");
        found("POST", "/jails/web mail-1.ü/reload", "/jails/{jail}/reload", "jail", "web mail-1.ü");
        found("GET", "/jails/sshd/actions/iptables", "/jails/{jail}/actions/{name}", "name", "iptables");
        found("GET", "/bans/active", "/bans/active", NULL, NULL);
        found("GET", "/bans/192.0.2.1", "/bans/{address}", "address", "192.0.2.1");
        found("GET", "/bans/192.0.2.0/24", "/bans/{address}", "address", "192.0.2.0/24");
        found("GET", "/bans/192.0.2.0/24/explain", "/bans/{address}/explain", "address", "192.0.2.0/24");
        found("PUT", "/allow/2001:db8::/32", "/allow/{entry}", "entry", "2001:db8::/32");
        found("GET", "/allow/check/192.0.2.0/24", "/allow/check/{address}", "address", "192.0.2.0/24");
        found("GET", "/history/columns", "/history/columns", NULL, NULL);
        found("GET", "/history/columns.example", "/history/{address}", "address", "columns.example");
}

static void refused(const char *method, const char *path, RestError code, const char *allow) {
        g_auto(RouteMatch) match = {};
        g_autoptr(GError) error = NULL;
        g_autofree char *allowed = NULL;

        g_assert_false(route_find(method, path, &match, &allowed, &error));
        g_assert_error(error, REST_ERROR, (int) code);
        g_assert_cmpstr(allowed, ==, allow);
}

static void test_refuse(void) {
        refused("GET", "/", REST_ERROR_ROUTE_NOT_FOUND, NULL);
        refused("GET", "", REST_ERROR_ROUTE_NOT_FOUND, NULL);
        refused("GET", "/nothing", REST_ERROR_ROUTE_NOT_FOUND, NULL);
        refused("GET", "/jails/", REST_ERROR_ROUTE_NOT_FOUND, NULL);
        refused("GET", "/jails//idle", REST_ERROR_ROUTE_NOT_FOUND, NULL);
        refused("GET", "/jails/sshd/reload", REST_ERROR_METHOD_NOT_ALLOWED, "POST");
        refused("PATCH", "/allow/x", REST_ERROR_METHOD_NOT_ALLOWED, "PUT, DELETE");
        refused("GET", "/bans/all", REST_ERROR_METHOD_NOT_ALLOWED, "DELETE");
}

/* Every row is what it says, and calls something that is there. */
static void test_table(void) {
        g_autoptr(Contract) contract = contract_new();

        for (const Route *route = routes; route->method; route++) {
                const GDBusMethodInfo *method = NULL;

                g_assert_true(g_str_has_prefix(route->path, "/"));
                g_assert_true(g_str_equal(route->method, "GET") || g_str_equal(route->method, "POST") ||
                              g_str_equal(route->method, "PUT") || g_str_equal(route->method, "DELETE"));
                if (route->kind == ROUTE_OWN) {
                        g_assert_nonnull(route->handler);
                        g_assert_nonnull(route->about);
                        continue;
                }
                g_assert_nonnull(contract_interface(contract, route->interface));
                g_assert_cmpint(route->scope, !=, REST_SCOPE_NONE);
                if (route->member)
                        method = contract_method(contract, route->interface, route->member);
                g_assert_true((route->kind == ROUTE_PROPERTIES || route->kind == ROUTE_OBJECTS) == !method);
        }
}

static void test_option_types(void) {
        g_autoptr(Contract) contract = contract_new();
        const GDBusMethodInfo *list = contract_method(contract, "History", "List");
        const GDBusMethodInfo *status = contract_method(contract, "Manager", "GetStatus");
        const GDBusMethodInfo *check = contract_method(contract, "AllowList", "Check");

        g_assert_cmpstr(contract_option_type(list, "limit"), ==, "x");
        g_assert_cmpstr(contract_option_type(list, "total"), ==, "b");
        g_assert_cmpstr(contract_option_type(list, "range"), ==, "s");
        g_assert_cmpstr(contract_option_type(list, "correlation_id"), ==, "s");
        g_assert_null(contract_option_type(list, "lim"));
        g_assert_null(contract_option_type(list, "limits"));
        g_assert_null(contract_option_type(list, "x"));
        g_assert_null(contract_option_type(list, ""));
        g_assert_null(contract_option_type(status, "correlation_id"));
        g_assert_cmpstr(contract_option_type(check, "correlation_id"), ==, "s");
        g_assert_cmpstr(contract_option_type(contract_method(contract, "Stats", "Trend"), "bucket"), ==, "v");
        g_assert_cmpstr(contract_option_type(contract_method(contract, "Bans", "Ban"), "protect"), ==, "as");
        g_assert_null(contract_method(contract, "Bans", "Nothing"));
        g_assert_null(contract_interface(contract, "Nothing"));
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/route/find", test_find);
        g_test_add_func("/route/refuse", test_refuse);
        g_test_add_func("/route/table", test_table);
        g_test_add_func("/route/option-types", test_option_types);
        return g_test_run();
}
