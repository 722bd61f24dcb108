/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The audit
 *
 * The journal's entry is written first: it is there even when our database is not. A cursor is the id of the last row
 * of a page in hexadecimal after a letter, which is nobody's business but ours.
 */

#include "services/audit.h"

#include "core/error.h"
#include "core/log.h"
#include "core/text.h"

#define CURSOR_MARK 'a'

struct Audit {
        AuditStore *store;
};

Audit *audit_new(AuditStore *store) {
        Audit *self = g_new0(Audit, 1);

        self->store = store;
        return self;
}

void audit_free(Audit *self) {
        g_free(self);
}

static void record_in_log(const AuditEntry *entry) {
        g_autofree char *message = g_strdup_printf("%s by uid %u (%s): %s", entry->method, entry->caller->uid,
                                                   entry->object ? entry->object : "", entry->result);
        g_autofree char *uid = g_strdup_printf("%u", entry->caller->uid);

        log_event(LOG_PRIORITY_NOTICE, "audit.change", message, "METHOD", entry->method, "ACTION", entry->action, "UID",
                  uid, "OBJECT", entry->object, "REASON", entry->reason, "RESULT", entry->result, "CALLER",
                  entry->caller->name, "DETAIL", entry->message, NULL);
}

static void record_in_store(Audit *self, const AuditEntry *entry) {
        g_autofree char *session = caller_session(entry->caller), *unit = caller_unit(entry->caller);
        g_autoptr(GError) error = NULL;
        AuditRow row = {
                .at = entry->at,
                .uid = entry->caller->uid,
                .caller = entry->caller->name,
                .session = session,
                .unit = unit,
                .method = entry->method,
                .action = entry->action,
                .object = entry->object,
                .reason = entry->reason,
                .result = entry->result,
                .message = entry->message,
                .correlation = entry->correlation,
        };

        if (!audit_store_add(self->store, &row, &error))
                log_error(LOG_PRIORITY_ERROR, "audit.lost", "a change is not in the audit, only in the log", error);
}

void audit_record(Audit *self, const AuditEntry *entry) {
        record_in_log(entry);
        record_in_store(self, entry);
}

gboolean audit_read_cursor(const char *cursor, gint64 *ret_before_id, GError **error) {
        g_autofree char *quoted = NULL;
        guint64 id = 0;

        if (!cursor || cursor[0] == '\0') {
                *ret_before_id = 0;
                return TRUE;
        }

        if (cursor[0] == CURSOR_MARK &&
            g_ascii_string_to_unsigned(cursor + 1, 16, 1, (guint64) G_MAXINT64, &id, NULL)) {
                *ret_before_id = (gint64) id;
                return TRUE;
        }

        quoted = text_quote(cursor);
        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT,
                    "the cursor %s is none of this list; give next_cursor of the page before, or none", quoted);
        return FALSE;
}

static void append_row(const AuditRow *row, gpointer userdata) {
        GVariantBuilder *rows = userdata;
        const struct {
                const char *key, *text;
        } texts[] = {
                { "caller", row->caller },   { "session", row->session },
                { "unit", row->unit },       { "method", row->method },
                { "action", row->action },   { "object", row->object },
                { "reason", row->reason },   { "result", row->result },
                { "message", row->message }, { "correlation_id", row->correlation },
        };

        g_variant_builder_open(rows, G_VARIANT_TYPE_VARDICT);
        g_variant_builder_add(rows, "{sv}", "id", g_variant_new_int64(row->id));
        g_variant_builder_add(rows, "{sv}", "at", g_variant_new_int64(row->at));
        g_variant_builder_add(rows, "{sv}", "uid", g_variant_new_int64(row->uid));
        for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
                g_variant_builder_add(rows, "{sv}", texts[i].key, g_variant_new_string(texts[i].text));
        g_variant_builder_close(rows);
}

GVariant *audit_list(Audit *self, const AuditQuery *query, char **ret_cursor, guint64 *ret_total, GError **error) {
        g_auto(GVariantBuilder) rows = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE("aa{sv}"));
        gint64 next = 0;

        if (!audit_store_list(self->store, query, append_row, &rows, &next, ret_total, error))
                return NULL;

        if (ret_cursor)
                *ret_cursor = next > 0 ? g_strdup_printf("%c%" G_GINT64_MODIFIER "x", CURSOR_MARK, (guint64) next)
                                       : g_strdup("");
        return g_variant_ref_sink(g_variant_builder_end(&rows));
}
