/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "services/figures/figure-rows.h"

#include "services/figures/figure-rank.h"

#define KEYS_MAX 8

/* Hundreds in each answer: put together directly, which takes a third of what a builder does. */
typedef struct Rows {
        GPtrArray *rows; /* GVariant, floating until they are in the array */
        GVariant *entries[KEYS_MAX];
        guint n_entries;
        guint64 total;
} Rows;

static void rows_begin(Rows *self, const FigureWork *work) {
        *self = (Rows) { .rows = g_ptr_array_new(), .total = work->counts.total };
}

static void row_add(Rows *self, const char *key, GVariant *value) {
        g_assert(self->n_entries < KEYS_MAX);
        self->entries[self->n_entries++] =
                g_variant_new_dict_entry(g_variant_new_string(key), g_variant_new_variant(value));
}

static void row_end(Rows *self, guint32 bans) {
        row_add(self, "bans", g_variant_new_int64(bans));
        row_add(self, "share", g_variant_new_double(self->total > 0 ? (double) bans / (double) self->total : 0));
        g_ptr_array_add(self->rows, g_variant_new_array(G_VARIANT_TYPE("{sv}"), self->entries, self->n_entries));
        self->n_entries = 0;
}

static GVariant *rows_end(Rows *self) {
        GVariant *rows = g_variant_new_array(G_VARIANT_TYPE_VARDICT, (GVariant **) self->rows->pdata, self->rows->len);

        g_ptr_array_unref(self->rows);
        return rows;
}

static void add_country(Rows *self, CountryCode country) {
        char buffer[3];

        row_add(self, "country", g_variant_new_string(geo_country_text(country, buffer)));
}

GVariant *figure_rows_countries(const FigureWork *work) {
        g_autoptr(GArray) ranked = figure_rank(work->by_country, work->counts.n_countries, G_MAXUINT16);
        const CountryCode *codes;
        Rows rows;

        (void) column_set_countries(work->set, &codes);
        rows_begin(&rows, work);
        for (guint i = 0; i < ranked->len; i++) {
                const Ranked *one = &g_array_index(ranked, Ranked, i);

                add_country(&rows, codes[one->number]);
                row_add(&rows, "name", g_variant_new_string(geo_country_name(codes[one->number])));
                row_end(&rows, one->bans);
        }
        return rows_end(&rows);
}

GVariant *figure_rows_jails(const FigureWork *work, ArchiveStore *store) {
        const guint *numbers;
        guint n = column_set_jails(work->set, &numbers);
        g_autofree guint32 *by_jail = g_new0(guint32, n + 1);
        g_autoptr(GArray) ranked = NULL;
        Rows rows;

        for (guint i = 0; i < work->counts.n_kinds; i++)
                by_jail[i / COLUMN_ORIGINS] += work->by_kind[i];
        ranked = figure_rank(by_jail, n, COLUMN_JAILS_MAX);
        rows_begin(&rows, work);
        for (guint i = 0; i < ranked->len; i++) {
                const Ranked *one = &g_array_index(ranked, Ranked, i);

                row_add(&rows, "jail", g_variant_new_string(archive_store_jail_name(store, numbers[one->number])));
                row_end(&rows, one->bans);
        }
        return rows_end(&rows);
}

/* All there are, those without a ban too. */
GVariant *figure_rows_origins(const FigureWork *work) {
        guint32 by_origin[COLUMN_ORIGINS] = { 0 };
        Rows rows;

        for (guint i = 0; i < work->counts.n_kinds; i++)
                by_origin[i % COLUMN_ORIGINS] += work->by_kind[i];
        rows_begin(&rows, work);
        for (guint i = 0; i < _ARCHIVE_ORIGIN_MAX; i++) {
                row_add(&rows, "origin", g_variant_new_string(archive_origin_name((ArchiveOrigin) i)));
                row_end(&rows, by_origin[i]);
        }
        return rows_end(&rows);
}

/* The newest row of each ranked number, in the order of the ranks. */

typedef struct Newest {
        const guint32 *column;
        GHashTable *rows; /* number -> row */
} Newest;

static void on_newest(guint32 row, gpointer userdata) {
        const Newest *newest = userdata;

        g_hash_table_insert(newest->rows, GUINT_TO_POINTER(newest->column[row]), GUINT_TO_POINTER(row));
}

static GHashTable *find_newest(const FigureWork *work, const guint32 *column, guint n_numbers, const GArray *ranked) {
        g_auto(Pages) wanted = { 0 };
        Newest newest = { .column = column, .rows = g_hash_table_new(NULL, NULL) };

        pages_reserve(&wanted, (gsize) n_numbers + 1);
        for (guint i = 0; i < ranked->len; i++)
                ((guint8 *) wanted.data)[g_array_index(ranked, Ranked, i).number] = 1;
        pass_find_newest(&work->view, &work->filter, column, wanted.data, ranked->len, on_newest, &newest);
        return newest.rows;
}

static guint32 newest_row(GHashTable *rows, const Ranked *ranked) {
        return GPOINTER_TO_UINT(g_hash_table_lookup(rows, GUINT_TO_POINTER(ranked->number)));
}

/* Asked of an address that was banned, and believed when that is of the network still. */
static void add_organisation(Rows *self, const FigureWork *work, Geo *geo, guint32 network, guint32 row) {
        GeoDetails details = { 0 };
        gboolean known = FALSE;
        Address address;

        if (geo && network != 0 && !who_table_get(column_set_whos(work->set), work->view.who[row], &address)) {
                (void) geo_describe(geo, &address, &details);
                known = details.place.network == network && details.organisation;
        }
        row_add(self, "organisation", g_variant_new_string(known ? details.organisation : ""));
        geo_details_clear(&details);
}

GVariant *figure_rows_networks(const FigureWork *work, Geo *geo, guint limit) {
        const guint32 *networks, *column = work->view.network;
        guint n = column_set_networks(work->set, &networks);
        g_autoptr(GArray) ranked = figure_rank(work->counts.by_network, n, limit);
        g_autoptr(GHashTable) newest = column ? find_newest(work, column, n, ranked) : NULL;
        Rows rows;

        rows_begin(&rows, work);
        for (guint i = 0; i < ranked->len; i++) {
                const Ranked *one = &g_array_index(ranked, Ranked, i);
                guint32 network = networks[one->number];

                row_add(&rows, "network", g_variant_new_uint32(network));
                add_organisation(&rows, work, geo, network, newest ? newest_row(newest, one) : 0);
                row_end(&rows, one->bans);
        }
        return rows_end(&rows);
}

static void add_who(Rows *self, const FigureWork *work, guint32 number) {
        char buffer[ADDRESS_TEXT_MAX];
        Address address;
        const char *text = who_table_get(column_set_whos(work->set), number, &address);

        row_add(self, "address", g_variant_new_string(text ? text : address_format(&address, buffer)));
}

/* Country, network and jail are those of the newest ban. */
static void add_newest(Rows *self, const FigureWork *work, ArchiveStore *store, guint32 row) {
        const ColumnView *view = &work->view;
        const CountryCode *codes;
        const guint32 *networks;
        const guint *jails;

        (void) column_set_countries(work->set, &codes);
        (void) column_set_networks(work->set, &networks);
        (void) column_set_jails(work->set, &jails);
        add_country(self, codes[view->country[row]]);
        row_add(self, "network", g_variant_new_uint32(view->network ? networks[view->network[row]] : 0));
        row_add(self, "jail",
                g_variant_new_string(archive_store_jail_name(store, jails[view->kind[row] / COLUMN_ORIGINS])));
        row_add(self, "last_at", g_variant_new_int64(view->time[row]));
}

GVariant *figure_rows_addresses(const FigureWork *work, ArchiveStore *store, guint limit) {
        guint n = who_table_size(column_set_whos(work->set));
        g_autoptr(GArray) ranked = figure_rank(work->counts.by_who, n, limit);
        g_autoptr(GHashTable) newest = find_newest(work, work->view.who, n, ranked);
        Rows rows;

        rows_begin(&rows, work);
        for (guint i = 0; i < ranked->len; i++) {
                const Ranked *one = &g_array_index(ranked, Ranked, i);

                add_who(&rows, work, one->number);
                add_newest(&rows, work, store, newest_row(newest, one));
                row_end(&rows, one->bans);
        }
        return rows_end(&rows);
}

GVariant *figure_rows_hours(const FigureWork *work) {
        Rows rows;

        rows_begin(&rows, work);
        for (guint i = 0; i < HOURS_OF_WEEK; i++) {
                row_add(&rows, "weekday", g_variant_new_uint32(i / 24 + 1));
                row_add(&rows, "hour", g_variant_new_uint32(i % 24));
                row_end(&rows, work->by_slot[i]);
        }
        return rows_end(&rows);
}
