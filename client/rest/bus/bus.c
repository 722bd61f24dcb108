/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/rest/bus/bus.h"

#include <string.h>

#include "client/rest/errors.h"

#define RECONNECT_FIRST_MS 250
#define RECONNECT_MAX_MS 5000

typedef struct Listener {
        RestBusSignalFunc func;
        gpointer userdata;
} Listener;

/* One call; lives until its task returned. */
typedef struct Call {
        RestBus *bus;
        char *object, *interface, *member;
        GVariant *arguments;
        GUnixFDList *handles;     /* what goes with it */
        GUnixFDList *ret_handles; /* what came back */
} Call;

struct RestBus {
        gatomicrefcount references; /* each call has one, as its answer may come after rest_bus_free() */
        char *address;
        GDBusConnection *connection; /* NULL: there is none */
        GCancellable *closing;
        guint watch, subscription, reconnect, reconnect_ms;
        gboolean settled; /* it was found out whether the daemon is there; until then calls wait */
        gboolean online;
        guint64 generation;
        guint pending;
        GQueue waiting; /* GTask of a Call */
        GArray *listeners;
};

static void connect_now(RestBus *self);
static void start_next(RestBus *self);

static RestBus *bus_ref(RestBus *self) {
        g_atomic_ref_count_inc(&self->references);
        return self;
}

static void bus_unref(RestBus *self) {
        if (!g_atomic_ref_count_dec(&self->references))
                return;
        g_free(self->address);
        g_object_unref(self->closing);
        g_array_unref(self->listeners);
        g_free(self);
}

static void tell(RestBus *self, const char *interface, const char *name, const char *object, GVariant *arguments) {
        self->generation++;
        for (guint i = 0; i < self->listeners->len; i++) {
                const Listener *listener = &g_array_index(self->listeners, Listener, i);

                listener->func(interface, name, object, arguments, listener->userdata);
        }
}

static void set_online(RestBus *self, gboolean online) {
        g_autoptr(GVariant) nothing = NULL;

        self->settled = TRUE;
        if (self->online != online) {
                self->online = online;
                nothing = g_variant_ref_sink(g_variant_new_tuple(NULL, 0));
                tell(self, "Bridge", online ? "Online" : "Offline", BANGUI_PATH, nothing);
        }
        start_next(self);
}

static void on_owner(GDBusConnection *connection, const char *name, const char *owner, gpointer userdata) {
        set_online(userdata, TRUE);
}

static void on_no_owner(GDBusConnection *connection, const char *name, gpointer userdata) {
        set_online(userdata, FALSE);
}

static const char *interface_shown(const char *interface) {
        if (g_str_has_prefix(interface, BANGUI_NAME "."))
                return interface + strlen(BANGUI_NAME ".");
        if (g_str_equal(interface, "org.freedesktop.DBus.Properties"))
                return "Properties";
        return g_str_equal(interface, "org.freedesktop.DBus.ObjectManager") ? "ObjectManager" : NULL;
}

static void on_signal(GDBusConnection *connection, const char *sender, const char *object, const char *interface,
                      const char *name, GVariant *arguments, gpointer userdata) {
        const char *shown = interface_shown(interface);

        if (shown)
                tell(userdata, shown, name, object, arguments);
}

static gboolean on_reconnect(gpointer userdata) {
        RestBus *self = userdata;

        self->reconnect = 0;
        connect_now(self);
        return G_SOURCE_REMOVE;
}

static void reconnect_later(RestBus *self) {
        self->reconnect = g_timeout_add(self->reconnect_ms, on_reconnect, self);
        self->reconnect_ms = MIN(self->reconnect_ms * 2, RECONNECT_MAX_MS);
}

static void disconnect(RestBus *self) {
        if (!self->connection)
                return;
        g_signal_handlers_disconnect_by_data(self->connection, self);
        g_clear_handle_id(&self->watch, g_bus_unwatch_name);
        g_dbus_connection_signal_unsubscribe(self->connection, self->subscription);
        g_clear_object(&self->connection);
}

static void on_closed(GDBusConnection *connection, gboolean by_peer, GError *error, gpointer userdata) {
        RestBus *self = userdata;

        g_warning("the connection to the bus is lost%s%s; it is tried again", error ? ": " : "",
                  error ? error->message : "");
        disconnect(self);
        set_online(self, FALSE);
        reconnect_later(self);
}

static void on_connected(GObject *source, GAsyncResult *result, gpointer userdata) {
        RestBus *self = userdata;
        g_autoptr(GError) error = NULL;
        g_autoptr(GDBusConnection) connection = g_dbus_connection_new_for_address_finish(result, &error);

        if (g_cancellable_is_cancelled(self->closing)) {
                bus_unref(self);
                return;
        }
        if (!connection) {
                g_debug("the bus: %s", error->message);
                set_online(self, FALSE);
                reconnect_later(self);
        } else {
                self->reconnect_ms = RECONNECT_FIRST_MS;
                self->connection = g_steal_pointer(&connection);
                g_signal_connect(self->connection, "closed", G_CALLBACK(on_closed), self);
                self->subscription =
                        g_dbus_connection_signal_subscribe(self->connection, BANGUI_NAME, NULL, NULL, NULL, NULL,
                                                           G_DBUS_SIGNAL_FLAGS_NONE, on_signal, self, NULL);
                self->watch =
                        g_bus_watch_name_on_connection(self->connection, BANGUI_NAME, G_BUS_NAME_WATCHER_FLAGS_NONE,
                                                       on_owner, on_no_owner, self, NULL);
        }
        bus_unref(self);
}

static void connect_now(RestBus *self) {
        g_autoptr(GError) error = NULL;
        g_autofree char *system = NULL;

        if (!self->address)
                system = g_dbus_address_get_for_bus_sync(G_BUS_TYPE_SYSTEM, NULL, &error);
        if (error) {
                g_warning("the address of the system bus: %s", error->message);
                set_online(self, FALSE);
                reconnect_later(self);
                return;
        }
        g_dbus_connection_new_for_address(self->address ? self->address : system,
                                          G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                                  G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                          NULL, self->closing, on_connected, bus_ref(self));
}

RestBus *rest_bus_new(const char *address) {
        RestBus *self = g_new0(RestBus, 1);

        g_atomic_ref_count_init(&self->references);
        self->address = address && *address ? g_strdup(address) : NULL;
        self->closing = g_cancellable_new();
        self->reconnect_ms = RECONNECT_FIRST_MS;
        self->generation = 1;
        self->listeners = g_array_new(FALSE, FALSE, sizeof(Listener));
        g_queue_init(&self->waiting);
        connect_now(self);
        return self;
}

static void fail_waiting(RestBus *self) {
        for (;;) {
                g_autoptr(GTask) task = g_queue_pop_head(&self->waiting);

                if (!task)
                        return;
                g_task_return_new_error(task, REST_ERROR, REST_ERROR_DAEMON_OFFLINE, "the bridge is stopping");
        }
}

void rest_bus_free(RestBus *self) {
        if (!self)
                return;
        self->online = FALSE;
        g_array_set_size(self->listeners, 0);
        fail_waiting(self);
        g_cancellable_cancel(self->closing);
        g_clear_handle_id(&self->reconnect, g_source_remove);
        /* whoever called is told before what he needs for that is gone too */
        while (!g_atomic_ref_count_compare(&self->references, 1))
                (void) g_main_context_iteration(NULL, TRUE);
        disconnect(self);
        bus_unref(self);
}

gboolean rest_bus_online(const RestBus *self) {
        return self->online;
}

guint64 rest_bus_generation(const RestBus *self) {
        return self->generation;
}

void rest_bus_bump(RestBus *self) {
        if (self)
                self->generation++;
}

void rest_bus_listen(RestBus *self, RestBusSignalFunc func, gpointer userdata) {
        Listener listener = { func, userdata };

        g_array_append_val(self->listeners, listener);
}

static void call_free(gpointer data) {
        Call *self = data;

        g_free(self->object);
        g_free(self->interface);
        g_free(self->member);
        g_variant_unref(self->arguments);
        g_clear_object(&self->handles);
        g_clear_object(&self->ret_handles);
        bus_unref(self->bus);
        g_free(self);
}

/* `name`: of an error from the bus; NULL: it is our own end's. */
static gboolean is_away(const GError *error, const char *name) {
        static const char *const names[] = { "org.freedesktop.DBus.Error.ServiceUnknown",
                                             "org.freedesktop.DBus.Error.NameHasNoOwner",
                                             "org.freedesktop.DBus.Error.NoReply",
                                             "org.freedesktop.DBus.Error.Disconnected", NULL };

        return name ? g_strv_contains(names, name) : g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CLOSED);
}

/* What a failed call means to who asked over HTTP. Errors of the daemon stay what they are. */
static GError *translate(GError *error) {
        g_autofree char *name = g_dbus_error_is_remote_error(error) ? g_dbus_error_get_remote_error(error) : NULL;
        RestError code;

        if (is_away(error, name))
                code = REST_ERROR_DAEMON_OFFLINE;
        else if (g_strcmp0(name, "org.freedesktop.DBus.Error.LimitsExceeded") == 0)
                code = REST_ERROR_OVERLOADED;
        else if (!name && g_error_matches(error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
                code = REST_ERROR_DAEMON_TIMEOUT;
        else
                return error;
        g_clear_error(&error);
        switch (code) {
        case REST_ERROR_OVERLOADED:
                return g_error_new(REST_ERROR, code, "too many calls are waiting for banguid: come again");
        case REST_ERROR_DAEMON_TIMEOUT:
                return g_error_new(REST_ERROR, code, "banguid did not answer within %d s", REST_BUS_TIMEOUT_MS / 1000);
        default:
                return g_error_new(REST_ERROR, code, "banguid went away before it answered");
        }
}

static void on_answer(GObject *source, GAsyncResult *result, gpointer userdata) {
        g_autoptr(GTask) task = userdata;
        Call *call = g_task_get_task_data(task);
        RestBus *bus = call->bus;
        GError *error = NULL;
        GVariant *reply = g_dbus_connection_call_with_unix_fd_list_finish(G_DBUS_CONNECTION(source), &call->ret_handles,
                                                                          result, &error);

        bus->pending--;
        start_next(bus);
        if (reply)
                g_task_return_pointer(task, reply, (GDestroyNotify) g_variant_unref);
        else
                g_task_return_error(task, translate(error));
}

/* Takes the task over. */
static void start(RestBus *self, GTask *task) {
        Call *call = g_task_get_task_data(task);

        if (g_task_return_error_if_cancelled(task)) {
                g_object_unref(task);
                return;
        }
        if (!self->online) {
                g_task_return_new_error(task, REST_ERROR, REST_ERROR_DAEMON_OFFLINE,
                                        self->connection ? "banguid does not run; is banguid.service started?"
                                                         : "the system bus is away");
                g_object_unref(task);
                return;
        }
        self->pending++;
        g_dbus_connection_call_with_unix_fd_list(self->connection, BANGUI_NAME, call->object, call->interface,
                                                 call->member, call->arguments, NULL, G_DBUS_CALL_FLAGS_NO_AUTO_START,
                                                 REST_BUS_TIMEOUT_MS, call->handles, self->closing, on_answer, task);
        g_clear_object(&call->handles); /* the message has them: a pipe must have no second end here */
}

static void start_next(RestBus *self) {
        while (self->pending < REST_BUS_PENDING_MAX && !g_queue_is_empty(&self->waiting))
                start(self, g_queue_pop_head(&self->waiting));
}

void rest_bus_call(RestBus *self, const char *object, const char *interface, const char *member, GVariant *arguments,
                   GUnixFDList *handles, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer userdata) {
        GTask *task = g_task_new(NULL, cancellable, callback, userdata);
        Call *call = g_new0(Call, 1);

        call->bus = bus_ref(self);
        call->object = g_strdup(object);
        call->interface = g_strdup(interface);
        call->member = g_strdup(member);
        call->arguments = g_variant_ref_sink(arguments ? arguments : g_variant_new_tuple(NULL, 0));
        call->handles = handles ? g_object_ref(handles) : NULL;
        g_task_set_task_data(task, call, call_free);
        if (self->settled && (self->pending < REST_BUS_PENDING_MAX || !self->online))
                start(self, task);
        else if (g_queue_get_length(&self->waiting) < REST_BUS_WAITING_MAX)
                g_queue_push_tail(&self->waiting, task);
        else {
                g_task_return_new_error(task, REST_ERROR, REST_ERROR_OVERLOADED,
                                        "more than %d calls wait for banguid: come again", REST_BUS_WAITING_MAX);
                g_object_unref(task);
        }
}

GVariant *rest_bus_call_finish(RestBus *self, GAsyncResult *result, GUnixFDList **ret_handles, GError **error) {
        Call *call = g_task_get_task_data(G_TASK(result));
        GVariant *reply = g_task_propagate_pointer(G_TASK(result), error);

        if (ret_handles)
                *ret_handles = reply ? g_steal_pointer(&call->ret_handles) : NULL;
        return reply;
}
