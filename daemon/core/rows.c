/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "core/rows.h"

#include <string.h>

#define FIRST_BYTES 16384

/* A number stands in `value`; texts follow the head, `value` bytes of them with their NULs. */
typedef struct Head {
        const char *key;
        gint64 value;
        guint32 count;
        char type;
} Head;

struct Rows {
        GByteArray *bytes; /* heads, each at a multiple of their alignment */
        guint n;
        gboolean columns;
};

Rows *rows_new(void) {
        Rows *self = g_new0(Rows, 1);

        self->bytes = g_byte_array_sized_new(FIRST_BYTES);
        return self;
}

void rows_free(Rows *self) {
        if (!self)
                return;
        g_byte_array_unref(self->bytes);
        g_free(self);
}

static void append(Rows *self, gconstpointer data, gsize length) {
        g_byte_array_append(self->bytes, data, (guint) length);
}

static gsize padding(gsize at) {
        return (0 - at) & (G_ALIGNOF(Head) - 1);
}

static void pad(Rows *self) {
        static const guint8 zeros[G_ALIGNOF(Head)] = { 0 };

        append(self, zeros, padding(self->bytes->len));
}

static void add_number(Rows *self, const char *key, char type, gint64 value) {
        const Head head = { .key = key, .type = type, .value = value };

        append(self, &head, sizeof(head));
}

void rows_add_text(Rows *self, const char *key, const char *text) {
        gsize length = strlen(text) + 1;
        const Head head = { .key = key, .type = 's', .value = (gint64) length, .count = 1 };

        append(self, &head, sizeof(head));
        append(self, text, length);
        pad(self);
}

void rows_add_int64(Rows *self, const char *key, gint64 value) {
        add_number(self, key, 'x', value);
}

void rows_add_uint32(Rows *self, const char *key, guint32 value) {
        add_number(self, key, 'u', value);
}

void rows_add_boolean(Rows *self, const char *key, gboolean value) {
        add_number(self, key, 'b', value ? 1 : 0);
}

void rows_add_texts(Rows *self, const char *key, const char *const *texts) {
        Head head = { .key = key, .type = 'a' };

        for (; texts[head.count]; head.count++)
                head.value += (gint64) strlen(texts[head.count]) + 1;
        append(self, &head, sizeof(head));
        for (guint i = 0; i < head.count; i++)
                append(self, texts[i], strlen(texts[i]) + 1);
        pad(self);
}

void rows_end(Rows *self) {
        add_number(self, NULL, '\0', 0);
        self->n++;
}

guint rows_count(const Rows *self) {
        return self->n;
}

void rows_set_columns(Rows *self) {
        self->columns = TRUE;
}

gboolean rows_as_columns(const Rows *self) {
        return self->columns;
}

void rows_iter_init(RowsIter *self, const Rows *rows) {
        *self = (RowsIter) { .rows = rows };
}

gboolean rows_iter_next(RowsIter *self, RowsItem *ret) {
        const GByteArray *bytes = self->rows->bytes;
        Head head;

        if (self->at >= bytes->len)
                return FALSE;
        memcpy(&head, bytes->data + self->at, sizeof(head));
        self->at += sizeof(head);
        *ret = (RowsItem) { .key = head.key, .type = head.type, .number = head.value, .texts_count = head.count };
        if (head.type == 's' || head.type == 'a') {
                ret->text = (const char *) bytes->data + self->at;
                self->at += (gsize) head.value;
                self->at += padding(self->at);
        }
        return TRUE;
}

static GVariant *texts_to_variant(const RowsItem *item) {
        GVariantBuilder builder;
        const char *text = item->text;

        g_variant_builder_init(&builder, G_VARIANT_TYPE_STRING_ARRAY);
        for (guint i = 0; i < item->texts_count; i++, text += strlen(text) + 1)
                g_variant_builder_add_value(&builder, g_variant_new_string(text));
        return g_variant_builder_end(&builder);
}

static GVariant *item_to_variant(const RowsItem *item) {
        switch (item->type) {
        case 's':
                return g_variant_new_string(item->text);
        case 'a':
                return texts_to_variant(item);
        case 'x':
                return g_variant_new_int64(item->number);
        case 'u':
                return g_variant_new_uint32((guint32) item->number);
        default:
                return g_variant_new_boolean(item->number != 0);
        }
}

GVariant *rows_to_variant(const Rows *self) {
        GVariantBuilder builder;
        RowsIter iter;
        RowsItem item;

        g_variant_builder_init(&builder, G_VARIANT_TYPE("aa{sv}"));
        rows_iter_init(&iter, self);
        for (guint i = 0; i < self->n; i++) {
                g_variant_builder_open(&builder, G_VARIANT_TYPE_VARDICT);
                while (rows_iter_next(&iter, &item) && item.key)
                        g_variant_builder_add(&builder, "{sv}", item.key, item_to_variant(&item));
                g_variant_builder_close(&builder);
        }
        return g_variant_builder_end(&builder);
}
