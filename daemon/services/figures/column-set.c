/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The archive as columns
 *
 * All columns have room for the same rows; `first` rows at their beginning are gone, and are given back when they are
 * a quarter of all. Bans come in batches, which are sorted and merged from behind, so that nothing needs room twice.
 */

#include "services/figures/column-set.h"

#include <string.h>

#include "core/log.h"
#include "services/figures/dense-slots.h"

#define EXPECTED 8 /* rows ahead, for the cache */

typedef enum Column { COLUMN_TIME, COLUMN_WHO, COLUMN_COUNTRY, COLUMN_KIND, COLUMN_NETWORK, _COLUMN_MAX } Column;

static const guint8 widths[_COLUMN_MAX] = { 4, 4, 2, 2, 4 };

typedef struct Row {
        guint32 time, who, network;
        guint16 country, kind;
} Row;

struct ColumnSet {
        Pages columns[_COLUMN_MAX];
        guint32 first, n; /* rows gone, rows there */
        gboolean has_network;
        guint32 removed; /* since the table of whos was looked through */

        WhoTable *whos;
        GArray *jails;       /* guint, the store's numbers */
        GArray *countries;   /* CountryCode */
        GArray *networks;    /* guint32 */
        Pages country_index; /* guint16 for each code: dense number + 1 */
        DenseSlots network_slots;
        guint64 secret;
};

ColumnSet *column_set_new(void) {
        ColumnSet *self = g_new0(ColumnSet, 1);

        self->whos = who_table_new();
        self->jails = g_array_new(FALSE, FALSE, sizeof(guint));
        self->countries = g_array_new(FALSE, TRUE, sizeof(CountryCode));
        self->networks = g_array_new(FALSE, TRUE, sizeof(guint32));
        self->secret = dense_secret();

        pages_reserve(&self->country_index, (G_MAXUINT16 + 1) * sizeof(guint16));
        ((guint16 *) self->country_index.data)[0] = 1;
        g_array_set_size(self->countries, 1);
        g_array_set_size(self->networks, 1);
        return self;
}

void column_set_free(ColumnSet *self) {
        if (!self)
                return;
        for (guint i = 0; i < _COLUMN_MAX; i++)
                pages_clear(&self->columns[i]);
        dense_slots_clear(&self->network_slots);
        pages_clear(&self->country_index);
        g_array_unref(self->networks);
        g_array_unref(self->countries);
        g_array_unref(self->jails);
        who_table_free(self->whos);
        g_free(self);
}

static guint8 *cell(const ColumnSet *self, Column column, guint32 row) {
        return (guint8 *) self->columns[column].data + ((gsize) self->first + row) * widths[column];
}

ColumnView column_set_view(const ColumnSet *self) {
        return (ColumnView) {
                .time = (const guint32 *) cell(self, COLUMN_TIME, 0),
                .who = (const guint32 *) cell(self, COLUMN_WHO, 0),
                .country = (const guint16 *) cell(self, COLUMN_COUNTRY, 0),
                .kind = (const guint16 *) cell(self, COLUMN_KIND, 0),
                .network = self->has_network ? (const guint32 *) cell(self, COLUMN_NETWORK, 0) : NULL,
                .n = self->n,
        };
}

static guint32 clamp_time(gint64 at) {
        return (guint32) CLAMP(at, 0, (gint64) G_MAXUINT32);
}

/* The first of n rows that is at or behind this time. */
static guint32 find_time(const guint32 *time, guint32 n, guint32 at) {
        guint32 low = 0, high = n;

        while (low < high) {
                guint32 middle = low + (high - low) / 2;

                if (time[middle] < at)
                        low = middle + 1;
                else
                        high = middle;
        }
        return low;
}

guint32 column_view_find(const ColumnView *view, gint64 at) {
        if (at > (gint64) G_MAXUINT32)
                return view->n;
        return find_time(view->time, view->n, clamp_time(at));
}

const WhoTable *column_set_whos(const ColumnSet *self) {
        return self->whos;
}

guint column_set_jails(const ColumnSet *self, const guint **ret_numbers) {
        *ret_numbers = (const guint *) (gconstpointer) self->jails->data;
        return self->jails->len;
}

guint column_set_countries(const ColumnSet *self, const CountryCode **ret_codes) {
        *ret_codes = (const CountryCode *) (gconstpointer) self->countries->data;
        return self->countries->len;
}

guint column_set_networks(const ColumnSet *self, const guint32 **ret_networks) {
        *ret_networks = (const guint32 *) (gconstpointer) self->networks->data;
        return self->networks->len;
}

/* Few, and most rows have the one of the row before. */
gboolean column_set_find_jail(const ColumnSet *self, guint jail, guint *ret) {
        const guint *numbers;
        guint n = column_set_jails(self, &numbers);

        for (guint i = 0; i < n; i++)
                if (numbers[i] == jail) {
                        *ret = i;
                        return TRUE;
                }
        return FALSE;
}

gboolean column_set_find_country(const ColumnSet *self, CountryCode country, guint16 *ret) {
        guint16 index = ((const guint16 *) self->country_index.data)[country];

        if (index == 0)
                return FALSE;
        *ret = (guint16) (index - 1);
        return TRUE;
}

static guint64 hash_network(const ColumnSet *self, guint32 network) {
        return (network + (self->secret >> 7)) * self->secret;
}

static guint64 hash_network_number(guint32 number, gpointer userdata) {
        const ColumnSet *self = userdata;

        return hash_network(self, g_array_index(self->networks, guint32, number));
}

gboolean column_set_find_network(const ColumnSet *self, guint32 network, guint32 *ret) {
        guint32 at = dense_slots_start(&self->network_slots, hash_network(self, network));

        *ret = 0;
        if (network == 0)
                return TRUE;
        while (dense_slots_next(&self->network_slots, &at, ret))
                if (g_array_index(self->networks, guint32, *ret) == network)
                        return TRUE;
        return FALSE;
}

static gboolean number_jail(ColumnSet *self, guint jail, guint *ret) {
        if (column_set_find_jail(self, jail, ret))
                return TRUE;
        if (self->jails->len >= COLUMN_JAILS_MAX) {
                log_event(LOG_PRIORITY_ERROR, "figures.no-room", "the figures have no room for one more jail", NULL);
                return FALSE;
        }
        *ret = self->jails->len;
        g_array_append_val(self->jails, jail);
        return TRUE;
}

static guint16 number_country(ColumnSet *self, CountryCode country) {
        guint16 number = 0;

        if (column_set_find_country(self, country, &number))
                return number;
        number = (guint16) self->countries->len;
        g_array_append_val(self->countries, country);
        ((guint16 *) self->country_index.data)[country] = (guint16) (number + 1);
        return number;
}

static guint32 number_network(ColumnSet *self, guint32 network) {
        guint32 number;

        if (column_set_find_network(self, network, &number))
                return number;
        number = self->networks->len;
        g_array_append_val(self->networks, network);
        dense_slots_put(&self->network_slots, hash_network(self, network), number, hash_network_number, self);
        return number;
}

static gint compare_rows(gconstpointer a, gconstpointer b) {
        const Row *one = a, *other = b;

        return (one->time > other->time) - (one->time < other->time);
}

/* In the order of time. */
static GArray *encode(ColumnSet *self, const ArchiveBan *bans, guint n) {
        GArray *rows = g_array_sized_new(FALSE, FALSE, sizeof(Row), n);
        gboolean sorted = TRUE, has_jail = FALSE;
        guint jail = 0;

        for (guint i = 0; i < n; i++) {
                const ArchiveBan *ban = &bans[i];
                Row row = { .time = clamp_time(ban->banned_at) };

                if (i + EXPECTED < n)
                        who_table_expect(self->whos, &bans[i + EXPECTED].address, bans[i + EXPECTED].text);
                if (i == 0 || ban->jail != bans[i - 1].jail)
                        has_jail = number_jail(self, ban->jail, &jail);
                if (!has_jail)
                        continue;
                row.who = who_table_add(self->whos, &ban->address, ban->text);
                row.country = number_country(self, ban->country);
                row.network = number_network(self, ban->network);
                row.kind = (guint16) (jail * COLUMN_ORIGINS + ban->origin);
                sorted = sorted && (i == 0 || bans[i - 1].banned_at <= ban->banned_at);
                g_array_append_val(rows, row);
        }
        if (!sorted)
                g_array_sort(rows, compare_rows);
        return rows;
}

/* The column of networks is there as soon as one is known; its new pages say that none was. */
static void make_room(ColumnSet *self, guint n) {
        gsize rows = (gsize) self->first + self->n + n;

        self->has_network = self->has_network || self->networks->len > 1;
        for (guint i = 0; i < _COLUMN_MAX; i++)
                if (i != COLUMN_NETWORK || self->has_network)
                        pages_reserve(&self->columns[i], rows * widths[i]);
}

static void put_row(ColumnSet *self, guint32 at, const Row *row) {
        memcpy(cell(self, COLUMN_TIME, at), &row->time, sizeof(row->time));
        memcpy(cell(self, COLUMN_WHO, at), &row->who, sizeof(row->who));
        memcpy(cell(self, COLUMN_COUNTRY, at), &row->country, sizeof(row->country));
        memcpy(cell(self, COLUMN_KIND, at), &row->kind, sizeof(row->kind));
        if (self->has_network)
                memcpy(cell(self, COLUMN_NETWORK, at), &row->network, sizeof(row->network));
}

static void move_rows(ColumnSet *self, guint32 from, guint32 to, guint32 n) {
        for (guint i = 0; i < _COLUMN_MAX; i++)
                if (n > 0 && self->columns[i].data)
                        memmove(cell(self, i, to), cell(self, i, from), (gsize) n * widths[i]);
}

void column_set_add(ColumnSet *self, const ArchiveBan *bans, guint n) {
        g_autoptr(GArray) rows = encode(self, bans, n);
        guint32 end = self->n;

        make_room(self, rows->len);
        for (guint32 left = rows->len; left > 0; left--) {
                const Row *row = &g_array_index(rows, Row, left - 1);
                const guint32 *time = (const guint32 *) cell(self, COLUMN_TIME, 0);
                guint32 at = end;

                if (end > 0 && time[end - 1] > row->time)
                        at = find_time(time, end, row->time + 1);
                move_rows(self, at, at + left, end - at);
                put_row(self, at + left - 1, row);
                end = at;
        }
        self->n += rows->len;
}

/* Rows that are gone are given back; what is there moves to the beginning. */
static void shrink(ColumnSet *self) {
        guint32 gone = self->first;

        for (guint i = 0; i < _COLUMN_MAX; i++) {
                Pages *column = &self->columns[i];

                if (!column->data)
                        continue;
                memmove(column->data, (guint8 *) column->data + (gsize) gone * widths[i], (gsize) self->n * widths[i]);
                pages_trim(column, (gsize) self->n * widths[i]);
        }
        self->first = 0;
}

/* A table of its own for those that are left. */
static void forget_whos(ColumnSet *self) {
        guint32 size = who_table_size(self->whos), *whos = (guint32 *) cell(self, COLUMN_WHO, 0);
        g_auto(Pages) numbers = { 0 };
        WhoTable *next = who_table_new();
        guint32 *moved;

        pages_reserve(&numbers, ((gsize) size + 1) * sizeof(guint32));
        moved = numbers.data; /* number + 1 */
        for (guint32 i = 0; i < self->n; i++) {
                if (moved[whos[i]] == 0) {
                        Address address;
                        const char *text = who_table_get(self->whos, whos[i], &address);

                        moved[whos[i]] = who_table_add(next, &address, text) + 1;
                }
                whos[i] = moved[whos[i]] - 1;
        }
        who_table_free(self->whos);
        self->whos = next;
}

void column_set_remove(ColumnSet *self, gint64 before_at) {
        ColumnView view = column_set_view(self);
        guint32 gone = column_view_find(&view, before_at);

        self->first += gone;
        self->n -= gone;
        self->removed += gone;
        if (self->first > self->n / 4)
                shrink(self);
        if (self->removed > self->n / 2) {
                forget_whos(self);
                self->removed = 0;
        }
}
