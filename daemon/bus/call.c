/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "bus/call.h"

#include <string.h>
#include <unistd.h>

#include "bus/codec.h"
#include "bus/objects.h"
#include "core/error.h"
#include "core/log.h"
#include "core/text.h"

#define CORRELATION_MAX 64
#define FIRST_LOOK_S 10 /* how long a call waits for the daemon's first look at fail2ban */
#define CORRELATION_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:-"

GVariant *method_options(const MethodCall *call) {
        return g_variant_get_child_value(call->arguments, g_variant_n_children(call->arguments) - 1);
}

const char *method_text(const MethodCall *call, guint index) {
        const char *text;

        g_variant_get_child(call->arguments, index, "&s", &text);
        return text;
}

int method_take_handle(const MethodCall *call, guint index) {
        gint32 handle;
        int *place;

        g_variant_get_child(call->arguments, index, "h", &handle);
        place = &g_array_index(call->handles, int, handle);
        return g_steal_fd(place);
}

const char *method_option_text(const MethodCall *call, const char *name) {
        const char *text = NULL;
        g_autoptr(GVariant) options = NULL;

        if (g_variant_n_children(call->arguments) == 0)
                return NULL;
        options = method_options(call);
        if (g_variant_is_of_type(options, G_VARIANT_TYPE_VARDICT))
                g_variant_lookup(options, name, "&s", &text);
        return text;
}

GVariant *method_done(void) {
        return g_variant_new_tuple(NULL, 0);
}

GVariant *method_result(GVariant *value) {
        g_autoptr(GVariant) owned = value ? g_variant_take_ref(value) : NULL;

        return owned ? g_variant_new_tuple(&owned, 1) : NULL;
}

GVariant *method_page(GVariant *rows, GVariant *page) {
        g_autoptr(GVariant) owned_rows = rows ? g_variant_take_ref(rows) : NULL;
        g_autoptr(GVariant) owned_page = g_variant_take_ref(page);

        return owned_rows ? g_variant_new("(@*@*)", owned_rows, owned_page) : NULL;
}

/* Texts are borrowed from the arguments, on both threads: once serialised, a GVariant does not move them any more. */
static GVariant *settle(GVariant *arguments) {
        g_variant_ref_sink(arguments);
        (void) g_variant_get_data(arguments);
        return arguments;
}

/* Every method that takes options also takes correlation_id, which is no matter of the method's: it is taken out. */
static GVariant *without_correlation(GVariant *options) {
        GVariantBuilder builder;
        GVariantIter iter;
        GVariant *entry;

        g_variant_builder_init(&builder, G_VARIANT_TYPE_VARDICT);
        g_variant_iter_init(&iter, options);
        while ((entry = g_variant_iter_next_value(&iter))) {
                const char *key;

                g_variant_get_child(entry, 0, "&s", &key);
                if (strcmp(key, "correlation_id") != 0)
                        g_variant_builder_add_value(&builder, entry);
                g_variant_unref(entry);
        }
        return g_variant_builder_end(&builder);
}

static gboolean take_correlation(Call *self, GError **error) {
        const char *given = method_option_text(&self->plain, "correlation_id");
        gsize last = g_variant_n_children(self->plain.arguments);
        g_autoptr(GVariant) arguments = NULL;
        g_autofree GVariant **members = NULL;

        if (!given)
                return TRUE;
        if (given[0] == '\0' || strlen(given) > CORRELATION_MAX ||
            given[strspn(given, CORRELATION_CHARACTERS)] != '\0') {
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT,
                            "option correlation_id: it has 1 to %d letters, digits and the signs . _ : -",
                            CORRELATION_MAX);
                return FALSE;
        }
        g_free(self->correlation);
        self->correlation = g_strdup(given);
        members = g_new0(GVariant *, last);
        for (gsize i = 0; i < last; i++)
                members[i] = g_variant_get_child_value(self->plain.arguments, i);
        arguments = g_steal_pointer(&self->plain.arguments);
        {
                g_autoptr(GVariant) options = members[last - 1];

                members[last - 1] = without_correlation(options);
        }
        self->plain.arguments = settle(g_variant_new_tuple(members, last));
        for (gsize i = 0; i + 1 < last; i++)
                g_variant_unref(members[i]);
        return TRUE;
}

/* "/org/bangui/BanGUI1/jail/my_20jail" is the object "my jail". */
static char *object_of_path(const char *path) {
        static const char *const folders[] = { BUS_JAILS, BUS_JOBS, BUS_OPERATIONS };
        char *name = NULL;

        for (guint i = 0; i < G_N_ELEMENTS(folders); i++)
                if (sd_bus_path_decode(path, folders[i], &name) > 0) {
                        char *copy = g_strdup(name);

                        free(name);
                        return copy;
                }
        return g_strdup("");
}

static void close_handle(gpointer handle) {
        int fd = *(int *) handle;

        if (fd >= 0)
                close(fd);
}

static GArray *handles_new(void) {
        GArray *handles = g_array_new(FALSE, FALSE, sizeof(int));

        g_array_set_clear_func(handles, close_handle);
        return handles;
}

Call *call_new(gpointer owner, const BoundMethod *bound, sd_bus_message *message, Peer *peer,
               const char *fallback_correlation, GError **error) {
        g_autoptr(GArray) handles = handles_new();
        GVariant *arguments = codec_read(message, bound->signature, handles, error);
        Call *self;

        if (!arguments)
                return NULL;
        self = g_new0(Call, 1);
        self->link.data = self;
        self->owner = owner;
        self->bound = bound;
        self->peer = peer_ref(peer);
        self->correlation = g_strdup(fallback_correlation);
        self->object = object_of_path(sd_bus_message_get_path(message));
        self->plain.arguments = settle(arguments);
        self->plain.handles = g_steal_pointer(&handles);
        self->plain.object = self->object;
        self->came_at = g_get_real_time() / G_USEC_PER_SEC;
        self->plain.owner = -1;
        self->plain.fd = -1;
        if (!take_correlation(self, error) ||
            (bound->method->about && !bound->method->about(&self->plain, &self->about, error))) {
                call_free(self);
                return NULL;
        }
        self->reason = g_strdup(method_option_text(&self->plain, "reason"));
        self->message = sd_bus_message_ref(message);
        return self;
}

void call_free(Call *self) {
        if (self->wait) {
                g_source_destroy(self->wait);
                g_source_unref(self->wait);
        }
        peer_unref(self->peer);
        sd_bus_message_unref(self->message);
        g_clear_pointer(&self->plain.arguments, g_variant_unref);
        g_clear_pointer(&self->plain.handles, g_array_unref);
        g_clear_pointer(&self->plain.operation, operation_unref);
        g_clear_pointer(&self->plain.rows, rows_free);
        if (self->plain.fd >= 0)
                close(self->plain.fd);
        g_clear_pointer(&self->about.details, g_variant_unref);
        g_free(self->about.action);
        g_free(self->about.jail);
        g_free(self->about.address);
        g_free(self->about.settings);
        g_free(self->about.object);
        g_clear_pointer(&self->caller, caller_free);
        g_clear_pointer(&self->result, g_variant_unref);
        g_clear_error(&self->error);
        g_free(self->object);
        g_free(self->reason);
        g_free(self->correlation);
        g_free(self->operation_path);
        g_free(self);
}

const char *call_action(const Call *self) {
        return self->about.action ? self->about.action : self->bound->method->action;
}

/* For people: what the call is about. */
static char *object_text(const Call *self) {
        const MethodAbout *about = &self->about;

        if (about->object)
                return g_strdup(about->object);
        if (about->jail && about->address)
                return g_strdup_printf("%s in %s", about->address,
                                       strcmp(about->jail, "*") == 0 ? "all jails" : about->jail);
        return g_strdup(about->jail ? about->jail : about->address ? about->address : "");
}

/* What polkit's agent shows to the person who is asked: what, and of what. */
static void add_question(const Call *self, GVariantBuilder *details) {
        g_autofree char *object = object_text(self);
        g_autofree char *shown = text_quote(object); /* the caller's words: short and printable */
        g_autofree char *question = NULL;

        if (object[0] == '\0')
                return;
        question = g_strdup_printf("Authentication is required for %s: %s", self->bound->full_name, shown);
        g_variant_builder_add(details, "{ss}", "polkit.message", question);
}

GVariant *call_details(const Call *self) {
        GVariantBuilder builder;

        if (self->about.details)
                return g_variant_ref(self->about.details);
        g_variant_builder_init(&builder, G_VARIANT_TYPE("a{ss}"));
        if (self->about.jail)
                g_variant_builder_add(&builder, "{ss}", "jail", self->about.jail);
        if (self->about.address)
                g_variant_builder_add(&builder, "{ss}", "address", self->about.address);
        if (self->about.settings)
                g_variant_builder_add(&builder, "{ss}", "settings", self->about.settings);
        add_question(self, &builder);
        return g_variant_builder_end(&builder);
}

static void write_audit(const Call *self, const Services *services) {
        g_autofree char *object = object_text(self);
        const char *asked = call_action(self);
        g_autofree char *action = asked ? g_strconcat(POLKIT_ACTION_PREFIX, asked, NULL) : g_strdup("");
        AuditEntry entry = {
                .at = self->came_at,
                .caller = self->caller,
                .method = self->bound->full_name,
                .action = action,
                .object = object,
                .reason = self->reason,
                .result = "ok",
                .correlation = self->correlation,
        };

        if (self->error) {
                entry.result = bangui_error_short_name(bangui_error_code(self->error));
                entry.message = self->error->message;
        }
        audit_record(services->audit, &entry);
}

static void run_method(Call *self, const Services *services) {
        GVariant *result;

        probe_await_first(services->probe, self->bound->method->lane == LANE_MEMORY ? 1 : FIRST_LOOK_S);
        /* Not when it came: it may have waited for polkit, a person and a worker. */
        self->plain.now = g_get_real_time() / G_USEC_PER_SEC;
        result = self->bound->method->run(services, &self->plain, &self->error);
        if (result)
                self->result = g_variant_take_ref(result);
}

void call_run(Call *self, const Services *services) {
        if (g_atomic_int_get(&self->dropped)) {
                g_clear_error(&self->error);
                g_set_error_literal(&self->error, BANGUI_ERROR, BANGUI_ERROR_CANCELLED, "the caller is gone");
                return;
        }
        log_set_correlation(self->correlation);
        if (!self->error)
                run_method(self, services);
        if (self->bound->method->changes)
                write_audit(self, services);
        log_set_correlation(NULL);
}
