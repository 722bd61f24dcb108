/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A request: what it holds */

#include "client/rest/http/request.h"

#include <string.h>
#include <unistd.h>

#define CORRELATION_MIN 4
#define CORRELATION_MAX 64

/* An id of the client's is kept when it can do no harm in a log or a header. */
static gboolean good_correlation(const char *id) {
        gsize length = id ? strlen(id) : 0;

        if (length < CORRELATION_MIN || length > CORRELATION_MAX)
                return FALSE;
        for (gsize i = 0; i < length; i++)
                if (!g_ascii_isalnum(id[i]) && !strchr("-_.:", id[i]))
                        return FALSE;
        return TRUE;
}

/* What is no text becomes one that nothing has for a name or a value, so that it is refused or finds nothing. */
static char *unescape(const char *text) {
        g_autofree char *plain = g_uri_unescape_string(text, NULL);

        return g_utf8_make_valid(plain ? plain : "\xff", -1);
}

static void add_parameter(GHashTable *query, const char *begin, const char *end) {
        g_autofree char *pair = g_strdelimit(g_strndup(begin, (gsize) (end - begin)), "+", ' ');
        char *equals = strchr(pair, '=');
        g_autofree char *name = NULL;
        g_autofree char *value = NULL;
        GPtrArray *values;

        if (equals)
                *equals = '\0';
        name = unescape(pair);
        value = unescape(equals ? equals + 1 : "");
        if (!*name)
                return;
        values = g_hash_table_lookup(query, name);
        if (!values) {
                values = g_ptr_array_new_with_free_func(g_free);
                g_hash_table_insert(query, g_steal_pointer(&name), values);
        }
        g_ptr_array_add(values, g_steal_pointer(&value));
}

static GBytes *empty_body(void) {
        static GBytes *empty;

        if (!empty)
                empty = g_bytes_new_static("", 0);
        return g_bytes_ref(empty);
}

static GHashTable *new_query(void) {
        return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
}

/* Most requests have none and share an empty one. */
GHashTable *rest_query_parse(const char *text) {
        static GHashTable *none;
        GHashTable *query;

        if (!text || !*text) {
                if (!none)
                        none = new_query();
                return g_hash_table_ref(none);
        }
        query = new_query();
        for (const char *begin = text; *begin;) {
                const char *end = strchrnul(begin, '&');

                if (end > begin)
                        add_parameter(query, begin, end);
                begin = *end ? end + 1 : end;
        }
        return query;
}

/* Not secret, only different: half of it counts. */
static char *make_correlation(void) {
        static const char digits[] = "0123456789abcdef";
        static guint32 count;
        char text[17] = { 0 };
        guint64 number = ((guint64) g_random_int() << 32) | count++;

        for (guint i = 0; i < 16; i++)
                text[i] = digits[number >> (60 - 4 * i) & 15];
        return g_strdup(text);
}

static const char *method_of(SoupServerMessage *message) {
        const char *method = soup_server_message_get_method(message);

        return g_str_equal(method, "HEAD") ? "GET" : method;
}

RestRequest *rest_request_new(RestServer *server, SoupServerMessage *message) {
        SoupMessageHeaders *headers = soup_server_message_get_request_headers(message);
        GUri *uri = soup_server_message_get_uri(message);
        const char *correlation = soup_message_headers_get_one(headers, "X-Correlation-ID");
        RestRequest *self = g_new0(RestRequest, 1);

        /* libsoup would cut an answer into what this asks for, and copy it as often */
        soup_message_headers_remove(headers, "Range");
        g_atomic_ref_count_init(&self->references);
        self->server = server;
        self->link.data = self;
        self->message = g_object_ref(message);
        self->method = method_of(message);
        self->query = rest_query_parse(g_uri_get_query(uri));
        self->body = empty_body();
        self->body_fd = -1;
        self->correlation_id = good_correlation(correlation) ? g_strdup(correlation) : make_correlation();
        self->started_usec = g_get_monotonic_time();
        return self;
}

RestRequest *rest_request_ref(RestRequest *self) {
        g_atomic_ref_count_inc(&self->references);
        return self;
}

void rest_request_unref(RestRequest *self) {
        if (!g_atomic_ref_count_dec(&self->references))
                return;
        g_object_unref(self->message);
        if (self->admitted_free)
                self->admitted_free(self->admitted);
        g_free(self->path);
        g_hash_table_unref(self->query);
        g_bytes_unref(self->body);
        if (self->body_fd >= 0)
                (void) close(self->body_fd);
        g_free(self->client);
        g_free(self->correlation_id);
        g_free(self);
}

const char *rest_request_get_header(const RestRequest *self, const char *name) {
        return soup_message_headers_get_one(soup_server_message_get_request_headers(self->message), name);
}

const char *rest_request_query(const RestRequest *self, const char *name) {
        const GPtrArray *values = g_hash_table_lookup(self->query, name);

        return values ? g_ptr_array_index(values, 0) : NULL;
}

void rest_request_header(RestRequest *self, const char *name, const char *value) {
        soup_message_headers_replace(soup_server_message_get_response_headers(self->message), name, value);
}
