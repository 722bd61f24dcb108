/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "bus/dispatcher.h"

#include <string.h>

#include "bus/call.h"
#include "bus/inbox.h"
#include "bus/lane.h"
#include "bus/operations.h"
#include "bus/reply.h"
#include "core/error.h"
#include "core/log.h"
#include "core/options.h"
#include "core/ready-source.h"

#define CALL_TIMEOUT_USEC (25 * G_USEC_PER_SEC)
#define WAIT_DEFAULT_S 1
#define WAIT_MAX_S 20
#define REFUSALS_PER_MINUTE 60

static const struct {
        const char *name;
        guint threads_max;
} lane_shapes[_LANE_MAX] = {
        [LANE_MEMORY] = { "memory", 2 },
        [LANE_FAIL2BAN] = { "fail2ban", 4 },
        [LANE_LONG] = { "long", 8 },
};

struct Dispatcher {
        Authorizer *authorizer;
        const Services *services;
        DispatcherLimits limits;
        GHashTable *methods; /* full name -> BoundMethod */
        Lane *lanes[_LANE_MAX];
        Inbox *finished; /* calls that workers handed back */
        GQueue authorising;
        GQueue working;           /* with a deadline, oldest first */
        GQueue detached;          /* handed to a worker, message answered or waiting without deadline */
        GSource *deadline_source; /* armed for a call that is or was the oldest */
        Operations *operations;
        guint64 last_call;
        gint64 refusals_minute;
        guint refusals; /* that went into the audit in this minute */
        gboolean draining;
        void (*drained)(gpointer userdata);
        gpointer drained_userdata;
};

static void bound_method_free(BoundMethod *self) {
        g_free(self->full_name);
        g_free(self->signature);
        g_free(self);
}

static guint in_work(const Dispatcher *self) {
        return self->authorising.length + self->working.length + self->detached.length;
}

static void move(Call *call, GQueue *from, GQueue *to) {
        g_queue_unlink(from, &call->link);
        g_queue_push_tail_link(to, &call->link);
}

static void check_drained(Dispatcher *self) {
        void (*drained)(gpointer userdata) = self->drained;

        if (!self->draining || in_work(self) > 0 || !drained)
                return;
        self->drained = NULL;
        drained(self->drained_userdata);
}

/* The end of a call: it stands in `queue`, and nobody else knows it any more. */
static void finish(Dispatcher *self, Call *call, GQueue *queue) {
        g_queue_unlink(queue, &call->link);
        call->peer->calls--;
        call_free(call);
        check_drained(self);
}

static void answer_error(Call *call, const GError *error) {
        if (call->message)
                reply_error(call->message, error);
        g_clear_pointer(&call->message, sd_bus_message_unref);
}

static void answer_values(Call *call, const Rows *rows, GVariant *values, int fd) {
        if (call->message)
                reply_values(call->message, rows, values, fd);
        g_clear_pointer(&call->message, sd_bus_message_unref);
}

/* Worker thread. */
static void on_work(gpointer data, gpointer userdata) {
        Call *call = data;
        Dispatcher *self = userdata;

        call_run(call, self->services);
        inbox_push(self->finished, call);
}

static void log_finished(const Call *call) {
        BanguiError code = call->error ? bangui_error_code(call->error) : BANGUI_ERROR_INTERNAL;

        if (call->error && code == BANGUI_ERROR_INTERNAL)
                log_error(LOG_PRIORITY_ERROR, "call.failed", call->bound->full_name, call->error);
        else
                log_event(LOG_PRIORITY_DEBUG, "call.done", call->bound->full_name, "CALLER", call->peer->name,
                          "CORRELATION_ID", call->correlation, "ERROR", call->error ? call->error->message : NULL,
                          NULL);
}

static void on_finished(gpointer item, gpointer userdata) {
        Dispatcher *self = userdata;
        Call *call = item;

        log_finished(call);
        if (call->operation_path)
                operations_finish(self->operations, call->operation_path, call->result, call->error);
        else if (call->error)
                answer_error(call, call->error);
        else
                answer_values(call, call->plain.rows, call->result, call->plain.fd);
        finish(self, call, call->deadline ? &self->working : &self->detached);
}

/* Deadlines are all equally long, so the oldest call's comes first. */
static gboolean on_deadline(gpointer userdata) {
        Dispatcher *self = userdata;
        gint64 now = g_get_monotonic_time();
        Call *call;

        while ((call = g_queue_peek_head(&self->working)) && call->deadline <= now) {
                g_autoptr(GError) error = g_error_new(
                        BANGUI_ERROR, BANGUI_ERROR_TIMEOUT, "%s: no result within %d seconds; %s",
                        call->bound->full_name, (int) (CALL_TIMEOUT_USEC / G_USEC_PER_SEC),
                        call->bound->method->changes ? "what had begun goes on: look at the state before you ask again"
                                                     : "fail2ban is busy or hangs");

                answer_error(call, error);
                g_atomic_int_set(&call->dropped, TRUE); /* if it had not begun */
                call->deadline = 0;
                move(call, &self->working, &self->detached);
        }
        g_source_set_ready_time(self->deadline_source, call ? call->deadline : -1);
        return G_SOURCE_CONTINUE;
}

/* A long call's patience is over: from now on it is an object of its own. */
static gboolean on_wait_over(gpointer userdata) {
        Call *call = userdata;
        Dispatcher *self = call->owner;
        GVariantBuilder result;

        g_clear_pointer(&call->wait, g_source_unref);
        call->operation_path =
                operations_publish(self->operations, call->plain.operation, call->caller->uid, call->came_at);
        g_variant_builder_init(&result, G_VARIANT_TYPE_VARDICT);
        g_variant_builder_add(&result, "{sv}", "operation", g_variant_new_object_path(call->operation_path));
        {
                g_autoptr(GVariant) values = g_variant_ref_sink(g_variant_new("(a{sv})", &result));

                answer_values(call, NULL, values, -1);
        }
        return G_SOURCE_REMOVE;
}

/* What is wrong with it, the method itself will say. */
static gint64 option_wait(const Call *call) {
        static const OptionSpec table[] = { { "wait", OPTION_INT, 0, 0, WAIT_MAX_S }, {} };
        g_autoptr(GVariant) options = method_options(&call->plain);
        g_autoptr(GVariant) value = g_variant_lookup_value(options, "wait", NULL);
        g_autoptr(GVariant) alone = NULL;
        gint64 wait = WAIT_DEFAULT_S;

        if (!value)
                return wait;
        alone = g_variant_ref_sink(g_variant_new_parsed("{'wait': %v}", value));
        (void) options_read(alone, table, call->bound->full_name, &wait, NULL);
        return wait;
}

static void on_operation_changed(Operation *operation, gpointer userdata) {
        Dispatcher *self = userdata;

        operations_changed(self->operations, operation);
}

static void prepare_long(Dispatcher *self, Call *call) {
        call->plain.operation = operation_new(call->bound->full_name, on_operation_changed, self);
        call->wait = g_timeout_source_new((guint) option_wait(call) * 1000);
        g_source_set_callback(call->wait, on_wait_over, call, NULL);
        g_source_attach(call->wait, NULL);
}

static void start(Dispatcher *self, Call *call) {
        const Method *method = call->bound->method;

        if (method->lane == LANE_LONG) {
                prepare_long(self, call);
                move(call, &self->authorising, &self->detached);
        } else {
                call->deadline = g_get_monotonic_time() + CALL_TIMEOUT_USEC;
                move(call, &self->authorising, &self->working);
                if (g_source_get_ready_time(self->deadline_source) < 0)
                        g_source_set_ready_time(self->deadline_source, call->deadline);
        }
        lane_push(self->lanes[method->lane], call);
}

static void answer_question(Call *call, const GError *error) {
        const char *answer = !error                                                          ? "yes"
                             : bangui_error_code(error) == BANGUI_ERROR_INTERACTION_REQUIRED ? "challenge"
                                                                                             : "no";
        g_autoptr(GVariant) values = g_variant_ref_sink(g_variant_new("(s)", answer));

        answer_values(call, NULL, values, -1);
}

/* Nobody shall fill our database by asking what he may not: so many refusals a minute go into the audit. */
static gboolean may_record_refusal(Dispatcher *self) {
        gint64 minute = g_get_monotonic_time() / (60 * G_USEC_PER_SEC);

        if (minute != self->refusals_minute) {
                self->refusals_minute = minute;
                self->refusals = 0;
        }
        return self->refusals++ < REFUSALS_PER_MINUTE;
}

static void refuse(Dispatcher *self, Call *call, const GError *error) {
        log_event(LOG_PRIORITY_NOTICE, "call.denied", call->bound->full_name, "CALLER", call->peer->name,
                  "CORRELATION_ID", call->correlation, "DETAIL", error->message, NULL);
        if (!call->bound->method->changes || !g_error_matches(error, BANGUI_ERROR, BANGUI_ERROR_NOT_AUTHORIZED) ||
            !call->caller || !may_record_refusal(self)) {
                answer_error(call, error);
                finish(self, call, &self->authorising);
                return;
        }
        call->error = g_error_copy(error);
        move(call, &self->authorising, &self->detached);
        lane_push(self->lanes[LANE_MEMORY], call);
}

static void on_authorised(const GError *error, gpointer userdata) {
        Call *call = userdata;
        Dispatcher *self = call->owner;

        call->check = NULL;
        call->caller = call->peer->caller ? caller_copy(call->peer->caller) : NULL;
        call->plain.caller = call->caller;
        if (call->bound->method->question) {
                answer_question(call, error);
                finish(self, call, &self->authorising);
        } else if (error)
                refuse(self, call, error);
        else
                start(self, call);
}

static void authorise(Dispatcher *self, Call *call) {
        const AuthorizerQuestion question = {
                .peer = call->peer,
                .action = call_action(call),
                .details = call_details(call),
                .interactive = !call->bound->method->question &&
                               sd_bus_message_get_allow_interactive_authorization(call->message) > 0,
        };
        AuthorizerCheck *check;

        call->peer->calls++;
        g_queue_push_tail_link(&self->authorising, &call->link);
        check = authorizer_check(self->authorizer, &question, on_authorised, call);
        if (check) /* else the call may be over already */
                call->check = check;
}

static gboolean admit(Dispatcher *self, sd_bus_message *message, const Peer *peer) {
        if (self->draining) {
                g_autoptr(GError) error = g_error_new_literal(BANGUI_ERROR, BANGUI_ERROR_CANCELLED,
                                                              "the daemon is stopping: ask again when it is back");

                reply_error(message, error);
                return FALSE;
        }
        if (in_work(self) < self->limits.calls_max && peer->calls < self->limits.calls_per_caller)
                return TRUE;
        reply_busy(message);
        return FALSE;
}

int dispatcher_call(Dispatcher *self, sd_bus_message *message, const char *group) {
        g_autofree char *name = g_strconcat(group, ".", sd_bus_message_get_member(message), NULL);
        g_autofree char *correlation = g_strdup_printf("%" G_GINT64_MODIFIER "x-%" G_GUINT64_FORMAT,
                                                       self->services->started_at, ++self->last_call);
        const BoundMethod *bound = g_hash_table_lookup(self->methods, name);
        Peer *peer = authorizer_peer(self->authorizer, sd_bus_message_get_sender(message));
        g_autoptr(GError) error = NULL;
        Call *call;

        if (!bound)
                return -EBADR;
        if (!admit(self, message, peer))
                return 1;
        call = call_new(self, bound, message, peer, correlation, &error);
        if (!call) {
                reply_error(message, error);
                return 1;
        }
        if (strcmp(group, "Operation") == 0)
                operations_fill(self->operations, sd_bus_message_get_path(message), &call->plain);
        authorise(self, call);
        return 1;
}

/* Work that has begun goes on, and so does what became an Operation: its object outlives the caller. */
static void drop_if_not_begun(const GQueue *calls, const Peer *peer) {
        for (GList *link = calls->head; link; link = link->next) {
                Call *call = link->data;

                if (call->peer == peer && !call->operation_path)
                        g_atomic_int_set(&call->dropped, TRUE);
        }
}

void dispatcher_peer_gone(Dispatcher *self, Peer *peer) {
        GList *next;

        for (GList *link = self->authorising.head; link; link = next) {
                Call *call = link->data;

                next = link->next;
                if (call->peer != peer)
                        continue;
                authorizer_check_cancel(call->check);
                finish(self, call, &self->authorising);
        }
        drop_if_not_begun(&self->working, peer);
        drop_if_not_begun(&self->detached, peer);
}

static GDBusMethodInfo *member_of(const GDBusInterfaceInfo *info, const char *name) {
        GDBusMethodInfo *method = g_dbus_interface_info_lookup_method((GDBusInterfaceInfo *) info, name);

        if (!method)
                g_error("%s.%s has a function but stands not in the XML", info->name, name);
        return method;
}

void dispatcher_bind(Dispatcher *self, const MethodGroup *group, const GDBusInterfaceInfo *info) {
        for (const Method *method = group->methods; method->name; method++) {
                BoundMethod *bound = g_new0(BoundMethod, 1);

                bound->method = method;
                bound->full_name = g_strconcat(group->group, ".", method->name, NULL);
                bound->signature = bus_interface_signature(member_of(info, method->name)->in_args);
                g_hash_table_insert(self->methods, bound->full_name, bound);
        }
        for (guint i = 0; info->methods && info->methods[i]; i++) {
                g_autofree char *name = g_strconcat(group->group, ".", info->methods[i]->name, NULL);

                if (!g_hash_table_contains(self->methods, name))
                        g_error("%s stands in the XML but has no function", name);
        }
}

Dispatcher *dispatcher_new(Objects *objects, Authorizer *authorizer, const Services *services,
                           const DispatcherLimits *limits) {
        Dispatcher *self = g_new0(Dispatcher, 1);

        self->authorizer = authorizer;
        self->services = services;
        self->limits = *limits;
        self->methods = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify) bound_method_free);
        for (guint lane = 0; lane < _LANE_MAX; lane++)
                self->lanes[lane] = lane_new(lane_shapes[lane].name, lane_shapes[lane].threads_max, on_work, self);
        self->finished = inbox_new(on_finished, self);
        self->deadline_source = ready_source_new(on_deadline, self);
        self->operations = operations_new(objects);
        return self;
}

/* The connection ended in the middle of work: what did not begin is dropped, what runs is waited for. */
static void abandon(Dispatcher *self) {
        Call *call;

        while ((call = g_queue_peek_head(&self->authorising))) {
                authorizer_check_cancel(call->check);
                finish(self, call, &self->authorising);
        }
        dispatcher_cancel_all(self);
        for (guint lane = 0; lane < _LANE_MAX; lane++)
                lane_free(self->lanes[lane]);
        inbox_free(self->finished);
}

void dispatcher_free(Dispatcher *self) {
        if (!self)
                return;
        abandon(self);
        ready_source_free(self->deadline_source);
        operations_free(self->operations);
        g_hash_table_unref(self->methods);
        g_free(self);
}

static void refuse_waiting(Dispatcher *self) {
        g_autoptr(GError) error = g_error_new_literal(BANGUI_ERROR, BANGUI_ERROR_CANCELLED,
                                                      "the daemon is stopping: ask again when it is back");
        Call *call;

        while ((call = g_queue_peek_head(&self->authorising))) {
                authorizer_check_cancel(call->check);
                answer_error(call, error);
                finish(self, call, &self->authorising);
        }
}

void dispatcher_drain(Dispatcher *self, void (*drained)(gpointer userdata), gpointer userdata) {
        refuse_waiting(self);
        self->draining = TRUE;
        self->drained = drained;
        self->drained_userdata = userdata;
        check_drained(self);
}

void dispatcher_cancel_all(Dispatcher *self) {
        for (GList *link = self->detached.head; link; link = link->next) {
                Call *call = link->data;

                g_atomic_int_set(&call->dropped, TRUE);
                if (call->plain.operation)
                        operation_cancel(call->plain.operation);
        }
        for (GList *link = self->working.head; link; link = link->next)
                g_atomic_int_set(&((Call *) link->data)->dropped, TRUE);
}
