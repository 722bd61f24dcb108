/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/lib/value.h"

#include <string.h>

#include "client/lib/memory.h"

Value *value_new(ValueKind kind) {
        Value *self = memory_new(1, sizeof(Value));

        self->kind = kind;
        return self;
}

Value *value_new_bool(bool boolean) {
        Value *self = value_new(VALUE_BOOL);

        self->boolean = boolean;
        return self;
}

Value *value_new_int(int64_t integer) {
        Value *self = value_new(VALUE_INT);

        self->integer = integer;
        return self;
}

Value *value_new_string(const char *string) {
        return value_new_text(string, strlen(string));
}

Value *value_new_text(const char *text, size_t length) {
        Value *self = value_new(VALUE_STRING);

        self->string = memory_text(text, length);
        return self;
}

static bool value_is_container(const Value *self) {
        return self != NULL && (self->kind == VALUE_LIST || self->kind == VALUE_MAP);
}

void value_free(Value *self) {
        if (self == NULL)
                return;
        if (self->kind == VALUE_STRING)
                free(self->string);
        if (value_is_container(self)) {
                for (size_t i = 0; i < self->count; i++) {
                        value_free(self->items[i]);
                        if (self->keys != NULL)
                                free(self->keys[i]);
                }
                free(self->items);
                free(self->keys);
        }
        free(self);
}

static void value_append_item(Value *self, Value *item) {
        if (self->count == self->capacity) {
                self->capacity = self->capacity > 0 ? self->capacity * 2 : 8;
                self->items = memory_resize(self->items, self->capacity, sizeof(Value *));
                if (self->kind == VALUE_MAP)
                        self->keys = memory_resize(self->keys, self->capacity, sizeof(char *));
        }
        self->items[self->count++] = item;
}

void value_add(Value *list, Value *item) {
        value_append_item(list, item);
}

void value_set(Value *map, const char *key, Value *item) {
        for (size_t i = 0; i < map->count; i++)
                if (strcmp(map->keys[i], key) == 0) {
                        value_free(map->items[i]);
                        map->items[i] = item;
                        return;
                }
        value_append_item(map, item);
        map->keys[map->count - 1] = memory_text(key, strlen(key));
}

void value_set_string(Value *map, const char *key, const char *string) {
        value_set(map, key, value_new_string(string));
}

void value_set_int(Value *map, const char *key, int64_t integer) {
        value_set(map, key, value_new_int(integer));
}

void value_set_bool(Value *map, const char *key, bool boolean) {
        value_set(map, key, value_new_bool(boolean));
}

void value_move_items(Value *list, Value *other) {
        for (size_t i = 0; i < other->count; i++)
                value_append_item(list, other->items[i]);
        other->count = 0;
}

Value *value_take(Value *map, const char *key) {
        for (size_t i = 0; i < map->count; i++)
                if (strcmp(map->keys[i], key) == 0) {
                        Value *item = map->items[i];

                        map->items[i] = value_new(VALUE_NOTHING);
                        return item;
                }
        return value_new(VALUE_MAP);
}

size_t value_count(const Value *self) {
        return value_is_container(self) ? self->count : 0;
}

const Value *value_item(const Value *list, size_t index) {
        return index < value_count(list) ? list->items[index] : NULL;
}

const Value *value_get(const Value *self, const char *key) {
        if (self == NULL || self->kind != VALUE_MAP)
                return NULL;
        for (size_t i = 0; i < self->count; i++)
                if (strcmp(self->keys[i], key) == 0)
                        return self->items[i];
        return NULL;
}

const char *value_string(const Value *self, const char *key) {
        const Value *item = value_get(self, key);

        return item != NULL && item->kind == VALUE_STRING ? item->string : "";
}

int64_t value_as_int(const Value *self, int64_t fallback) {
        if (self == NULL)
                return fallback;
        if (self->kind == VALUE_INT)
                return self->integer;
        if (self->kind == VALUE_UINT)
                return self->natural > INT64_MAX ? INT64_MAX : (int64_t) self->natural;
        return fallback;
}

int64_t value_int(const Value *self, const char *key, int64_t fallback) {
        return value_as_int(value_get(self, key), fallback);
}

bool value_bool(const Value *self, const char *key) {
        const Value *item = value_get(self, key);

        return item != NULL && item->kind == VALUE_BOOL && item->boolean;
}
