/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Rows on their way to the bus: aa{sv}, or a{sv} of columns, made and read without a GVariant for each value
 *
 * A page of a hundred rows has some 1,500 values. As GVariants they cost more than finding the rows does; here they
 * follow each other in one buffer. Made on one thread, then handed on.
 */

#pragma once

#include <glib.h>

typedef struct Rows Rows;

Rows *rows_new(void);
void rows_free(Rows *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Rows, rows_free)

/* Values of the row at hand. Keys are static; texts are copied, and must be valid UTF-8. */
void rows_add_text(Rows *self, const char *key, const char *text);
void rows_add_int64(Rows *self, const char *key, gint64 value);
void rows_add_uint32(Rows *self, const char *key, guint32 value);
void rows_add_boolean(Rows *self, const char *key, gboolean value);
void rows_add_texts(Rows *self, const char *key, const char *const *texts);
/* The row is whole. */
void rows_end(Rows *self);

guint rows_count(const Rows *self);

/* aa{sv}, floating. */
GVariant *rows_to_variant(const Rows *self);

/* On the bus they are to be columns: a{sv}, for each key an array of all rows' values. All rows have the same keys, of
 * the same types, in the same order; without rows there are no keys. */
void rows_set_columns(Rows *self);
gboolean rows_as_columns(const Rows *self);

/* One value, or the end of a row (key NULL). */
typedef struct RowsItem {
        const char *key;
        char type; /* 's', 'x', 'u', 'b' or 'a' (as) */
        gint64 number;
        const char *text;  /* 's': it; 'a': all texts, each with its NUL behind */
        guint texts_count; /* 'a' */
} RowsItem;

typedef struct RowsIter {
        const Rows *rows;
        gsize at;
} RowsIter;

void rows_iter_init(RowsIter *self, const Rows *rows);
/* FALSE: there is no more. */
gboolean rows_iter_next(RowsIter *self, RowsItem *ret);
