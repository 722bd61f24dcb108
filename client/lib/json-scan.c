/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <errno.h>

#include "client/lib/json.h"

#define REPLACEMENT 0xfffd
#define DIGITS_SAFE 19 /* so many digits fit into 64 bits */

static inline bool is_blank(char c) {
        return (unsigned char) c <= ' ' && (c == ' ' || c == '\t' || c == '\r' || c == '\n');
}

static inline bool is_digit(char c) {
        return c >= '0' && c <= '9';
}

static inline void skip_blanks(JsonScan *self) {
        while (self->at < self->end && is_blank(*self->at))
                self->at++;
}

static inline bool take_char(JsonScan *self, char c) {
        if (self->at == self->end || *self->at != c)
                return false;
        self->at++;
        return true;
}

int json_scan_open(JsonScan *self, const char *text, size_t length) {
        *self = (JsonScan) { .at = text, .end = text + length, .first = true };
        skip_blanks(self);
        return take_char(self, '{') ? 0 : -EBADMSG;
}

static int hex_digit(char c) {
        if (is_digit(c))
                return c - '0';
        if (c >= 'a' && c <= 'f')
                return c - 'a' + 10;
        if (c >= 'A' && c <= 'F')
                return c - 'A' + 10;
        return -1;
}

/* Four hexadecimal digits at TEXT, or -1. */
static int hex_word(const char *text, const char *end) {
        int word = 0;

        if (end - text < 4)
                return -1;
        for (int i = 0; i < 4; i++) {
                int digit = hex_digit(text[i]);

                if (digit < 0)
                        return -1;
                word = word << 4 | digit;
        }
        return word;
}

/* Stands behind a backslash; goes behind the escape. */
static bool skip_escape(JsonScan *self) {
        if (self->at == self->end)
                return false;
        if (*self->at == 'u') {
                if (hex_word(self->at + 1, self->end) < 0)
                        return false;
                self->at += 5;
                return true;
        }
        if (*self->at == '\0' || strchr("\"\\/bfnrt", *self->at) == NULL)
                return false;
        self->at++;
        return true;
}

static int scan_string(JsonScan *self, JsonSpan *ret_span) {
        const char *start;
        bool escaped = false;

        if (!take_char(self, '"'))
                return -EBADMSG;
        start = self->at;
        for (;;) {
                self->at = json_skip_plain(self->at, self->end);
                if (take_char(self, '"')) {
                        *ret_span = (JsonSpan) { start, (size_t) (self->at - 1 - start), escaped };
                        return 0;
                }
                if (!take_char(self, '\\') || !skip_escape(self))
                        return -EBADMSG;
                escaped = true;
        }
}

static bool skip_digits(JsonScan *self) {
        const char *start = self->at;

        while (self->at < self->end && is_digit(*self->at))
                self->at++;
        return self->at > start;
}

/* The digits of a whole number; past what fits it is UINT64_MAX. */
static uint64_t scan_digits(JsonScan *self) {
        const char *start = self->at;
        const char *at = start;
        uint64_t number = 0;

        for (; at < self->end && is_digit(*at); at++)
                number = number * 10 + (uint64_t) (*at - '0');
        self->at = at;
        return at - start <= DIGITS_SAFE ? number : UINT64_MAX;
}

static int64_t whole_number(uint64_t number, bool negative) {
        if (number > INT64_MAX)
                return negative ? INT64_MIN : INT64_MAX;
        return negative ? -(int64_t) number : (int64_t) number;
}

static int scan_number(JsonScan *self, JsonField *field) {
        const char *start = self->at;
        bool negative = take_char(self, '-');
        const char *digits = self->at;
        uint64_t number = 0;

        if (!take_char(self, '0'))
                number = scan_digits(self);
        if (self->at == digits)
                return -EBADMSG;
        if (take_char(self, '.') && !skip_digits(self))
                return -EBADMSG;
        if (take_char(self, 'e') || take_char(self, 'E')) {
                if (!take_char(self, '+'))
                        (void) take_char(self, '-');
                if (!skip_digits(self))
                        return -EBADMSG;
        }
        field->value = (JsonSpan) { start, (size_t) (self->at - start), false };
        field->integer = whole_number(number, negative);
        return 0;
}

static int scan_word(JsonScan *self, const char *word, JsonSpan *ret_span) {
        size_t length = strlen(word);

        if ((size_t) (self->end - self->at) < length || memcmp(self->at, word, length) != 0)
                return -EBADMSG;
        *ret_span = (JsonSpan) { self->at, length, false };
        self->at += length;
        return 0;
}

static int scan_value(JsonScan *self, JsonField *field) {
        if (self->at == self->end)
                return -EBADMSG;
        switch (*self->at) {
        case '"':
                field->kind = JSON_STRING;
                return scan_string(self, &field->value);
        case 't':
                field->kind = JSON_BOOL;
                return scan_word(self, "true", &field->value);
        case 'f':
                field->kind = JSON_BOOL;
                return scan_word(self, "false", &field->value);
        case 'n':
                field->kind = JSON_NULL;
                return scan_word(self, "null", &field->value);
        default:
                field->kind = JSON_NUMBER;
                return scan_number(self, field);
        }
}

static int scan_end(JsonScan *self) {
        skip_blanks(self);
        return self->at == self->end ? 0 : -EBADMSG;
}

int json_scan_field(JsonScan *self, JsonField *ret_field) {
        int r;

        skip_blanks(self);
        if (take_char(self, '}'))
                return scan_end(self);
        if (!self->first && !take_char(self, ','))
                return -EBADMSG;
        self->first = false;

        skip_blanks(self);
        r = scan_string(self, &ret_field->key);
        if (r < 0)
                return r;
        skip_blanks(self);
        if (!take_char(self, ':'))
                return -EBADMSG;
        skip_blanks(self);
        r = scan_value(self, ret_field);
        return r < 0 ? r : 1;
}

static void add_code_point(Buffer *buffer, uint32_t c) {
        if (c < 0x80)
                buffer_add_char(buffer, (char) c);
        else if (c < 0x800) {
                buffer_add_char(buffer, (char) (0xc0 | c >> 6));
                buffer_add_char(buffer, (char) (0x80 | (c & 0x3f)));
        } else if (c < 0x10000) {
                buffer_add_char(buffer, (char) (0xe0 | c >> 12));
                buffer_add_char(buffer, (char) (0x80 | (c >> 6 & 0x3f)));
                buffer_add_char(buffer, (char) (0x80 | (c & 0x3f)));
        } else {
                buffer_add_char(buffer, (char) (0xf0 | c >> 18));
                buffer_add_char(buffer, (char) (0x80 | (c >> 12 & 0x3f)));
                buffer_add_char(buffer, (char) (0x80 | (c >> 6 & 0x3f)));
                buffer_add_char(buffer, (char) (0x80 | (c & 0x3f)));
        }
}

/* AT stands at the u of an escape that was checked; returns where it ends. */
static const char *add_unicode_escape(Buffer *buffer, const char *at, const char *end) {
        uint32_t c = (uint32_t) hex_word(at + 1, end);

        at += 5;
        if (c >= 0xd800 && c < 0xdc00 && end - at >= 6 && at[0] == '\\' && at[1] == 'u') {
                int low = hex_word(at + 2, end);

                if (low >= 0xdc00 && low < 0xe000) {
                        add_code_point(buffer, 0x10000 + ((c - 0xd800) << 10) + (uint32_t) (low - 0xdc00));
                        return at + 6;
                }
        }
        add_code_point(buffer, c == 0 || (c >= 0xd800 && c < 0xe000) ? REPLACEMENT : c);
        return at;
}

void json_span_add_string(const JsonSpan *self, Buffer *buffer) {
        static const char letters[] = "bfnrt";
        static const char meanings[] = "\b\f\n\r\t";
        const char *end = self->text + self->length;

        if (!self->escaped) {
                buffer_add(buffer, self->text, self->length);
                return;
        }
        for (const char *at = self->text; at < end;) {
                const char *letter;

                if (*at != '\\') {
                        buffer_add_char(buffer, *at++);
                        continue;
                }
                at++;
                if (*at == 'u') {
                        at = add_unicode_escape(buffer, at, end);
                        continue;
                }
                letter = strchr(letters, *at);
                buffer_add_char(buffer, letter != NULL ? meanings[letter - letters] : *at);
                at++;
        }
}

static Value *field_value(const JsonField *field) {
        auto_buffer Buffer buffer = { 0 };

        switch (field->kind) {
        case JSON_STRING:
                json_span_add_string(&field->value, &buffer);
                return value_new_string(buffer_text(&buffer));
        case JSON_NUMBER:
                return value_new_int(field->integer);
        case JSON_BOOL:
                return value_new_bool(*field->value.text == 't');
        default:
                return value_new(VALUE_NOTHING);
        }
}

int json_read_line(const char *text, size_t length, Value **ret_map) {
        auto_value Value *map = value_new(VALUE_MAP);
        JsonScan scan;
        JsonField field;
        int r = json_scan_open(&scan, text, length);

        if (r < 0)
                return r;
        while ((r = json_scan_field(&scan, &field)) > 0) {
                auto_buffer Buffer key = { 0 };

                json_span_add_string(&field.key, &key);
                value_set(map, buffer_text(&key), field_value(&field));
        }
        if (r < 0)
                return r;
        *ret_map = take_pointer(map);
        return 0;
}
