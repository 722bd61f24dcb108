/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A value tree
 *
 * What a call answered or is to be given, once it has left the message: the same tree is written as JSON, laid out as
 * a table, or sent. A map keeps the order of its keys. A parent owns its children.
 */

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client/lib/cleanup.h"

typedef enum ValueKind {
        VALUE_NOTHING,
        VALUE_BOOL,
        VALUE_INT,
        VALUE_UINT,
        VALUE_DOUBLE,
        VALUE_STRING,
        VALUE_LIST,
        VALUE_MAP,
} ValueKind;

typedef struct Value Value;

struct Value {
        ValueKind kind;
        union {
                bool boolean;
                int64_t integer;
                uint64_t natural;
                double real;
                char *string;
                struct {
                        char **keys; /* of a map only */
                        Value **items;
                        size_t count;
                        size_t capacity;
                };
        };
};

Value *value_new(ValueKind kind);
Value *value_new_bool(bool boolean);
Value *value_new_int(int64_t integer);
Value *value_new_string(const char *string);
Value *value_new_text(const char *text, size_t length);
void value_free(Value *self);

/* These take ITEM over. A key that is there already gets the new item. */
void value_add(Value *list, Value *item);
void value_set(Value *map, const char *key, Value *item);
void value_set_string(Value *map, const char *key, const char *string);
void value_set_int(Value *map, const char *key, int64_t integer);
void value_set_bool(Value *map, const char *key, bool boolean);

/* Moves all items of OTHER to the end of LIST. */
void value_move_items(Value *list, Value *other);

/* What a map holds under a key, for the caller to keep; an empty map when it holds nothing. */
Value *value_take(Value *map, const char *key);

/* Number of items of a list or map; 0 for anything else, and for NULL. */
size_t value_count(const Value *self);
const Value *value_item(const Value *list, size_t index);

/* What a map holds under a key, of that kind; else NULL, "", FALLBACK or false. SELF may be NULL. */
const Value *value_get(const Value *self, const char *key);
const char *value_string(const Value *self, const char *key);
int64_t value_int(const Value *self, const char *key, int64_t fallback);
bool value_bool(const Value *self, const char *key);

/* The value itself as a whole number (cut to what fits), or FALLBACK when it is none. */
int64_t value_as_int(const Value *self, int64_t fallback);

static inline void auto_value_release(Value **slot) {
        value_free(*slot);
}

#define auto_value auto_with(auto_value_release)
