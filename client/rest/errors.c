/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Errors: from what fails to what a client of HTTP is told */

#include "client/rest/errors.h"

#include "interfaces/errors.h"

typedef struct ErrorRow {
        const char *name;
        guint status;
} ErrorRow;

static const ErrorRow own_rows[] = {
#define X(code, name, status, when) [REST_ERROR_##code] = { name, status },
        REST_ERROR_TABLE(X)
#undef X
};

static const ErrorRow daemon_rows[] = {
#define X(code, name, status, exit, when) { name, status },
        BANGUI_ERROR_TABLE(X)
#undef X
};

/* What a bus says in the daemon's place. */
static const struct {
        const char *name;
        RestError error;
} bus_rows[] = {
        { "org.freedesktop.DBus.Error.ServiceUnknown", REST_ERROR_DAEMON_OFFLINE },
        { "org.freedesktop.DBus.Error.NameHasNoOwner", REST_ERROR_DAEMON_OFFLINE },
        { "org.freedesktop.DBus.Error.Disconnected", REST_ERROR_DAEMON_OFFLINE },
        { "org.freedesktop.DBus.Error.NoServer", REST_ERROR_DAEMON_OFFLINE },
        { "org.freedesktop.DBus.Error.NoReply", REST_ERROR_DAEMON_TIMEOUT },
        { "org.freedesktop.DBus.Error.Timeout", REST_ERROR_DAEMON_TIMEOUT },
        { "org.freedesktop.DBus.Error.TimedOut", REST_ERROR_DAEMON_TIMEOUT },
        { "org.freedesktop.DBus.Error.LimitsExceeded", REST_ERROR_OVERLOADED },
        { "org.freedesktop.DBus.Error.UnknownObject", REST_ERROR_ROUTE_NOT_FOUND },
        { "org.freedesktop.DBus.Error.InvalidArgs", REST_ERROR_BAD_REQUEST },
};

static const ErrorRow not_authorized = { "NotAuthorized", 403 };
static const ErrorRow interaction = { "InteractionRequired", 403 };

G_DEFINE_QUARK(rest - error, rest_error)

/* What an error by name has besides. */
typedef struct NamedErrorPrivate {
        char *name;
} NamedErrorPrivate;

static void named_error_private_init(NamedErrorPrivate *self) {
}

static void named_error_private_copy(const NamedErrorPrivate *from, NamedErrorPrivate *to) {
        to->name = g_strdup(from->name);
}

static void named_error_private_clear(NamedErrorPrivate *self) {
        g_free(self->name);
}

static GQuark named_error_quark(void);
G_DEFINE_EXTENDED_ERROR(NamedError, named_error)

GError *rest_error_new_named(const char *name, const char *message) {
        GError *self = g_error_new_literal(named_error_quark(), 0, message);

        named_error_get_private(self)->name = g_strdup(name);
        return self;
}

const char *rest_error_name(const GError *error) {
        return error->domain == named_error_quark() ? named_error_get_private(error)->name : NULL;
}

static const ErrorRow *row_of_daemon(const char *name) {
        for (guint i = 0; i < G_N_ELEMENTS(daemon_rows); i++)
                if (g_str_equal(daemon_rows[i].name, name))
                        return &daemon_rows[i];
        return NULL;
}

static const ErrorRow *row_of_named(const char *name) {
        if (g_str_has_prefix(name, BANGUI_ERROR_PREFIX))
                return row_of_daemon(name + strlen(BANGUI_ERROR_PREFIX));
        if (g_str_equal(name, "org.freedesktop.DBus.Error.AccessDenied"))
                return &not_authorized;
        if (g_str_equal(name, BANGUI_ERROR_INTERACTIVE))
                return &interaction;
        for (guint i = 0; i < G_N_ELEMENTS(bus_rows); i++)
                if (g_str_equal(bus_rows[i].name, name))
                        return &own_rows[bus_rows[i].error];
        return NULL;
}

static const ErrorRow *row_of(const GError *error) {
        const char *name = rest_error_name(error);

        if (name)
                return row_of_named(name);
        if (error->domain == REST_ERROR && (guint) error->code < G_N_ELEMENTS(own_rows))
                return &own_rows[error->code];
        return NULL;
}

void rest_error_describe(const GError *error, guint *ret_status, const char **ret_code, char **ret_message) {
        const ErrorRow *row = row_of(error);

        if (!row)
                row = &own_rows[REST_ERROR_INTERNAL];
        *ret_status = row->status;
        *ret_code = row->name;
        *ret_message = g_utf8_make_valid(error->message, -1);
}
