/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The archive as its readers see it
 *
 * A cursor is the kind and the id of the last row of a page, which is nobody's business but ours. Totals of bans are
 * counted in the columns in memory, where they cost a millisecond whatever the filter.
 */

#include "services/archive/history.h"

#include "core/error.h"
#include "core/text.h"
#include "services/archive/history-private.h"

#define CURSOR_BAN 'b'
#define CURSOR_UNBAN 'u'
#define PERMANENT (-1)

History *history_new(Archive *archive, Geo *geo, Figures *figures) {
        History *self = g_new0(History, 1);

        *self = (History) { archive, archive_store(archive), geo, figures };
        return self;
}

void history_free(History *self) {
        g_free(self);
}

gboolean history_choice(const History *self, const HistoryQuery *query, ArchiveChoice *ret) {
        const ArchiveFilter *filter = &query->filter;

        *ret = (ArchiveChoice) {
                .exact = query->exact,
                .bans = query->bans,
                .unbans = query->unbans,
                .since = filter->window.since,
                .until = filter->window.until,
                .within = filter->by_address ? &filter->within : NULL,
                .text = filter->text,
                .country = filter->by_country ? filter->country : -1,
                .network = filter->by_network ? (gint64) filter->network : -1,
                .origin = filter->by_origin ? (gint) filter->origin : -1,
        };
        if (!filter->jail)
                return TRUE;
        ret->jail = archive_store_jail_number(self->store, filter->jail);
        return ret->jail > 0;
}

gint64 history_ends_at(const ArchiveBan *ban) {
        if (ban->bantime == PERMANENT)
                return PERMANENT;
        return ban->bantime >= 0 ? ban->banned_at + ban->bantime : 0;
}

const char *history_who(const ArchiveBan *ban, char buffer[ADDRESS_TEXT_MAX]) {
        return ban->text ? ban->text : address_format(&ban->address, buffer);
}

static void add_ban(Rows *rows, const ArchiveRow *row, gboolean data) {
        const ArchiveBan *ban = &row->ban;

        rows_add_int64(rows, "bantime", ban->bantime);
        rows_add_int64(rows, "ends_at", history_ends_at(ban));
        rows_add_int64(rows, "ended_at", ban->ended_at);
        rows_add_uint32(rows, "count", ban->count);
        rows_add_uint32(rows, "failures", ban->failures);
        rows_add_boolean(rows, "repeat", row->repeat);
        if (data) {
                g_auto(GStrv) lines = history_lines(ban->data);

                rows_add_texts(rows, "matches", (const char *const *) lines);
        }
}

static void add_unban(Rows *rows, const ArchiveRow *row) {
        rows_add_int64(rows, "uid", row->uid);
        rows_add_text(rows, "reason", row->reason);
}

void history_add_row(const History *self, Rows *rows, const ArchiveRow *row, gboolean data) {
        const ArchiveBan *ban = &row->ban;
        char who[ADDRESS_TEXT_MAX], country[3];

        rows_add_text(rows, "kind", row->is_unban ? "unban" : "ban");
        rows_add_int64(rows, "at", ARCHIVE_ID_TIME(ban->id));
        rows_add_text(rows, "jail", archive_store_jail_name(self->store, ban->jail));
        rows_add_text(rows, "address", history_who(ban, who));
        rows_add_text(rows, "country", geo_country_text(ban->country, country));
        rows_add_uint32(rows, "network", ban->network);
        rows_add_text(rows, "origin", archive_origin_name(ban->origin));
        rows_add_int64(rows, "banned_at", row->banned_at);
        rows_add_text(rows, "cause", archive_cause_name(ban->cause));
        if (row->is_unban)
                add_unban(rows, row);
        else
                add_ban(rows, row, data);
        rows_end(rows);
}

static gboolean read_cursor(const char *cursor, ArchiveKey *ret, GError **error) {
        g_autofree char *quoted = NULL;
        guint64 id = 0;

        *ret = (ArchiveKey) ARCHIVE_KEY_NEWEST;
        if (!cursor || cursor[0] == '\0')
                return TRUE;
        if ((cursor[0] == CURSOR_BAN || cursor[0] == CURSOR_UNBAN) &&
            g_ascii_string_to_unsigned(cursor + 1, 16, 1, (guint64) G_MAXINT64, &id, NULL)) {
                *ret = (ArchiveKey) { .id = (gint64) id, .unban = cursor[0] == CURSOR_UNBAN };
                return TRUE;
        }
        quoted = text_quote(cursor);
        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT,
                    "the cursor %s is none of this list; give next_cursor of the page before, or none", quoted);
        return FALSE;
}

static char *write_cursor(const ArchiveKey *key, gboolean more) {
        if (!more)
                return g_strdup("");
        return g_strdup_printf("%c%" G_GINT64_MODIFIER "x", key->unban ? CURSOR_UNBAN : CURSOR_BAN, (guint64) key->id);
}

typedef struct Listing {
        const History *history;
        Rows *rows;
        gboolean data;
} Listing;

static gboolean take_row(const ArchiveRow *row, gpointer userdata) {
        const Listing *self = userdata;

        history_add_row(self->history, self->rows, row, self->data);
        return TRUE;
}

static Rows *list_page(History *self, const HistoryQuery *query, const ArchiveChoice *choice, char **ret_cursor,
                       GError **error) {
        g_autoptr(Rows) rows = rows_new();
        Listing listing = { self, rows, query->data };
        ArchivePage page = {
                .choice = *choice,
                .limit = query->limit,
                .data = query->data,
                .repeat = TRUE,
                .each = take_row,
                .userdata = &listing,
        };
        ArchiveKey next;
        gboolean more;

        if (!read_cursor(query->cursor, &page.key, error) ||
            !archive_store_page(self->store, &page, &next, &more, error))
                return NULL;
        *ret_cursor = write_cursor(&next, more);
        return g_steal_pointer(&rows);
}

/* Bans alone are in the columns, and a network is there with what lies inside of it. */
static gboolean count_in_columns(const History *self, const HistoryQuery *query, guint64 *ret) {
        const FigureQuery figure = { .filter = query->filter, .now = query->now };
        g_autoptr(GVariant) answer = NULL;
        gint64 total;

        if (!self->figures || query->exact)
                return FALSE;
        answer = figures_by_origin(self->figures, &figure, NULL);
        if (!answer)
                return FALSE;
        g_variant_ref_sink(answer);
        if (!g_variant_lookup(answer, "total", "x", &total))
                return FALSE;
        *ret = (guint64) total;
        return TRUE;
}

gboolean history_count(const History *self, const HistoryQuery *query, const ArchiveChoice *choice, guint64 *ret,
                       GError **error) {
        ArchiveChoice rest = *choice;
        guint64 in_columns = 0, in_store = 0;

        if (rest.bans && count_in_columns(self, query, &in_columns))
                rest.bans = FALSE;
        if ((rest.bans || rest.unbans) && !archive_store_count(self->store, &rest, &in_store, error))
                return FALSE;
        *ret = in_columns + in_store;
        return TRUE;
}

Rows *history_list(History *self, const HistoryQuery *query, char **ret_cursor, guint64 *ret_total, GError **error) {
        g_autoptr(Rows) rows = NULL;
        g_autofree char *cursor = NULL;
        ArchiveChoice choice;

        if (!history_choice(self, query, &choice)) {
                *ret_cursor = g_strdup("");
                if (ret_total)
                        *ret_total = 0;
                return rows_new();
        }
        rows = list_page(self, query, &choice, &cursor, error);
        if (!rows || (ret_total && !history_count(self, query, &choice, ret_total, error)))
                return NULL;
        *ret_cursor = g_steal_pointer(&cursor);
        return g_steal_pointer(&rows);
}
