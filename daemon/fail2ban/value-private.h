/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * How values are stored; for value.c, value-tree.c and the reader alone
 *
 * A node has 16 bytes. The children of a list are an array of pointers beside it in the tree's memory, with room
 * for a power of two; a tuple of one, of which a list of addresses holds one for each, points to its child itself.
 *
 * A container takes children only while it is `open`, that is, until it became a child itself. That is all that
 * keeps cycles out: the edge that would close one starts at a container that is in another already. It
 * also makes `height` final before anybody adds to it.
 */

#pragma once

#include "fail2ban/value.h"

typedef struct ValueObject {
        const Value *module;
        const Value *name;
        const Value *args; /* NULL: the class itself */
        const Value *state;
        Value *items;
        gboolean is_str; /* Python's own text class */
} ValueObject;

struct Value {
        guint8 type;
        guint8 height;        /* levels below, 0 for what holds nothing */
        guint8 open;          /* list, set, dict, object: may take children */
        guint8 capacity_log2; /* of `children`, for an open container */
        guint32 length;       /* bytes of data, or number of children */
        union {
                gint64 integer; /* INT, BOOL */
                double real;
                const char *data;
                Value **children;
                Value *only; /* TUPLE with length 1 */
                ValueObject *object;
        };
};

G_STATIC_ASSERT(sizeof(Value) == 16);

typedef struct ValueBlock ValueBlock;

struct ValueTree {
        const Value *root;
        char *cursor; /* free room of the newest block */
        char *end;
        ValueBlock *blocks;
        gsize next_size;
};

/* Address room, zeroed, that becomes memory page by page as it is written to; no memory ends the program, as with
 * g_malloc(). With VALUE_PAGES_HUGE memory comes in pieces of 2 MiB where the system has them: half of
 * the time that a large reply took was small pages. */
typedef enum ValuePages {
        VALUE_PAGES_SMALL,
        VALUE_PAGES_HUGE,
} ValuePages;

gpointer value_pages_reserve(gsize size, ValuePages kind);
void value_pages_free(gpointer pages, gsize size);

/* Pickles from this length on are worth huge pages. */
#define VALUE_HUGE_INPUT_MIN (1024u * 1024)

/* A tree without root, its blocks sized for a pickle of input_length bytes. */
ValueTree *value_tree_new(gsize input_length);
gpointer value_tree_alloc_in_new_block(ValueTree *self, gsize size);

/* Memory that lives as long as the tree; not zeroed. */
static inline gpointer value_tree_alloc(ValueTree *self, gsize size) {
        gsize rounded = (size + 7) & ~(gsize) 7;
        char *memory = self->cursor;

        if (G_UNLIKELY(rounded > (gsize) (self->end - memory)))
                return value_tree_alloc_in_new_block(self, rounded);

        self->cursor = memory + rounded;
        return memory;
}

static inline Value *value_tree_add(ValueTree *self, ValueType type) {
        Value *value = value_tree_alloc(self, sizeof(Value));

        *value = (Value) { .type = (guint8) type };
        return value;
}
