/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/lib/text.h"

#include <stdint.h>

#include "client/lib/memory.h"
#include "client/lib/words.h"

#define SUGGEST_LONGEST 64

typedef struct Range {
        uint32_t first;
        uint32_t last;
} Range;

/* Sorted. Marks that stand on the character before them, and joiners. */
static const Range no_width[] = {
        { 0x0300, 0x036f }, { 0x0483, 0x0489 }, { 0x0591, 0x05bd }, { 0x0610, 0x061a },   { 0x064b, 0x065f },
        { 0x06d6, 0x06dc }, { 0x093c, 0x093c }, { 0x0941, 0x0948 }, { 0x0e31, 0x0e31 },   { 0x0e34, 0x0e3a },
        { 0x0e47, 0x0e4e }, { 0x1ab0, 0x1aff }, { 0x1dc0, 0x1dff }, { 0x200b, 0x200d },   { 0x20d0, 0x20ff },
        { 0xfe00, 0xfe0f }, { 0xfe20, 0xfe2f }, { 0xfeff, 0xfeff }, { 0xe0100, 0xe01ef },
};

/* Sorted. Wide by Unicode's East Asian Width. */
static const Range two_wide[] = {
        { 0x1100, 0x115f },   { 0x231a, 0x231b },   { 0x2329, 0x232a },   { 0x2e80, 0x303e },   { 0x3041, 0x33ff },
        { 0x3400, 0x4dbf },   { 0x4e00, 0x9fff },   { 0xa000, 0xa4cf },   { 0xa960, 0xa97f },   { 0xac00, 0xd7a3 },
        { 0xf900, 0xfaff },   { 0xfe30, 0xfe6f },   { 0xff00, 0xff60 },   { 0xffe0, 0xffe6 },   { 0x1f300, 0x1f64f },
        { 0x1f680, 0x1f6ff }, { 0x1f900, 0x1f9ff }, { 0x20000, 0x2fffd }, { 0x30000, 0x3fffd },
};

/* Sorted. Would move the cursor, end the line, or turn the direction of what follows. */
static const Range harmful[] = {
        { 0x0000, 0x001f }, { 0x007f, 0x009f }, { 0x061c, 0x061c }, { 0x200e, 0x200f },
        { 0x2028, 0x202e }, { 0x2066, 0x2069 }, { 0xfff9, 0xfffb }, { 0xe0000, 0xe007f },
};

#define in_ranges(c, ranges) range_find((c), (ranges), sizeof(ranges) / sizeof(*(ranges)))

static bool range_find(uint32_t c, const Range *ranges, size_t count) {
        for (size_t i = 0; i < count && ranges[i].first <= c; i++)
                if (c <= ranges[i].last)
                        return true;
        return false;
}

static size_t code_point_width(uint32_t c) {
        if (in_ranges(c, no_width))
                return 0;
        return in_ranges(c, two_wide) ? 2 : 1;
}

/* Decodes one character. Returns its bytes, or 0 when there is no valid one. */
static size_t decode(const char *text, size_t length, uint32_t *ret_code_point) {
        static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
        unsigned char first = (unsigned char) text[0];
        size_t bytes = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
        uint32_t c;

        if (bytes == 0 || bytes > length)
                return 0;
        c = bytes == 1 ? first : first & (0x7f >> bytes);
        for (size_t i = 1; i < bytes; i++) {
                if (((unsigned char) text[i] & 0xc0) != 0x80)
                        return 0;
                c = c << 6 | ((unsigned char) text[i] & 0x3f);
        }
        if (c < smallest[bytes] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
                return 0;
        *ret_code_point = c;
        return bytes;
}

static bool is_plain(char c) {
        return c >= 0x20 && c < 0x7f;
}

static size_t plain_length(const char *text, size_t length) {
        size_t n = 0;

        for (; length - n >= 8; n += 8) {
                uint64_t word = word_at(text + n);
                uint64_t hits = word_below(word, 0x20) | word_equals(word, 0x7f) | (word & WORD_HIGHEST);

                if (hits != 0)
                        return n + word_first(hits);
        }
        while (n < length && is_plain(text[n]))
                n++;
        return n;
}

static size_t add_shown(Buffer *buffer, uint32_t c) {
        size_t before = buffer->length;

        if (c < 0x100)
                buffer_printf(buffer, "\\x%02x", c);
        else
                buffer_printf(buffer, "\\u%04x", c);
        return buffer->length - before;
}

/* Adds a character that is not plain. Returns its bytes. */
static size_t add_character(Buffer *buffer, const char *text, size_t length, size_t *width) {
        uint32_t c = 0;
        size_t bytes = decode(text, length, &c);

        if (bytes == 0) {
                *width += add_shown(buffer, (unsigned char) *text);
                return 1;
        }
        if (in_ranges(c, harmful))
                *width += add_shown(buffer, c);
        else {
                buffer_add(buffer, text, bytes);
                *width += code_point_width(c);
        }
        return bytes;
}

size_t text_add_safe(Buffer *buffer, const char *text, size_t length) {
        const char *end = text + length;
        size_t width = 0;

        for (;;) {
                size_t plain = plain_length(text, (size_t) (end - text));

                buffer_add(buffer, text, plain);
                width += plain;
                text += plain;
                if (text == end)
                        return width;
                text += add_character(buffer, text, (size_t) (end - text), &width);
        }
}

size_t text_width(const char *text, size_t length) {
        size_t width = 0;

        while (length > 0) {
                uint32_t c = 0;
                size_t bytes = decode(text, length, &c);

                width += bytes > 0 ? code_point_width(c) : 1;
                bytes = bytes > 0 ? bytes : 1;
                text += bytes;
                length -= bytes;
        }
        return width;
}

char *text_safe(const char *text) {
        auto_buffer Buffer buffer = { 0 };

        text_add_safe(&buffer, text, strlen(text));
        return memory_text(buffer_text(&buffer), buffer.length);
}

static size_t smallest_of(size_t a, size_t b) {
        return a < b ? a : b;
}

/* How many letters must be put in, taken out, replaced or swapped with their neighbour. */
static size_t distance(const char *a, size_t a_length, const char *b, size_t b_length) {
        size_t rows[3][SUGGEST_LONGEST + 1];
        size_t *before = rows[0], *last = rows[1], *row = rows[2];

        for (size_t j = 0; j <= b_length; j++)
                last[j] = j;
        for (size_t i = 1; i <= a_length; i++) {
                size_t *spare = before;

                row[0] = i;
                for (size_t j = 1; j <= b_length; j++) {
                        row[j] =
                                smallest_of(last[j - 1] + (a[i - 1] != b[j - 1]), smallest_of(last[j], row[j - 1]) + 1);
                        if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                                row[j] = smallest_of(row[j], before[j - 2] + 1);
                }
                before = last;
                last = row;
                row = spare;
        }
        return last[b_length];
}

const char *text_suggest(const char *word, const Value *candidates) {
        size_t length = strlen(word);
        size_t best = length / 3 + 2;
        const char *found = NULL;

        if (length == 0 || length > SUGGEST_LONGEST)
                return NULL;
        for (size_t i = 0; i < value_count(candidates); i++) {
                const char *candidate = value_item(candidates, i)->string;
                size_t candidate_length = strlen(candidate);
                size_t d;

                if (candidate_length > SUGGEST_LONGEST)
                        continue;
                d = distance(word, length, candidate, candidate_length);
                if (d < best && d < candidate_length) {
                        best = d;
                        found = candidate;
                }
        }
        return found;
}
