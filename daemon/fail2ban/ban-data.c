/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fail2ban/ban-data.h"

#include <string.h>

#define DATA_DEPTH_MAX 16

typedef enum JsonKind { JSON_TEXT, JSON_PLAIN, JSON_NULL, JSON_LIST, JSON_OBJECT } JsonKind;

/* A reader that walks over JSON text; `bad` once something was wrong, and it then stands at the end. */
typedef struct Reader {
        const char *at, *end;
        guint depth;
        gboolean bad;
} Reader;

/* A value as it is written; of a text what stands between the quotes. */
typedef struct Value {
        JsonKind kind;
        const char *text;
        gsize length;
} Value;

static void fail(Reader *self) {
        self->bad = TRUE;
        self->at = self->end;
}

static char peek(Reader *self) {
        while (self->at < self->end && strchr(" \t\r\n", *self->at) && *self->at)
                self->at++;
        return self->at < self->end ? *self->at : '\0';
}

static gboolean take(Reader *self, char c) {
        if (peek(self) != c)
                return FALSE;
        self->at++;
        return TRUE;
}

static void expect(Reader *self, char c) {
        if (!take(self, c))
                fail(self);
}

/* Behind the backslash. */
static void read_escape(Reader *self) {
        char c = self->at < self->end ? *self->at++ : '\0';

        if (c == 'u') {
                for (guint i = 0; i < 4; i++, self->at++)
                        if (self->at >= self->end || !g_ascii_isxdigit(*self->at)) {
                                fail(self);
                                return;
                        }
        } else if (c == '\0' || !strchr("\"\\/bfnrt", c)) {
                fail(self);
        }
}

static void read_text(Reader *self, Value *ret) {
        expect(self, '"');
        ret->kind = JSON_TEXT;
        ret->text = self->at;
        while (self->at < self->end && *self->at != '"') {
                guchar c = (guchar) *self->at++;

                if (c == '\\')
                        read_escape(self);
                else if (c < 0x20)
                        fail(self);
        }
        ret->length = (gsize) (self->at - ret->text);
        if (self->at >= self->end)
                fail(self);
        else
                self->at++;
}

/* A number or a word. */
static void read_plain(Reader *self, Value *ret) {
        ret->text = self->at;
        while (self->at < self->end && (g_ascii_isalnum(*self->at) || strchr("+-.", *self->at)) && *self->at)
                self->at++;
        ret->length = (gsize) (self->at - ret->text);
        ret->kind = ret->length == 4 && memcmp(ret->text, "null", 4) == 0 ? JSON_NULL : JSON_PLAIN;
        if (ret->length == 0)
                fail(self);
}

static void read_value(Reader *self, Value *ret);

static void skip_members(Reader *self, char close) {
        Value value = { 0 };

        if (take(self, close))
                return;
        do {
                if (close == '}') {
                        read_text(self, &value);
                        expect(self, ':');
                }
                read_value(self, &value);
        } while (!self->bad && take(self, ','));
        expect(self, close);
}

static void read_value(Reader *self, Value *ret) {
        char c = peek(self);

        if (c == '"') {
                read_text(self, ret);
                return;
        }
        if (c != '[' && c != '{') {
                read_plain(self, ret);
                return;
        }
        if (++self->depth > DATA_DEPTH_MAX) {
                fail(self);
                return;
        }
        ret->kind = c == '[' ? JSON_LIST : JSON_OBJECT;
        ret->text = self->at++;
        skip_members(self, c == '[' ? ']' : '}');
        ret->length = (gsize) (self->at - ret->text);
        self->depth--;
}

/* Of a list that was read before, and is well-formed. */
static gboolean next_item(Reader *self, Value *ret) {
        if (peek(self) == ']')
                return FALSE;
        read_value(self, ret);
        (void) take(self, ',');
        return !self->bad;
}

static void append_scalar(GString *out, const Value *value) {
        if (value->kind == JSON_TEXT || value->kind == JSON_PLAIN)
                g_string_append_len(out, value->text, (gssize) value->length);
}

/* A line is a text, or a list of its parts. */
static void append_lines(GString *out, const Value *list) {
        Reader reader = { .at = list->text + 1, .end = list->text + list->length };
        Value line = { 0 }, part = { 0 };
        const char *comma = "";

        g_string_append_c(out, '[');
        while (next_item(&reader, &line)) {
                Reader parts = { .at = line.text + 1, .end = line.text + line.length };

                if (line.kind == JSON_NULL || line.kind == JSON_OBJECT)
                        continue;
                g_string_append(out, comma);
                g_string_append_c(out, '"');
                append_scalar(out, &line);
                while (line.kind == JSON_LIST && next_item(&parts, &part))
                        append_scalar(out, &part);
                g_string_append_c(out, '"');
                comma = ",";
        }
        g_string_append_c(out, ']');
}

static gboolean is_name(const Value *name, const char *text) {
        return name->length == strlen(text) && memcmp(name->text, text, name->length) == 0;
}

static guint read_number(const Value *value) {
        g_autofree char *text = g_strndup(value->text, value->length);

        return value->kind == JSON_PLAIN ? (guint) CLAMP(g_ascii_strtod(text, NULL), 0, (double) G_MAXUINT) : 0;
}

typedef struct Parts {
        Value matches;
        gboolean captured; /* something is */
        guint failures;
} Parts;

static void take_member(const Value *name, const Value *value, GString *out, Parts *parts) {
        if (is_name(name, "matches")) {
                if (value->kind == JSON_LIST)
                        parts->matches = *value;
                return;
        }
        if (is_name(name, "failures")) {
                parts->failures = read_number(value);
                return;
        }
        if (value->kind != JSON_TEXT && value->kind != JSON_PLAIN)
                return;
        g_string_append_c(out, parts->captured ? ',' : '{');
        g_string_append_c(out, '"');
        g_string_append_len(out, name->text, (gssize) name->length);
        g_string_append(out, "\":\"");
        append_scalar(out, value);
        g_string_append_c(out, '"');
        parts->captured = TRUE;
}

static gboolean convert(const char *raw, gsize length, GString *out, Parts *parts) {
        Reader reader = { .at = raw, .end = raw + length };
        Value name = { 0 }, value = { 0 };

        expect(&reader, '{');
        if (!take(&reader, '}')) {
                do {
                        (void) peek(&reader);
                        read_text(&reader, &name);
                        expect(&reader, ':');
                        read_value(&reader, &value);
                        if (!reader.bad)
                                take_member(&name, &value, out, parts);
                } while (!reader.bad && take(&reader, ','));
                expect(&reader, '}');
        }
        return !reader.bad && peek(&reader) == '\0' && reader.at == reader.end;
}

/* The captures are written first, since they need no second look; then both parts are put together. */
gboolean ban_data_convert(const char *raw, gsize length, GString *out, guint *ret_failures) {
        g_autofree char *valid = NULL;
        Parts parts = { 0 };
        gsize start = out->len;

        *ret_failures = 0;
        if (!g_utf8_validate_len(raw, length, NULL)) {
                valid = g_utf8_make_valid(raw, (gssize) length);
                raw = valid;
                length = strlen(valid);
        }
        g_string_append(out, "{\"captured\":");
        if (!convert(raw, length, out, &parts)) {
                g_string_truncate(out, start);
                return FALSE;
        }
        *ret_failures = parts.failures;
        if (!parts.captured && parts.matches.length <= 2) {
                g_string_truncate(out, start);
                return TRUE;
        }
        g_string_append(out, parts.captured ? "}" : "{}");
        g_string_append(out, ",\"matches\":");
        if (parts.matches.length > 0)
                append_lines(out, &parts.matches);
        else
                g_string_append(out, "[]");
        g_string_append_c(out, '}');
        return TRUE;
}
