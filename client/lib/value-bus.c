/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/lib/value-bus.h"

#include <errno.h>

typedef union Basic {
        uint8_t y;
        int16_t n;
        uint16_t q;
        int32_t i;
        uint32_t u;
        int64_t x;
        uint64_t t;
        double d;
        int b;
        int h;
        const char *s;
} Basic;

static Value *value_from_natural(uint64_t natural) {
        Value *self = value_new(VALUE_UINT);

        self->natural = natural;
        return self;
}

static Value *value_from_real(double real) {
        Value *self = value_new(VALUE_DOUBLE);

        self->real = real;
        return self;
}

static Value *value_from_basic(char type, const Basic *basic) {
        switch (type) {
        case 'y':
                return value_from_natural(basic->y);
        case 'q':
                return value_from_natural(basic->q);
        case 'u':
                return value_from_natural(basic->u);
        case 't':
                return value_from_natural(basic->t);
        case 'n':
                return value_new_int(basic->n);
        case 'i':
                return value_new_int(basic->i);
        case 'x':
                return value_new_int(basic->x);
        case 'd':
                return value_from_real(basic->d);
        case 'b':
                return value_new_bool(basic->b != 0);
        case 'h':
                return value_new(VALUE_NOTHING);
        default:
                return value_new_string(basic->s);
        }
}

static int read_basic(sd_bus_message *message, char type, Value **ret_value) {
        Basic basic = { 0 };
        int r = sd_bus_message_read_basic(message, type, &basic);

        if (r > 0)
                *ret_value = value_from_basic(type, &basic);
        return r;
}

static int read_variant(sd_bus_message *message, const char *contents, Value **ret_value) {
        auto_value Value *inner = NULL;
        int r = sd_bus_message_enter_container(message, 'v', contents);

        if (r < 0)
                return r;
        r = value_read(message, &inner);
        if (r <= 0)
                return r < 0 ? r : -EBADMSG;
        r = sd_bus_message_exit_container(message);
        if (r < 0)
                return r;
        *ret_value = take_pointer(inner);
        return 1;
}

/* Arrays without dictionary entries, and structs. */
static int read_list(sd_bus_message *message, char type, const char *contents, Value **ret_value) {
        auto_value Value *list = value_new(VALUE_LIST);
        int r = sd_bus_message_enter_container(message, type, contents);

        if (r < 0)
                return r;
        for (;;) {
                Value *item = NULL;

                r = value_read(message, &item);
                if (r < 0)
                        return r;
                if (r == 0)
                        break;
                value_add(list, item);
        }
        r = sd_bus_message_exit_container(message);
        if (r < 0)
                return r;
        *ret_value = take_pointer(list);
        return 1;
}

/* One dictionary entry; keys that are no strings do not occur in our interfaces. */
static int read_entry(sd_bus_message *message, const char *contents, Value *map) {
        auto_value Value *item = NULL;
        const char *key = NULL;
        int r = sd_bus_message_enter_container(message, 'e', contents);

        if (r <= 0)
                return r;
        r = sd_bus_message_read_basic(message, 's', &key);
        if (r < 0)
                return r;
        r = value_read(message, &item);
        if (r <= 0)
                return r < 0 ? r : -EBADMSG;
        value_set(map, key, take_pointer(item));
        r = sd_bus_message_exit_container(message);
        return r < 0 ? r : 1;
}

static int read_map(sd_bus_message *message, const char *contents, Value **ret_value) {
        auto_value Value *map = value_new(VALUE_MAP);
        int r = sd_bus_message_enter_container(message, 'a', contents);

        if (r < 0)
                return r;
        for (;;) {
                char type = 0;
                const char *entry = NULL;

                r = sd_bus_message_peek_type(message, &type, &entry);
                if (r < 0)
                        return r;
                if (r == 0)
                        break;
                r = read_entry(message, entry, map);
                if (r < 0)
                        return r;
        }
        r = sd_bus_message_exit_container(message);
        if (r < 0)
                return r;
        *ret_value = take_pointer(map);
        return 1;
}

int value_read(sd_bus_message *message, Value **ret_value) {
        char type = 0;
        const char *contents = NULL;
        int r = sd_bus_message_peek_type(message, &type, &contents);

        if (r <= 0)
                return r;
        if (type == 'v')
                return read_variant(message, contents, ret_value);
        if (type == 'r')
                return read_list(message, type, contents, ret_value);
        if (type == 'a' && contents[0] == '{')
                return read_map(message, contents, ret_value);
        if (type == 'a')
                return read_list(message, type, contents, ret_value);
        return read_basic(message, type, ret_value);
}

int value_append_strings(sd_bus_message *message, const Value *list) {
        int r = sd_bus_message_open_container(message, 'a', "s");

        for (size_t i = 0; r >= 0 && i < value_count(list); i++)
                r = sd_bus_message_append_basic(message, 's', list->items[i]->string);
        return r < 0 ? r : sd_bus_message_close_container(message);
}

int value_append_details(sd_bus_message *message, const Value *map) {
        int r = sd_bus_message_open_container(message, 'a', "{ss}");

        for (size_t i = 0; r >= 0 && i < value_count(map); i++)
                r = sd_bus_message_append(message, "{ss}", map->keys[i], map->items[i]->string);
        return r < 0 ? r : sd_bus_message_close_container(message);
}

static int append_list_option(sd_bus_message *message, const char *key, const Value *list) {
        int r = sd_bus_message_open_container(message, 'e', "sv");

        if (r >= 0)
                r = sd_bus_message_append_basic(message, 's', key);
        if (r >= 0)
                r = sd_bus_message_open_container(message, 'v', "as");
        if (r >= 0)
                r = value_append_strings(message, list);
        if (r >= 0)
                r = sd_bus_message_close_container(message);
        return r < 0 ? r : sd_bus_message_close_container(message);
}

static int append_option(sd_bus_message *message, const char *key, const Value *value) {
        switch (value->kind) {
        case VALUE_STRING:
                return sd_bus_message_append(message, "{sv}", key, "s", value->string);
        case VALUE_INT:
                return sd_bus_message_append(message, "{sv}", key, "x", value->integer);
        case VALUE_BOOL:
                return sd_bus_message_append(message, "{sv}", key, "b", (int) value->boolean);
        case VALUE_LIST:
                return append_list_option(message, key, value);
        default:
                return -EINVAL;
        }
}

int value_append_options(sd_bus_message *message, const Value *map) {
        int r = sd_bus_message_open_container(message, 'a', "{sv}");

        for (size_t i = 0; r >= 0 && i < value_count(map); i++)
                r = append_option(message, map->keys[i], map->items[i]);
        return r < 0 ? r : sd_bus_message_close_container(message);
}
