/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fail2ban/value.h"

#include <string.h>

#include "fail2ban/value-private.h"

static const char *const type_names[] = {
        [VALUE_NONE] = "none",           [VALUE_BOOL] = "bool",
        [VALUE_INT] = "number",          [VALUE_BIGINT] = "number beyond 64 bits",
        [VALUE_FLOAT] = "float",         [VALUE_TEXT] = "text",
        [VALUE_BYTES] = "bytes",         [VALUE_LIST] = "list",
        [VALUE_TUPLE] = "tuple",         [VALUE_SET] = "set",
        [VALUE_FROZENSET] = "frozenset", [VALUE_DICT] = "dict",
        [VALUE_OBJECT] = "object",
};

const char *value_type_name(ValueType type) {
        return (gsize) type < G_N_ELEMENTS(type_names) ? type_names[type] : "unknown";
}

ValueType value_type(const Value *self) {
        return self->type;
}

gboolean value_bool(const Value *self) {
        g_return_val_if_fail(self->type == VALUE_BOOL, FALSE);
        return self->integer != 0;
}

gint64 value_int(const Value *self) {
        g_return_val_if_fail(self->type == VALUE_INT, 0);
        return self->integer;
}

double value_float(const Value *self) {
        g_return_val_if_fail(self->type == VALUE_FLOAT, 0);
        return self->real;
}

const char *value_data(const Value *self, gsize *ret_length) {
        gboolean has_data = self->type == VALUE_TEXT || self->type == VALUE_BYTES || self->type == VALUE_BIGINT;

        *ret_length = 0;
        g_return_val_if_fail(has_data, "");
        *ret_length = self->length;
        return self->data;
}

static gboolean value_is_container(const Value *self) {
        return self->type >= VALUE_LIST && self->type <= VALUE_DICT;
}

guint value_n_children(const Value *self) {
        g_return_val_if_fail(value_is_container(self), 0);
        return self->length;
}

const Value *value_child(const Value *self, guint index) {
        g_return_val_if_fail(value_is_container(self) && index < self->length, NULL);
        if (self->type == VALUE_TUPLE && self->length == 1)
                return self->only;
        return self->children[index];
}

const Value *value_dict_get(const Value *self, const char *key) {
        gsize length = strlen(key);

        g_return_val_if_fail(self->type == VALUE_DICT, NULL);

        /* From the end: of a key that was set twice the later value holds. */
        for (guint i = self->length; i >= 2; i -= 2) {
                const Value *candidate = self->children[i - 2];

                if (candidate->type == VALUE_TEXT && candidate->length == length &&
                    memcmp(candidate->data, key, length) == 0)
                        return self->children[i - 1];
        }
        return NULL;
}

gboolean value_object_is_class(const Value *self) {
        g_return_val_if_fail(self->type == VALUE_OBJECT, FALSE);
        return !self->object->args;
}

const Value *value_object_module(const Value *self) {
        g_return_val_if_fail(self->type == VALUE_OBJECT, NULL);
        return self->object->module;
}

const Value *value_object_class(const Value *self) {
        g_return_val_if_fail(self->type == VALUE_OBJECT, NULL);
        return self->object->name;
}

const Value *value_object_args(const Value *self) {
        static const Value no_args = { .type = VALUE_TUPLE };

        g_return_val_if_fail(self->type == VALUE_OBJECT, NULL);
        return self->object->args ? self->object->args : &no_args;
}

const Value *value_object_state(const Value *self) {
        g_return_val_if_fail(self->type == VALUE_OBJECT, NULL);
        return self->object->state;
}

const Value *value_object_items(const Value *self) {
        g_return_val_if_fail(self->type == VALUE_OBJECT, NULL);
        return self->object->items;
}

static gsize surrogate_length(const char *data, gsize length) {
        const guint8 *bytes = (const guint8 *) data;
        gboolean lone =
                length >= 3 && bytes[0] == 0xed && bytes[1] >= 0xa0 && bytes[1] <= 0xbf && (bytes[2] & 0xc0) == 0x80;

        return lone ? 3 : 1;
}

static char *data_for_display(const char *data, gsize length) {
        GString *text = g_string_sized_new(length);
        const char *invalid;

        while (!g_utf8_validate_len(data, length, &invalid)) {
                gsize valid = (gsize) (invalid - data);
                gsize replaced = surrogate_length(invalid, length - valid);

                g_string_append_len(text, data, (gssize) valid);
                g_string_append(text, "\357\277\275"); /* U+FFFD */
                data = invalid + replaced;
                length -= valid + replaced;
        }
        g_string_append_len(text, data, (gssize) length);
        return g_string_free(text, FALSE);
}

static char *object_for_display(const ValueObject *object) {
        g_autofree char *module = data_for_display(object->module->data, object->module->length);
        g_autofree char *name = data_for_display(object->name->data, object->name->length);

        return g_strdup_printf("%s.%s", module, name);
}

char *value_text_for_display(const Value *self) {
        switch ((ValueType) self->type) {
        case VALUE_TEXT:
        case VALUE_BYTES:
                return data_for_display(self->data, self->length);
        case VALUE_BOOL:
                return g_strdup(self->integer ? "true" : "false");
        case VALUE_INT:
                return g_strdup_printf("%" G_GINT64_FORMAT, self->integer);
        case VALUE_FLOAT: {
                char text[G_ASCII_DTOSTR_BUF_SIZE];

                return g_strdup(g_ascii_dtostr(text, sizeof(text), self->real));
        }
        case VALUE_OBJECT:
                return object_for_display(self->object);
        case VALUE_DICT:
                return g_strdup_printf("dict of %u", self->length / 2);
        case VALUE_LIST:
        case VALUE_TUPLE:
        case VALUE_SET:
        case VALUE_FROZENSET:
                return g_strdup_printf("%s of %u", type_names[self->type], self->length);
        case VALUE_NONE:
        case VALUE_BIGINT:
                break;
        }
        return g_strdup(value_type_name(self->type));
}
