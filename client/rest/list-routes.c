/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Prints the table of routes as JSON: the build makes the API document of it (docs/openapi.py). */

#include "client/rest/api/json.h"
#include "client/rest/api/route.h"

static const char *const kinds[] = {
        [ROUTE_METHOD] = "method",     [ROUTE_PROPERTIES] = "properties", [ROUTE_OBJECTS] = "objects",
        [ROUTE_DOWNLOAD] = "download", [ROUTE_LINES] = "lines",           [ROUTE_UPLOAD] = "upload",
        [ROUTE_OWN] = "own",
};

static const char *const scopes[] = {
        [REST_SCOPE_NONE] = "none",
        [REST_SCOPE_READ] = "read",
        [REST_SCOPE_BAN] = "ban",
        [REST_SCOPE_ADMIN] = "admin",
};

static void add_text(GString *text, const char *key, const char *value) {
        if (!value)
                return;
        json_key(text, key);
        json_string(text, value);
}

int main(void) {
        g_autoptr(GString) text = g_string_new("[");

        for (const Route *route = routes; route->method; route++) {
                g_string_append(text, route == routes ? "\n{" : ",\n{");
                add_text(text, "method", route->method);
                add_text(text, "path", route->path);
                add_text(text, "scope", scopes[route->scope]);
                add_text(text, "kind", kinds[route->kind]);
                add_text(text, "interface", route->interface);
                add_text(text, "member", route->member);
                add_text(text, "object", route->object);
                add_text(text, "fixed", route->fixed);
                add_text(text, "about", route->about);
                g_string_append_c(text, '}');
        }
        g_print("%s\n]\n", text->str);
        return 0;
}
