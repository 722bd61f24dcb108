/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Text, eight bytes at a time
 *
 * A search returns a word in which the highest bit of a byte marks a hit. Marks above the lowest one may be wrong,
 * since a subtraction carries upwards: only the first hit counts. Searches may be joined with |.
 */

#pragma once

#include <endian.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define WORD_EACH UINT64_C(0x0101010101010101)
#define WORD_HIGHEST (0x80 * WORD_EACH)

/* The first byte is the lowest. */
static inline uint64_t word_at(const char *text) {
        uint64_t word;

        memcpy(&word, text, sizeof(word));
        return le64toh(word);
}

/* Bytes below LIMIT, which is at most 0x80. */
static inline uint64_t word_below(uint64_t word, unsigned char limit) {
        return (word - limit * WORD_EACH) & ~word & WORD_HIGHEST;
}

static inline uint64_t word_equals(uint64_t word, unsigned char byte) {
        return word_below(word ^ byte * WORD_EACH, 1);
}

/* How many bytes are before the first hit; there must be one. */
static inline size_t word_first(uint64_t hits) {
        return (size_t) __builtin_ctzll(hits) / 8;
}
