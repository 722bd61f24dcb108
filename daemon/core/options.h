/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The options argument a{sv} of a method
 *
 * A method says in a table which options it takes; reading checks the whole dictionary against it, so that an
 * unknown name, a wrong type, a value out of range and a name given twice are each INVALID_ARGUMENT with the
 * name of the option and what would be right (for an unknown name: the nearest known one, then all of them).
 */

#pragma once

#include <glib.h>

typedef enum OptionType {
        OPTION_BOOL,    /* gboolean; D-Bus b */
        OPTION_INT,     /* gint64; any D-Bus integer type n q i u x t y */
        OPTION_TEXT,    /* const char * borrowed from the variant; D-Bus s, at most max bytes, no control characters */
        OPTION_STRINGS, /* const char **, the container to be freed with g_free; D-Bus as, no control characters */
        OPTION_VARIANT, /* GVariant *, a reference, to be freed with g_variant_unref; anything */
} OptionType;

typedef struct OptionSpec {
        const char *name; /* NULL ends a table */
        OptionType type;
        size_t offset;   /* of the field in the target struct */
        gint64 min, max; /* OPTION_INT: range; OPTION_TEXT: bytes, OPTION_STRINGS: entries, when max is set */
} OptionSpec;

/* Fields whose option is absent keep what they have, so the caller fills in the defaults first.
 * `what` names the operation in messages ("Ban"). The target lives no longer than `options`. On failure the
 * target is untouched. Call it on one thread at a time for the same `options`. */
gboolean options_read(GVariant *options, const OptionSpec *table, const char *what, gpointer target, GError **error);
