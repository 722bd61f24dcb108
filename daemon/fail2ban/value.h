/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What fail2ban answered, as a tree of values
 *
 * A ValueTree owns all of its nodes in large blocks (mapped memory, so that a big reply is given back to the
 * system at once); nodes are borrowed from it, never freed one by one, and may be shared inside the tree (a
 * pickle's memo), never in a cycle. Because of the sharing a small input can describe a tree that nobody could walk
 * to its end: code that walks a tree of unknown shape bounds its steps.
 *
 * Text is bytes with a length: it may hold NUL, and, for undecodable bytes of a file name, Python's lone
 * surrogates (U+DC80..U+DCFF as three bytes). A text of a Python 2 server that is no UTF-8 is BYTES.
 *
 * An accessor asked of a value of another type gives 0 or NULL and logs a critical: look at value_type() first.
 */

#pragma once

#include <glib.h>

typedef enum ValueType {
        VALUE_NONE,
        VALUE_BOOL,
        VALUE_INT,    /* fits gint64 */
        VALUE_BIGINT, /* does not: little-endian two's complement bytes */
        VALUE_FLOAT,
        VALUE_TEXT,
        VALUE_BYTES,
        VALUE_LIST,
        VALUE_TUPLE,
        VALUE_SET,
        VALUE_FROZENSET,
        VALUE_DICT,   /* children: key, value, key, value */
        VALUE_OBJECT, /* an exception or any other class: never resolved, only described */
} ValueType;

typedef struct Value Value;
typedef struct ValueTree ValueTree;

void value_tree_free(ValueTree *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ValueTree, value_tree_free)
const Value *value_tree_root(const ValueTree *self);

ValueType value_type(const Value *self);
const char *value_type_name(ValueType type); /* "list", as messages say it */

gboolean value_bool(const Value *self);
gint64 value_int(const Value *self);
double value_float(const Value *self);

/* TEXT, BYTES and BIGINT. Not NUL-terminated. */
const char *value_data(const Value *self, gsize *ret_length);

/* LIST, TUPLE, SET, FROZENSET: elements; DICT: 2 * pairs. */
guint value_n_children(const Value *self);
const Value *value_child(const Value *self, guint index);

/* DICT with text keys: the value, or NULL. */
const Value *value_dict_get(const Value *self, const char *key);

/* OBJECT: module and class, positional arguments (a TUPLE, never NULL), state (NULL when none), items (a LIST, NULL
 * when none). A class that stands for itself, not called, is an OBJECT without arguments. */
gboolean value_object_is_class(const Value *self);
const Value *value_object_module(const Value *self); /* TEXT */
const Value *value_object_class(const Value *self);  /* TEXT */
const Value *value_object_args(const Value *self);
const Value *value_object_state(const Value *self);
const Value *value_object_items(const Value *self);

/* Text for people and for the bus: always valid UTF-8 without NUL; what is not becomes U+FFFD (one for each lone
 * surrogate). Numbers in decimal, true, false, none; of anything else only what it is: "list of 3", "module.Class". */
char *value_text_for_display(const Value *self);
