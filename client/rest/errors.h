/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Errors
 *
 * Those of the bus have their HTTP status in interfaces/errors.h; those that only a bridge can have stand here. A row
 * is X(CODE, error_code as clients see it, HTTP status, when it is given).
 */

#pragma once

#include <gio/gio.h>

#define REST_ERROR_TABLE(X) \
        X(BAD_REQUEST, "BadRequest", 400, "the request is no good HTTP or no good JSON") \
        X(NOT_SIGNED_IN, "NotSignedIn", 401, "nobody is signed in, or the session or token has ended") \
        X(WRONG_PASSWORD, "WrongPassword", 401, "the password is not the right one") \
        X(SCOPE, "ScopeTooSmall", 403, "the token's scope does not cover the operation") \
        X(CROSS_SITE, "CrossSite", 403, "the request came from another site, or lacks the header X-BanGUI") \
        X(SETUP_FORBIDDEN, "SetupForbidden", 403, "the set-up is done from this host only") \
        X(ROUTE_NOT_FOUND, "NotFound", 404, "there is nothing under that path") \
        X(METHOD_NOT_ALLOWED, "MethodNotAllowed", 405, "the path does not take that method; Allow says which") \
        X(TIMEOUT, "RequestTimeout", 408, "the request took too long to arrive") \
        X(SETUP_DONE, "SetupDone", 409, "the set-up was done before") \
        X(SETUP_NEEDED, "SetupNeeded", 409, "no password is set yet") \
        X(TOO_LARGE, "TooLarge", 413, "the body is larger than the route takes") \
        X(MEDIA_TYPE, "UnsupportedMediaType", 415, "a body has to be application/json") \
        X(WRONG_HOST, "WrongHost", 421, "the Host header names no host of this server") \
        X(TOO_MANY, "TooManyRequests", 429, "more requests than the limit; Retry-After says when to come again") \
        X(HEADERS_TOO_LARGE, "HeadersTooLarge", 431, "more than 100 headers, or more than 32 KiB of them") \
        X(INTERNAL, "Internal", 500, "a fault of the bridge") \
        X(DAEMON_OFFLINE, "DaemonOffline", 503, "banguid is not on the bus, or the bus is away") \
        X(OVERLOADED, "Overloaded", 503, "too many calls are waiting") \
        X(STORE, "StoreUnavailable", 503, "the bridge's own database fails") \
        X(DAEMON_TIMEOUT, "Timeout", 504, "banguid did not answer in time")

typedef enum RestError {
#define X(code, name, status, when) REST_ERROR_##code,
        REST_ERROR_TABLE(X)
#undef X
} RestError;

#define REST_ERROR rest_error_quark()
GQuark rest_error_quark(void);

/* What the daemon, or the bus in its place, answered: an error by its name on the bus. */
GError *rest_error_new_named(const char *name, const char *message);
/* The name of such an error, borrowed; NULL: it is another. */
const char *rest_error_name(const GError *error);

/* What goes out for an error of either kind, or of anything else (Internal). `ret_code` is static; the message is UTF-8
 * and to be freed. */
void rest_error_describe(const GError *error, guint *ret_status, const char **ret_code, char **ret_message);
