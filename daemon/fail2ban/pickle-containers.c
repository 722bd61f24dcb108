/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Opcodes that make containers and objects, or put values into them. */

#include <string.h>

#include "fail2ban/pickle-reader.h"

#define GLOBAL_LINE_MAX 1024

static const Value empty_tuple = { .type = VALUE_TUPLE };

/* What stands above the newest MARK, taken off with it; overwritten by the next push. */
static gboolean pop_mark(PickleReader *self, Value ***ret_items, gsize *ret_n) {
        if (self->marks.length == 0)
                return pickle_fail(self, "no MARK on the stack");

        *ret_items = (Value **) self->stack.items + self->fence;
        *ret_n = self->stack.length - self->fence;
        self->stack.length = self->fence;
        self->marks.length--;
        self->fence = self->marks.length > 0 ? GPOINTER_TO_SIZE(self->marks.items[self->marks.length - 1]) : 0;
        return TRUE;
}

static gboolean count_children(PickleReader *self, gsize n) {
        self->n_children += n;
        if (self->n_children > PICKLE_ENTRIES_MAX)
                return pickle_fail(self, "more than %u values in containers", PICKLE_ENTRIES_MAX);
        return TRUE;
}

/* Room for n more children. */
static void reserve(PickleReader *self, Value *container, gsize n) {
        gsize needed = container->length + n;
        Value **children;

        if (container->length > 0 && needed <= (gsize) 1 << container->capacity_log2)
                return;

        container->capacity_log2 = (guint8) g_bit_storage(needed - 1);
        children = value_tree_alloc(self->tree, sizeof(Value *) << container->capacity_log2);
        if (container->length > 0)
                memcpy(children, container->children, container->length * sizeof(Value *));
        container->children = children;
}

static gboolean add_children(PickleReader *self, Value *container, Value **items, gsize n) {
        if (n == 0)
                return TRUE;
        if (!count_children(self, n))
                return FALSE;

        reserve(self, container, n);
        memcpy(container->children + container->length, items, n * sizeof(Value *));
        container->length += (guint32) n;
        for (gsize i = 0; i < n; i++)
                pickle_enclose(container, items[i]);

        if (!container->open)
                return pickle_fail(self, "a %s that is in another value already, or in itself, takes more",
                                   value_type_name(container->type));
        return pickle_check_height(self, container);
}

static gboolean push_container(PickleReader *self, ValueType type) {
        Value *value = pickle_add(self, type);

        if (!value)
                return FALSE;
        value->open = TRUE;
        return pickle_push(self, value);
}

/* A tuple or frozenset of n items, which may be what the stack just lost. */
static gboolean push_closed(PickleReader *self, ValueType type, Value **items, gsize n) {
        Value *value = pickle_add(self, type);

        if (!value || !count_children(self, n))
                return FALSE;

        value->length = (guint32) n;
        if (type == VALUE_TUPLE && n == 1)
                value->only = items[0];
        else if (n > 0)
                value->children = memcpy(value_tree_alloc(self->tree, n * sizeof(Value *)), items, n * sizeof(Value *));
        for (gsize i = 0; i < n; i++)
                pickle_enclose(value, items[i]);
        return pickle_check_height(self, value) && pickle_push(self, value);
}

gboolean pickle_tuple(PickleReader *self, gsize n) {
        Value **items = pickle_top(self, n);

        if (!items)
                return FALSE;
        self->stack.length -= n;
        return push_closed(self, VALUE_TUPLE, items, n);
}

static gboolean push_marked(PickleReader *self, ValueType type) {
        Value **items;
        gsize n;

        return pop_mark(self, &items, &n) && push_closed(self, type, items, n);
}

/* Items of an object of a class that extends list. */
static gboolean add_object_items(PickleReader *self, Value *object, Value **items, gsize n) {
        ValueObject *parts = object->object;

        if (!parts->items) {
                parts->items = pickle_add(self, VALUE_LIST);
                if (!parts->items)
                        return FALSE;
        }

        /* Nobody else knows this list, so it follows its object. */
        parts->items->open = object->open;
        if (!add_children(self, parts->items, items, n))
                return FALSE;
        if (!object->open)
                return pickle_fail(self, "an object is put into itself");
        pickle_enclose(object, parts->items);
        return pickle_check_height(self, object);
}

static gboolean append(PickleReader *self, Value **items, gsize n) {
        Value **target = pickle_top(self, 1);

        if (!target)
                return FALSE;
        if ((*target)->type == VALUE_LIST)
                return add_children(self, *target, items, n);
        if ((*target)->type == VALUE_OBJECT && (*target)->object->args)
                return add_object_items(self, *target, items, n);
        return pickle_fail(self, "a list is needed, not a %s", value_type_name((*target)->type));
}

gboolean pickle_appends(PickleReader *self) {
        Value **items;
        gsize n;

        return pop_mark(self, &items, &n) && append(self, items, n);
}

static gboolean append_one(PickleReader *self) {
        Value **item = pickle_top(self, 1);

        if (!item)
                return FALSE;
        self->stack.length--;
        return append(self, item, 1);
}

/* Python wants keys and members that do not change. */
static gboolean check_hashable(PickleReader *self, const Value *value) {
        if (value->type == VALUE_LIST || value->type == VALUE_SET || value->type == VALUE_DICT)
                return pickle_fail(self, "a %s as key or member", value_type_name(value->type));
        return TRUE;
}

static gboolean set_items(PickleReader *self, Value **items, gsize n) {
        Value **target = pickle_top(self, 1);

        if (!target)
                return FALSE;
        if ((*target)->type != VALUE_DICT)
                return pickle_fail(self, "a dict is needed, not a %s", value_type_name((*target)->type));
        if (n % 2 != 0)
                return pickle_fail(self, "a key without a value");
        for (gsize i = 0; i < n; i += 2)
                if (!check_hashable(self, items[i]))
                        return FALSE;
        return add_children(self, *target, items, n);
}

static gboolean set_marked_items(PickleReader *self) {
        Value **items;
        gsize n;

        return pop_mark(self, &items, &n) && set_items(self, items, n);
}

static gboolean set_one_item(PickleReader *self) {
        Value **items = pickle_top(self, 2);

        if (!items)
                return FALSE;
        self->stack.length -= 2;
        return set_items(self, items, 2);
}

static gboolean add_items(PickleReader *self) {
        Value **items, **target;
        gsize n;

        if (!pop_mark(self, &items, &n) || !(target = pickle_top(self, 1)))
                return FALSE;
        if ((*target)->type != VALUE_SET)
                return pickle_fail(self, "a set is needed, not a %s", value_type_name((*target)->type));
        for (gsize i = 0; i < n; i++)
                if (!check_hashable(self, items[i]))
                        return FALSE;
        return add_children(self, *target, items, n);
}

static gboolean text_is(const Value *value, const char *text) {
        return value->type == VALUE_TEXT && value->length == strlen(text) &&
               memcmp(value->data, text, value->length) == 0;
}

static gboolean push_object(PickleReader *self, ValueObject parts) {
        Value *value = pickle_add(self, VALUE_OBJECT);

        if (!value)
                return FALSE;
        value->object = value_tree_alloc(self->tree, sizeof(ValueObject));
        *value->object = parts;
        if (parts.args) {
                value->open = TRUE;
                pickle_enclose(value, (Value *) parts.args);
        }
        return pickle_check_height(self, value) && pickle_push(self, value);
}

static gboolean push_class(PickleReader *self, const Value *module, const Value *name) {
        gboolean is_str = text_is(name, "str") && (text_is(module, "builtins") || text_is(module, "__builtin__"));

        return push_object(self, (ValueObject) { .module = module, .name = name, .is_str = is_str });
}

gboolean pickle_reduce(PickleReader *self) {
        Value **items = pickle_top(self, 2);
        Value *class, *args;

        if (!items)
                return FALSE;
        class = items[0];
        args = items[1];
        if (class->type != VALUE_OBJECT || class->object->args)
                return pickle_fail(self, "a class is needed, not a %s", value_type_name(class->type));
        if (args->type != VALUE_TUPLE)
                return pickle_fail(self, "a tuple of arguments is needed, not a %s", value_type_name(args->type));

        self->stack.length -= 2;
        if (class->object->is_str && args->length == 1 && args->only->type == VALUE_TEXT)
                return pickle_push(self, args->only);
        return push_object(
                self, (ValueObject) { .module = class->object->module, .name = class->object->name, .args = args });
}

static gboolean build(PickleReader *self) {
        Value **items = pickle_top(self, 2);
        Value *object, *state;

        if (!items)
                return FALSE;
        object = items[0];
        state = items[1];
        if (object->type != VALUE_OBJECT || !object->object->args)
                return pickle_fail(self, "an object is needed, not a %s", value_type_name(object->type));
        if (object->object->state)
                return pickle_fail(self, "an object with two states");

        pickle_enclose(object, state);
        if (!object->open)
                return pickle_fail(self, "the state of an object that is in another value already, or in itself");
        object->object->state = state;
        self->stack.length--;
        return pickle_check_height(self, object);
}

static gboolean stack_global(PickleReader *self) {
        Value **items = pickle_top(self, 2);

        if (!items)
                return FALSE;
        if (items[0]->type != VALUE_TEXT || items[1]->type != VALUE_TEXT)
                return pickle_fail(self, "module and class must be text");
        self->stack.length -= 2;
        return push_class(self, items[0], items[1]);
}

static Value *read_line(PickleReader *self) {
        const guint8 *line = self->at;
        const guint8 *newline = memchr(line, '\n', MIN(pickle_left(self), GLOBAL_LINE_MAX));
        Value *value;

        if (!newline) {
                if (pickle_left(self) < GLOBAL_LINE_MAX)
                        pickle_set_cut_off(self, pickle_left(self) + 1);
                else
                        pickle_set_problem(self, "a name of more than %d bytes", GLOBAL_LINE_MAX);
                return NULL;
        }
        self->at = newline + 1;
        if (!pickle_text_is_valid(line, (gsize) (newline - line))) {
                pickle_set_problem(self, "a name that is not UTF-8");
                return NULL;
        }

        value = pickle_add(self, VALUE_TEXT);
        if (value) {
                value->data = (const char *) line;
                value->length = (guint32) (newline - line);
        }
        return value;
}

static gboolean global(PickleReader *self) {
        Value *module = read_line(self);
        Value *name = module ? read_line(self) : NULL;

        return name && push_class(self, module, name);
}

gboolean pickle_read_container(PickleReader *self, guint8 opcode, gboolean *ret_known) {
        *ret_known = TRUE;
        switch (opcode) {
        case PICKLE_EMPTY_TUPLE:
                return pickle_push(self, &empty_tuple);
        case PICKLE_TUPLE:
                return push_marked(self, VALUE_TUPLE);
        case PICKLE_TUPLE2:
                return pickle_tuple(self, 2);
        case PICKLE_TUPLE3:
                return pickle_tuple(self, 3);
        case PICKLE_FROZENSET:
                return push_marked(self, VALUE_FROZENSET);
        case PICKLE_EMPTY_LIST:
                return push_container(self, VALUE_LIST);
        case PICKLE_EMPTY_DICT:
                return push_container(self, VALUE_DICT);
        case PICKLE_EMPTY_SET:
                return push_container(self, VALUE_SET);
        case PICKLE_APPEND:
                return append_one(self);
        case PICKLE_APPENDS:
                return pickle_appends(self);
        case PICKLE_SETITEM:
                return set_one_item(self);
        case PICKLE_SETITEMS:
                return set_marked_items(self);
        case PICKLE_ADDITEMS:
                return add_items(self);
        case PICKLE_STACK_GLOBAL:
                return stack_global(self);
        case PICKLE_GLOBAL:
                return global(self);
        case PICKLE_REDUCE:
        case PICKLE_NEWOBJ:
                return pickle_reduce(self);
        case PICKLE_BUILD:
                return build(self);
        default:
                *ret_known = FALSE;
                return TRUE;
        }
}
