/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Rows as D-Bus messages have them
 *
 * As rows, each value costs us and the broker, who checks it, a quarter of a microsecond each: it has a dictionary
 * entry and a variant of its own. As columns a key has one of them for all its values.
 */

#include "bus/codec.h"

#include <string.h>

/* Without the variant around it. */
static int append_item(sd_bus_message *message, const RowsItem *item) {
        const char *text = item->text;
        guint32 unsigned_number = (guint32) item->number;
        int boolean = item->number != 0, r;

        switch (item->type) {
        case 's':
                return sd_bus_message_append_basic(message, 's', item->text);
        case 'b':
                return sd_bus_message_append_basic(message, 'b', &boolean);
        case 'a':
                r = sd_bus_message_open_container(message, SD_BUS_TYPE_ARRAY, "s");
                for (guint i = 0; r >= 0 && i < item->texts_count; i++, text += strlen(text) + 1)
                        r = sd_bus_message_append_basic(message, 's', text);
                return r >= 0 ? sd_bus_message_close_container(message) : r;
        case 'u':
                return sd_bus_message_append_basic(message, 'u', &unsigned_number);
        default:
                return sd_bus_message_append_basic(message, 'x', &item->number);
        }
}

static int append_entry(sd_bus_message *message, const RowsItem *item) {
        const char signature[] = { item->type, item->type == 'a' ? 's' : '\0', '\0' };
        int r = sd_bus_message_open_container(message, SD_BUS_TYPE_DICT_ENTRY, "sv");

        if (r >= 0)
                r = sd_bus_message_append_basic(message, 's', item->key);
        if (r >= 0)
                r = sd_bus_message_open_container(message, SD_BUS_TYPE_VARIANT, signature);
        if (r >= 0)
                r = append_item(message, item);
        if (r >= 0)
                r = sd_bus_message_close_container(message);
        return r >= 0 ? sd_bus_message_close_container(message) : r;
}

static int append_rows(sd_bus_message *message, const Rows *rows) {
        int r = sd_bus_message_open_container(message, SD_BUS_TYPE_ARRAY, "a{sv}");
        RowsIter iter;
        RowsItem item;

        rows_iter_init(&iter, rows);
        for (guint i = 0; r >= 0 && i < rows_count(rows); i++) {
                r = sd_bus_message_open_container(message, SD_BUS_TYPE_ARRAY, "{sv}");
                while (r >= 0 && rows_iter_next(&iter, &item) && item.key)
                        r = append_entry(message, &item);
                if (r >= 0)
                        r = sd_bus_message_close_container(message);
        }
        return r >= 0 ? sd_bus_message_close_container(message) : r;
}

static guint count_keys(const Rows *rows) {
        RowsIter iter;
        RowsItem item;
        guint n = 0;

        rows_iter_init(&iter, rows);
        while (rows_iter_next(&iter, &item) && item.key)
                n++;
        return n;
}

/* The values of all rows, one row behind the other. */
static RowsItem *read_grid(const Rows *rows, guint keys) {
        guint n = keys * rows_count(rows);
        RowsItem *grid = g_new(RowsItem, n), item;
        RowsIter iter;
        guint filled = 0;

        rows_iter_init(&iter, rows);
        while (rows_iter_next(&iter, &item))
                if (item.key) {
                        g_assert(filled < n);
                        grid[filled++] = item;
                }
        g_assert(filled == n);
        return grid;
}

/* Every value of a key; `keys` values lie between one and the next. */
static int append_values(sd_bus_message *message, const RowsItem *first, guint keys, guint rows) {
        const char array[] = { 'a', first->type, first->type == 'a' ? 's' : '\0', '\0' };
        int r = sd_bus_message_open_container(message, SD_BUS_TYPE_VARIANT, array);

        if (r >= 0)
                r = sd_bus_message_open_container(message, SD_BUS_TYPE_ARRAY, array + 1);
        for (guint i = 0; r >= 0 && i < rows; i++) {
                const RowsItem *item = &first[(gsize) i * keys];

                g_assert(item->type == first->type);
                r = append_item(message, item);
        }
        if (r >= 0)
                r = sd_bus_message_close_container(message);
        return r >= 0 ? sd_bus_message_close_container(message) : r;
}

static int append_columns(sd_bus_message *message, const Rows *rows) {
        guint keys = count_keys(rows);
        g_autofree RowsItem *grid = read_grid(rows, keys);
        int r = sd_bus_message_open_container(message, SD_BUS_TYPE_ARRAY, "{sv}");

        for (guint i = 0; r >= 0 && i < keys; i++) {
                r = sd_bus_message_open_container(message, SD_BUS_TYPE_DICT_ENTRY, "sv");
                if (r >= 0)
                        r = sd_bus_message_append_basic(message, 's', grid[i].key);
                if (r >= 0)
                        r = append_values(message, &grid[i], keys, rows_count(rows));
                if (r >= 0)
                        r = sd_bus_message_close_container(message);
        }
        return r >= 0 ? sd_bus_message_close_container(message) : r;
}

int codec_append_rows(sd_bus_message *message, const Rows *rows) {
        return rows_as_columns(rows) ? append_columns(message, rows) : append_rows(message, rows);
}
