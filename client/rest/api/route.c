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
        /* the shortest value first, so that a parameter has slashes in it only where it must */
        for (const char *end = path; *end;) {
                end += 1 + strcspn(end + 1, "/");
                if (*path == '/' || !fits(rest, end, values))
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

static const Route *find_row(const char *method, const char *template, GString *allow) {
        for (const Route *route = routes; route->method; route++) {
                if (!g_str_equal(route->path, template))
                        continue;
                if (g_str_equal(route->method, method))
                        return route;
                g_string_append_printf(allow, "%s%s", allow->len > 0 ? ", " : "", route->method);
        }
        return NULL;
}

gboolean route_find(const char *method, const char *path, RouteMatch *ret, char **ret_allow, GError **error) {
        const Route *template = find_template(path);
        g_autoptr(GString) allow = g_string_new(NULL);

        if (ret_allow)
                *ret_allow = NULL;
        if (!template) {
                g_set_error(error, REST_ERROR, REST_ERROR_ROUTE_NOT_FOUND, "there is nothing at %s; see openapi.json",
                            path);
                return FALSE;
        }
        ret->route = find_row(method, template->path, allow);
        if (!ret->route) {
                g_set_error(error, REST_ERROR, REST_ERROR_METHOD_NOT_ALLOWED, "%s does not take %s; it takes %s",
                            template->path, method, allow->str);
                if (ret_allow)
                        *ret_allow = g_string_free(g_steal_pointer(&allow), FALSE);
                return FALSE;
        }
        ret->parameters = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
        (void) fits(ret->route->path, path, ret->parameters);
        return TRUE;
}

void route_match_clear(RouteMatch *self) {
        g_clear_pointer(&self->parameters, g_hash_table_unref);
        self->route = NULL;
}
