/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A request: its answer */

#include <string.h>

#include "client/rest/errors.h"
#include "client/rest/http/server-private.h"

#define GZIP_MIN 1024
#define GZIP_LEVEL \
        1 /* a page of rows shrinks to a tenth in a fraction of a millisecond; 6 takes thrice that for little more */
#define RETRY_AFTER_SECONDS "5"
#define JSON_TYPE "application/json"

static SoupMessageHeaders *headers_of(const RestRequest *self) {
        return soup_server_message_get_response_headers(self->message);
}

static const char *header_set(const RestRequest *self, const char *name) {
        return soup_message_headers_get_one(headers_of(self), name);
}

GBytes *rest_gzip(GBytes *data, int level) {
        g_autoptr(GZlibCompressor) compressor = g_zlib_compressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP, level);
        gsize left, size = 0, room;
        const char *at = g_bytes_get_data(data, &left);
        g_autofree char *out = NULL;
        GConverterResult result = G_CONVERTER_CONVERTED;

        room = left + left / 1000 + 64; /* of what does not shrink, too */
        out = g_malloc(room);
        while (result == G_CONVERTER_CONVERTED) {
                gsize read = 0, written = 0;

                result = g_converter_convert(G_CONVERTER(compressor), at, left, out + size, room - size,
                                             G_CONVERTER_INPUT_AT_END, &read, &written, NULL);
                at += read;
                left -= read;
                size += written;
        }
        g_return_val_if_fail(result == G_CONVERTER_FINISHED, NULL);
        return g_bytes_new_take(g_realloc(g_steal_pointer(&out), size), size);
}

static gboolean shrinks(const char *content_type) {
        return g_str_has_prefix(content_type, "text/") || g_str_has_prefix(content_type, JSON_TYPE) ||
               g_str_has_prefix(content_type, "application/javascript") ||
               g_str_has_prefix(content_type, "application/manifest+json") ||
               g_str_has_prefix(content_type, "image/svg+xml");
}

/* Whether a list such as `gzip, br;q=0.5` holds the word and does not forbid it. */
static gboolean accepts_gzip(const RestRequest *self) {
        const char *list = rest_request_get_header(self, "Accept-Encoding");
        g_autoptr(GHashTable) words = NULL;
        GSList *good;
        gboolean found;

        if (!list || !strstr(list, "gzip"))
                return FALSE;
        good = soup_header_parse_quality_list(list, NULL);
        found = g_slist_find_custom(good, "gzip", (GCompareFunc) g_ascii_strcasecmp) != NULL;
        soup_header_free_list(good);
        return found;
}

/* A weak comparison, as If-None-Match wants it; the list has quoted texts, maybe with W/ in front. */
static gboolean has_already(const RestRequest *self, const char *etag) {
        const char *list = rest_request_get_header(self, "If-None-Match");
        gsize length = strlen(etag);

        if (!list)
                return FALSE;
        if (g_str_equal(list, "*"))
                return TRUE;
        for (const char *at = strchr(list, '"'); at; at = strchr(at, '"')) {
                const char *end = strchr(++at, '"');

                if (!end)
                        return FALSE;
                if ((gsize) (end - at) == length && memcmp(at, etag, length) == 0)
                        return TRUE;
                at = end + 1;
        }
        return FALSE;
}

static void send(RestRequest *self, guint status, const char *content_type, GBytes *body) {
        soup_server_message_set_status(self->message, status, NULL);
        if (content_type)
                soup_message_headers_replace(headers_of(self), "Content-Type", content_type);
        if (body && g_bytes_get_size(body) > 0)
                soup_message_body_append_bytes(soup_server_message_get_response_body(self->message), body);
        rest_server_answered(self->server, self, status);
        if (self->paused) {
                self->paused = FALSE;
                soup_server_message_unpause(self->message);
        }
}

/* `packed`: compressed already. `pack`: it may be compressed here. */
static void reply(RestRequest *self, guint status, const char *content_type, GBytes *body, GBytes *packed,
                  gboolean pack, const char *etag) {
        g_autoptr(GBytes) made = NULL;
        gboolean varies = packed || (pack && content_type && shrinks(content_type));

        g_return_if_fail(!self->answered);
        self->answered = TRUE;
        if (self->gone)
                return;
        if (!header_set(self, "Cache-Control"))
                soup_message_headers_append(headers_of(self), "Cache-Control", etag ? "private, no-cache" : "no-store");
        if (varies)
                soup_message_headers_append(headers_of(self), "Vary", "Accept-Encoding");
        if (etag) {
                g_autofree char *text = g_strconcat("W/\"", etag, "\"", NULL);

                soup_message_headers_append(headers_of(self), "ETag", text);
                if (status == SOUP_STATUS_OK && g_str_equal(self->method, "GET") && has_already(self, etag)) {
                        send(self, SOUP_STATUS_NOT_MODIFIED, NULL, NULL);
                        return;
                }
        }
        if (varies && g_bytes_get_size(body) >= GZIP_MIN && accepts_gzip(self)) {
                made = packed ? g_bytes_ref(packed) : rest_gzip(body, GZIP_LEVEL);
                rest_request_header(self, "Content-Encoding", "gzip");
        }
        send(self, status, content_type, made ? made : body);
}

void rest_request_reply(RestRequest *self, guint status, const char *content_type, GBytes *body, const char *etag) {
        reply(self, status, content_type, body, NULL, TRUE, etag);
}

void rest_request_reply_packed(RestRequest *self, guint status, const char *content_type, GBytes *body, GBytes *packed,
                               const char *etag) {
        reply(self, status, content_type, body, packed, FALSE, etag);
}

void rest_request_reply_json(RestRequest *self, guint status, char *json) {
        g_autoptr(GBytes) body = g_bytes_new_take(json, strlen(json));

        reply(self, status, JSON_TYPE, body, NULL, TRUE, NULL);
}

static void append_text(GString *json, const char *text) {
        g_string_append_c(json, '"');
        for (const char *p = text; *p; p++) {
                guchar c = (guchar) *p;

                if (c == '"' || c == '\\')
                        g_string_append_printf(json, "\\%c", c);
                else if (c < 0x20 || c == 0x7f)
                        g_string_append_printf(json, "\\u%04x", c);
                else
                        g_string_append_c(json, (char) c);
        }
        g_string_append_c(json, '"');
}

/* A refused body is not worth waiting for: the connection ends with the answer. */
static gboolean ends_connection(guint status) {
        return status == SOUP_STATUS_REQUEST_TIMEOUT || status == SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE;
}

void rest_request_reply_error(RestRequest *self, const GError *error) {
        rest_request_reply_error_details(self, error, NULL);
}

void rest_request_reply_error_details(RestRequest *self, const GError *error, const char *details) {
        g_autofree char *message = NULL;
        const char *code, *retry;
        GString *json = g_string_new("{\"error_code\":");
        guint status;

        rest_error_describe(error, &status, &code, &message);
        if ((status == SOUP_STATUS_SERVICE_UNAVAILABLE || status == 429) && !header_set(self, "Retry-After"))
                rest_request_header(self, "Retry-After", RETRY_AFTER_SECONDS);
        if (status == SOUP_STATUS_UNAUTHORIZED)
                rest_request_header(self, "WWW-Authenticate", "Bearer"); /* HTTP wants one; no browser asks for it */
        if (ends_connection(status))
                rest_request_header(self, "Connection", "close");
        retry = header_set(self, "Retry-After");
        append_text(json, code);
        g_string_append(json, ",\"message\":");
        append_text(json, message);
        g_string_append(json, ",\"details\":");
        if (retry && !details)
                g_string_append_printf(json, "{\"retry_after\":%" G_GUINT64_FORMAT "}",
                                       g_ascii_strtoull(retry, NULL, 10));
        else
                g_string_append(json, details ? details : "{}");
        g_string_append(json, ",\"correlation_id\":");
        append_text(json, self->correlation_id);
        g_string_append_c(json, '}');
        soup_message_headers_remove(headers_of(self), "Cache-Control");
        rest_request_reply_json(self, status, g_string_free(json, FALSE));
}
