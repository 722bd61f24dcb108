/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The table of changes that callers made
 *
 * Written once a change, read seldom: the filters are conditions of one statement, and a page is a walk down the
 * primary key. A clock that was put back does not disturb the order, which is that of writing.
 */

#include "store/audit-store.h"

#include "store/connection.h"

#define PURGE_STEP 1000

#define AUDIT_FILTER \
        "(?1 = 0 OR id < ?1) AND (?2 IS NULL OR method = ?2) AND (?3 = -1 OR uid = ?3) " \
        "AND (?4 = 0 OR at >= ?4) AND (?5 = 0 OR at <= ?5) " \
        "AND (?6 IS NULL OR instr(lower(object), lower(?6)) > 0 OR instr(lower(reason), lower(?6)) > 0) "

struct AuditStore {
        Store *store;
};

AuditStore *audit_store_new(Store *store) {
        AuditStore *self = g_new0(AuditStore, 1);

        self->store = store;
        return self;
}

void audit_store_free(AuditStore *self) {
        g_free(self);
}

static const char *or_empty(const char *text) {
        return text ? text : "";
}

static gboolean add_row(StoreConnection *connection, gpointer userdata, GError **error) {
        const AuditRow *row = userdata;
        const char *const texts[] = { row->caller, row->session, row->unit,   row->method,  row->action,
                                      row->object, row->reason,  row->result, row->message, row->correlation };
        sqlite3_stmt *statement = store_statement(
                connection,
                "INSERT INTO audit (at, uid, caller, session, unit, method, action, object, reason, result, message, "
                "correlation) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                error);

        if (!statement)
                return FALSE;

        sqlite3_bind_int64(statement, 1, row->at);
        sqlite3_bind_int64(statement, 2, row->uid);
        for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
                store_bind_text(statement, (int) i + 3, or_empty(texts[i]));
        return store_run(connection, statement, "writing the audit", error);
}

gboolean audit_store_add(AuditStore *self, const AuditRow *row, GError **error) {
        return store_write(self->store, add_row, (gpointer) row, error);
}

typedef struct AuditList {
        const AuditQuery *query;
        AuditRowFunc each;
        gpointer userdata;
        gint64 next;
        guint64 total;
        gboolean count;
} AuditList;

static void bind_filter(sqlite3_stmt *statement, const AuditQuery *query, gint64 before_id) {
        sqlite3_bind_int64(statement, 1, before_id);
        store_bind_text(statement, 2, query->method);
        sqlite3_bind_int64(statement, 3, query->uid);
        sqlite3_bind_int64(statement, 4, query->since_at);
        sqlite3_bind_int64(statement, 5, query->until_at);
        store_bind_text(statement, 6, query->search);
}

static AuditRow row_of(sqlite3_stmt *statement) {
        return (AuditRow) {
                .id = sqlite3_column_int64(statement, 0),
                .at = sqlite3_column_int64(statement, 1),
                .uid = sqlite3_column_int64(statement, 2),
                .caller = store_column_text(statement, 3),
                .session = store_column_text(statement, 4),
                .unit = store_column_text(statement, 5),
                .method = store_column_text(statement, 6),
                .action = store_column_text(statement, 7),
                .object = store_column_text(statement, 8),
                .reason = store_column_text(statement, 9),
                .result = store_column_text(statement, 10),
                .message = store_column_text(statement, 11),
                .correlation = store_column_text(statement, 12),
        };
}

/* One row more than asked for shows whether there is a next page. */
static gboolean list_page(StoreConnection *connection, AuditList *list, GError **error) {
        sqlite3_stmt *statement = store_statement(
                connection,
                "SELECT id, at, uid, caller, session, unit, method, action, object, reason, result, message, "
                "correlation FROM audit WHERE " AUDIT_FILTER "ORDER BY id DESC LIMIT ?7",
                error);
        gint64 last_id = 0;
        gboolean row = FALSE;

        if (!statement)
                return FALSE;

        bind_filter(statement, list->query, list->query->before_id);
        sqlite3_bind_int64(statement, 7, (gint64) list->query->limit + 1);
        for (guint n = 0;; n++) {
                AuditRow audit;

                if (!store_next(connection, statement, "reading the audit", &row, error))
                        return FALSE;
                if (!row)
                        return TRUE;
                if (n == list->query->limit) {
                        list->next = last_id;
                        return TRUE;
                }
                audit = row_of(statement);
                last_id = audit.id;
                list->each(&audit, list->userdata);
        }
}

/* All that match, on whatever page. */
static gboolean count_rows(StoreConnection *connection, AuditList *list, GError **error) {
        sqlite3_stmt *statement = store_statement(connection, "SELECT count(*) FROM audit WHERE " AUDIT_FILTER, error);
        gboolean row = FALSE;

        if (!statement)
                return FALSE;

        bind_filter(statement, list->query, 0);
        if (!store_next(connection, statement, "counting the audit", &row, error))
                return FALSE;
        list->total = (guint64) sqlite3_column_int64(statement, 0);
        return TRUE;
}

static gboolean list_rows(StoreConnection *connection, gpointer userdata, GError **error) {
        AuditList *list = userdata;

        return list_page(connection, list, error) && (!list->count || count_rows(connection, list, error));
}

gboolean audit_store_list(AuditStore *self, const AuditQuery *query, AuditRowFunc each, gpointer userdata,
                          gint64 *ret_next, guint64 *ret_total, GError **error) {
        AuditList list = { .query = query, .each = each, .userdata = userdata, .count = ret_total != NULL };

        if (!store_read(self->store, list_rows, &list, error))
                return FALSE;

        *ret_next = list.next;
        if (ret_total)
                *ret_total = list.total;
        return TRUE;
}

typedef struct Purge {
        gint64 before_at;
        gboolean more;
} Purge;

static gboolean purge_rows(StoreConnection *connection, gpointer userdata, GError **error) {
        Purge *purge = userdata;
        sqlite3_stmt *statement = store_statement(
                connection, "DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE at < ? LIMIT ?)", error);

        if (!statement)
                return FALSE;

        sqlite3_bind_int64(statement, 1, purge->before_at);
        sqlite3_bind_int64(statement, 2, PURGE_STEP);
        if (!store_run(connection, statement, "purging the audit", error))
                return FALSE;
        purge->more = store_changes(connection) == PURGE_STEP;
        return TRUE;
}

gboolean audit_store_purge(AuditStore *self, gint64 before_at, gboolean *ret_more, GError **error) {
        Purge purge = { .before_at = before_at };

        if (!store_write(self->store, purge_rows, &purge, error))
                return FALSE;
        *ret_more = purge.more;
        return TRUE;
}
