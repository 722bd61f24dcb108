/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "services/archive/history-format.h"

#include <string.h>

#include <json-glib/json-glib.h>

/* One value on its way out, under its name. */
typedef struct Writer {
        HistoryFormat format;
        GString *out;
        gboolean first;
} Writer;

static void begin_value(Writer *self, const char *key) {
        if (!self->first)
                g_string_append_c(self->out, ',');
        self->first = FALSE;
        if (self->format == HISTORY_JSONL) {
                g_string_append_c(self->out, '"');
                g_string_append(self->out, key);
                g_string_append(self->out, "\":");
        }
}

static gboolean needs_escape(const char *text) {
        for (; *text; text++)
                if ((guchar) *text < 0x20 || *text == '"' || *text == '\\')
                        return TRUE;
        return FALSE;
}

static void append_json(GString *out, const char *text) {
        g_autoptr(JsonNode) node = NULL;
        g_autofree char *quoted = NULL;

        if (!needs_escape(text)) {
                g_string_append_c(out, '"');
                g_string_append(out, text);
                g_string_append_c(out, '"');
                return;
        }
        node = json_node_init_string(json_node_alloc(), text);
        quoted = json_to_string(node, FALSE);
        g_string_append(out, quoted);
}

static void append_csv(GString *out, const char *text) {
        gboolean formula = text[0] != '\0' && strchr("=+-@\t\r", text[0]);

        if (!formula && !strpbrk(text, ",\"\r\n")) {
                g_string_append(out, text);
                return;
        }
        g_string_append_c(out, '"');
        if (formula)
                g_string_append_c(out, '\'');
        for (; *text; text++) {
                if (*text == '"')
                        g_string_append_c(out, '"');
                g_string_append_c(out, *text);
        }
        g_string_append_c(out, '"');
}

static void put_text(Writer *self, const char *key, const char *text) {
        begin_value(self, key);
        if (self->format == HISTORY_JSONL)
                append_json(self->out, text);
        else
                append_csv(self->out, text);
}

static void put_number(Writer *self, const char *key, gint64 number) {
        begin_value(self, key);
        g_string_append_printf(self->out, "%" G_GINT64_FORMAT, number);
}

/* Of what a kind of row has not: in CSV the column stays empty. */
static void put_nothing(Writer *self, const char *key) {
        if (self->format == HISTORY_CSV)
                begin_value(self, key);
}

static void put_ban(Writer *self, const ArchiveRow *row) {
        const ArchiveBan *ban = &row->ban;

        put_number(self, "bantime", ban->bantime);
        put_number(self, "ends_at", history_ends_at(ban));
        put_number(self, "ended_at", ban->ended_at);
        put_number(self, "count", ban->count);
        put_number(self, "failures", ban->failures);
        put_nothing(self, "uid");
        put_nothing(self, "reason");
}

static void put_unban(Writer *self, const ArchiveRow *row) {
        static const char *const none[] = { "bantime", "ends_at", "ended_at", "count", "failures" };

        for (guint i = 0; i < G_N_ELEMENTS(none); i++)
                put_nothing(self, none[i]);
        put_number(self, "uid", row->uid);
        put_text(self, "reason", row->reason);
}

/* JSON: as it is stored, an object of captures and matches, of which the braces go. */
static void put_data(Writer *self, const ArchiveRow *row) {
        const char *data = row->ban.data;
        g_autofree char *lines = NULL;

        if (self->format == HISTORY_JSONL) {
                gsize length = data ? strlen(data) : 0;

                if (row->is_unban)
                        return;
                g_string_append_c(self->out, ',');
                if (length > 2)
                        g_string_append_len(self->out, data + 1, (gssize) length - 2);
                else
                        g_string_append(self->out, "\"captured\":{},\"matches\":[]");
                return;
        }
        if (data) {
                g_auto(GStrv) texts = history_lines(data);

                lines = g_strjoinv("\n", texts);
        }
        put_text(self, "matches", lines ? lines : "");
}

void history_format_head(HistoryFormat format, gboolean data, GString *out) {
        if (format == HISTORY_JSONL)
                return;
        g_string_append(out, "kind,at,jail,address,country,network,origin,banned_at,cause,bantime,ends_at,ended_at,"
                             "count,failures,uid,reason");
        g_string_append(out, data ? ",matches\r\n" : "\r\n");
}

void history_format_row(HistoryFormat format, const ArchiveRow *row, const char *jail, gboolean data, GString *out) {
        Writer writer = { format, out, .first = TRUE };
        const ArchiveBan *ban = &row->ban;
        char who[ADDRESS_TEXT_MAX], country[3];

        if (format == HISTORY_JSONL)
                g_string_append_c(out, '{');
        put_text(&writer, "kind", row->is_unban ? "unban" : "ban");
        put_number(&writer, "at", ARCHIVE_ID_TIME(ban->id));
        put_text(&writer, "jail", jail);
        put_text(&writer, "address", history_who(ban, who));
        put_text(&writer, "country", geo_country_text(ban->country, country));
        put_number(&writer, "network", ban->network);
        put_text(&writer, "origin", archive_origin_name(ban->origin));
        put_number(&writer, "banned_at", row->banned_at);
        put_text(&writer, "cause", archive_cause_name(ban->cause));
        if (row->is_unban)
                put_unban(&writer, row);
        else
                put_ban(&writer, row);
        if (data)
                put_data(&writer, row);
        g_string_append(out, format == HISTORY_JSONL ? "}\n" : "\r\n");
}
