/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The bans of one address with what led to them. */

#include "fail2ban/database.h"

#include <json-glib/json-glib.h>
#include <string.h>

#include "core/error.h"
#include "fail2ban/sqlite-reader.h"

#define EVENT_DATA_MAX (4 * 1024 * 1024)

static const char events_sql[] = "SELECT rowid, jail, ip, timeofban, bantime, bancount, data FROM bans "
                                 "WHERE ip = ?1 AND (?2 IS NULL OR jail = ?2) "
                                 "ORDER BY timeofban DESC, rowid DESC LIMIT ?3";

typedef struct EventsRead {
        const char *id;
        const char *jail;
        guint limit;
        GPtrArray *events; /* of Fail2banEvent */
        GPtrArray *data;   /* of GBytes, one for each event: decoded after the database was closed */
} EventsRead;

void fail2ban_event_free(Fail2banEvent *self) {
        if (!self)
                return;
        g_free(self->row.jail);
        g_free(self->row.id);
        g_strfreev(self->matches);
        g_clear_pointer(&self->captured, g_variant_unref);
        g_free(self);
}

static void events_bind(sqlite3_stmt *statement, gpointer userdata) {
        const EventsRead *self = userdata;

        (void) sqlite3_bind_text(statement, 1, self->id, -1, SQLITE_STATIC);
        (void) sqlite3_bind_text(statement, 2, self->jail, -1, SQLITE_STATIC);
        (void) sqlite3_bind_int64(statement, 3, self->limit);
}

static void events_row(sqlite3_stmt *statement, gpointer userdata) {
        EventsRead *self = userdata;
        Fail2banEvent *event = g_new0(Fail2banEvent, 1);
        const void *data;
        gsize length;

        event->row.rowid = sqlite3_column_int64(statement, 0);
        event->row.jail = sqlite_reader_text(statement, 1);
        event->row.id = sqlite_reader_text(statement, 2);
        event->row.banned_at = sqlite3_column_int64(statement, 3);
        event->row.bantime = sqlite_reader_seconds(statement, 4);
        event->row.count = sqlite_reader_count(statement, 5);
        g_ptr_array_add(self->events, event);

        data = sqlite3_column_blob(statement, 6);
        length = (gsize) sqlite3_column_bytes(statement, 6);
        g_ptr_array_add(self->data, g_bytes_new(data, length > EVENT_DATA_MAX ? 0 : length));
}

static void events_restart(gpointer userdata) {
        EventsRead *self = userdata;

        g_ptr_array_set_size(self->events, 0);
        g_ptr_array_set_size(self->data, 0);
}

/* Text of a JSON scalar; NULL for null, lists and objects. */
static char *event_scalar(JsonNode *node) {
        if (!JSON_NODE_HOLDS_VALUE(node))
                return NULL;
        if (json_node_get_value_type(node) == G_TYPE_STRING)
                return g_utf8_make_valid(json_node_get_string(node), -1);
        return json_to_string(node, FALSE);
}

/* A line: text, or [before, date, after] to be joined. */
static char *event_line(JsonNode *node) {
        g_autoptr(GString) line = NULL;
        JsonArray *parts;

        if (!JSON_NODE_HOLDS_ARRAY(node))
                return event_scalar(node);
        parts = json_node_get_array(node);
        line = g_string_new(NULL);
        for (guint i = 0; i < json_array_get_length(parts); i++) {
                g_autofree char *part = event_scalar(json_array_get_element(parts, i));

                if (part)
                        g_string_append(line, part);
        }
        return g_string_free(g_steal_pointer(&line), FALSE);
}

static GStrv event_lines(JsonNode *matches) {
        g_autoptr(GStrvBuilder) builder = g_strv_builder_new();

        if (matches && JSON_NODE_HOLDS_ARRAY(matches)) {
                JsonArray *lines = json_node_get_array(matches);

                for (guint i = 0; i < json_array_get_length(lines); i++) {
                        g_autofree char *line = event_line(json_array_get_element(lines, i));

                        if (line)
                                g_strv_builder_add(builder, line);
                }
        }
        return g_strv_builder_end(builder);
}

static void event_add_captured(JsonObject *object, const char *name, JsonNode *node, gpointer userdata) {
        g_autofree char *text = NULL;

        if (g_str_equal(name, "matches") || g_str_equal(name, "failures") || !g_utf8_validate(name, -1, NULL))
                return;
        text = event_scalar(node);
        if (text)
                g_variant_builder_add(userdata, "{ss}", name, text);
}

static guint event_failures(JsonNode *node) {
        if (!node || !JSON_NODE_HOLDS_VALUE(node))
                return 0;
        return (guint) CLAMP(json_node_get_int(node), 0, (gint64) G_MAXUINT);
}

/* Data that is no JSON object leaves a ban without lines. */
static void event_decode(Fail2banEvent *event, GBytes *data) {
        g_auto(GVariantBuilder) captured = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE("a{ss}"));
        g_autoptr(JsonParser) parser = json_parser_new_immutable();
        JsonNode *root = NULL;
        JsonObject *object = NULL;
        gsize length;
        const char *text = g_bytes_get_data(data, &length);

        if (length > 0 && json_parser_load_from_data(parser, text, (gssize) length, NULL))
                root = json_parser_get_root(parser);
        if (root && JSON_NODE_HOLDS_OBJECT(root))
                object = json_node_get_object(root);

        event->matches = event_lines(object ? json_object_get_member(object, "matches") : NULL);
        event->row.failures = event_failures(object ? json_object_get_member(object, "failures") : NULL);
        if (object)
                json_object_foreach_member(object, event_add_captured, &captured);
        event->captured = g_variant_ref_sink(g_variant_builder_end(&captured));
}

GPtrArray *fail2ban_database_events(const char *path, const char *id, const char *jail, guint limit, GError **error) {
        g_autoptr(GPtrArray) events = g_ptr_array_new_with_free_func((GDestroyNotify) fail2ban_event_free);
        g_autoptr(GPtrArray) data = g_ptr_array_new_with_free_func((GDestroyNotify) g_bytes_unref);
        EventsRead read = { id, jail, limit, events, data };
        const SqliteReader reader = { events_bind, events_row, events_restart, &read };

        if (!sqlite_reader_run(&reader, path, events_sql, error))
                return NULL;
        for (guint i = 0; i < events->len; i++)
                event_decode(g_ptr_array_index(events, i), g_ptr_array_index(data, i));
        return g_steal_pointer(&events);
}
