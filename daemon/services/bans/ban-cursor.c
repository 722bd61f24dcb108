/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "services/bans/ban-cursor.h"

#include <string.h>

#include "core/error.h"

#define CURSOR_TYPE "(yqbtxss)" /* version, sort, descending, filters, value, jail, id */
#define CURSOR_VERSION 1
#define CURSOR_TEXT_MAX 65536
#define BASE64URL "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

static void digest_text(GChecksum *digest, const char *text) {
        g_checksum_update(digest, (const guchar *) (text ? "+" : "-"), 1);
        if (text)
                g_checksum_update(digest, (const guchar *) text, (gssize) strlen(text) + 1);
}

static void digest_address(GChecksum *digest, const Address *address) {
        char text[ADDRESS_TEXT_MAX];

        digest_text(digest, address ? address_format(address, text) : NULL);
}

static guint64 filters_digest(const BanQuery *query) {
        g_autoptr(GChecksum) digest = g_checksum_new(G_CHECKSUM_SHA256);
        guint8 bytes[32];
        gsize length = sizeof(bytes);
        guint64 first;

        digest_text(digest, query->jail);
        digest_address(digest, query->within);
        digest_address(digest, query->covering);
        digest_text(digest, query->search);
        g_checksum_get_digest(digest, bytes, &length);
        memcpy(&first, bytes, sizeof(first));
        return first;
}

char *ban_cursor_write(const BanQuery *query, gint64 value, const char *jail, const char *id) {
        g_autoptr(GVariant) cursor = NULL;
        char *text;

        cursor = g_variant_ref_sink(g_variant_new(CURSOR_TYPE, CURSOR_VERSION, query->sort, query->descending,
                                                  filters_digest(query), value, jail, id));
        text = g_base64_encode(g_variant_get_data(cursor), g_variant_get_size(cursor));
        g_strdelimit(text, "+", '-');
        g_strdelimit(text, "/", '_');
        text[strcspn(text, "=")] = '\0';
        return text;
}

static GVariant *cursor_decode(const char *text) {
        g_autoptr(GBytes) bytes = NULL;
        g_autoptr(GVariant) cursor = NULL;
        g_autoptr(GString) padded = NULL;
        guchar *data;
        gsize length = strlen(text);

        if (length > CURSOR_TEXT_MAX || strspn(text, BASE64URL) != length || length % 4 == 1)
                return NULL;

        padded = g_string_new(text);
        g_string_append(padded, (const char *[]) { "", "", "==", "=" }[length % 4]);
        g_strdelimit(padded->str, "-", '+');
        g_strdelimit(padded->str, "_", '/');

        data = g_base64_decode(padded->str, &length);
        bytes = g_bytes_new_take(data, length);
        cursor = g_variant_ref_sink(g_variant_new_from_bytes(G_VARIANT_TYPE(CURSOR_TYPE), bytes, FALSE));
        return g_variant_is_normal_form(cursor) ? g_steal_pointer(&cursor) : NULL;
}

gboolean ban_cursor_read(const BanQuery *query, BanCursor *ret, GError **error) {
        g_autoptr(GVariant) cursor = cursor_decode(query->cursor);
        guint8 version = 0;
        guint16 sort = 0;
        gboolean descending = FALSE;
        guint64 filters = 0;
        BanCursor self = { 0 };

        if (cursor)
                g_variant_get(cursor, CURSOR_TYPE, &version, &sort, &descending, &filters, &self.value, &self.jail,
                              &self.id);

        if (version == CURSOR_VERSION && sort == query->sort && !descending == !query->descending &&
            filters == filters_digest(query)) {
                *ret = self;
                return TRUE;
        }

        ban_cursor_clear(&self);
        g_set_error_literal(error, BANGUI_ERROR, BANGUI_ERROR_INVALID_ARGUMENT,
                            "The cursor is not one of this query; right would be the next_cursor of the page before, "
                            "asked with the same options");
        return FALSE;
}

void ban_cursor_clear(BanCursor *self) {
        g_clear_pointer(&self->jail, g_free);
        g_clear_pointer(&self->id, g_free);
}
