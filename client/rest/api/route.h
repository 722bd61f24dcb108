/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Routes
 *
 * An operation of the bus is one row: HTTP method, path, what it calls. The row says nothing about arguments: they are
 * found by name. An in argument of the bus method takes the path's parameter of its name, else the query parameter
 * (GET, DELETE) or the member of the JSON body (POST, PUT, DELETE) of its name; all other query parameters and members
 * become entries of its last argument `options`, with the types that the interface XML's annotation
 * org.bangui.BanGUI1.Options gives them. The bridge itself adds the request's id as correlation_id and, where there is
 * an option `protect`, the client's address.
 *
 * The answer is the one out argument when that is a dictionary, else an object with the out arguments by their names. A
 * result with the key `operation` is answered with 202, {"operation": "12"} and its path in Location. Properties of an
 * object other than the root object have its name as "id" beside them.
 */

#pragma once

#include "client/rest/http/request.h"

typedef struct Bridge Bridge;

typedef enum RouteKind {
        ROUTE_METHOD,     /* call it */
        ROUTE_PROPERTIES, /* all properties of the interface, keys in snake_case */
        ROUTE_OBJECTS,    /* the properties of all objects that have the interface, as {"rows": [...]} */
        ROUTE_DOWNLOAD,   /* the method's in handle is written by the daemon: the answer's body (export, backup) */
        ROUTE_LINES,      /* the method's out handle is read to its end: the answer's body, JSON lines */
        ROUTE_UPLOAD,     /* the method's in handle is the request's body */
        ROUTE_OWN,        /* answered by the bridge itself */
} RouteKind;

/* What a path's parameters were, decoded. */
typedef struct RouteMatch {
        const struct Route *route;
        GHashTable *parameters; /* name -> value */
} RouteMatch;

typedef void (*RouteHandler)(Bridge *bridge, RestRequest *request, const RouteMatch *match);

typedef struct Route {
        const char *method; /* "GET" */
        const char *path;   /* below /api/v1; "{name}" is a parameter */
        RestScope scope;    /* that the caller has to have */
        RouteKind kind;
        const char *interface; /* "History"; NULL: ROUTE_OWN */
        const char *member;    /* a method; NULL: ROUTE_PROPERTIES, ROUTE_OBJECTS, ROUTE_OWN */
        const char *object;    /* below the root object: "jail/{jail}"; NULL: the root object */
        const char *fixed;    /* arguments that the route itself gives, as a query: "range=all&kind=ban"; may be NULL */
        RouteHandler handler; /* ROUTE_OWN */
        const char *about;    /* ROUTE_OWN: one line for the API document */
        const char *defaults; /* arguments for when the caller gives none, as `fixed` */
} Route;

/* All rows, in order; ended by one without method. */
extern const Route routes[];

/* The route for a method and a path below /api/v1. The path's words count more than its parameters: of two rows that
 * fit, the one with more fixed text is it, so "/bans/active" is no address. A parameter may have slashes in it
 * ("/allow/192.0.2.0/24"), as proxies decode them whatever the client did. FALSE with ROUTE_NOT_FOUND, or with
 * METHOD_NOT_ALLOWED and the methods that there are ("GET, PUT") in `ret_allow`. A GET row also serves
 * HEAD (the server calls it GET). */
gboolean route_find(const char *method, const char *path, RouteMatch *ret, char **ret_allow, GError **error);
void route_match_clear(RouteMatch *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(RouteMatch, route_match_clear)
