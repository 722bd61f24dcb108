/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/rest/api/route.h"

#include <string.h>

#include "client/rest/errors.h"

/* `values`: where parameters go, NULL: nowhere. */
static gboolean fits(const char *template, const char *path, GHashTable *values) {
        const char *name, *rest;
        gsize length;

        while (*template && *template != '{' && *template == *path) {
                template ++;
                path++;
        }
        if (*template != '{')
                return !*template && !*path;
        name = template + 1;
        rest = strchr(name, '}');
        length = (gsize) (rest - name);
        rest++;
        if (*path == '/')
                return FALSE;
        /* the shortest value first, so that a parameter has slashes in it only where it must */
        for (const char *end = path; *end;) {
                end += 1 + strcspn(end + 1, "/");
                if (!fits(rest, end, values))
                        continue;
                if (values)
                        g_hash_table_insert(values, g_strndup(name, length), g_strndup(path, (gsize) (end - path)));
                return TRUE;
        }
        return FALSE;
}

/* Characters of a template outside of its parameters. */
static guint weight(const char *template) {
        guint n = 0;

        for (; *template; template ++) {
                if (*template == '{')
                        template = strchr(template, '}');
                else
                        n++;
        }
        return n;
}

/* Templates without parameters, by path: the first row of each. Most requests are for one of them. */
static GHashTable *plain_templates(void) {
        static GHashTable *table;

        if (table)
                return table;
        table = g_hash_table_new(g_str_hash, g_str_equal);
        for (const Route *route = routes; route->method; route++)
                if (!strchr(route->path, '{') && !g_hash_table_contains(table, route->path))
                        g_hash_table_insert(table, (gpointer) route->path, (gpointer) route);
        return table;
}

/* The template that a path stands for. */
static const Route *find_template(const char *path) {
        const Route *best = g_hash_table_lookup(plain_templates(), path);
        guint most = 0;

        if (best)
                return best; /* no parameter leaves more fixed text than this */
        for (const Route *route = routes; route->method; route++) {
                guint n;

                if (best && g_str_equal(route->path, best->path))
                        continue;
                if (!fits(route->path, path, NULL))
                        continue;
                n = weight(route->path);
                if (!best || n > most) {
                        best = route;
                        most = n;
                }
        }
        return best;
}

/* Of the rows with this path the one with the method; `first` is the first of them. */
static const Route *find_row(const char *method, const Route *first) {
        for (const Route *route = first; route->method; route++)
                if (g_str_equal(route->method, method) && g_str_equal(route->path, first->path))
                        return route;
        return NULL;
}

/* "GET, PUT"; to be freed. */
static char *list_methods(const Route *first) {
        GString *list = g_string_new(NULL);

        for (const Route *route = first; route->method; route++)
                if (g_str_equal(route->path, first->path))
                        g_string_append_printf(list, "%s%s", list->len > 0 ? ", " : "", route->method);
        return g_string_free(list, FALSE);
}

/* Most paths have none and share an empty table. */
static GHashTable *read_parameters(const Route *route, const char *path) {
        static GHashTable *none;
        GHashTable *parameters;

        if (!strchr(route->path, '{')) {
                if (!none)
                        none = g_hash_table_new(g_str_hash, g_str_equal);
                return g_hash_table_ref(none);
        }
        parameters = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
        (void) fits(route->path, path, parameters);
        return parameters;
}

gboolean route_find(const char *method, const char *path, RouteMatch *ret, char **ret_allow, GError **error) {
        const Route *template = find_template(path);
        g_autofree char *allow = NULL;

        if (ret_allow)
                *ret_allow = NULL;
        if (!template) {
                g_set_error(error, REST_ERROR, REST_ERROR_ROUTE_NOT_FOUND, "there is nothing at %s; see openapi.json",
                            path);
                return FALSE;
        }
        ret->route = find_row(method, template);
        if (!ret->route) {
                allow = list_methods(template);
                g_set_error(error, REST_ERROR, REST_ERROR_METHOD_NOT_ALLOWED, "%s does not take %s; it takes %s",
                            template->path, method, allow);
                if (ret_allow)
                        *ret_allow = g_steal_pointer(&allow);
                return FALSE;
        }
        ret->parameters = read_parameters(ret->route, path);
        return TRUE;
}

void route_match_clear(RouteMatch *self) {
        g_clear_pointer(&self->parameters, g_hash_table_unref);
        self->route = NULL;
}
