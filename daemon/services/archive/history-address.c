/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the archive knows of one address, and who comes again and again. */

#include "core/error.h"
#include "core/text.h"
#include "services/archive/history-private.h"

#define REPEATERS_MAX 500

/* Totals over jails. */
typedef struct Sums {
        const History *history;
        const char *jail; /* only this one; NULL = all */
        GPtrArray *names; /* of jails, borrowed */
        Rows *rows;
        guint64 bans;
        gint64 first_at, last_at;
} Sums;

static void add_summary(const ArchiveSummary *summary, gpointer userdata) {
        Sums *self = userdata;
        const char *name = archive_store_jail_name(self->history->store, summary->jail);

        if (self->jail && !g_str_equal(self->jail, name))
                return;
        self->first_at = self->bans == 0 ? summary->first_at : MIN(self->first_at, summary->first_at);
        self->last_at = MAX(self->last_at, summary->last_at);
        self->bans += summary->bans;
        if (self->names)
                g_ptr_array_add(self->names, (gpointer) name);
        if (!self->rows)
                return;
        rows_add_text(self->rows, "jail", name);
        rows_add_int64(self->rows, "bans", (gint64) summary->bans);
        rows_add_int64(self->rows, "first_at", summary->first_at);
        rows_add_int64(self->rows, "last_at", summary->last_at);
        rows_end(self->rows);
}

static void put(GVariantBuilder *builder, const char *key, GVariant *value) {
        g_variant_builder_add(builder, "{sv}", key, value);
}

static void put_place(const History *self, GVariantBuilder *builder, const HistoryQuery *query) {
        GeoDetails details = {};
        char country[3];

        if (self->geo && query->filter.by_address)
                (void) geo_describe(self->geo, &query->filter.within, &details);
        put(builder, "country", g_variant_new_string(geo_country_text(details.place.country, country)));
        put(builder, "country_name", g_variant_new_string(details.country_name ? details.country_name : ""));
        put(builder, "network", g_variant_new_uint32(details.place.network));
        put(builder, "organisation", g_variant_new_string(details.organisation ? details.organisation : ""));
        geo_details_clear(&details);
}

static gboolean find_unban(const ArchiveRow *row, gpointer userdata) {
        *(gint64 *) userdata = ARCHIVE_ID_TIME(row->ban.id);
        return FALSE;
}

/* An address of which only ends are known was seen when the last one came. */
static gboolean see_unban(const History *self, const ArchiveChoice *choice, gint64 *ret_at, GError **error) {
        ArchivePage page = {
                .choice = *choice,
                .key = ARCHIVE_KEY_NEWEST,
                .limit = 1,
                .each = find_unban,
                .userdata = ret_at,
        };
        ArchiveKey next;
        gboolean more;

        return archive_store_page(self->store, &page, &next, &more, error);
}

static GVariant *build_address(History *self, const HistoryQuery *query, const char *who, const Sums *sums,
                               guint64 unbans, GError **error) {
        g_auto(GVariantBuilder) result = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);
        g_autofree char *cursor = NULL;
        g_autoptr(Rows) rows = history_list(self, query, &cursor, NULL, error);

        if (!rows)
                return NULL;
        put(&result, "address", g_variant_new_string(who));
        put_place(self, &result, query);
        put(&result, "first_seen", g_variant_new_int64(sums->first_at));
        put(&result, "last_seen", g_variant_new_int64(sums->last_at));
        put(&result, "bans", g_variant_new_int64((gint64) sums->bans));
        put(&result, "unbans", g_variant_new_int64((gint64) unbans));
        put(&result, "repeat_offender", g_variant_new_boolean(sums->bans > 1));
        put(&result, "jails", rows_to_variant(sums->rows));
        put(&result, "rows", rows_to_variant(rows));
        put(&result, "next_cursor", g_variant_new_string(cursor));
        return g_variant_builder_end(&result);
}

static GVariant *fail_unknown(const char *who, GError **error) {
        g_autofree char *quoted = text_quote(who);

        g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_ADDRESS_NOT_FOUND, "the archive knows nothing of %s", quoted);
        return NULL;
}

GVariant *history_address(History *self, const char *who, guint limit, const char *cursor, GError **error) {
        HistoryQuery query = {
                .filter.window.until = G_MAXINT64,
                .exact = TRUE,
                .bans = TRUE,
                .unbans = TRUE,
                .limit = limit,
                .cursor = cursor,
                .data = TRUE,
        };
        g_autoptr(Rows) jails = rows_new();
        Sums sums = { .history = self, .rows = jails };
        char buffer[ADDRESS_TEXT_MAX];
        ArchiveChoice unbans = {};
        guint64 n_unbans = 0;

        query.filter.by_address = address_try_parse(who, &query.filter.within);
        query.filter.text = query.filter.by_address ? NULL : who;
        if (query.filter.by_address)
                who = address_format(&query.filter.within, buffer);

        (void) history_choice(self, &query, &unbans);
        unbans.bans = FALSE;
        if (!archive_store_summarize(self->store, &query.filter.within, query.filter.text, 0, G_MAXINT64, add_summary,
                                     &sums, error) ||
            !archive_store_count(self->store, &unbans, &n_unbans, error))
                return NULL;
        if (sums.bans == 0 && n_unbans == 0)
                return fail_unknown(who, error);
        if (sums.bans == 0) {
                if (!see_unban(self, &unbans, &sums.last_at, error))
                        return NULL;
                sums.first_at = sums.last_at;
        }
        return build_address(self, &query, who, &sums, n_unbans, error);
}

/* One row of the most frequent addresses, with what the database knows of it. */
static gboolean add_repeater(History *self, const ArchiveFilter *filter, GVariant *row, Rows *rows, GError **error) {
        g_autoptr(GPtrArray) names = g_ptr_array_new();
        Sums sums = { .history = self, .jail = filter->jail, .names = names };
        const char *who, *country;
        guint32 network;
        gint64 bans;
        Address address;
        gboolean is_address;

        if (!g_variant_lookup(row, "address", "&s", &who) || !g_variant_lookup(row, "country", "&s", &country) ||
            !g_variant_lookup(row, "network", "u", &network) || !g_variant_lookup(row, "bans", "x", &bans))
                return TRUE;
        is_address = address_try_parse(who, &address);
        if (!archive_store_summarize(self->store, &address, is_address ? NULL : who, filter->window.since,
                                     filter->window.until, add_summary, &sums, error))
                return FALSE;
        g_ptr_array_add(names, NULL);
        rows_add_text(rows, "address", who);
        rows_add_int64(rows, "bans", bans);
        rows_add_texts(rows, "jails", (const char *const *) names->pdata);
        rows_add_int64(rows, "first_at", sums.first_at);
        rows_add_int64(rows, "last_at", sums.last_at);
        rows_add_text(rows, "country", country);
        rows_add_uint32(rows, "network", network);
        rows_end(rows);
        return TRUE;
}

Rows *history_repeaters(History *self, const ArchiveFilter *filter, gint64 min, guint limit, gint64 now,
                        GError **error) {
        const FigureQuery query = { .filter = *filter, .now = now, .limit = MIN(limit, REPEATERS_MAX) };
        g_autoptr(GVariant) answer = figures_top_addresses(self->figures, &query, error);
        g_autoptr(GVariant) top = NULL;
        g_autoptr(Rows) rows = rows_new();
        GVariantIter iter;
        GVariant *row;

        if (!answer)
                return NULL;
        g_variant_ref_sink(answer);
        top = g_variant_lookup_value(answer, "rows", G_VARIANT_TYPE("aa{sv}"));
        g_variant_iter_init(&iter, top);
        while ((row = g_variant_iter_next_value(&iter))) {
                g_autoptr(GVariant) owned = row;
                gint64 bans = 0;

                (void) g_variant_lookup(owned, "bans", "x", &bans);
                if (bans < min)
                        break;
                if (!add_repeater(self, filter, owned, rows, error))
                        return NULL;
        }
        return g_steal_pointer(&rows);
}
