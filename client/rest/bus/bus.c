/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/rest/bus/bus.h"

#include <string.h>
#include <unistd.h>

#include "client/rest/errors.h"
#include "interfaces/bus-codec.h"

#define RECONNECT_FIRST_MS 250
#define RECONNECT_MAX_MS 5000

#define DBUS_NAME "org.freedesktop.DBus"
#define DBUS_PATH "/org/freedesktop/DBus"

typedef struct Listener {
        RestBusSignalFunc func;
        gpointer userdata;
} Listener;

typedef struct Call {
        RestBus *bus;
        char *object, *interface, *member;
        GVariant *arguments;
        int descriptor; /* -1: none, or it is sent */
        GCancellable *cancellable;
        RestBusReplyFunc func;
        gpointer userdata;
        sd_bus_slot *slot;
        gint64 sent_at;
        GError *error; /* of one that ended without an answer */
        GList link;    /* in the queue that it is in */
} Call;

struct RestBus {
        char *address;
        sd_bus *connection; /* NULL: there is none */
        GSource *source;
        char *owner; /* the daemon's unique name; NULL: it is away */
        guint reconnect, reconnect_ms;
        guint telling;     /* the source that tells of what failed */
        gboolean answered; /* the bus did, since this connection began */
        gboolean settled;  /* it was found out whether the daemon is there; until then calls wait */
        guint64 generation;
        GQueue waiting, flying, failed; /* of Call */
        GArray *listeners;
};

static void connect_now(RestBus *self);
static void start_next(RestBus *self);

static void tell(RestBus *self, const char *interface, const char *name, const char *object, GVariant *arguments) {
        self->generation++;
        for (guint i = 0; i < self->listeners->len; i++) {
                const Listener *listener = &g_array_index(self->listeners, Listener, i);

                listener->func(interface, name, object, arguments, listener->userdata);
        }
}

static void tell_presence(RestBus *self, const char *name) {
        g_autoptr(GVariant) nothing = g_variant_ref_sink(g_variant_new_tuple(NULL, 0));

        tell(self, "Bridge", name, BANGUI_PATH, nothing);
}

/* `owner`: NULL or empty when the daemon is away. Another daemon in place of the one that was is both events. */
static void set_owner(RestBus *self, const char *owner) {
        if (owner && !*owner)
                owner = NULL;
        self->settled = TRUE;
        if (g_strcmp0(self->owner, owner) != 0) {
                gboolean was = self->owner != NULL;

                g_free(self->owner);
                self->owner = g_strdup(owner);
                if (was)
                        tell_presence(self, "Offline");
                if (owner)
                        tell_presence(self, "Online");
        }
        start_next(self);
}

static void call_free(Call *self) {
        if (self->descriptor >= 0)
                (void) close(self->descriptor);
        g_free(self->object);
        g_free(self->interface);
        g_free(self->member);
        g_variant_unref(self->arguments);
        g_clear_object(&self->cancellable);
        g_clear_error(&self->error);
        sd_bus_slot_unref(self->slot);
        g_free(self);
}

static void tell_failed_once(RestBus *self) {
        for (guint left = self->failed.length; left > 0; left--) {
                Call *call = g_queue_pop_head_link(&self->failed)->data;

                call->func(NULL, call->error, call->userdata);
                call_free(call);
        }
}

static gboolean tell_failed(gpointer userdata) {
        RestBus *self = userdata;

        tell_failed_once(self);
        if (self->failed.length > 0)
                return G_SOURCE_CONTINUE;
        self->telling = 0;
        return G_SOURCE_REMOVE;
}

/* Who called is told from the main loop: here he may still be in the middle of something. Takes both over. */
static void fail(Call *call, GError *error) {
        RestBus *self = call->bus;

        call->error = error;
        g_clear_pointer(&call->slot, sd_bus_slot_unref);
        g_queue_push_tail_link(&self->failed, &call->link);
        if (self->telling == 0)
                self->telling = g_idle_add_full(G_PRIORITY_DEFAULT, tell_failed, self, NULL);
}

static void fail_all(GQueue *calls, const char *why) {
        while (calls->length > 0)
                fail(g_queue_pop_head_link(calls)->data,
                     g_error_new_literal(REST_ERROR, REST_ERROR_DAEMON_OFFLINE, why));
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
        if (self->source) {
                g_source_destroy(self->source);
                g_clear_pointer(&self->source, g_source_unref);
        }
        self->connection = sd_bus_close_unref(self->connection);
        self->answered = FALSE;
}

static void on_closed(int errnum, gpointer userdata) {
        RestBus *self = userdata;

        if (self->answered)
                g_warning("the connection to the bus is lost: %s; it is tried again", g_strerror(errnum));
        else
                g_debug("the bus: %s", g_strerror(errnum));
        fail_all(&self->flying, "the bus went away before banguid answered");
        disconnect(self);
        set_owner(self, NULL);
        reconnect_later(self);
}

/* Whoever is on the bus may send us a signal of any name; the broker says who sent it. */
static gboolean is_from(sd_bus_message *message, const char *sender) {
        return g_strcmp0(sd_bus_message_get_sender(message), sender) == 0;
}

static int on_owner_changed(sd_bus_message *message, void *userdata, sd_bus_error *ret_error) {
        const char *owner;

        if (is_from(message, DBUS_NAME) && sd_bus_message_read(message, "sss", NULL, NULL, &owner) >= 0)
                set_owner(userdata, owner);
        return 0;
}

static int on_owner(sd_bus_message *reply, void *userdata, sd_bus_error *ret_error) {
        RestBus *self = userdata;
        const char *owner = NULL;

        if (sd_bus_message_is_method_error(reply, NULL) > 0 || sd_bus_message_read(reply, "s", &owner) < 0)
                owner = NULL;
        self->answered = owner || sd_bus_message_is_method_error(reply, DBUS_NAME ".Error.NameHasNoOwner") > 0;
        if (self->answered)
                self->reconnect_ms = RECONNECT_FIRST_MS;
        set_owner(self, owner);
        return 1;
}

static const char *interface_shown(const char *interface) {
        if (g_str_has_prefix(interface, BANGUI_NAME "."))
                return interface + strlen(BANGUI_NAME ".");
        if (g_str_equal(interface, DBUS_NAME ".Properties"))
                return "Properties";
        return g_str_equal(interface, DBUS_NAME ".ObjectManager") ? "ObjectManager" : NULL;
}

static int on_signal(sd_bus_message *message, void *userdata, sd_bus_error *ret_error) {
        RestBus *self = userdata;
        const char *shown = interface_shown(sd_bus_message_get_interface(message));
        g_autoptr(GVariant) arguments = NULL;

        if (!shown || !self->owner || !is_from(message, self->owner))
                return 0;
        arguments = rest_bus_read(message, sd_bus_message_get_signature(message, TRUE), NULL);
        if (arguments)
                tell(self, shown, sd_bus_message_get_member(message), sd_bus_message_get_path(message), arguments);
        return 0;
}

/* All of it is queued until the bus has said hello; changes are listened to before the owner is asked for. */
static int watch_daemon(RestBus *self) {
        int r = sd_bus_match_signal_async(self->connection, NULL, BANGUI_NAME, NULL, NULL, NULL, on_signal, NULL, self);

        if (r >= 0)
                r = sd_bus_add_match_async(self->connection, NULL,
                                           "type='signal',sender='" DBUS_NAME "',path='" DBUS_PATH
                                           "',interface='" DBUS_NAME "',member='NameOwnerChanged',arg0='" BANGUI_NAME
                                           "'",
                                           on_owner_changed, NULL, self);
        if (r >= 0)
                r = sd_bus_call_method_async(self->connection, NULL, DBUS_NAME, DBUS_PATH, DBUS_NAME, "GetNameOwner",
                                             on_owner, self, "s", BANGUI_NAME);
        return r;
}

static void connect_now(RestBus *self) {
        int r = bus_open(self->address, &self->connection);

        if (r >= 0)
                r = watch_daemon(self);
        if (r < 0) {
                g_debug("the bus: %s", g_strerror(-r));
                disconnect(self);
                set_owner(self, NULL);
                reconnect_later(self);
                return;
        }
        self->source = bus_source_new(self->connection, on_closed, self);
        g_source_attach(self->source, NULL);
}

RestBus *rest_bus_new(const char *address) {
        RestBus *self = g_new0(RestBus, 1);

        self->address = address && *address ? g_strdup(address) : NULL;
        self->reconnect_ms = RECONNECT_FIRST_MS;
        self->generation = 1;
        self->listeners = g_array_new(FALSE, FALSE, sizeof(Listener));
        connect_now(self);
        return self;
}

void rest_bus_free(RestBus *self) {
        if (!self)
                return;
        g_clear_pointer(&self->owner, g_free);
        self->settled = TRUE;
        g_array_set_size(self->listeners, 0);
        fail_all(&self->waiting, "the bridge is stopping");
        fail_all(&self->flying, "the bridge is stopping");
        /* whoever called is told before what he needs for that is gone too */
        while (self->failed.length > 0)
                tell_failed_once(self);
        g_clear_handle_id(&self->telling, g_source_remove);
        g_clear_handle_id(&self->reconnect, g_source_remove);
        disconnect(self);
        g_array_unref(self->listeners);
        g_free(self->address);
        g_free(self);
}

gboolean rest_bus_online(const RestBus *self) {
        return self->owner != NULL;
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

/* What a failed call means to who asked over HTTP; errors of the daemon stay what they are. NULL: it did not fail. Our
 * own end says NoReply too when the time is up. */
static GError *find_error(const Call *call, sd_bus_message *reply) {
        const sd_bus_error *error = sd_bus_message_get_error(reply);

        if (call->cancellable && g_cancellable_is_cancelled(call->cancellable))
                return g_error_new_literal(G_IO_ERROR, G_IO_ERROR_CANCELLED, "who asked has gone");
        if (!error)
                return NULL;
        if (sd_bus_error_has_name(error, SD_BUS_ERROR_NO_REPLY) &&
            g_get_monotonic_time() - call->sent_at >= REST_BUS_TIMEOUT_MS * G_TIME_SPAN_MILLISECOND)
                return g_error_new(REST_ERROR, REST_ERROR_DAEMON_TIMEOUT, "banguid did not answer within %d s",
                                   REST_BUS_TIMEOUT_MS / 1000);
        if (sd_bus_error_has_names(error, SD_BUS_ERROR_SERVICE_UNKNOWN, SD_BUS_ERROR_NAME_HAS_NO_OWNER,
                                   SD_BUS_ERROR_NO_REPLY, SD_BUS_ERROR_DISCONNECTED))
                return g_error_new_literal(REST_ERROR, REST_ERROR_DAEMON_OFFLINE,
                                           "banguid went away before it answered");
        if (sd_bus_error_has_name(error, SD_BUS_ERROR_LIMITS_EXCEEDED))
                return g_error_new_literal(REST_ERROR, REST_ERROR_OVERLOADED,
                                           "too many calls are waiting for banguid: come again");
        return rest_error_new_named(error->name, error->message ? error->message : "");
}

static int on_answer(sd_bus_message *reply, void *userdata, sd_bus_error *ret_error) {
        Call *call = userdata;
        g_autoptr(GError) error = find_error(call, reply);

        g_queue_unlink(&call->bus->flying, &call->link);
        start_next(call->bus);
        call->func(error ? NULL : reply, error, call->userdata);
        call_free(call);
        return 1;
}

static int send_call(Call *call) {
        g_autoptr(sd_bus_message) message = NULL;
        int r = sd_bus_message_new_method_call(call->bus->connection, &message, BANGUI_NAME, call->object,
                                               call->interface, call->member);

        if (r >= 0)
                r = sd_bus_message_set_auto_start(message, FALSE);
        if (r >= 0)
                r = codec_append_tuple(message, call->arguments, call->descriptor);
        if (r >= 0)
                r = sd_bus_call_async(call->bus->connection, &call->slot, message, on_answer, call,
                                      (uint64_t) REST_BUS_TIMEOUT_MS * 1000);
        if (call->descriptor >= 0)
                (void) close(call->descriptor); /* the message has it: a pipe must have no second end here */
        call->descriptor = -1;
        return r;
}

static GError *find_send_error(int errnum) {
        switch (errnum) {
        case ENOTCONN:
        case ECONNRESET:
                return g_error_new_literal(REST_ERROR, REST_ERROR_DAEMON_OFFLINE, "the system bus is away");
        case ENOBUFS:
                return g_error_new_literal(REST_ERROR, REST_ERROR_OVERLOADED,
                                           "too many calls are waiting for banguid: come again");
        default:
                return g_error_new(REST_ERROR, REST_ERROR_INTERNAL, "the call could not be sent: %s",
                                   g_strerror(errnum));
        }
}

static void start(Call *call) {
        RestBus *self = call->bus;
        int r;

        if (call->cancellable && g_cancellable_is_cancelled(call->cancellable)) {
                fail(call, g_error_new_literal(G_IO_ERROR, G_IO_ERROR_CANCELLED, "who asked has gone"));
                return;
        }
        if (!self->owner) {
                fail(call, g_error_new_literal(REST_ERROR, REST_ERROR_DAEMON_OFFLINE,
                                               self->connection ? "banguid does not run; is banguid.service started?"
                                                                : "the system bus is away"));
                return;
        }
        call->sent_at = g_get_monotonic_time();
        r = send_call(call);
        if (r < 0) {
                fail(call, find_send_error(-r));
                return;
        }
        g_queue_push_tail_link(&self->flying, &call->link);
}

static void start_next(RestBus *self) {
        while (self->flying.length < REST_BUS_PENDING_MAX && self->waiting.length > 0)
                start(g_queue_pop_head_link(&self->waiting)->data);
}

void rest_bus_call(RestBus *self, const char *object, const char *interface, const char *member, GVariant *arguments,
                   int descriptor, GCancellable *cancellable, RestBusReplyFunc func, gpointer userdata) {
        Call *call = g_new0(Call, 1);

        call->bus = self;
        call->object = g_strdup(object);
        call->interface = g_strdup(interface);
        call->member = g_strdup(member);
        call->arguments = g_variant_ref_sink(arguments ? arguments : g_variant_new_tuple(NULL, 0));
        call->descriptor = descriptor;
        call->cancellable = cancellable ? g_object_ref(cancellable) : NULL;
        call->func = func;
        call->userdata = userdata;
        call->link.data = call;
        if (self->settled && (self->flying.length < REST_BUS_PENDING_MAX || !self->owner))
                start(call);
        else if (self->waiting.length < REST_BUS_WAITING_MAX)
                g_queue_push_tail_link(&self->waiting, &call->link);
        else
                fail(call, g_error_new(REST_ERROR, REST_ERROR_OVERLOADED,
                                       "more than %d calls wait for banguid: come again", REST_BUS_WAITING_MAX));
}

GVariant *rest_bus_read(sd_bus_message *reply, const char *signature, GError **error) {
        GVariant *body =
                sd_bus_message_has_signature(reply, signature) ? codec_read_body(reply, signature, NULL) : NULL;

        if (body)
                return g_variant_ref_sink(body);
        g_set_error(error, REST_ERROR, REST_ERROR_INTERNAL, "the daemon's answer cannot be read; \"%s\" was expected",
                    signature);
        return NULL;
}
