/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A parser that goes down the text once. It is our own because GLib's JSON library takes more than JSON (comments,
 * names without quotation marks) and lets numbers overflow. */

#include <errno.h>
#include <math.h>
#include <string.h>

#include "client/rest/api/json.h"
#include "client/rest/errors.h"

typedef struct Reader {
        const char *start, *at, *end;
        guint depth, values;
        GError *error;
} Reader;

static GVariant *read_value(Reader *self);

static gpointer fail(Reader *self, const char *what) {
        if (!self->error)
                self->error =
                        g_error_new(REST_ERROR, REST_ERROR_BAD_REQUEST, "the body is no good JSON: %s at byte %zu",
                                    what, (gsize) (self->at - self->start) + 1);
        return NULL;
}

static gboolean is_blank(char c) {
        return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void skip_blanks(Reader *self) {
        while (self->at < self->end && is_blank(*self->at))
                self->at++;
}

/* The character after blanks; 0 at the end. */
static char peek(Reader *self) {
        skip_blanks(self);
        return (char) (self->at < self->end ? *self->at : '\0');
}

static gboolean take(Reader *self, const char *word) {
        gsize length = strlen(word);

        if ((gsize) (self->end - self->at) < length || memcmp(self->at, word, length) != 0)
                return FALSE;
        self->at += length;
        return TRUE;
}

static gboolean read_unit(Reader *self, guint *ret) {
        *ret = 0;
        if (self->end - self->at < 4)
                return FALSE;
        for (guint i = 0; i < 4; i++) {
                int digit = g_ascii_xdigit_value(self->at[i]);

                if (digit < 0)
                        return FALSE;
                *ret = *ret << 4 | (guint) digit;
        }
        self->at += 4;
        return TRUE;
}

/* Behind "\u"; two of them make a character beyond the first plane. */
static gboolean read_code_point(Reader *self, GString *into) {
        guint unit, low;

        if (!read_unit(self, &unit) || unit == 0 || (unit >= 0xdc00 && unit < 0xe000))
                return FALSE;
        if (unit >= 0xd800 && unit < 0xdc00) {
                if (!take(self, "\\u") || !read_unit(self, &low) || low < 0xdc00 || low >= 0xe000)
                        return FALSE;
                unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
        }
        g_string_append_unichar(into, unit);
        return TRUE;
}

static gboolean read_escape(Reader *self, GString *into) {
        static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
        const char *found;
        char c;

        if (self->at == self->end)
                return FALSE;
        c = *self->at++;
        if (c == 'u')
                return read_code_point(self, into);
        found = c ? strchr(from, c) : NULL;
        if (!found)
                return FALSE;
        g_string_append_c(into, to[found - from]);
        return TRUE;
}

static char *read_string(Reader *self) {
        g_autoptr(GString) into = g_string_new(NULL);

        self->at++;
        for (;;) {
                const char *run = self->at;

                while (self->at < self->end && (unsigned char) *self->at >= 0x20 && *self->at != '"' &&
                       *self->at != '\\')
                        self->at++;
                g_string_append_len(into, run, self->at - run);
                if (self->at == self->end)
                        return fail(self, "a string without end");
                if (*self->at == '"') {
                        self->at++;
                        return g_string_free(g_steal_pointer(&into), FALSE);
                }
                if (*self->at != '\\')
                        return fail(self, "a control character in a string");
                self->at++;
                if (!read_escape(self, into))
                        return fail(self, "a bad escape in a string");
        }
}

static GVariant *read_object(Reader *self) {
        g_autoptr(GHashTable) names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        g_auto(GVariantBuilder) builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);

        self->at++;
        if (peek(self) == '}') {
                self->at++;
                return g_variant_builder_end(&builder);
        }
        for (;;) {
                g_autofree char *name = NULL;
                GVariant *value;

                if (peek(self) != '"')
                        return fail(self, "no name of a member");
                name = read_string(self);
                if (!name)
                        return NULL;
                if (peek(self) != ':')
                        return fail(self, "no colon after a name");
                self->at++;
                value = read_value(self);
                if (!value)
                        return NULL;
                g_variant_builder_add(&builder, "{sv}", name, value);
                if (!g_hash_table_add(names, g_steal_pointer(&name)))
                        return fail(self, "a member that stands twice ends");
                switch (peek(self)) {
                case ',':
                        self->at++;
                        break;
                case '}':
                        self->at++;
                        return g_variant_builder_end(&builder);
                default:
                        return fail(self, "neither comma nor end of the object");
                }
        }
}

static GVariant *read_array(Reader *self) {
        g_auto(GVariantBuilder) builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE("av"));

        self->at++;
        if (peek(self) == ']') {
                self->at++;
                return g_variant_builder_end(&builder);
        }
        for (;;) {
                GVariant *value = read_value(self);

                if (!value)
                        return NULL;
                g_variant_builder_add(&builder, "v", value);
                switch (peek(self)) {
                case ',':
                        self->at++;
                        break;
                case ']':
                        self->at++;
                        return g_variant_builder_end(&builder);
                default:
                        return fail(self, "neither comma nor end of the array");
                }
        }
}

static gboolean read_digits(Reader *self) {
        const char *first = self->at;

        while (self->at < self->end && g_ascii_isdigit(*self->at))
                self->at++;
        return self->at > first;
}

static GVariant *convert_number(Reader *self, const char *digits, gboolean whole) {
        guint64 positive;
        gint64 number;
        double real;

        if (!whole) {
                real = g_ascii_strtod(digits, NULL);
                return isfinite(real) ? g_variant_new_double(real) : fail(self, "a number that is too large ends");
        }
        errno = 0;
        number = g_ascii_strtoll(digits, NULL, 10);
        if (errno == 0)
                return g_variant_new_int64(number);
        errno = 0;
        positive = g_ascii_strtoull(digits, NULL, 10);
        if (errno == 0 && *digits != '-')
                return g_variant_new_uint64(positive);
        return fail(self, "a number that is too large ends");
}

static GVariant *read_number(Reader *self) {
        const char *first = self->at;
        gboolean whole = TRUE;
        g_autofree char *digits = NULL;

        (void) take(self, "-");
        if (!take(self, "0") && !read_digits(self))
                return fail(self, "no value");
        if (take(self, ".")) {
                whole = FALSE;
                if (!read_digits(self))
                        return fail(self, "a number without digits after the point");
        }
        if (take(self, "e") || take(self, "E")) {
                whole = FALSE;
                (void) (take(self, "+") || take(self, "-"));
                if (!read_digits(self))
                        return fail(self, "a number without digits in its exponent");
        }
        digits = g_strndup(first, (gsize) (self->at - first));
        return convert_number(self, digits, whole);
}

static GVariant *read_nested(Reader *self, GVariant *(*read)(Reader *self)) {
        GVariant *value;

        if (self->depth == JSON_DEPTH_MAX)
                return fail(self, "too many levels");
        self->depth++;
        value = read(self);
        self->depth--;
        return value;
}

static GVariant *read_value(Reader *self) {
        g_autofree char *string = NULL;

        if (++self->values > JSON_VALUES_MAX)
                return fail(self, "too many values");
        switch (peek(self)) {
        case '{':
                return read_nested(self, read_object);
        case '[':
                return read_nested(self, read_array);
        case '"':
                string = read_string(self);
                return string ? g_variant_new_take_string(g_steal_pointer(&string)) : NULL;
        default:
                break;
        }
        if (take(self, "true"))
                return g_variant_new_boolean(TRUE);
        if (take(self, "false"))
                return g_variant_new_boolean(FALSE);
        if (take(self, "null"))
                return g_variant_new_maybe(G_VARIANT_TYPE_VARIANT, NULL);
        return read_number(self);
}

GVariant *json_read(const char *text, gsize length, GError **error) {
        Reader reader = { .start = text, .at = text, .end = text + length };
        g_autoptr(GVariant) value = NULL;

        if (!g_utf8_validate_len(text, length, &reader.at)) {
                fail(&reader, "bytes that are not UTF-8");
        } else {
                reader.at = text;
                value = read_value(&reader);
                if (value)
                        g_variant_ref_sink(value);
                skip_blanks(&reader);
                if (value && reader.at < reader.end)
                        fail(&reader, "something after the end");
        }
        if (!reader.error)
                return g_steal_pointer(&value);
        g_propagate_error(error, reader.error);
        return NULL;
}
