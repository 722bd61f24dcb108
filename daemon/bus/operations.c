/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "bus/operations.h"

#include <string.h>

#include "bus/inbox.h"
#include "core/error.h"

#define KEPT_AFTER_END_S (10 * 60)
#define KEPT_MAX 100

typedef struct Entry {
        Operations *operations;
        char *path;
        Operation *operation;
        guint32 uid;
        gboolean ended;
        GSource *withdrawal;
} Entry;

struct Operations {
        Objects *objects;
        GHashTable *entries; /* path -> Entry */
        GQueue ended;        /* Entry, oldest first */
        guint64 last;
        Inbox *reports; /* Operation, from any thread */
};

static void entry_free(Entry *self) {
        if (self->withdrawal) {
                g_source_destroy(self->withdrawal);
                g_source_unref(self->withdrawal);
        }
        operation_unref(self->operation);
        g_free(self->path);
        g_free(self);
}

static void withdraw(Entry *entry) {
        Operations *self = entry->operations;

        g_queue_remove(&self->ended, entry);
        objects_withdraw(self->objects, entry->path);
        g_hash_table_remove(self->entries, entry->path);
}

static void update(Operations *self, const Entry *entry, const char *first_key, ...) G_GNUC_NULL_TERMINATED;

static void update(Operations *self, const Entry *entry, const char *first_key, ...) {
        GVariantBuilder builder;
        g_autoptr(GVariant) properties = NULL;
        g_autofree const char **names = NULL;
        va_list args;

        g_variant_builder_init(&builder, G_VARIANT_TYPE_VARDICT);
        va_start(args, first_key);
        for (const char *key = first_key; key; key = va_arg(args, const char *))
                g_variant_builder_add(&builder, "{sv}", key, va_arg(args, GVariant *));
        va_end(args);
        properties = g_variant_ref_sink(g_variant_builder_end(&builder));
        names = objects_update(self->objects, entry->path, "Operation", properties);
}

static Entry *entry_of(Operations *self, const Operation *operation) {
        GHashTableIter iter;
        gpointer entry;

        g_hash_table_iter_init(&iter, self->entries);
        while (g_hash_table_iter_next(&iter, NULL, &entry))
                if (((Entry *) entry)->operation == operation)
                        return entry;
        return NULL;
}

static void on_report(gpointer item, gpointer userdata) {
        Operations *self = userdata;
        g_autoptr(Operation) operation = item;
        g_autofree char *message = NULL;
        Entry *entry = entry_of(self, operation);
        double progress;

        if (!entry || entry->ended)
                return;
        progress = operation_progress(operation, &message);
        update(self, entry, "Progress", g_variant_new_double(progress), "Message",
               g_variant_new_string(message ? message : ""), NULL);
}

Operations *operations_new(Objects *objects) {
        Operations *self = g_new0(Operations, 1);

        self->objects = objects;
        self->entries = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify) entry_free);
        self->reports = inbox_new(on_report, self);
        return self;
}

void operations_free(Operations *self) {
        inbox_free(self->reports);
        g_queue_clear(&self->ended);
        g_hash_table_unref(self->entries);
        g_free(self);
}

char *operations_publish(Operations *self, Operation *operation, guint32 uid, gint64 started) {
        Entry *entry = g_new0(Entry, 1);
        g_autofree char *message = NULL;
        double progress = operation_progress(operation, &message);
        g_autoptr(GVariant) properties = NULL;

        entry->operations = self;
        entry->path = g_strdup_printf(BUS_OPERATIONS "/%" G_GUINT64_FORMAT, ++self->last);
        entry->operation = operation_ref(operation);
        entry->uid = uid;
        properties = g_variant_ref_sink(g_variant_new_parsed(
                "{'Kind': <%s>, 'State': <'running'>, 'Progress': <%d>, 'Message': <%s>, 'Started': <%x>}",
                operation_kind(operation), progress, message ? message : "", started));
        g_hash_table_insert(self->entries, entry->path, entry);
        if (objects_publish(self->objects, entry->path, "Operation", properties) >= 0)
                objects_announce(self->objects, entry->path);
        return g_strdup(entry->path);
}

static gboolean on_withdrawal(gpointer userdata) {
        withdraw(userdata);
        return G_SOURCE_REMOVE;
}

static void keep_for_a_while(Operations *self, Entry *entry) {
        entry->ended = TRUE;
        g_queue_push_tail(&self->ended, entry);
        entry->withdrawal = g_timeout_source_new_seconds(KEPT_AFTER_END_S);
        g_source_set_callback(entry->withdrawal, on_withdrawal, entry, NULL);
        g_source_attach(entry->withdrawal, NULL);
        if (self->ended.length > KEPT_MAX)
                withdraw(g_queue_peek_head(&self->ended));
}

void operations_finish(Operations *self, const char *path, GVariant *result, const GError *error) {
        Entry *entry = g_hash_table_lookup(self->entries, path);

        if (!entry)
                return;
        if (error) {
                BanguiError code = bangui_error_code(error);

                update(self, entry, "State",
                       g_variant_new_string(code == BANGUI_ERROR_CANCELLED ? "cancelled" : "failed"), "Message",
                       g_variant_new_string(error->message), "Error", g_variant_new_string(bangui_error_bus_name(code)),
                       NULL);
        } else {
                g_autoptr(GVariant) dictionary = g_variant_get_child_value(result, 0);

                update(self, entry, "State", g_variant_new_string("done"), "Progress", g_variant_new_double(1),
                       "Result", dictionary, NULL);
        }
        keep_for_a_while(self, entry);
}

void operations_changed(Operations *self, Operation *operation) {
        inbox_push(self->reports, operation_ref(operation));
}

void operations_fill(Operations *self, const char *path, MethodCall *call) {
        const Entry *entry = g_hash_table_lookup(self->entries, path);

        if (!entry)
                return;
        call->operation = operation_ref(entry->operation);
        call->owner = entry->uid;
}

static GVariant *run_cancel(const Services *services, MethodCall *call, GError **error) {
        if (!call->operation) {
                g_set_error_literal(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT, "that work has ended");
                return NULL;
        }
        if (call->caller->uid != 0 && call->caller->uid != call->owner) {
                g_set_error_literal(error, BANGUI_ERROR, BANGUI_ERROR_NOT_AUTHORIZED,
                                    "only root and the user who started the work may cancel it");
                return NULL;
        }
        operation_cancel(call->operation);
        return method_done();
}

static const Method rows[] = {
        { .name = "Cancel", .lane = LANE_MEMORY, .changes = TRUE, .run = run_cancel },
        {},
};

const MethodGroup operation_methods = { "Operation", rows };
