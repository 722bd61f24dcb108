/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The reader's inner parts; for pickle-read.c, pickle-scalars.c and pickle-containers.c alone
 *
 * pickle-read.c holds the loop, the memo and the opcodes that a list of 100,000 addresses is made of; the rest is
 * called. Each opcode's function gives FALSE after pickle_fail() or pickle_cut_off(), and the reader ends.
 *
 * MARK is not on the stack: `marks` holds how high the stack was, `fence` the newest of them. Nothing below the
 * fence can be popped, so an opcode that needs what is beyond a MARK fails as it does in Python.
 */

#pragma once

#include "fail2ban/pickle-stack.h"
#include "fail2ban/value-private.h"

#define PICKLE_DEPTH_MAX 64
#define PICKLE_ENTRIES_MAX (16u * 1024 * 1024) /* nodes, children, and what is on the stack and in the memo, each */

/* The opcodes by their names in Python's pickle.py. */
typedef enum PickleOpcode {
        PICKLE_MARK = '(',
        PICKLE_EMPTY_TUPLE = ')',
        PICKLE_STOP = '.',
        PICKLE_BINBYTES = 'B',
        PICKLE_SHORT_BINBYTES = 'C',
        PICKLE_BINFLOAT = 'G',
        PICKLE_INT = 'I',
        PICKLE_BININT = 'J',
        PICKLE_BININT1 = 'K',
        PICKLE_LONG = 'L',
        PICKLE_BININT2 = 'M',
        PICKLE_NONE = 'N',
        PICKLE_REDUCE = 'R',
        PICKLE_BINSTRING = 'T',
        PICKLE_SHORT_BINSTRING = 'U',
        PICKLE_BINUNICODE = 'X',
        PICKLE_EMPTY_LIST = ']',
        PICKLE_APPEND = 'a',
        PICKLE_BUILD = 'b',
        PICKLE_GLOBAL = 'c',
        PICKLE_APPENDS = 'e',
        PICKLE_BINGET = 'h',
        PICKLE_LONG_BINGET = 'j',
        PICKLE_BINPUT = 'q',
        PICKLE_LONG_BINPUT = 'r',
        PICKLE_SETITEM = 's',
        PICKLE_TUPLE = 't',
        PICKLE_SETITEMS = 'u',
        PICKLE_EMPTY_DICT = '}',
        PICKLE_PROTO = 0x80,
        PICKLE_NEWOBJ = 0x81,
        PICKLE_TUPLE1 = 0x85,
        PICKLE_TUPLE2 = 0x86,
        PICKLE_TUPLE3 = 0x87,
        PICKLE_NEWTRUE = 0x88,
        PICKLE_NEWFALSE = 0x89,
        PICKLE_LONG1 = 0x8a,
        PICKLE_LONG4 = 0x8b,
        PICKLE_SHORT_BINUNICODE = 0x8c,
        PICKLE_BINUNICODE8 = 0x8d,
        PICKLE_BINBYTES8 = 0x8e,
        PICKLE_EMPTY_SET = 0x8f,
        PICKLE_ADDITEMS = 0x90,
        PICKLE_FROZENSET = 0x91,
        PICKLE_STACK_GLOBAL = 0x93,
        PICKLE_MEMOIZE = 0x94,
        PICKLE_FRAME = 0x95,
        PICKLE_BYTEARRAY8 = 0x96,
} PickleOpcode;

typedef struct PickleReader {
        ValueTree *tree;
        const guint8 *start;
        const guint8 *opcode; /* the one being done, for the message */
        const guint8 *at;
        const guint8 *end;

        PickleStack stack; /* Value * */
        PickleStack marks; /* GSIZE_TO_POINTER(height of the stack) */
        gsize fence;
        PickleStack memo; /* Value *, NULL where nothing was put */
        gsize n_memo;

        gsize n_nodes;
        gsize n_children;

        gboolean cut_off; /* failed for want of bytes */
        char *problem;
} PickleReader;

void pickle_set_problem(PickleReader *self, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* The pickle ends where `needed` more bytes should be. */
void pickle_set_cut_off(PickleReader *self, guint64 needed);

/* Both give FALSE. */
#define pickle_fail(self, ...) (pickle_set_problem(self, __VA_ARGS__), FALSE)
#define pickle_cut_off(self, needed) (pickle_set_cut_off(self, needed), FALSE)

/* Opcodes that make numbers, text and bytes; that make or fill containers and objects. *ret_known = FALSE: another. */
gboolean pickle_read_scalar(PickleReader *self, guint8 opcode, gboolean *ret_known);
gboolean pickle_read_container(PickleReader *self, guint8 opcode, gboolean *ret_known);

gboolean pickle_tuple(PickleReader *self, gsize n);
gboolean pickle_appends(PickleReader *self);
gboolean pickle_reduce(PickleReader *self);

/* Whether these bytes are UTF-8 as Python's pickle writes it: lone surrogates and NUL are allowed. */
gboolean pickle_text_is_valid(const guint8 *data, gsize length);

static inline gsize pickle_left(const PickleReader *self) {
        return (gsize) (self->end - self->at);
}

static inline gboolean pickle_take(PickleReader *self, gsize length, const guint8 **ret) {
        if (G_UNLIKELY(length > pickle_left(self)))
                return pickle_cut_off(self, length);
        *ret = self->at;
        self->at += length;
        return TRUE;
}

static inline gboolean pickle_push(PickleReader *self, const Value *value) {
        if (G_UNLIKELY(!pickle_stack_push(&self->stack, value)))
                return pickle_fail(self, "more than %u values on the stack", PICKLE_ENTRIES_MAX);
        return TRUE;
}

/* The n topmost values as an array, which the next push overwrites; NULL when there are fewer above the MARK. */
static inline Value **pickle_top(PickleReader *self, gsize n) {
        if (G_UNLIKELY(self->stack.length - self->fence < n)) {
                pickle_set_problem(self, "%zu values needed, the stack has %zu", n, self->stack.length - self->fence);
                return NULL;
        }
        return (Value **) self->stack.items + (self->stack.length - n);
}

static inline Value *pickle_add(PickleReader *self, ValueType type) {
        if (G_UNLIKELY(++self->n_nodes > PICKLE_ENTRIES_MAX)) {
                pickle_set_problem(self, "more than %u values", PICKLE_ENTRIES_MAX);
                return NULL;
        }
        return value_tree_add(self->tree, type);
}

static inline gboolean pickle_push_data(PickleReader *self, ValueType type, const guint8 *data, gsize length) {
        Value *value = pickle_add(self, type);

        if (G_UNLIKELY(!value))
                return FALSE;
        value->length = (guint32) length;
        value->data = (const char *) data;
        return pickle_push(self, value);
}

/* Puts a child into its parent: counts the levels and ends the time in which the child took children. The caller then
 * looks whether the parent is still open: it is not when it is its own child. */
static inline void pickle_enclose(Value *parent, Value *child) {
        if (child->open)
                child->open = FALSE;
        if (child->height >= parent->height)
                parent->height = (guint8) (child->height + 1);
}

static inline gboolean pickle_check_height(PickleReader *self, const Value *value) {
        if (G_UNLIKELY(value->height > PICKLE_DEPTH_MAX))
                return pickle_fail(self, "values nested deeper than %u", PICKLE_DEPTH_MAX);
        return TRUE;
}
